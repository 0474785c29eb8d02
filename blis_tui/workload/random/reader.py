"""Reading one random stream, in blocks: whole numbers, and the token ids made of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.random.source import LENGTH, TAP, State
from blis_tui.workload.random.window import extend

VOCABULARY = 128_000
"""Token ids are drawn from 0 to this, exclusive (BLIS's `MaxTokenID`)."""
FIRST_BLOCK, LARGEST_BLOCK = 4 * TAP, 128 * TAP
"""How many values a stream makes at once: few at first, since many streams give few."""
_GROWTH = 4
UPPER_LIMIT = np.uint32((2**31 - 2**31 % VOCABULARY) << 1)
"""A token draw skips values whose upper half is not below this, so that all ids are equally likely (Go's ``Int31n``)."""
_LIMIT = np.uint64(int(UPPER_LIMIT) << 32)

Pulse = Callable[[], None]
"""Is called whenever a stream makes values, and so now and then in everything that takes long; it may raise."""


def skipped_rows(pieces: NDArray[np.uint64] | NDArray[np.uint32]) -> list[int]:
    """Find which values of a block, or upper halves of values, cut into equal pieces, token draws skip.

    One in 78,000 is. So the largest of each piece is looked at: only where it is too large is the piece searched.
    """
    limit = UPPER_LIMIT if pieces.dtype == np.uint32 else _LIMIT
    found: list[int] = []
    for piece in (pieces.max(axis=1) >= limit).nonzero()[0].tolist():
        start = piece * pieces.shape[1]
        found += [start + index for index in (pieces[piece] >= limit).nonzero()[0].tolist()]
    return found


def make_ids(upper: NDArray[np.uint32], quotient: NDArray[np.uint32]) -> None:
    """Turn upper halves of values into token ids, in place; `quotient` is overwritten. The lowest bit of them counts nothing.

    NumPy vectorises all of this, but not the remainder.
    """
    np.floor_divide(upper, np.uint32(2 * VOCABULARY), out=quotient)
    quotient *= np.uint32(2 * VOCABULARY)
    upper -= quotient
    upper >>= np.uint32(1)


class Reader:
    """The values of ``rand.NewSource(seed)``, one by one, many at once, or as token ids.

    `at` counts the values taken so far; it names a place in the stream and is what token ids are found again by.
    """

    __slots__ = (
        "_block", "_buffer", "_filled", "_ids", "_largest_block", "_pulse", "_redraws", "_values", "at",
    )  # fmt: skip

    def __init__(self, state: State, largest_block: int = LARGEST_BLOCK, pulse: Pulse | None = None) -> None:
        self.at = 0
        self._filled = 0  # the place up to which values are made; they stand in the buffer behind 607 older ones
        self._block = min(FIRST_BLOCK, largest_block)
        self._largest_block = largest_block
        self._pulse = pulse
        self._redraws: list[int] = []  # the places from `at` on that a token draw skips, the nearest last
        self._ids: NDArray[np.int32] | None = None  # the block's values as token ids, once asked for
        self._set_buffer(state)

    def _set_buffer(self, state: State) -> None:
        self._buffer = np.empty(LENGTH + self._block, np.uint64)
        self._buffer[:LENGTH] = state
        self._values = memoryview(self._buffer.data).cast("B").cast("Q")

    def _fill(self) -> None:
        """Make the next block of values; all that were made are taken."""
        if self._pulse is not None:
            self._pulse()
        newest = self._buffer[-LENGTH:]
        if self._filled and self._block < self._largest_block:
            self._block = min(self._block * _GROWTH, self._largest_block)
            self._set_buffer(newest)
        elif self._filled:
            self._buffer[:LENGTH] = newest
        extend(self._buffer)
        self._redraws = [row + self._filled for row in reversed(skipped_rows(self._buffer[LENGTH:].reshape(-1, FIRST_BLOCK)))]
        self._filled += self._block
        self._ids = None

    def _ahead(self) -> NDArray[np.uint64]:
        """Return the values behind `at`, at least one, without taking them."""
        if self.at == self._filled:
            self._fill()
        return self._buffer[self.at - self._filled :]

    def int63(self) -> int:
        """Draw a whole number below 2^63."""
        if self.at == self._filled:
            self._fill()
        value = self._values[self.at - self._filled] >> 1
        self.at += 1
        return value

    def int63s(self, count: int) -> NDArray[np.int64]:
        """Draw `count` whole numbers below 2^63."""
        values = np.empty(count, np.uint64)
        done = 0
        while done < count:
            ahead = self._ahead()[: count - done]
            values[done : done + len(ahead)] = ahead
            done += len(ahead)
            self.at += len(ahead)
        return (values >> np.uint64(1)).view(np.int64)

    def seek(self, place: int) -> None:
        """Go forward to a place in the stream."""
        while place > self._filled:
            self.at = self._filled
            self._fill()
        self.at = place

    def _next_redraw(self) -> int:
        """Return the first place from `at` on that a token draw skips, or where the block ends."""
        redraws = self._redraws
        while redraws and redraws[-1] < self.at:
            redraws.pop()
        return redraws[-1] if redraws else self._filled

    def _cross(self, place: int) -> None:
        """Go behind a redraw or, at its end, to the next block."""
        self.at = place
        if place < self._filled:
            self.at += 1
        else:
            self._fill()

    def tokens(self, count: int) -> NDArray[np.int32]:
        """Draw `count` token ids, as int32."""
        stop = self._next_redraw()
        if self.at + count <= stop:
            return self._run_of_ids(count)
        parts: list[NDArray[np.int32]] = []
        while self.at + count > stop:
            parts.append(self._run_of_ids(stop - self.at))
            count -= len(parts[-1])
            self._cross(stop)
            stop = self._next_redraw()
        return np.concatenate([*parts, self._run_of_ids(count)])

    def _run_of_ids(self, count: int) -> NDArray[np.int32]:
        if self._ids is None:
            ids = self._buffer.view(np.uint32)[2 * LENGTH + 1 :: 2].copy()
            make_ids(ids, np.empty_like(ids))
            self._ids = ids.view(np.int32)
            self._ids.flags.writeable = False  # parts of it are given away
        start = self.at - self._filled + self._block
        self.at += count
        return self._ids[start : start + count]

    def skip_tokens(self, count: int) -> None:
        """Take what drawing `count` token ids takes, without making them."""
        stop = self._next_redraw()
        while self.at + count > stop:
            count -= stop - self.at
            self._cross(stop)
            stop = self._next_redraw()
        self.at += count

    def item_places(self, count: int, size: int) -> NDArray[np.int64]:
        """Take what `count` items of `size` token ids each take; return the places at which the items begin."""
        places = np.empty(count, np.int64)
        done = 0
        while done < count:
            run = min((self._next_redraw() - self.at) // size + 1, count - done) if size else count - done
            places[done : done + run] = self.at + np.arange(run) * size  # all begin before a token is drawn again
            self.skip_tokens(run * size)
            done += run
        return places
