"""The families of lengths and gaps, as BLIS's `NewLengthSampler` and `NewArrivalSampler` draw from them."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.distributions import go_int
from blis_tui.workload.kernel import records
from blis_tui.workload.kernel.records import Programs
from blis_tui.workload.kernel.twin.random_stream import Stream, log

Draw = Callable[[Stream], int]
"""Draws a whole number."""
_SMALLEST = 5e-324


class RandomStream(Stream):
    """One stream for everybody: the root stream of a workload, and tests."""

    __slots__ = ()

    def sample(self, samplers: NDArray[np.void], values: NDArray[np.int64], shares: NDArray[np.float64]) -> int:
        """Draw from the first of some samplers."""
        return draw_of(samplers[0].item(), values, shares)(self)


def draws_of(programs: Programs) -> list[Draw]:
    """Return how to draw from each sampler of a workload."""
    return [draw_of(row, programs.values, programs.shares) for row in programs.samplers.tolist()]


def draw_of(row: Sequence[Any], values: NDArray[np.int64], shares: NDArray[np.float64]) -> Draw:
    """Return how to draw from one sampler."""
    family, a, b, c, d, e, low, high = row
    if family == records.FIXED:
        return lambda _: low
    if family == records.EMPIRICAL:
        some_values, some_shares = values[low:high].tolist(), shares[low:high].tolist()
        return lambda stream: some_values[bisect_left(some_shares, stream.float64())]
    if family == records.POISSON:
        return (lambda stream: _whole(stream.exponential() / a)) if a else _always_1
    if family == records.GAMMA:
        return lambda stream: _whole(gamma(stream, a, b))
    if family == records.WEIBULL:
        return lambda stream: _whole(b * power(-log(stream.float64() or _SMALLEST), 1.0 / a))
    if family == records.GAUSSIAN:
        least, most = float(low), float(high)
        return lambda stream: max(1, rounded(min(max(stream.normal() * b + a, least), most)))
    if family == records.EXPONENTIAL:
        return lambda stream: _bounded(rounded(stream.exponential() * a), low, high)
    if family == records.LOGNORMAL:
        return lambda stream: _lognormal(exp(a + b * stream.normal()), low, high)
    return lambda stream: _pareto_lognormal(stream, a, b, c, d, e)


def _always_1(stream: Stream) -> int:
    stream.exponential()
    return 1  # as infinity is converted


def _whole(value: float) -> int:
    return int(value) if 1.0 <= value < 2.0**62 else max(1, go_int(value))


def rounded(value: float) -> int:
    """Round to a whole number, halves away from zero (Go's `math.Round`), and convert it as Go does."""
    if not math.isfinite(value):
        return go_int(value)
    whole = math.trunc(value)
    if abs(value - whole) >= 0.5:
        whole += 1 if value > 0 else -1
    return go_int(float(whole))


def _bounded(value: int, low: int, high: int) -> int:
    """Keep within the bounds, of which one of 0 is none."""
    if low > 0 and value < low:
        value = low
    if 0 < high < value:
        value = high
    return max(1, value)


def _lognormal(value: float, low: int, high: int) -> int:
    return _bounded(rounded(value), low, high) if math.isfinite(value) else max(1, low)


def _pareto_lognormal(stream: Stream, exponent: float, xm: float, mu: float, sigma: float, mix_weight: float) -> int:
    if stream.float64() < mix_weight:
        tail = power(stream.float64() or _SMALLEST, exponent)
        value = xm / tail if tail else math.inf
    else:
        value = exp(mu + sigma * stream.normal())
    return max(1, rounded(value)) if math.isfinite(value) else 1


def gamma(stream: Stream, shape: float, scale: float) -> float:
    """Draw from a gamma distribution (Marsaglia & Tsang 2000; below shape 1 by Ahrens & Dieter's step)."""
    if shape < 1.0:
        uniform = stream.float64()
        return gamma(stream, shape + 1.0, scale) * power(uniform, 1.0 / shape)
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        v = 0.0
        while v <= 0:
            x = stream.normal()
            v = 1.0 + c * x
        v = v * v * v
        u = stream.float64()
        if u < 1.0 - 0.0331 * (x * x) * (x * x) or log(u) < 0.5 * x * x + d * (1.0 - v + log(v)):
            return d * v * scale


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
