"""Lengths and gaps, drawn as BLIS's distribution.go and arrival.go say."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from blis_tui.spec.format.model import Arrival, Distribution
from reference.go_rand import Rand, log

Draw = Callable[[Rand], int]
TINY = 5e-324


def to_int(value: float) -> int:
    if math.isnan(value) or value >= 2.0**63 or value < -(2.0**63):
        return -(2**63)
    return int(value)


def rounded(value: float) -> int:
    if not math.isfinite(value):
        return -(2**63)
    size = math.floor(abs(value))
    return to_int(math.copysign(size + (abs(value) - size >= 0.5), value))


def power(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except (OverflowError, ValueError):
        return math.inf


def exp(x: float) -> float:
    return math.inf if x > 709.782712893384 else math.exp(x)


def length(dist: Distribution) -> Draw:
    kinds: dict[str, Callable[[Rand, Mapping[str, float]], int]] = {
        "constant": lambda r, p: max(1, to_int(p["value"])),
        "gaussian": gaussian,
        "exponential": lambda r, p: clamp(rounded(r.exp() * p["mean"]), p),
        "lognormal": lognormal,
        "pareto_lognormal": pareto_lognormal,
        "empirical": empirical,
    }
    return lambda r: kinds[dist.type](r, dist.params)


def gaussian(r: Rand, p: Mapping[str, float]) -> int:
    low, high = to_int(p["min"]), to_int(p["max"])
    if low == high:
        return low
    return max(1, rounded(min(float(high), max(float(low), r.norm() * p["std_dev"] + p["mean"]))))


def lognormal(r: Rand, p: Mapping[str, float]) -> int:
    value = exp(p["mu"] + p["sigma"] * r.norm())
    return clamp(rounded(value), p) if math.isfinite(value) else max(1, to_int(p.get("min", 0.0)))


def pareto_lognormal(r: Rand, p: Mapping[str, float]) -> int:
    if r.float64() < p["mix_weight"]:
        tail = power(r.float64() or TINY, 1.0 / p["alpha"])
        value = p["xm"] / tail if tail else math.inf
    else:
        value = exp(p["mu"] + p["sigma"] * r.norm())
    return max(1, rounded(value))


def empirical(r: Rand, p: Mapping[str, float]) -> int:
    bins = sorted((int(key), probability) for key, probability in p.items())
    total, reached = 0.0, 0.0
    for _, probability in bins:
        total += probability
    likely = [(value, probability) for value, probability in bins if probability > 0]
    if len(likely) < 2:
        return likely[0][0] if likely else 1
    u = r.float64()
    for value, probability in likely[:-1]:
        reached += probability / total
        if u <= reached:
            return value
    return likely[-1][0]


def clamp(value: int, p: Mapping[str, float]) -> int:
    low, high = to_int(p.get("min", 0.0)), to_int(p.get("max", 0.0))
    if low > 0:
        value = max(value, low)
    if high > 0:
        value = min(value, high)
    return max(1, value)


def gap(arrival: Arrival, rate: float) -> Draw:
    """Draw gaps in µs; the rate is in requests per µs."""
    rate = max(rate, 1e-15)
    cv = 1.0 if arrival.cv is None else arrival.cv
    fitted = arrival.shape is not None and arrival.scale is not None
    if arrival.process == "constant":
        return lambda r: max(1, to_int(1.0 / rate))
    if arrival.process == "gamma" and (fitted or 1.0 / (cv * cv) >= 0.01):
        shape, scale = (arrival.shape, arrival.scale) if fitted else (1.0 / (cv * cv), 1.0 / rate * cv * cv)
        assert shape is not None and scale is not None
        return lambda r: max(1, to_int(gamma(r, shape, scale)))
    if arrival.process == "weibull":
        shape, scale = (arrival.shape, arrival.scale) if fitted else weibull(cv, rate)
        assert shape is not None and scale is not None
        return lambda r: max(1, to_int(scale * power(-log(r.float64() or TINY), 1.0 / shape)))
    return lambda r: max(1, to_int(r.exp() / rate))


def gamma(r: Rand, shape: float, scale: float) -> float:
    if shape < 1.0:
        u = r.float64()
        return gamma(r, shape + 1.0, scale) * power(u, 1.0 / shape)
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = r.norm()
        v = 1.0 + c * x
        if v <= 0:
            continue
        v = v * v * v
        u = r.float64()
        if u < 1.0 - 0.0331 * (x * x) * (x * x) or log(u) < 0.5 * x * x + d * (1.0 - v + log(v)):
            return d * v * scale


def weibull(cv: float, rate: float) -> tuple[float, float]:
    low, high = 0.1, 100.0
    k = 0.0
    for _ in range(100):
        k = (low + high) / 2.0
        first, second = math.gamma(1.0 + 1.0 / k), math.gamma(1.0 + 2.0 / k)
        got = math.sqrt(second / (first * first) - 1.0)
        if abs(got - cv) < 0.001:
            break
        low, high = (k, high) if got > cv else (low, k)
    else:
        k = (low + high) / 2.0
    return k, 1.0 / rate / math.gamma(1.0 + 1.0 / k)
