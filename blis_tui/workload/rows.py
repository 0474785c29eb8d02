"""The requests of one client as columns, in the order in which its stream makes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.problems import ERROR, Problem, SpecError
from blis_tui.workload.content import Drawn

Int64s = NDArray[np.int64]
Int32s = NDArray[np.int32]
LARGEST_LENGTH = 2**31 - 1
"""The most tokens one request may have here: 8 GiB of ids, more than any model reads."""


class Rows(NamedTuple):
    """Columns of equal length.

    `arrival`: µs; `place`: where in the client's stream the token ids begin; `fresh`: input tokens drawn for this
    request; `output`: output tokens; `context`: tokens of earlier rounds repeated in the input; `session`: BLIS's
    session number; `round`; `percent`: reasoning share of the output; `media`: text, image, audio and video tokens (4
    columns).
    The last five are ``None`` where the client has nothing of the kind. `hidden` marks rounds that are drawn and not
    sent, yet repeated in the input of rounds that are; it is ``None`` where there are none.
    """

    arrival: Int64s
    place: Int64s
    fresh: Int32s
    output: Int32s
    context: Int32s | None = None
    session: Int64s | None = None
    round: Int32s | None = None
    percent: NDArray[np.uint8] | None = None
    media: Int32s | None = None
    hidden: NDArray[np.bool_] | None = None

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Rows:
        """Return some of the rows."""
        return Rows(*(None if column is None else column[which] for column in self))  # type: ignore[arg-type]

    def keep(self, sent: NDArray[np.bool_]) -> Rows:
        """Drop the rounds that are not sent, but for those that later rounds repeat: these are hidden."""
        if sent.all():
            return self
        if self.context is None or self.session is None:
            return self.take(sent)
        row = np.arange(len(sent))
        starts = np.flatnonzero(np.diff(self.session, prepend=self.session[0] - 1))
        last_sent = np.maximum.reduceat(np.where(sent, row, -1), starts)
        needed = row <= np.repeat(last_sent, np.diff(np.append(starts, len(row))))
        return self._replace(hidden=~sent).take(needed)


_DTYPES: tuple[type[np.generic], ...] = (
    np.int64,
    np.int64,
    np.int32,
    np.int32,
    np.int32,
    np.int64,
    np.int32,
    np.uint8,
    np.int32,
    np.bool_,
)
_ABSENT = (0, 0, 0, 0, 0, -1, 0, 0, 0, False)


def concatenate(parts: Sequence[Rows]) -> Rows:
    """Join rows; a column that some parts lack is filled there with "nothing of the kind"."""
    columns: list[NDArray[Any] | None] = []
    for number, (name, dtype, absent) in enumerate(zip(Rows._fields, _DTYPES, _ABSENT, strict=True)):
        pieces = [part[number] for part in parts]
        if all(piece is None for piece in pieces):
            columns.append(None)
            continue
        shape = (4,) if name == "media" else ()
        filled = [
            np.full((len(part.arrival), *shape), absent, dtype) if piece is None else piece
            for part, piece in zip(parts, pieces, strict=True)
        ]
        columns.append(np.concatenate(filled))
    return Rows(*columns)  # type: ignore[arg-type]


def empty() -> Rows:
    """Return no rows."""
    return fixed_rows(np.empty(0, np.int64), np.empty(0, np.int64), 0, 0)


def fixed_rows(arrival: Int64s, place: Int64s, fresh: int, output: int) -> Rows:
    """Return rows of requests that all have the same lengths."""
    checked(max(fresh, output))
    return Rows(arrival, place, np.full(len(arrival), fresh, np.int32), np.full(len(arrival), output, np.int32))


def drawn_rows(arrival: list[int], drawn: list[Drawn]) -> Rows:
    """Return rows of requests drawn one by one."""
    if not drawn:
        return empty()
    place, fresh, output, media = zip(*drawn, strict=True)
    checked(max(*fresh, *output))
    return Rows(
        np.array(arrival, np.int64),
        np.array(place, np.int64),
        np.array(fresh, np.int32),
        np.array(output, np.int32),
        media=None if media[0] is None else np.array(media, np.int32),
    )


def checked(tokens: int) -> int:
    """Return a token count, or raise `SpecError` if a request cannot have as many."""
    if tokens > LARGEST_LENGTH:
        message = f"a request of {tokens:,} tokens is drawn, more than the {LARGEST_LENGTH:,} there can be"
        raise SpecError([Problem("request-too-long", ERROR, (), message)])
    return tokens
