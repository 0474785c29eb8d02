"""Lengths and other counts: the samplers of BLIS's `NewLengthSampler`."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import accumulate

from blis_tui.problems import ERROR, Problem, SpecError
from blis_tui.spec.format.distributions import go_int, read_bins, read_params
from blis_tui.spec.format.model import MAX_LENGTH, Distribution
from blis_tui.workload.kernel.records import EXPONENTIAL, GAUSSIAN, LOGNORMAL, PARETO_LOGNORMAL, Sampler
from blis_tui.workload.sampling.table import Bins, fixed


def checked(tokens: int) -> int:
    """Return a token count, or raise `SpecError` if a request cannot have as many."""
    if tokens > MAX_LENGTH:
        message = f"a request of {tokens:,} tokens is drawn, more than the {MAX_LENGTH:,} there can be"
        raise SpecError([Problem("too-long", ERROR, (), message)])
    return tokens


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


def length_sampler(distribution: Distribution) -> Sampler | Bins:
    """Return how to draw from a (valid) distribution."""
    value = fixed_length(distribution)
    if value is not None:
        return fixed(value)
    if distribution.type == "empirical":
        return _empirical(read_bins(distribution.params))
    return _FAMILIES[distribution.type](**read_params(distribution.type, distribution.params))


def _gaussian(*, mean: float, std_dev: float, min: int, max: int) -> Sampler:
    return Sampler(GAUSSIAN, mean, std_dev, low=min, high=max)


def _exponential(*, mean: float, min: int, max: int) -> Sampler:
    return Sampler(EXPONENTIAL, mean, low=min, high=max)


def _lognormal(*, mu: float, sigma: float, min: int, max: int) -> Sampler:
    return Sampler(LOGNORMAL, mu, sigma, low=min, high=max)


def _pareto_lognormal(*, alpha: float, xm: float, mu: float, sigma: float, mix_weight: float) -> Sampler:
    exponent = 1.0 / alpha if alpha else math.copysign(math.inf, alpha)
    return Sampler(PARETO_LOGNORMAL, exponent, xm, mu, sigma, mix_weight)


_FAMILIES: dict[str, Callable[..., Sampler]] = {
    "gaussian": _gaussian,
    "exponential": _exponential,
    "pareto_lognormal": _pareto_lognormal,
    "lognormal": _lognormal,
}


def _empirical(bins: list[tuple[int, float]]) -> Bins:
    total = 0.0
    for _, probability in bins:
        total += probability
    likely = [(value, probability / total) for value, probability in bins if probability > 0]
    shares = list(accumulate(share for _, share in likely))
    shares[-1] = 1.0
    return tuple(zip((value for value, _ in likely), shares, strict=True))
