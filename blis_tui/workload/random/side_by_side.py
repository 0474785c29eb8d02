"""Many streams made side by side: a row holds the same place of every stream, a column is one stream.

A stream alone gives NumPy pieces of 273 values to add, too few to be worth a call. Of streams side by side, 273 rows are
one contiguous piece that is `width` times as long; a block is made at the speed of the cache it fits in.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.random.reader import skipped_rows
from blis_tui.workload.random.source import LENGTH, TAP, State, first_values

BLOCK_VALUES = 750_000
"""About how many values of all streams together a block has: small enough for a cache, large enough for NumPy."""
_PIECE = 4096
"""About how many values are searched for redraws together."""

Redraws = dict[int, list[int]]
"""Rows that token draws skip, in ascending order, of each stream that has any."""


def redraws_of(values: State) -> Redraws:
    """Find the rows of a block that token draws skip."""
    rows, width = values.shape
    size = max(1, min(rows, _PIECE // width))
    pieces = rows // next(divisor for divisor in range(size, 0, -1) if rows % divisor == 0)
    found: Redraws = {}
    for index in skipped_rows(values.reshape(pieces, -1)):
        row, lane = divmod(index, width)
        found.setdefault(lane, []).append(row)
    return found


class Block:
    """Values of several streams. `flat` holds those of `values`, whose first stands at `origin`, and perhaps earlier ones."""

    width: int
    rows: int
    values: State
    flat: State
    origin: int

    @property
    def redraws(self) -> Redraws:
        """The rows of the block that token draws skip."""
        return redraws_of(self.values)


class Opening(Block):
    """The first values of many streams, of which only those words of their states are made that are needed."""

    def __init__(self, seeds: NDArray[np.int64], rows: int) -> None:
        self.width, self.rows = len(seeds), rows
        self.values = first_values(seeds, rows)
        self.flat = self.values.reshape(-1)
        self.origin = 0


class SideBySide(Block):
    """A block of values of each of `width` streams. `values` has shape (rows, width); it is made anew by `advance`."""

    def __init__(self, width: int, block_values: int | None = None) -> None:
        pieces = max(1, (block_values or BLOCK_VALUES) // (TAP * width))
        self.width, self.rows = width, pieces * TAP
        self._buffer = np.zeros((LENGTH + self.rows, width), np.uint64)
        self.values = self._buffer[LENGTH:]
        self.flat = self._buffer.reshape(-1)
        self.origin = LENGTH * width  # before the block stand the 607 rows before it

        def parts(before: int) -> list[State]:
            start = self.origin - before * width
            return list(self.flat[start : start + self.rows * width].reshape(pieces, TAP * width))

        self._older, self._newer, self._sums = parts(LENGTH), parts(TAP), parts(0)

    def load(self, lane: int, state: State | int) -> None:
        """Put a stream in a lane; 0 puts none there."""
        self._buffer[-LENGTH:, lane] = state

    def state(self, lane: int, row: int) -> State:
        """Return the state of a stream before a row of the block."""
        return self._buffer[row : row + LENGTH, lane].copy()

    def advance(self) -> None:
        """Make the next block."""
        self._buffer[:LENGTH] = self._buffer[-LENGTH:]
        deque(map(np.add, self._older, self._newer, self._sums), maxlen=0)

    def upper_halves(self, out: NDArray[np.uint32]) -> None:
        """Write what token ids are made of, stream by stream: shape (width, rows)."""
        out[:] = self.values.view(np.uint32)[:, 1::2].T
