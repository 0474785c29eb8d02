"""What each bin of the chart comes to: its rate, what is aimed at, what chance makes of that, and its requests."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from blis_tui.numbers import clock, counted, duration, rate
from blis_tui.workload.totals.bins import Levels, Series, series
from blis_tui.workload.totals.counts import Count
from blis_tui.workload.totals.measures import OUTPUT, TOKENS, weights_of
from blis_tui.workload.totals.summary import Tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.plot import Level
    from blis_tui.tui.chart.aims import Aims
    from blis_tui.workload.requests import Requests
    from blis_tui.workload.totals.bins import Bins


class Readings(NamedTuple):
    """The numbers of all bins. `aimed`, a rate, is called `line`; it is no number where nothing is aimed at."""

    over_time: Series | Levels
    line: str
    aimed: NDArray[np.float64]
    by_chance: bool
    """Whether nothing but chance takes a Poisson process from what is aimed at."""
    requests: NDArray[np.int64]
    input_tokens: NDArray[np.int64]
    output_tokens: NDArray[np.int64]

    @property
    def bins(self) -> Bins:
        """The bins."""
        return self.over_time.bins

    def deviations(self, number: int) -> float | None:
        """Return how many standard deviations a bin's count is from what is aimed at; ``None`` where that is not known."""
        if not self.by_chance or not isinstance(self.over_time, Series) or math.isnan(self.aimed[number]):
            return None
        mean = float(self.aimed[number] * self.bins.seconds[number])
        return Tally(Count(mean, mean), int(self.over_time.counts[number])).deviations

    def told(self, number: int, width: int) -> str:
        """Say all of a bin that there is room for."""
        start, end = self.bins.edges[number : number + 2].tolist()
        span = f"{clock(start)}–{clock(end)}"
        inputs, outputs = int(self.input_tokens[number]), int(self.output_tokens[number])
        requests = counted(int(self.requests[number]), "request")
        tokens = counted(inputs + outputs, "token")
        aim, peak = self._aim(number), self._peak(number)
        choices = (
            (span, f"{self._value(number)}{aim}{peak}", requests, f"{inputs:,} input and {outputs:,} output tokens"),
            (span, f"{self._value(number)}{aim}", requests, f"{inputs:,} input and {outputs:,} output tokens"),
            (span, f"{self._value(number)}{aim}", requests, tokens),
            (span, f"{self._value(number)}{aim}", requests),
            (span, f"{self._value(number)}{aim}"),
            (span, self._value(number)),
        )
        texts = ["   ".join(choice) for choice in choices]
        return next((text for text in texts if len(text) <= width), texts[-1])

    def _value(self, number: int) -> str:
        value = rate(float(self.over_time.rates[number]))
        return f"{value}/s" if isinstance(self.over_time, Series) else f"{value} in flight"

    def _aim(self, number: int) -> str:
        if not self.line or math.isnan(self.aimed[number]):
            return ""
        deviations = self.deviations(number)
        chance = "" if deviations is None else f", {deviations:+z.1f}σ"
        return f" ({self.line} {rate(float(self.aimed[number]))}{chance})"

    def _peak(self, number: int) -> str:
        if not self.over_time.has_spans:
            return ""
        highest = float(self.over_time.highest[number])
        if isinstance(self.over_time, Levels):
            return f", at most {highest:,.0f}"
        return f", peak {rate(highest)} in {duration(self.over_time.span_us)}"


def readings(requests: Requests, over_time: Series | Levels, aim: Aims, end: int, expected: Count | None) -> Readings:
    """Return the readings of all bins; `expected` are all requests, or what else is counted."""
    bins, arrivals = over_time.bins, requests.arrival_us
    line, levels = aim.levels(end, -1, sys.maxsize)
    return Readings(
        over_time,
        line,
        _aimed(levels, bins),
        expected is not None and expected.is_poisson,
        series(arrivals, bins).counts,
        series(arrivals, bins, weights_of(TOKENS, requests)).counts,
        series(arrivals, bins, weights_of(OUTPUT, requests)).counts,
    )


def _aimed(levels: Sequence[Level], bins: Bins) -> NDArray[np.float64]:
    """Return the mean of what is aimed at in each bin, no number if nothing is."""
    sure = [level for level in levels if not level.dashed]
    places = np.array([[level.start, level.end] for level in sure]).ravel()
    if not len(places):
        return np.full(bins.number, np.nan)
    reached = np.concatenate([[0.0], np.cumsum([(level.end - level.start) * level.height for level in sure])])
    within = np.interp(bins.edges, places, np.repeat(reached, 2)[1:-1])
    mean: NDArray[np.float64] = np.diff(within) / np.diff(bins.edges)
    return mean
