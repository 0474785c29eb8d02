"""Blocks of values of many streams, made together: what is to be done with them is then done for all of them at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.random.reader import skipped_rows
from blis_tui.workload.random.source import LENGTH, State, first_values
from blis_tui.workload.random.window import Window

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
    """Values of several streams. `flat` holds that of row 0 of lane 0 at `origin`, and maybe those of rows before it."""

    width: int
    """How many streams."""
    rows: int
    """How many values of each."""
    flat: State
    origin: int
    lane_step: int
    """So far apart are the values of a row in `flat`."""
    row_step: int
    """So far apart are the values of a stream."""

    @property
    def redraws(self) -> Redraws:
        """The rows of the block that token draws skip."""
        raise NotImplementedError


class Opening(Block):
    """The first values of many streams, of which only those words of their states are made that are needed."""

    def __init__(self, seeds: NDArray[np.int64], rows: int) -> None:
        self.width, self.rows = len(seeds), rows
        self.values = first_values(seeds, rows)
        self.flat = self.values.reshape(-1)
        self.origin, self.lane_step, self.row_step = 0, 1, self.width

    @property
    def redraws(self) -> Redraws:
        """The rows of the block that token draws skip."""
        return redraws_of(self.values)


class SideBySide(Block):
    """A block of `rows` values of each of `width` streams, made anew by `advance`. `values` has shape (width, rows)."""

    def __init__(self, width: int, rows: int) -> None:
        self.width, self.rows = width, rows
        self._window = Window(width, self.rows)
        self.values = self._window.made
        self.flat = self._window.values.reshape(-1)
        self.origin, self.lane_step, self.row_step = LENGTH, LENGTH + self.rows, 1  # the state is before the block

    def load(self, lane: int, state: State | int) -> None:
        """Put a stream in a lane; 0 puts none there."""
        self._window.values[lane, -LENGTH:] = state

    def advance(self) -> None:
        """Make the next block."""
        self._window.advance()

    @property
    def redraws(self) -> Redraws:
        """The rows of the block that token draws skip."""
        found: Redraws = {}
        for index in skipped_rows(self.values):
            lane, row = divmod(index, self.rows)
            found.setdefault(lane, []).append(row)
        return found
