"""The requests of one client as columns, in the order in which its stream makes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.content import Drawn

Int64s = NDArray[np.int64]
Int32s = NDArray[np.int32]
_JOINED_AT_ONCE = 1024


class Rows(NamedTuple):
    """Columns of equal length.

    `arrival`: µs; `place`: where in the client's stream the token ids begin; `fresh`: input tokens drawn for this
    request; `output`: output tokens; `context`: tokens of earlier rounds repeated in the input; `session`: BLIS's
    session number; `round`; `percent`: reasoning share of the output; `media`: text, image, audio and video tokens (4
    columns).
    The last five are ``None`` where the client has nothing of the kind. `hidden` marks rounds that are not sent, but
    may be repeated in the input of rounds that are; it is ``None`` where there are none.
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

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Rows:
        """Return some of the rows; of a slice, views."""
        return Rows(*(None if column is None else column[which] for column in self))  # type: ignore[arg-type]

    def keep(self, sent: NDArray[np.bool_]) -> Rows:
        """Drop the rounds that are not sent, or hide them where later rounds may repeat them."""
        if sent.all():
            return self
        return self.take(sent) if self.context is None else self._replace(hidden=~sent)

    def repeated(self, sent: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return which rounds are not sent, yet repeated in the input of rounds of their session that are."""
        if self.context is None or self.session is None or sent.all():
            return np.empty(0, np.intp)
        row = np.arange(len(sent))
        starts = np.flatnonzero(np.diff(self.session, prepend=self.session[0] - 1))
        last_sent = np.maximum.reduceat(np.where(sent, row, -1), starts)
        before = row < np.repeat(last_sent, np.diff(np.append(starts, len(row))))
        return np.flatnonzero(before & ~sent & (self.session >= 0))


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


def gather(parts: Iterable[Rows]) -> Rows:
    """Join rows as they come, many small ones now and then, so that they take little memory; none give no rows."""
    joined: list[Rows] = []
    small: list[Rows] = []
    for part in parts:
        small.append(part)
        if len(small) == _JOINED_AT_ONCE:
            joined.append(concatenate(small))
            small.clear()
    return concatenate([*joined, *small]) if joined or small else empty()


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
    return Rows(arrival, place, np.full(len(arrival), fresh, np.int32), np.full(len(arrival), output, np.int32))


def drawn_rows(arrival: list[int], drawn: list[Drawn]) -> Rows:
    """Return rows of requests drawn one by one."""
    if not drawn:
        return empty()
    place, fresh, output, media = zip(*drawn, strict=True)
    return Rows(
        np.array(arrival, np.int64),
        np.array(place, np.int64),
        np.array(fresh, np.int32),
        np.array(output, np.int32),
        media=None if media[0] is None else np.array(media, np.int32),
    )
