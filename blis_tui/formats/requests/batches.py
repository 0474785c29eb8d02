"""Requests a batch at a time: what the formats of one line per request are written from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from blis_tui.formats.requests.lines import Part, numbers
from blis_tui.formats.tuning import ORDINARY, Tuning
from blis_tui.problems import INFO, Problem
from blis_tui.workload.tokens import TokenBlock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.workload.expansion.clients import Expansion
    from blis_tui.workload.requests import Requests

_BATCH_BYTES = 1 << 23


class Writer(NamedTuple):
    """A format of one line per request, set up for some requests.

    `heads` are the complete texts of its files but the last, and the first lines of the last; `lines` gives what
    follows for a batch, and `end` what comes last of all. `tokens` says whether batches must have their token ids, and
    `width` about how many bytes a line takes at most without them.
    """

    heads: tuple[str, ...]
    lines: Callable[[Batch], bytes]
    width: int
    tokens: bool = False
    end: Callable[[], bytes] = bytes
    warnings: tuple[Problem, ...] = ()


FIXED_TIMES = Problem(
    "trace-fixed-times",
    INFO,
    (),
    "The trace holds what is sent under the assumption; a replay sends at these times, however long answers take then.",
)
"""What every trace of sent requests says of itself."""


class Batch:
    """The requests `start` … `stop` − 1, or some of them: their columns and, where they were asked for, their token ids."""

    def __init__(self, requests: Requests, start: int, stop: int, members: Members, tokens: TokenBlock | None = None) -> None:
        self.start = start
        self.stop = stop
        self.requests = requests.part(start, stop)
        """The columns; views into those of all requests, or made for the batch."""
        self._places = np.arange(start, stop)
        self._members = members
        self._tokens = tokens

    def __len__(self) -> int:
        return len(self._places)

    def picked(self, rows: NDArray[np.intp]) -> Batch:
        """Return some of the batch's requests, by their places in it."""
        picked = Batch(self.requests, 0, 0, self._members)
        picked.start, picked.stop = self.start, self.stop
        picked.requests, picked._places = self.requests.picked(rows), self._places[rows]
        picked._tokens = None if self._tokens is None else self._tokens.picked(rows)
        return picked

    @property
    def tokens(self) -> TokenBlock:
        """The token ids, which must have been asked for."""
        assert self._tokens is not None
        return self._tokens

    @property
    def numbers(self) -> Part:
        """The numbers of the requests."""
        return numbers(self._places)

    @cached_property
    def prefixed(self) -> NDArray[np.bool_]:
        """Whether a request begins with its client's prefix."""
        return self.requests.prefix_tokens > 0

    @cached_property
    def member(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The numbers of each request's client in its block: of its prompt, and of it among the prompt's users."""
        return self._members.of(self.requests)


class Members:
    """Where the clients of each block begin, and how many users its prompts have."""

    def __init__(self, clients: Expansion) -> None:
        self._starts = np.array(clients.starts[:-1], np.int64)
        self._users = np.array([block.names.users if block.names else 1 for block in clients.blocks], np.int64)

    def of(self, requests: Requests) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the numbers of the prompt and the user of each request's client."""
        member = requests.client - self._starts[requests.block]
        prompt = member // (users := self._users[requests.block])
        return prompt, member - prompt * users


def batches(
    requests: Requests,
    *,
    tokens: bool,
    width: int = 0,
    pulse: Callable[[], None] | None = None,
    tuning: Tuning = ORDINARY,
) -> Iterator[Batch]:
    """Walk all requests in arrival order, with token ids if they are wanted; `width` is that of the widest writer.

    `pulse` is called now and then while token ids are made that take long; it may raise.
    """
    members = Members(requests.clients)
    most = max(1, min(tuning.batch_requests, _BATCH_BYTES // max(width, 1)))
    blocks: Iterable[Any] = requests.token_blocks(tuning.batch_tokens, pulse) if tokens else [None]
    for block in blocks:
        first, last = (0, len(requests)) if block is None else (block.start, block.stop)
        for start in range(first, last, most):
            stop = min(start + most, last)
            yield Batch(requests, start, stop, members, None if block is None else _part(block, start, stop))


def _part(block: TokenBlock, start: int, stop: int) -> TokenBlock:
    """Return the token ids of some of a block's requests."""
    bounds = block.bounds[2 * (start - block.start) : 2 * (stop - block.start) + 1]
    return TokenBlock(start, stop, block.ids[bounds[0] : bounds[-1]], bounds - bounds[0])
