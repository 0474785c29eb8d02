"""Requests as Python values, a batch at a time: what the formats of one line per request are written from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from blis_tui.problems import Problem

if TYPE_CHECKING:
    import numpy.typing as npt

    from blis_tui.workload.requests import Requests

    Ids = npt.NDArray[np.int32]

BATCH_REQUESTS = 1 << 16
BATCH_TOKENS = 1 << 20
"""About how many requests, and token ids where they are needed, a batch holds."""

Values = str | Sequence[Any]
"""A text for all requests of a batch, or a value for each."""
FromTokens = Callable[["Ids", "Ids"], str]
"""Makes of a request's input and output token ids the text that its line needs of them."""


class Writer(NamedTuple):
    """A format of one line per request, set up for some requests.

    `heads` are the complete texts of its files but the last, and the first lines of the last; `lines` gives the lines
    of a batch. With `from_tokens` its results for the batch, one per request, come second.
    """

    heads: tuple[str, ...]
    lines: Callable[[Batch, Sequence[str]], str]
    from_tokens: FromTokens | None = None
    warnings: tuple[Problem, ...] = ()


class Batch:
    """The requests `start` … `stop` − 1.

    A column comes as one value per request, or as a text if it is the same for all of them.
    """

    def __init__(self, columns: Columns, start: int, stop: int) -> None:
        self.start = start
        self.stop = stop
        self._columns = columns
        self._owners: tuple[list[int], list[int]] | None = None

    @property
    def numbers(self) -> Values:
        """The numbers of the requests."""
        return range(self.start, self.stop)

    def column(self, name: str, render: Callable[[Any], str] | None = None) -> Values:
        """Return a column of `Requests`, as `render` writes its values."""
        values = self._part(name)
        if (values == values[0]).all():
            return (render or str)(values[0].item())
        return values.tolist() if render is None else self._rendered(*_distinct(values), render)

    def of_clients(self, render: Callable[[int, bool], str]) -> Values:
        """Return what `render` writes of each request's client, told whether the request has the client's prefix."""
        if self._owners is None:
            prefixed = self._part("prefix_tokens") > 0
            self._owners = _distinct(self._part("client").astype(np.int64) * 2 + prefixed)
        return self._rendered(*self._owners, lambda owner: render(owner >> 1, bool(owner & 1)))

    def _part(self, name: str) -> npt.NDArray[Any]:
        return self._columns.array(name)[self.start : self.stop]

    @staticmethod
    def _rendered(distinct: list[Any], where: list[int], render: Callable[[Any], str]) -> Values:
        made = [render(value) for value in distinct]
        return made[0] if len(made) == 1 else [made[position] for position in where]


def _distinct(values: npt.NDArray[Any]) -> tuple[list[Any], list[int]]:
    distinct, where = np.unique(values, return_inverse=True)
    return distinct.tolist(), where.tolist()


def join_lines(*parts: Values) -> str:
    """Write one line per request of texts, which are in every line, and columns, of which each line has a value.

    At least one part must be a column.
    """
    template = "".join(part.replace("%", "%%") if isinstance(part, str) else "%s" for part in parts)
    columns = [part for part in parts if not isinstance(part, str)]
    return "".join(map(template.__mod__, zip(*columns, strict=True)))


def session_id(number: int) -> str:
    """Write a session's id as BLIS does, nothing for none."""
    return f"sess_{number}" if number >= 0 else ""


def true_or_false(value: bool) -> str:
    """Write a truth value as JSON and Go do."""
    return "true" if value else "false"


class Columns:
    """The columns of some requests, each fetched once since some are computed on access.

    `own_tokens` are the input tokens without the prefix.
    """

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._arrays: dict[str, npt.NDArray[Any]] = {}

    def array(self, name: str) -> npt.NDArray[Any]:
        """Return one column of all requests; one that is the same for all takes no memory."""
        if name not in self._arrays:
            values: npt.NDArray[Any] = self._fetch(name)
            if len(values) and (values == values[0]).all():
                values = np.broadcast_to(values[0].copy(), len(values))
            self._arrays[name] = values
        return self._arrays[name]

    def _fetch(self, name: str) -> Any:
        if name == "own_tokens":
            return self.array("input_tokens") - self.array("prefix_tokens")
        return getattr(self._requests, name)


def batches(requests: Requests, readers: Sequence[FromTokens | None]) -> Iterator[tuple[Batch, list[list[str]]]]:
    """Walk all requests in arrival order, with what each reader makes of their token ids.

    The ids themselves are not kept; those of a batch are made once however many readers there are, and not at all if
    every reader is ``None``.
    """
    columns = Columns(requests)
    wanted = any(reader is not None for reader in readers)
    tokens = iter(requests.tokens()) if wanted else iter(())
    for start, stop in _spans(columns, len(requests)) if wanted else _even_spans(len(requests)):
        texts: list[list[str]] = [[] for _ in readers]
        for input_ids, output_ids in islice(tokens, stop - start) if wanted else ():
            for reader, collected in zip(readers, texts, strict=True):
                if reader is not None:
                    collected.append(reader(input_ids, output_ids))
        yield Batch(columns, start, stop), texts


def _even_spans(count: int) -> Iterator[tuple[int, int]]:
    for start in range(0, count, BATCH_REQUESTS):
        yield start, min(start + BATCH_REQUESTS, count)


def _spans(columns: Columns, count: int) -> Iterator[tuple[int, int]]:
    """Cut so that no batch has many more tokens than `BATCH_TOKENS`, unless a single request has."""
    ends = np.cumsum(columns.array("input_tokens").astype(np.int64) + columns.array("output_tokens"))
    start = 0
    while start < count:
        before = int(ends[start - 1]) if start else 0
        stop = int(np.searchsorted(ends, before + BATCH_TOKENS, side="right"))
        stop = min(max(stop, start + 1), start + BATCH_REQUESTS, count)
        yield start, stop
        start = stop
