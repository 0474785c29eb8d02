"""Samplers of the gaps between arrivals, in whole microseconds of at least 1, from BLIS's `NewArrivalSampler`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.distributions import go_int
from blis_tui.spec.model import Arrival
from blis_tui.workload.lengths import power
from blis_tui.workload.random.stream import Sampler
from blis_tui.workload.random.variates import Variates, log

_LEAST_RATE = 1e-15
_LEAST_GAMMA_SHAPE = 0.01
_SMALLEST = 5e-324
_FITTING = 2.0**62


def gap_sampler(arrival: Arrival, rate: float) -> Sampler:
    """Return a function that draws gaps of an arrival process at a rate in requests per microsecond."""
    rate = max(rate, _LEAST_RATE)
    poisson = poisson_rate(arrival, rate)
    if poisson is not None:
        return poisson_sampler(poisson)
    if arrival.process == "constant":
        gap = max(1, go_int(1.0 / rate))
        return lambda _: gap
    shape, scale = _gamma(arrival, rate) if arrival.process == "gamma" else _weibull(arrival, rate)
    draw = _draw_gamma if arrival.process == "gamma" else _draw_weibull
    return lambda stream: max(1, go_int(draw(stream, shape, scale)))


def poisson_rate(arrival: Arrival, rate: float) -> float | None:
    """Return the rate of the exponential gaps of a process, or ``None`` if its gaps are of another kind."""
    rate = max(rate, _LEAST_RATE)
    if arrival.process not in ("gamma", "weibull", "constant"):
        return rate  # a window's process is not checked, and BLIS takes any other for this one
    if arrival.process == "gamma" and _fitted(arrival) is None and _gamma_shape(arrival) < _LEAST_GAMMA_SHAPE:
        return rate  # BLIS's fallback for very bursty gamma processes
    return None


def poisson_sampler(rate: float) -> Sampler:
    """Return a function that draws exponential gaps at a rate in requests per microsecond."""

    def sample(stream: Variates) -> int:
        value = stream.exponential() / rate
        return int(value) if 1.0 <= value < _FITTING else max(1, go_int(value))

    def always_1(stream: Variates) -> int:
        stream.exponential()
        return 1  # as infinity is converted

    return sample if rate else always_1


def gaps(variates: NDArray[np.float64], rate: float) -> NDArray[np.int64]:
    """Turn exponential variates into gaps at a rate in requests per microsecond."""
    with np.errstate(over="ignore", divide="ignore"):
        return whole(variates / rate)


def truncated(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Truncate towards zero as Go does on amd64: what int64 cannot hold gives -2^63."""
    return np.where(np.abs(values) < 2.0**63, values, -(2.0**63)).astype(np.int64)


def whole(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Truncate to whole numbers of at least 1."""
    return np.maximum(truncated(values), 1)


def _fitted(arrival: Arrival) -> tuple[float, float] | None:
    if arrival.shape is None or arrival.scale is None or arrival.shape <= 0 or arrival.scale <= 0:
        return None
    return arrival.shape, arrival.scale


def _cv(arrival: Arrival) -> float:
    return 1.0 if arrival.cv is None or arrival.cv <= 0 else arrival.cv


def _gamma_shape(arrival: Arrival) -> float:
    square = _cv(arrival) * _cv(arrival)
    return 1.0 / square if square else math.inf


def _gamma(arrival: Arrival, rate: float) -> tuple[float, float]:
    cv = _cv(arrival)
    return _fitted(arrival) or (_gamma_shape(arrival), 1.0 / rate * cv * cv)


def _weibull(arrival: Arrival, rate: float) -> tuple[float, float]:
    fitted = _fitted(arrival)
    if fitted is not None:
        return fitted
    shape = _weibull_shape(_cv(arrival))
    return shape, 1.0 / rate / math.gamma(1.0 + 1.0 / shape)


def _weibull_shape(cv: float) -> float:
    """Find the shape whose coefficient of variation is `cv` to 0.001, by bisection of [0.1, 100]."""
    low, high = 0.1, 100.0
    for _ in range(100):
        middle = (low + high) / 2.0
        first, second = math.gamma(1.0 + 1.0 / middle), math.gamma(1.0 + 2.0 / middle)
        found = math.sqrt(second / (first * first) - 1.0)
        if abs(found - cv) < 0.001:
            return middle
        if found > cv:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def _draw_gamma(stream: Variates, shape: float, scale: float) -> float:
    """Draw from a gamma distribution (Marsaglia & Tsang 2000; below shape 1 by Ahrens & Dieter's step)."""
    if shape < 1.0:
        uniform = stream.float64()
        return _draw_gamma(stream, shape + 1.0, scale) * power(uniform, 1.0 / shape)
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


def _draw_weibull(stream: Variates, shape: float, scale: float) -> float:
    uniform = stream.float64() or _SMALLEST
    return scale * power(-log(uniform), 1.0 / shape)
