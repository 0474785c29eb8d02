"""Gaps between arrivals, in whole microseconds of at least 1: the samplers of BLIS's `NewArrivalSampler`."""

from __future__ import annotations

import math

from blis_tui.spec.format.distributions import go_int
from blis_tui.spec.format.facts import LEAST_RATE
from blis_tui.spec.format.model import Arrival
from blis_tui.workload.kernel.records import GAMMA, POISSON, WEIBULL, Sampler
from blis_tui.workload.sampling.table import fixed

_LEAST_GAMMA_SHAPE = 0.01


def gap_sampler(arrival: Arrival, rate: float) -> Sampler:
    """Return how to draw the gaps of an arrival process at a rate in requests per microsecond."""
    rate = max(rate, LEAST_RATE)
    poisson = poisson_rate(arrival, rate)
    if poisson is not None:
        return Sampler(POISSON, poisson)
    if arrival.process == "constant":
        return fixed(max(1, go_int(1.0 / rate)))
    if arrival.process == "gamma":
        return Sampler(GAMMA, *_gamma(arrival, rate))
    return Sampler(WEIBULL, *_weibull(arrival, rate))


def poisson_rate(arrival: Arrival, rate: float) -> float | None:
    """Return the rate of the exponential gaps of a process, or ``None`` if its gaps are of another kind."""
    rate = max(rate, LEAST_RATE)
    if arrival.process not in ("gamma", "weibull", "constant"):
        return rate  # a window's process is not checked, and BLIS takes any other for this one
    if arrival.process == "gamma" and _fitted(arrival) is None and _gamma_shape(arrival) < _LEAST_GAMMA_SHAPE:
        return rate  # BLIS's fallback for very bursty gamma processes
    return None


def gap_variation(arrival: Arrival) -> float | None:
    """Return the coefficient of variation of the gaps of a process that is not Poisson; ``None`` if it has none in numbers."""
    if arrival.process == "constant":
        return 0.0
    if arrival.process == "gamma":
        shape = _gamma(arrival, 1.0)[0]
        return 1.0 / math.sqrt(shape)
    shape = _weibull(arrival, 1.0)[0]
    try:
        first, second = math.gamma(1.0 + 1.0 / shape), math.gamma(1.0 + 2.0 / shape)
        return math.sqrt(second / (first * first) - 1.0)
    except OverflowError:
        return None


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
    fitted_to = _fitted(arrival)
    if fitted_to is not None:
        return fitted_to
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
