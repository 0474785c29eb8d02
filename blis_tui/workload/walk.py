"""Poisson arrivals of requests of fixed lengths, for many clients side by side.

`gaps` draws what gaps a block has of all its streams as if activity never changed. Where it does, a client's run of
requests ends, the gap with which it changes is taken on its own, and the next run begins behind it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.distributions import go_int
from blis_tui.spec.fields import INT64_MAX
from blis_tui.workload.activity import Limits
from blis_tui.workload.gaps import MOST_GAPS, Gaps
from blis_tui.workload.lanes import Job
from blis_tui.workload.random.column import NotYetError
from blis_tui.workload.random.side_by_side import Block, Redraws

_MARGIN, _MORE = 1.2, 6
"""More gaps than this are not drawn before activity changes: those behind the change would be drawn in vain."""
_JOINED_AT_ONCE = 1 << 14
_FAR = 1 << 62
Int64s = NDArray[np.int64]


class Leg(NamedTuple):
    """A part of a walk: from `limits.start` on, gaps at a rate in requests per µs until the limits' end."""

    limits: Limits
    rate: float


class Plan(NamedTuple):
    """The walk of a client: legs, one after the other; the lengths of its requests; the place of the first gap."""

    legs: tuple[Leg, ...]
    lengths: tuple[int, int]
    first: int
    most: int

    @property
    def tokens(self) -> int:
        """The tokens drawn for a request."""
        return sum(self.lengths)

    @property
    def values(self) -> float:
        """About how many values of its stream it takes."""
        gaps = requests = 0.0
        for limits, rate in self.legs:
            for start, end in limits.activity.spans:
                requests += rate * max(0, min(end, limits.until) - max(start, limits.start))
            leg = rate * max(0, limits.end - limits.start)
            gaps += min(leg, self.most) if limits.activity.always else leg
        return gaps + min(requests, self.most) * self.tokens


