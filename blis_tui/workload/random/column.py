"""One of several streams side by side, value by value."""

from __future__ import annotations

import numpy as np

from blis_tui.workload.random.side_by_side import Block
from blis_tui.workload.random.variates import EXP_ACCEPT, EXP_WIDTH, NORM_ACCEPT, NORM_WIDTH, Variates


class NotYetError(Exception):
    """A draw takes values behind the block."""


class Column(Variates):
    """The stream of one lane of a block, whose next value's upper half stands `at` a place among all halves.

    `end` is where that of the first value behind the block would stand.
    """

    __slots__ = ("_block", "_first", "_halves", "_stride", "_values", "at", "end")

    def __init__(self, block: Block) -> None:
        self._values = memoryview(block.flat.data).cast("B").cast("Q")
        self._halves = memoryview(block.flat.view(np.uint32).data).cast("B").cast("I")
        self._stride = 2 * block.row_step
        self._block, self._first = block, 0
        self.at = self.end = 0

    def go_to(self, lane: int, row: int) -> Column:
        """Stand at the value of a lane in a row of the block, or in one before it that is still there."""
        block = self._block
        self._first = first = 2 * (block.origin + lane * block.lane_step) + 1
        self.at, self.end = first + row * self._stride, first + block.rows * self._stride
        return self

    @property
    def row(self) -> int:
        """The row of the next value."""
        return (self.at - self._first) // self._stride

    def int63(self) -> int:
        """Draw a whole number below 2^63."""
        at = self.at
        if at >= self.end:
            raise NotYetError
        self.at = at + self._stride
        return self._values[at >> 1] >> 1

    def exponential(self) -> float:
        """Draw from the exponential distribution of mean 1."""
        at = self.at
        if at < self.end:
            draw = self._halves[at]
            if draw < EXP_ACCEPT[draw & 0xFF]:  # nearly always
                self.at = at + self._stride
                return draw * EXP_WIDTH[draw & 0xFF]
        return super().exponential()

    def normal(self) -> float:
        """Draw from the normal distribution of mean 0 and standard deviation 1."""
        at = self.at
        if at < self.end:
            draw = self._halves[at]
            signed = draw - 2**32 if draw >= 2**31 else draw
            if abs(signed) < NORM_ACCEPT[draw & 0x7F]:  # nearly always
                self.at = at + self._stride
                return signed * NORM_WIDTH[draw & 0x7F]
        return super().normal()
