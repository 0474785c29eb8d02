"""Samplers of lengths and other counts, from BLIS's `NewLengthSampler`."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from itertools import accumulate
from typing import Literal, NamedTuple

from blis_tui.spec.distributions import go_int, read_bins, read_params
from blis_tui.spec.model import Distribution
from blis_tui.workload.random.stream import Sampler
from blis_tui.workload.random.variates import Variates

_SMALLEST = 5e-324
_WHOLE_FROM = 2.0**52
"""From here on floats are whole numbers."""

_SURELY_FITTING = 2.0**50
_FARTHEST = 8.0
"""No variate that the ziggurat method accepts at once is farther from 0."""

Variate = Literal["normal", "exponential"]


class Formula(NamedTuple):
    """How a length follows from one variate: scaled and shifted, in the exponent of e or not, bounded, then rounded.

    The bounds are whole numbers of at least 1. So that it holds without exceptions, it is for variates that are accepted
    at once, and there is none for parameters that may lead to what a float or a Go integer cannot hold.
    """

    variate: Variate | None
    """``None`` for a length that is always `shift`, for which nothing is drawn."""
    scale: float
    shift: float
    low: float
    high: float
    exponent: bool = False

    @property
    def sound(self) -> bool:
        """Whether all that may come of it is far from what cannot be held."""
        farthest = abs(self.shift) + abs(self.scale) * _FARTHEST
        if self.variate is None and self.shift < 0.0:
            return False
        return farthest < (math.log(_SURELY_FITTING) if self.exponent else _SURELY_FITTING)

    @property
    def mean(self) -> float:
        """About the mean."""
        value = self.scale + self.shift if self.variate == "exponential" else self.shift
        return min(max(math.exp(value + self.scale * self.scale / 2) if self.exponent else value, self.low), self.high)


class Family(NamedTuple):
    """A distribution's sampler, and the formula for what it draws, if there is one."""

    sampler: Sampler
    formula: Formula | None = None


def round_half_away(value: float) -> float:
    """Round to a whole number, halves away from zero (Go's `math.Round`)."""
    if not math.isfinite(value):
        return value
    whole = float(math.trunc(value))
    return whole + math.copysign(1.0, value) if abs(value - whole) >= 0.5 else whole


def power(base: float, exponent: float) -> float:
    """Raise to a power; infinite where Python would raise."""
    try:
        return math.pow(base, exponent)
    except (OverflowError, ValueError):  # the latter for 0 to a negative power
        return math.inf


def exp(value: float) -> float:
    """Return e to the power of a value; infinite where Python would raise."""
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def fixed_length(distribution: Distribution) -> int | None:
    """Return the value of a distribution that always gives the same one and draws nothing; otherwise ``None``."""
    params = distribution.params
    if distribution.type == "constant":
        return max(1, go_int(params["value"]))
    if distribution.type == "gaussian":
        low, high = go_int(params["min"]), go_int(params["max"])
        return low if low == high else None
    if distribution.type == "empirical":
        likely = [value for value, probability in read_bins(params) if probability > 0]
        return (likely or [1])[0] if len(likely) <= 1 else None
    return None


def length_sampler(distribution: Distribution) -> Sampler:
    """Return a function that draws from a (valid) distribution."""
    return family(distribution).sampler


def family(distribution: Distribution) -> Family:
    """Return how to draw from a (valid) distribution."""
    found = _family(distribution)
    return found if found.formula is None or found.formula.sound else Family(found.sampler)


def _family(distribution: Distribution) -> Family:
    fixed = fixed_length(distribution)
    if fixed is not None:
        return Family(lambda _: fixed, Formula(None, 0.0, float(fixed), 1.0, math.inf))
    if distribution.type == "empirical":
        return Family(_empirical(read_bins(distribution.params)))
    families: dict[str, Callable[..., Family]] = {
        "gaussian": _gaussian,
        "exponential": _exponential,
        "pareto_lognormal": _pareto_lognormal,
        "lognormal": _lognormal,
    }
    return families[distribution.type](**read_params(distribution.type, distribution.params))


def _at_least_1(value: float) -> int:
    if 0.0 <= value < _WHOLE_FROM:  # nearly always; the difference is exact
        whole = int(value)
        return whole + 1 if value - whole >= 0.5 or not whole else whole
    return max(1, go_int(round_half_away(value)))


def _clamp(value: float, low: int, high: int) -> int:
    """Round, then keep within the bounds; a bound of 0 or less is none."""
    if 0.0 <= value < _WHOLE_FROM:
        whole = int(value)
        whole += value - whole >= 0.5
    else:
        whole = go_int(round_half_away(value))
    if low > 0 and whole < low:
        whole = low
    if 0 < high < whole:
        whole = high
    return max(1, whole)


def _bounds(low: int, high: int) -> tuple[float, float]:
    """Return the bounds of `_clamp` as a formula has them."""
    highest = float(high) if high > 0 else math.inf
    return min(max(float(low), 1.0), highest), highest


def _gaussian(*, mean: float, std_dev: float, min: int, max: int) -> Family:
    low, high = float(min), float(max)

    def sample(stream: Variates) -> int:
        value = stream.normal() * std_dev + mean
        return _at_least_1(high if value > high else low if value < low else value)

    return Family(sample, Formula("normal", std_dev, mean, low if low > 1.0 else 1.0, high if high > 1.0 else 1.0))


def _exponential(*, mean: float, min: int, max: int) -> Family:
    formula = Formula("exponential", mean, 0.0, *_bounds(min, max))
    return Family(lambda stream: _clamp(stream.exponential() * mean, min, max), formula)


def _lognormal(*, mu: float, sigma: float, min: int, max: int) -> Family:
    def sample(stream: Variates) -> int:
        value = exp(mu + sigma * stream.normal())
        return _clamp(value, min, max) if math.isfinite(value) else _clamp(0.0, min, 0)

    return Family(sample, Formula("normal", sigma, mu, *_bounds(min, max), exponent=True))


def _pareto_lognormal(*, alpha: float, xm: float, mu: float, sigma: float, mix_weight: float) -> Family:
    exponent = 1.0 / alpha if alpha else math.copysign(math.inf, alpha)

    def sample(stream: Variates) -> int:
        if stream.float64() < mix_weight:
            tail = power(stream.float64() or _SMALLEST, exponent)
            value = xm / tail if tail else math.inf
        else:
            value = exp(mu + sigma * stream.normal())
        return _at_least_1(value) if math.isfinite(value) else 1

    return Family(sample)


def _empirical(bins: list[tuple[int, float]]) -> Sampler:
    total = 0.0
    for _, probability in bins:
        total += probability
    values = [value for value, probability in bins if probability > 0]
    shares = list(accumulate(probability / total for _, probability in bins if probability > 0))
    shares[-1] = 1.0
    return lambda stream: values[bisect_left(shares, stream.float64())]
