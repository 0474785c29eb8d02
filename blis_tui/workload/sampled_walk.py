"""Poisson arrivals of requests of sampled lengths, for many clients side by side.

Nearly every request takes three values of its stream, for the gap before it and its two lengths, and then one for every
token. In each round the next request of every client is drawn as if that always held; where it does not (a value is not
accepted at once, a token is drawn again, activity changes), it is drawn value by value.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.model import MAX_LENGTH
from blis_tui.workload.activity import Limits
from blis_tui.workload.content import TextContent
from blis_tui.workload.lanes import Job
from blis_tui.workload.lengths import Formula, Variate
from blis_tui.workload.random import ziggurat
from blis_tui.workload.random.column import Column, NotYetError
from blis_tui.workload.random.side_by_side import Block, Redraws
from blis_tui.workload.random.stream import Sampler
from blis_tui.workload.rows import Rows

_FEW = 12
"""Fewer clients are gone through one after the other: a round takes as long as about so many requests."""
_SURELY_FITTING = 1 << 62
"""Up to here a gap can be added to a time within int64."""
_NEAR = 1e-5
"""NumPy's exponential function may differ from the C library's in the last bits: what is so near a half needs a closer look."""
_FAR = 1 << 56
_NEVER = -1 << 63
Int64s = NDArray[np.int64]

_TABLES: dict[Variate, int] = {"normal": 0, "exponential": 256}
"""Where the strips of each ziggurat begin in the tables below; those of normal variates, 128, are there twice."""
_ACCEPTS = np.concatenate([ziggurat.NORM.accept, ziggurat.NORM.accept, ziggurat.EXP.accept]).astype(np.float64)
_WIDTHS = np.concatenate([ziggurat.NORM.width, ziggurat.NORM.width, ziggurat.EXP.width]).astype(np.float64)

Kind = tuple[tuple[Variate | None, bool], ...]
"""For input and output, the variate that is drawn and whether its formula has an exponent."""


class SampledPlan(NamedTuple):
    """The walk of a client: gaps at a rate in requests per µs within limits; what is in a request."""

    limits: Limits
    rate: float
    gap: Sampler
    content: TextContent
    formulas: tuple[Formula, Formula]

    @property
    def kind(self) -> Kind:
        """What plans must have in common to be walked through side by side."""
        return tuple((formula.variate, formula.exponent) for formula in self.formulas)

    @property
    def values(self) -> float:
        """About how many values of its stream it takes."""
        limits = self.limits
        gaps = self.rate * max(0, limits.end - limits.start)
        gaps = min(gaps, limits.most) if limits.activity.always else gaps
        active = sum(max(0, min(end, limits.until) - max(start, limits.start)) for start, end in limits.activity.spans)
        return gaps + min(self.rate * active, limits.most) * (2 + sum(formula.mean for formula in self.formulas))


class SampledWalk:
    """The walks of the clients in the lanes of a block, whose plans are of one kind.

    Where a client stands is told by where the upper half of its next gap's value stands in the flat block.
    """

    def __init__(self, block: Block, base: Int64s, kind: Kind) -> None:
        width = block.width
        self._block, self._base = block, base
        self._column = Column(block)
        self._drawn = [number for number, (variate, _) in enumerate(kind) if variate is not None]
        self._draws = 1 + len(self._drawn)
        variates = ["exponential", *(variate for variate, _ in kind if variate is not None)]
        self._normal = _part([variate == "normal" for variate in variates])
        self._exponents = _part([kind[number][1] for number in self._drawn])
        self._tables = np.array([[_TABLES[variate]] for variate in variates])
        self._upper = block.flat.view(np.uint32)
        self._first = (block.origin + np.arange(width) * block.lane_step) * 2 + 1
        self._stride = 2 * block.row_step
        self._last = self._first + (block.rows - self._draws) * self._stride  # where a request may begin
        self._behind = block.rows * self._stride
        self._offsets = np.arange(self._draws)[:, None] * self._stride
        self._plans: list[SampledPlan | None] = [None] * width
        self._client = np.zeros(width, np.int32)
        self._at = np.full(width, _FAR)
        self._time = np.zeros(width, np.int64)
        self._change = np.zeros(width, np.int64)  # until when requests are made; never if that has to be seen first
        self._left = np.full(width, _FAR)  # so many requests may still be made
        self._fixed = np.zeros((len(kind), width), np.int64)  # lengths for which nothing is drawn, otherwise 0
        self._rate = np.ones(width)
        self._linear = np.ones((2, len(self._drawn), width))  # what lengths are scaled and shifted by
        self._bounds = np.ones((2, self._draws, width))  # of gaps and lengths
        self._bounds[1] = np.inf
        self._over: list[int] = []
        self._rounds: list[tuple[NDArray[np.bool_], Int64s, Int64s, Int64s]] = []
        self._single: list[tuple[int, int, int, int, int]] = []
        self._found: list[tuple[Rows, NDArray[np.int32]]] = []

    def start(self, lane: int, job: Job) -> None:
        """Put a client in a lane, whose next block is the first of its stream."""
        plan: SampledPlan = job.plan
        self._plans[lane] = plan
        self._client[lane], self._left[lane] = job.client, plan.limits.most
        self._at[lane], self._time[lane] = self._first[lane], plan.limits.start
        self._rate[lane] = plan.rate
        for number, formula in enumerate(plan.formulas):
            self._fixed[number, lane] = 0 if formula.variate is not None else int(formula.shift)
        for number, drawn in enumerate(self._drawn):
            formula = plan.formulas[drawn]
            self._linear[:, number, lane] = formula.scale, formula.shift
            self._bounds[:, number + 1, lane] = formula.low, formula.high
        self._see_change(lane, plan.limits, plan.limits.start)

    def _see_change(self, lane: int, limits: Limits, time: int) -> None:
        """Note until when requests are made behind a time that is before the limits' end."""
        active, change = limits.activity.next_change(time)
        self._change[lane] = min(change, limits.end, _SURELY_FITTING) if active and time < _SURELY_FITTING else _NEVER

    def _finish(self, lane: int) -> None:
        self._plans[lane] = None
        self._at[lane] = _FAR
        self._over.append(lane)

    def step(self) -> list[int]:
        """Go through the block that was just made; return the lanes whose clients are finished."""
        redraws: Redraws = {}  # by their places, as all others
        for lane, rows in self._block.redraws.items():
            redraws[lane] = (self._first[lane] + np.array(rows) * self._stride).tolist()
            self._at[lane] = self._passed(int(self._at[lane]), redraws[lane])
        with np.errstate(all="ignore"):
            self._side_by_side(redraws)
        for lane in (self._at <= self._last).nonzero()[0].tolist():
            self._one_by_one(lane, _FAR, redraws)
        self._collect()
        self._at -= self._behind
        over, self._over = self._over, []
        return over

    def _side_by_side(self, redraws: Redraws) -> None:
        """Draw the next requests of all clients, round after round, until few of them are left in the block."""
        upper, offsets, tables, stride, change = self._upper, self._offsets, self._tables, self._stride, self._change
        normal, exponents, rate, low, high, (scale, shift) = (
            self._normal,
            self._exponents,
            self._rate,
            *self._bounds,
            self._linear,
        )
        fixed = self._fixed.sum(axis=0) + self._draws
        limited = bool((self._left < _FAR).any())
        bound = np.full(len(rate), MAX_LENGTH * stride)
        for lane, rows in redraws.items():
            if rows:
                bound[lane] = rows[0]
        here = self._at <= self._last
        while np.count_nonzero(here) >= _FEW:
            at, time = self._at, self._time
            halves = upper.take(at + offsets, mode="clip")
            strips = halves.view(np.uint8)[:, ::4] + tables
            values = halves.astype(np.float64)
            values[normal] = halves[normal].view(np.int32)
            accepted = np.abs(values) < _ACCEPTS.take(strips)
            values *= _WIDTHS.take(strips)
            values[0] /= rate
            lengths = values[1:]
            lengths *= scale
            lengths += shift
            np.exp(lengths[exponents], out=lengths[exponents])
            np.minimum(values, high, out=values)
            np.maximum(values, low, out=values)
            lengths += 0.5  # exact, or without effect on the whole part, since lengths are 1 at least
            whole = values.astype(np.int64)
            arrival = whole[0] + time
            behind = fixed.copy()
            for drawn in whole[1:]:
                behind += drawn
            behind *= stride
            behind += at
            sure = behind <= bound
            sure &= here
            sure &= arrival < change
            for each in accepted:
                sure &= each
            for length in lengths[exponents]:
                sure &= np.abs(length - np.rint(length)) > _NEAR
            if limited:
                sure &= self._left > 1
                self._left -= sure
            self._rounds.append((sure, at, arrival, whole[1:]))
            self._at = np.where(sure, behind, at)
            self._time = np.where(sure, arrival, time)
            for lane in (here > sure).nonzero()[0].tolist():
                here[lane] = self._one_by_one(lane, 1, redraws)
                if lane in redraws:
                    bound[lane] = (redraws[lane] or [MAX_LENGTH * stride])[0]
            here &= self._at <= self._last

    def _one_by_one(self, lane: int, most: int, redraws: Redraws) -> bool:
        """Draw a client's next requests, so many of them at most, value by value; tell whether this block has others."""
        plan, rows = self._plans[lane], redraws.get(lane, [])
        assert plan is not None
        limits, gap, content = plan.limits, plan.gap, plan.content
        end, activity, always = limits.end, limits.activity, limits.activity.always
        column, single, stride, last = self._column, self._single, self._stride, int(self._last[lane])
        at, time = int(self._at[lane]), int(self._time[lane])
        left = begun = min(most, int(self._left[lane]))
        column.end = last + self._draws * stride
        while left and at <= last:
            column.at = at
            try:
                arrival = time + gap(column)
                if arrival >= end and limits.over(arrival):
                    self._finish(lane)
                    return False
                if not always and arrival not in activity:
                    at, time = column.at, arrival
                    continue
                fresh, output = content.lengths(column)
            except NotYetError:
                last = -1  # it is drawn anew when the next block is there
                break
            single.append((lane, column.at, arrival, fresh, output))
            at, time = column.at + (fresh + output) * stride, arrival
            left -= 1
            if rows:
                while rows and rows[0] < column.at:
                    rows.pop(0)
                at = self._passed(at, rows)
        self._at[lane], self._time[lane] = at, time
        self._left[lane] -= begun - left
        if not self._left[lane]:
            self._finish(lane)
            return False
        if time >= self._change[lane]:
            self._see_change(lane, limits, time)
        return at <= last

    def _passed(self, at: int, rows: list[int]) -> int:
        """Return where a place comes to stand behind the values that tokens before it skip; they are taken away."""
        while rows and rows[0] < at:
            rows.pop(0)
            at += self._stride
        return at

    def _collect(self) -> None:
        """Keep the requests that were drawn in this block as rows."""
        parts = []
        if self._rounds:
            sure, at, arrival, drawn = (np.array(column) for column in zip(*self._rounds, strict=True))
            lane = sure.nonzero()[1]
            lengths = self._fixed[:, lane]
            lengths[self._drawn] = drawn.swapaxes(0, 1)[:, sure]
            parts.append(np.stack([lane, at[sure] + self._draws * self._stride, arrival[sure], *lengths]))
        if self._single:
            parts.append(np.array(self._single).T)
        if parts:
            lane, at, arrival, fresh, output = np.concatenate(parts, axis=1)
            place = (at - self._first[lane]) // self._stride + self._base[lane]
            rows = Rows(arrival, place, fresh.astype(np.int32), output.astype(np.int32))
            self._found.append((rows, self._client[lane]))
        self._rounds.clear()
        self._single.clear()

    def found(self) -> list[tuple[Rows, NDArray[np.int32]]]:
        """Return all requests made, in no particular order, and whose they are."""
        return self._found


def _part(those: list[bool]) -> slice:
    """Return which of up to two neighbours those are."""
    return slice(those.index(True), len(those) - those[::-1].index(True)) if any(those) else slice(0)
