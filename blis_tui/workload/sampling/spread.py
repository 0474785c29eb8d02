"""How lengths and gaps are spread: their quantiles, mean and histogram, worked out and not drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from statistics import NormalDist
from typing import NamedTuple

from blis_tui.spec.format.distributions import go_int
from blis_tui.spec.format.model import Arrival, Distribution
from blis_tui.workload.kernel.records import EXPONENTIAL, FIXED, GAMMA, GAUSSIAN, LOGNORMAL, POISSON, Sampler
from blis_tui.workload.kernel.twin.samplers import exp, power, rounded
from blis_tui.workload.sampling.arrivals import gap_sampler
from blis_tui.workload.sampling.lengths import length_sampler

_COUNT = 2000
"""Points that stand for a distribution, each for as much of it."""
_LARGEST = 2.0**62


class Spread(NamedTuple):
    """A distribution as points of equal or different weight, in ascending order."""

    values: Sequence[int]
    weights: Sequence[float]

    @property
    def mean(self) -> float:
        """The mean."""
        return sum(value * weight for value, weight in zip(self.values, self.weights, strict=True)) / sum(self.weights)

    def quantile(self, part: float) -> int:
        """Return the smallest value that a part of all draws do not exceed."""
        target, reached = part * sum(self.weights) * (1 - 1e-12), 0.0
        for value, weight in zip(self.values, self.weights, strict=True):
            reached += weight
            if reached >= target:
                return value
        return self.values[-1]

    def histogram(self, count: int, low: int, high: int) -> list[float]:
        """Return the weight of each of `count` bins of equal width, the last of which includes `high`."""
        bins = [0.0] * count
        span = max(high - low, 1)
        for value, weight in zip(self.values, self.weights, strict=True):
            if low <= value <= high:
                bins[min((value - low) * count // span, count - 1)] += weight
        return bins


def length_spread(distribution: Distribution) -> Spread:
    """Return how the draws of a (valid) distribution are spread."""
    sampler = length_sampler(distribution)
    if not isinstance(sampler, Sampler):
        shares = [0.0, *(share for _, share in sampler)]
        return Spread([value for value, _ in sampler], [share - before for before, share in pairwise(shares)])
    if sampler.family == FIXED:
        return Spread([sampler.low], [1.0])
    return _sorted(*_LENGTHS.get(sampler.family, _pareto_lognormal)(sampler))


def gap_spread(arrival: Arrival, rate: float) -> Spread:
    """Return how the gaps of an arrival process at a rate in requests per microsecond are spread, in microseconds."""
    sampler = gap_sampler(arrival, rate)
    if sampler.family == FIXED:
        return Spread([sampler.low], [1.0])
    if sampler.family == GAMMA:
        return _gamma(sampler.a, sampler.b)
    if sampler.family == POISSON:
        found = [-math.log1p(-part) / sampler.a for part in _parts()]
    else:
        found = [sampler.b * power(-math.log1p(-part), 1.0 / sampler.a) for part in _parts()]
    return _sorted([_whole(value) for value in found], [1.0] * _COUNT)


def _sorted(values: list[int], weights: list[float]) -> Spread:
    pairs = sorted(zip(values, weights, strict=True))
    return Spread([value for value, _ in pairs], [weight for _, weight in pairs])


@cache
def _parts() -> tuple[float, ...]:
    return tuple((index + 0.5) / _COUNT for index in range(_COUNT))


@cache
def _deviates() -> tuple[float, ...]:
    normal = NormalDist()
    return tuple(normal.inv_cdf(part) for part in _parts())


def _whole(value: float) -> int:
    return max(1, go_int(min(value, _LARGEST)))


def _bounded(value: float, low: int, high: int) -> int:
    number = rounded(min(value, _LARGEST))
    if low > 0:
        number = max(number, low)
    if high > 0:
        number = min(number, high)
    return max(1, number)


def _gaussian(sampler: Sampler) -> tuple[list[int], list[float]]:
    low, high = float(sampler.low), float(sampler.high)
    found = (min(max(sampler.a + sampler.b * deviate, low), high) for deviate in _deviates())
    return [max(1, rounded(value)) for value in found], [1.0] * _COUNT


def _exponential(sampler: Sampler) -> tuple[list[int], list[float]]:
    found = (-math.log1p(-part) * sampler.a for part in _parts())
    return [_bounded(value, sampler.low, sampler.high) for value in found], [1.0] * _COUNT


def _lognormal(sampler: Sampler) -> tuple[list[int], list[float]]:
    found = (exp(sampler.a + sampler.b * deviate) for deviate in _deviates())
    return [_bounded(value, sampler.low, sampler.high) for value in found], [1.0] * _COUNT


def _pareto_lognormal(sampler: Sampler) -> tuple[list[int], list[float]]:
    tail = (sampler.b / power(1.0 - part, sampler.a) for part in _parts())
    body = (exp(sampler.c + sampler.d * deviate) for deviate in _deviates())
    values = [_bounded(value, 0, 0) for value in (*tail, *body)]
    return values, [sampler.e] * _COUNT + [1.0 - sampler.e] * _COUNT


_LENGTHS: dict[int, Callable[[Sampler], tuple[list[int], list[float]]]] = {
    GAUSSIAN: _gaussian,
    EXPONENTIAL: _exponential,
    LOGNORMAL: _lognormal,
}


def _gamma(shape: float, scale: float) -> Spread:
    """Return a gamma distribution as points that are evenly far apart in their logarithm; what is below 1 is 1."""
    if shape > 1e4:  # as good as even
        return Spread([_whole(shape * scale)], [1.0])
    high = math.log(shape + 12.0 * math.sqrt(shape) + 40.0)
    low = max(min(-math.log(scale), high - 1.0), math.log(shape) - 40.0 / math.sqrt(shape) - 40.0)
    step = (high - low) / _COUNT
    logs = [low + (index + 0.5) * step for index in range(_COUNT)]
    most = shape * math.log(shape) - shape
    weights = [math.exp(min(shape * at - math.exp(at) - most, 700.0)) * step for at in logs]
    below = math.exp(min(shape * low - most, 700.0)) / shape  # of tiny values only the power matters
    values = [_whole(math.exp(at) * scale) for at in logs]
    return Spread([1, *values], [below, *weights])
