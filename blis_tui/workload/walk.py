"""Poisson arrivals of requests of fixed lengths, for many clients side by side.

Nearly every gap takes one value of its stream and every token one more, so that gaps stand at even distances. All gaps
of a block, of all its streams, are drawn in one go as if that always held; where it does not (a gap takes several
values, a token is drawn again, activity changes), a client's run of requests ends, what is there is gone through step by
step, and the next run begins behind it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.distributions import go_int
from blis_tui.spec.fields import INT64_MAX
from blis_tui.workload.activity import Limits
from blis_tui.workload.lanes import Job
from blis_tui.workload.random.side_by_side import Block, Redraws
from blis_tui.workload.random.stream import EXP_ACCEPTS, EXP_WIDTHS
from blis_tui.workload.random.variates import EXP_ACCEPT, EXP_WIDTH, Variates

_AT_ONCE = 256
"""The most gaps of a client that are drawn in one go: one in a hundred needs a closer look."""
_FEW = 12
"""So many gaps left in a block are gone through step by step rather than in another run."""
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


class _NotYet(Exception):
    """A draw takes values behind the block."""


class _Column(Variates):
    """One stream of a block, value by value."""

    __slots__ = ("_origin", "_rows", "_values", "_width", "lane", "row")

    def __init__(self, block: Block) -> None:
        self._origin, self._rows, self._width = block.origin, block.rows, block.width
        self._values = memoryview(block.flat.data).cast("B").cast("Q")
        self.lane = self.row = 0

    def int63(self) -> int:
        """Draw a whole number below 2^63."""
        if self.row >= self._rows:
            raise _NotYet
        value = self._values[self._origin + self.row * self._width + self.lane] >> 1
        self.row += 1
        return value

    def exponential(self) -> float:
        """Draw from the exponential distribution of mean 1."""
        if self.row < self._rows:
            draw = self._values[self._origin + self.row * self._width + self.lane] >> 32
            if draw < EXP_ACCEPT[draw & 0xFF]:  # nearly always
                self.row += 1
                return draw * EXP_WIDTH[draw & 0xFF]
        return super().exponential()


class PoissonWalk:
    """The walks of the clients in the lanes of a block. Rows count from the block's first; places from a stream's."""

    def __init__(self, block: Block, base: Int64s) -> None:
        width = block.width
        self._block, self._base = block, base
        self._column = _Column(block)
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
        self._steps = np.arange(_AT_ONCE + 1)
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
                self._mend(lane, redraws.get(lane, []))
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
        """Make the requests of some lanes as far as they are even; then go on with those that stop within the block."""
        block, at, stride = self._block, self._row[lanes], self._stride[lanes]
        rows, width = block.rows, block.width
        count = np.minimum((rows - 1 - at) // stride + 1, self._left[lanes])
        np.minimum(count, _AT_ONCE, out=count)
        if redraws:
            for index, lane in enumerate(lanes.tolist()):
                if redraws.get(lane):
                    requests, within = divmod(redraws[lane][0] - int(at[index]), int(stride[index]))
                    count[index] = min(int(count[index]), requests + (within > 0))
        steps = self._steps[: int(count.max()) + 1]
        flat = (stride * width)[:, None] * steps
        flat += (at * width + lanes + block.origin)[:, None]
        np.minimum(flat, len(block.flat) - 1, out=flat)
        draws = block.flat.take(flat)
        upper, strips = draws.view(np.uint32)[:, 1::2], draws.view(np.uint8)[:, 4::8]
        time = self._time[lanes, None]
        gaps = upper * EXP_WIDTHS.take(strips)
        gaps /= self._rate[lanes, None]
        even = upper < EXP_ACCEPTS.take(strips)
        even &= gaps < (INT64_MAX - time) / (2.0 * _AT_ONCE)  # so that times stay within int64
        even &= steps < count[:, None]
        whole = gaps.astype(np.int64)
        np.maximum(whole, 1, out=whole)
        times = whole.cumsum(axis=1)
        times += time
        taken = even & (times < self._change[lanes, None])
        run = taken.argmin(axis=1)  # nothing is taken in the last column
        made = run * self._active[lanes]
        every = np.arange(len(lanes))
        ended = at + run * stride
        self._row[lanes] = ended
        self._left[lanes] -= made
        self._time[lanes] = np.where(run > 0, times[every, run - 1], time[:, 0])
        which = steps < made[:, None]
        if which.any():
            start = at + self._base[lanes] + 1
            places = start[:, None] + stride[:, None] * steps
            self._found.append((times[which], places[which], self._client[lanes].repeat(made)))
        over = even[every, run] & (times[every, run] >= self._end[lanes])
        over |= self._left[lanes] <= 0
        for lane in lanes[over].tolist():
            self._plans[lane] = None
        self._row[lanes[over]] = _FAR
        self._over += lanes[over].tolist()
        for lane in lanes[~over].tolist() if redraws else ():
            if redraws.get(lane):
                self._pass(lane, redraws[lane])
        for index in ((ended < rows) & ~over).nonzero()[0].tolist():
            if run[index] < count[index] or (rows - ended[index]) // stride[index] <= _FEW or count[index] == 0:
                self._mend(int(lanes[index]), redraws.get(int(lanes[index]), []))

    def _mend(self, lane: int, redraws: list[int]) -> None:
        """Go through a client's next gap, and all that are left in the block if they are few, value by value."""
        plan = self._plans[lane]
        assert plan is not None
        limits, rate = plan.legs[self._leg[lane]]
        tokens, activity, end = plan.tokens, limits.activity, limits.end
        time, row, left, change = int(self._time[lane]), int(self._row[lane]), int(self._left[lane]), int(self._change[lane])
        rows, base, column, client = self._block.rows, int(self._base[lane]), self._column, int(self._client[lane])
        column.lane = lane
        active = bool(self._active[lane])
        end_row = rows if (rows - row) // int(self._stride[lane]) <= _FEW else row + 1
        while left > 0 and row < end_row:
            column.row = row
            try:
                value = column.exponential()
            except _NotYet:
                self._waiting[lane] = True
                break
            row = column.row
            time += max(1, go_int(value / rate)) if rate else 1
            while redraws and redraws[0] < row:
                redraws.pop(0)
            if time >= end:
                limits.over(time)
                self._leg[lane] += 1
                if self._leg[lane] == len(plan.legs):
                    left = 0
                else:
                    time = plan.legs[self._leg[lane]].limits.start
                    self._enter(lane, time)
                break
            if (active and time < change) or time in activity:
                self._single.append((time, base + row, client))
                left -= 1
                row += tokens
                while redraws and redraws[0] < row:
                    redraws.pop(0)
                    row += 1
            if time >= change:
                self._enter(lane, time)
                break
        self._left[lane], self._row[lane], self._time[lane] = left, row, time
        if left <= 0:
            self._plans[lane] = None
            self._row[lane] = _FAR
            self._over.append(lane)

        if len(self._single) >= _JOINED_AT_ONCE:
            self._join()

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
