"""What arrives over time: counted in bins of a round width, and in short spans within them, so that no burst is averaged away."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.facts import US_PER_S

Weights = NDArray[np.bool_] | NDArray[np.integer] | None
"""What each request counts for, shape (requests); ``None`` for 1."""

MOST_BINS = 60
_MINUTE, _HOUR, _DAY = 60_000_000, 3_600_000_000, 86_400_000_000
_ROUND_US: tuple[int, ...] = (
    *(digit * 10**power for power in range(6) for digit in (1, 2, 5)),
    *(count * US_PER_S for count in (1, 2, 5, 10, 15, 20, 30)),
    *(count * _MINUTE for count in (1, 2, 5, 10, 15, 20, 30)),
    *(count * _HOUR for count in (1, 2, 3, 6, 12)),
)
_TELLING = 20
"""So many requests in a short span are more than chance; where no span has as many, spans are longer."""


class Bins(NamedTuple):
    """The time from `start_us` to `end_us`, cut into bins of `width_us`; the start is a multiple of that.

    What is left at the end is a bin of its own if it is more than half a bin, and part of the last one otherwise: a
    request or two in a sliver of time would look like a burst.
    """

    width_us: int
    end_us: int
    start_us: int = 0

    @property
    def number(self) -> int:
        """How many bins there are."""
        span = max(self.end_us - self.start_us, 0)
        whole, left = divmod(span, self.width_us)
        return max(whole + (2 * left > self.width_us), min(span, 1))

    @property
    def edges(self) -> NDArray[np.int64]:
        """Where bins begin, and the end, in µs. Shape: (bins + 1)."""
        return np.append(self.start_us + np.arange(self.number) * self.width_us, self.end_us)

    @property
    def seconds(self) -> NDArray[np.float64]:
        """How long each bin is. Shape: (bins)."""
        return np.diff(self.edges) / US_PER_S

    def of(self, times_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the bin of each time within them."""
        return np.minimum((times_us - self.start_us) // self.width_us, self.number - 1)

    def within(self, times_us: NDArray[np.int64]) -> slice:
        """Return where ascending times are within the bins."""
        return slice(*np.searchsorted(times_us, [self.start_us, self.end_us]).tolist())


class Series(NamedTuple):
    """Requests, or what they count for, over time: in each bin, and in the fullest short span of each bin.

    The shape of `counts` and `fullest` is (bins). Short spans are as long as bins where there are none.
    """

    bins: Bins
    counts: NDArray[np.int64]
    span_us: int
    fullest: NDArray[np.int64]

    @property
    def has_spans(self) -> bool:
        """Whether bins are cut into shorter spans."""
        return self.span_us < self.bins.width_us

    @property
    def rates(self) -> NDArray[np.float64]:
        """The mean rate of each bin, per second."""
        return self.counts / self.bins.seconds

    @property
    def highest(self) -> NDArray[np.float64]:
        """The highest rate of any short span in each bin, per second."""
        return self.fullest / (self.span_us / US_PER_S) if self.has_spans else self.rates

    @property
    def mean(self) -> float:
        """The rate over the whole time, per second."""
        seconds = (self.bins.end_us - self.bins.start_us) / US_PER_S
        return float(self.counts.sum()) / seconds if seconds else 0.0

    @property
    def peak(self) -> float:
        """The rate of the fullest bin, per second."""
        return float(self.rates.max(initial=0.0))


class Levels(NamedTuple):
    """What is there over time, such as requests in flight: its mean in each bin, and the most at any time of each bin.

    The shape of both is (bins). It is shown as a `Series` is.
    """

    bins: Bins
    means: NDArray[np.float64]
    most: NDArray[np.int64]

    @property
    def has_spans(self) -> bool:
        """Whether there is more to say of a bin than its mean: always."""
        return True

    @property
    def span_us(self) -> int:
        """How long the time is that `highest` is taken over: a moment."""
        return 0

    @property
    def rates(self) -> NDArray[np.float64]:
        """What the bars show."""
        return self.means

    @property
    def highest(self) -> NDArray[np.float64]:
        """The most at any time of each bin."""
        return self.most.astype(np.float64)

    @property
    def peak(self) -> float:
        """The mean of the fullest bin."""
        return float(self.means.max(initial=0.0))


def round_width_us(end_us: int, most: int = MOST_BINS) -> int:
    """Return the smallest round width, in µs, that cuts a time into at most `most` bins."""
    for width in _ROUND_US:
        if end_us <= width * most:
            return width
    return _DAY * -(-end_us // (_DAY * most))


def next_width_us(width_us: int, step: int) -> int:
    """Return the next wider (`step` 1) or narrower (-1) round width, in µs."""
    if step > 0:
        return next((width for width in _ROUND_US if width > width_us), _DAY * (width_us // _DAY + 1))
    if width_us > _DAY:
        return _DAY * ((width_us - 1) // _DAY)
    return next((width for width in reversed(_ROUND_US) if width < width_us), width_us)


def series(arrival_us: NDArray[np.int64], bins: Bins, weights: Weights = None, span_us: int | None = None) -> Series:
    """Count the requests that arrive within the bins, or add up their weights.

    `arrival_us`, shape (requests), is in ascending order; `span_us` divides the bins' width, and is that without.
    """
    within = bins.within(arrival_us)
    arrival_us = arrival_us[within]
    weights = None if weights is None else weights[within]
    edges = np.searchsorted(arrival_us, bins.edges)
    counts = np.diff(edges) if weights is None else np.diff(_running(weights)[edges])
    span_us = span_us or bins.width_us
    fullest = counts
    if span_us < bins.width_us:
        spans, sums = _spans(arrival_us, weights, span_us)
        fullest = np.zeros(bins.number, np.int64)
        np.maximum.at(fullest, bins.of(spans * span_us), sums)
    return Series(bins, counts, span_us, fullest)


def short_span_us(arrival_us: NDArray[np.int64], bins: Bins) -> int:
    """Return how long the short spans of bins should be, in µs: a second as a rule.

    Where requests are few, the fullest second is chance and would dwarf all means; then it is the shortest round time in
    which enough of them arrive somewhere. That is the bins' width if there is none that divides it.
    """
    if len(arrival_us) < _TELLING:
        return bins.width_us
    least = max(US_PER_S, int((arrival_us[_TELLING - 1 :] - arrival_us[: 1 - _TELLING]).min()))
    return next((width for width in _ROUND_US if least <= width < bins.width_us and bins.width_us % width == 0), bins.width_us)


def in_a_second(arrival_us: NDArray[np.int64], weights: Weights = None) -> int:
    """Return how many requests arrive in the fullest second, or the sum of their weights."""
    return int(_spans(arrival_us, weights, US_PER_S)[1].max(initial=0))


def _spans(times: NDArray[np.int64], weights: Weights, length: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of the spans that anything falls into, and the sum of each; `times` ascend."""
    first, last = (int(times[place]) // length for place in (0, -1)) if len(times) else (0, -1)
    if last - first < len(times):  # to look for where spans begin is quicker than to divide all times
        numbers = np.arange(first, last + 1)
        starts = np.searchsorted(times, numbers * length)
        filled = np.diff(starts, append=len(times)) > 0
        numbers, starts = numbers[filled], starts[filled]
    else:
        of_each = times // length
        starts = np.concatenate([np.zeros(1, np.int64), np.flatnonzero(of_each[1:] != of_each[:-1]) + 1])
        numbers = of_each[starts]
    if weights is None:
        return numbers, np.diff(starts, append=len(times))
    return numbers, np.add.reduceat(weights, starts, dtype=np.int64) if len(starts) else starts


def _running(weights: NDArray[np.generic]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(weights, dtype=np.int64)])