class PoissonWalk:
    """The walks of the clients in the lanes of a block. Rows count from the block's first; places from a stream's."""

    def __init__(self, block: Block, base: Int64s) -> None:
        width = block.width
        self._block, self._base = block, base
        self._gaps = Gaps(block)
        self._plans: list[Plan | None] = [None] * width
        self._leg = [0] * width
        self._row = np.full(width, _FAR)  # of the next gap
        self._stride = np.ones(width, np.int64)
        self._time = np.zeros(width, np.int64)
        self._change = np.zeros(width, np.int64)  # when a run ends at the latest
        self._end = np.zeros(width, np.int64)  # of the last leg
        self._active = np.zeros(width, bool)
        self._left = np.zeros(width, np.int64)  # so many requests may still be made
        self._rate = np.ones(width)
        self._client = np.zeros(width, np.int32)
        self._waiting = np.zeros(width, bool)  # for the next block, since a gap takes values of both
        self._pending: Redraws = {}  # in a block before, behind a gap that could not be drawn yet
        self._steps = np.arange(MOST_GAPS + 1)
        self._over: list[int] = []
        self._found: list[tuple[Int64s, Int64s, NDArray[np.int32]]] = []
        self._single: list[tuple[int, int, int]] = []

    def start(self, lane: int, job: Job) -> None:
        """Put a client in a lane, whose next block is the first of its stream."""
        plan: Plan = job.plan
        self._plans[lane], self._leg[lane] = plan, 0
        self._client[lane], self._left[lane] = job.client, plan.most
        self._row[lane] = plan.first
        self._enter(lane, plan.legs[0].limits.start)

    def start_all(self, first: int, plan: Plan) -> None:
        """Put like clients in all lanes, of which `first` is the number of the first."""
        self._plans = [plan] * self._block.width
        self._client[:] = np.arange(first, first + self._block.width)
        self._left[:], self._row[:] = plan.most, plan.first
        self._enter(slice(None), plan.legs[0].limits.start)

    @property
    def unfinished(self) -> list[int]:
        """The lanes whose clients are not finished."""
        return [lane for lane, plan in enumerate(self._plans) if plan is not None]

    def _enter(self, lane: int | slice, time: int) -> None:
        """Note how a leg goes on at a time, for a lane or for all, which are alike."""
        number = 0 if isinstance(lane, slice) else lane
        plan = self._plans[number]
        assert plan is not None
        leg = plan.legs[self._leg[number]]
        last = self._leg[number] == len(plan.legs) - 1 and leg.limits.end < INT64_MAX
        self._end[lane] = leg.limits.end if last else INT64_MAX
        active, change = leg.limits.activity.next_change(time)
        self._time[lane], self._rate[lane] = time, leg.rate
        self._active[lane], self._change[lane] = active, min(change, leg.limits.until)
        self._stride[lane] = 1 + plan.tokens if active else 1

    def step(self) -> list[int]:
        """Go through the block that was just made; return the lanes whose clients are finished."""
        redraws = self._block.redraws
        if self._pending:
            for lane, earlier in self._pending.items():
                redraws[lane] = earlier + redraws.get(lane, [])
            self._pending = {}
        for lane, skipped in redraws.items():
            self._pass(lane, skipped)
        self._over = []
        self._waiting[:] = False
        rows = self._block.rows
        with np.errstate(all="ignore"):
            for lane in (self._row < 0).nonzero()[0].tolist():
                self._take_gap(lane, redraws.get(lane, []))
            while len(lanes := ((self._row < rows) & ~self._waiting).nonzero()[0]):
                self._run(lanes, redraws)
        for lane in self._waiting.nonzero()[0].tolist():
            self._pending[lane] = [row - rows for row in redraws.get(lane, [])]
        self._row -= rows
        return self._over

    def _pass(self, lane: int, rows: list[int]) -> None:
        """Move a client's next gap behind the values that its tokens skip."""
        row = int(self._row[lane])
        while rows and rows[0] < row:
            rows.pop(0)
            row += 1
        if row < _FAR >> 1:
            self._row[lane] = row

    def _run(self, lanes: NDArray[np.intp], redraws: Redraws) -> None:
        """Make the requests of some lanes as far as nothing changes; take the gap with which something does."""
        expected = self._rate[lanes] * (self._change[lanes] - self._time[lanes])
        count = np.fmin(_MARGIN * expected + _MORE, MOST_GAPS).astype(np.int64)
        np.minimum(count, self._left[lanes], out=count)
        gaps, gap_rows, behind, cut = self._gaps.draw(lanes, self._row[lanes], self._stride[lanes], count, redraws)
        steps = self._steps[: gaps.shape[1]]
        gaps /= self._rate[lanes, None]
        time = self._time[lanes, None]
        even = gaps < (INT64_MAX - time) / (2.0 * MOST_GAPS)  # so that times stay within int64
        even &= steps < count[:, None]
        whole = gaps.astype(np.int64)
        np.maximum(whole, 1, out=whole)
        times = whole.cumsum(axis=1)
        times += time
        taken = even & (times < self._change[lanes, None])
        run = taken.argmin(axis=1)  # nothing is taken in the last column
        made = run * self._active[lanes]
        every = np.arange(len(lanes))
        ended = gap_rows[every, run]
        self._row[lanes] = ended
        self._left[lanes] -= made
        self._time[lanes] = np.where(run > 0, times[every, run - 1], time[:, 0])
        which = steps < made[:, None]
        if which.any():
            behind += self._base[lanes, None]
            self._found.append((times[which], behind[which], self._client[lanes].repeat(made)))
        over = even[every, run] & (times[every, run] >= self._end[lanes])
        over |= self._left[lanes] <= 0
        for lane in lanes[over].tolist():
            self._plans[lane] = None
        self._row[lanes[over]] = _FAR
        self._over += lanes[over].tolist()
        for lane, row in zip(lanes.tolist(), ended.tolist(), strict=True) if redraws else ():
            if lane in redraws:
                redraws[lane] = [later for later in redraws[lane] if later >= row]
        stopped = (ended < self._block.rows) & ~over
        for index in (stopped & (run < count)).nonzero()[0].tolist():
            self._take_gap(int(lanes[index]), redraws.get(int(lanes[index]), []))
        cut &= stopped & (run == count)
        self._waiting[lanes[cut]] = True

    def _take_gap(self, lane: int, redraws: list[int]) -> None:
        """Take a client's next gap and, if it is active then, the tokens of a request, value by value."""
        plan = self._plans[lane]
        assert plan is not None
        leg = plan.legs[self._leg[lane]]
        try:
            gap, row = self._gaps.take(lane, int(self._row[lane]))
        except NotYetError:
            self._waiting[lane] = True
            return
        time = int(self._time[lane]) + (max(1, go_int(gap / leg.rate)) if leg.rate else 1)
        while redraws and redraws[0] < row:
            redraws.pop(0)
        if time >= leg.limits.end:
            leg.limits.over(time)
            self._leg[lane] += 1
            if self._leg[lane] == len(plan.legs):
                self._finish(lane)
            else:
                self._enter(lane, plan.legs[self._leg[lane]].limits.start)
                self._row[lane] = row
            return
        if (self._active[lane] and time < self._change[lane]) or time in leg.limits.activity:
            self._single.append((time, int(self._base[lane]) + row, int(self._client[lane])))
            if len(self._single) >= _JOINED_AT_ONCE:
                self._join()
            self._left[lane] -= 1
            if not self._left[lane]:
                self._finish(lane)
                return
            row += plan.tokens
            while redraws and redraws[0] < row:
                redraws.pop(0)
                row += 1
        self._time[lane], self._row[lane] = time, row
        if time >= self._change[lane]:
            self._enter(lane, time)

    def _finish(self, lane: int) -> None:
        self._plans[lane] = None
        self._row[lane] = _FAR
        self._over.append(lane)

    def _join(self) -> None:
        """Put requests that were made one by one into arrays."""
        if self._single:
            times, places, clients = zip(*self._single, strict=True)
            self._found.append((np.array(times), np.array(places), np.array(clients, np.int32)))
            self._single.clear()

    def found(self) -> list[tuple[Int64s, Int64s, NDArray[np.int32]]]:
        """Return arrivals, places and clients of all requests made, in no particular order."""
        self._join()
        return self._found
