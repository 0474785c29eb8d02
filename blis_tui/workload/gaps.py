"""Exponential gaps of many streams side by side, between which tokens are drawn.

Nearly every gap takes one value of its stream and every token one more, so that gaps stand at even distances. All gaps of
a block are drawn as if that always held; the few that take several values are then drawn one by one, and what stands
behind them in their streams once more.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.random.column import Column, NotYetError
from blis_tui.workload.random.side_by_side import Block, Redraws
from blis_tui.workload.random.stream import at_first

MOST_GAPS = 256
"""The most gaps of a client that are drawn in one go: one in forty takes several values."""
Int64s = NDArray[np.int64]


class Drawn(NamedTuple):
    """Gaps of some lanes, each array of shape (lanes, gaps)."""

    gaps: NDArray[np.float64]
    """Of mean 1."""
    rows: Int64s
    """Where each gap stands in the block; one more than are drawn."""
    behind: Int64s
    """The row behind each gap."""
    cut: NDArray[np.bool_]
    """Of shape (lanes,): whether the next gap takes values behind the block."""


class Gaps:
    """Draws the gaps of a block, many at a time or one by one."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._column = Column(block)
        self._steps = np.arange(MOST_GAPS + 1)

    def take(self, lane: int, row: int) -> tuple[float, int]:
        """Draw a gap of mean 1 whose first value is that of a row; return it and the row behind it.

        Raises `NotYetError` if that is behind the block.
        """
        column = self._column.go_to(lane, row)
        return column.exponential(), column.row

    def draw(self, lanes: NDArray[np.intp], at: Int64s, strides: Int64s, count: Int64s, redraws: Redraws) -> Drawn:
        """Draw gaps of some lanes, at most `count` and `MOST_GAPS` of each: the first `at` a row, each a stride further on.

        `count` is lowered to those that are in the block.
        """
        block, rows = self._block, self._block.rows
        np.minimum(count, (rows - 1 - at) // strides + 1, out=count)
        np.minimum(count, MOST_GAPS, out=count)
        steps = self._steps[: int(count.max()) + 1]
        gap_rows = strides[:, None] * steps
        gap_rows += at[:, None]
        for index, lane in enumerate(lanes.tolist()) if redraws else ():
            if redraws.get(lane):
                _shift(gap_rows[index], redraws[lane])
        gaps = np.empty(gap_rows.shape)
        cut = np.zeros(len(lanes), bool)
        slow: list[tuple[int, int, float, int]] = []
        known = np.zeros(len(lanes), np.int64)  # so many of each lane need no look any more
        some = np.arange(len(lanes))
        while len(some):
            places = gap_rows[some]
            in_block = (places < rows) & (steps < count[some, None])
            places *= block.row_step
            places += (lanes[some] * block.lane_step + block.origin)[:, None]
            values = block.flat.take(places, mode="clip")
            gaps[some], refused = at_first(values)
            refused &= in_block
            refused &= steps >= known[some, None]
            column = refused.argmax(axis=1)
            hit = refused[np.arange(len(some)), column]
            some, column = some[hit], column[hit]
            known[some] = column + 1
            further = np.zeros(len(some), np.int64)
            hits = zip(some.tolist(), column.tolist(), lanes[some].tolist(), gap_rows[some, column].tolist(), strict=True)
            for number, (index, begin, lane, row) in enumerate(hits):
                try:
                    gap, after = self.take(lane, row)
                except NotYetError:
                    count[index], cut[index] = begin, True
                    continue
                slow.append((index, begin, gap, after))
                further[number] = after - row - 1
                if redraws.get(lane):  # which of them are between gaps is to be seen anew
                    gap_rows[index, begin + 1 :] = row + int(strides[index]) * steps[1 : len(steps) - begin]
                    later = [each - int(further[number]) for each in redraws[lane] if each >= after]
                    _shift(gap_rows[index, begin:], later)
            gap_rows[some] += further[:, None] * (steps > column[:, None])
        behind = gap_rows + 1
        if slow:
            indexes, columns, drawn, rows_after = zip(*slow, strict=True)
            gaps[indexes, columns], behind[indexes, columns] = drawn, rows_after
        np.minimum(count, (gap_rows < rows).sum(axis=1), out=count)
        return Drawn(gaps, gap_rows, behind, cut)


def _shift(gap_rows: Int64s, redraws: list[int]) -> None:
    """Move gaps that stand at even distances behind the values that the tokens between them skip."""
    for row in redraws:
        following = int(gap_rows.searchsorted(row))
        if following == len(gap_rows):
            return
        if following and gap_rows[following] > row:
            gap_rows[following:] += 1
