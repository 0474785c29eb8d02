"""The families of lengths, fitted to a trace: what BLIS draws of each, rounded and clamped, is to be as likely as can be.

Lengths are grouped; the likelihood is that of the shares of the groups (a multinomial one), which knows of rounding and of
what heaps up at the bounds. Of several families the one of the least BIC is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.model import Distribution
from blis_tui.workload.fitting.lengths.minimising import least

_MOST_GROUPS = 256
_LEAST_SHARE = 1e-12
_DIGITS = 5
_HEAVIEST = 1.05
"""The least alpha of a Pareto tail: one that is heavier has no mean."""
_FAR = 4.0
"""A tail that would draw lengths so many times beyond the longest is not taken."""
_ENOUGH = 0.01
"""A simple family nearer than this is good enough; that of two parts need not be tried."""

Shares = NDArray[np.float64]


class Grouped(NamedTuple):
    """Lengths in groups: the longest of each, and how many there are. Shape of both: (groups)."""

    highs: NDArray[np.int64]
    counts: NDArray[np.int64]
    low: int
    """The shortest length."""

    @property
    def total(self) -> int:
        """How many lengths there are."""
        return int(self.counts.sum())

    @property
    def high(self) -> int:
        """The longest."""
        return int(self.highs[-1])


class Family(NamedTuple):
    """A family with its parameters, how far it is from the lengths (Kolmogorov and Smirnov), and its BIC."""

    distribution: Distribution
    distance: float
    bic: float


def grouped(values: NDArray[np.int64], counts: NDArray[np.int64]) -> Grouped:
    """Group different values, which ascend, so that each group has about as many lengths, those of the longest tenth fewer."""
    if len(values) > _MOST_GROUPS:
        reached = np.cumsum(counts) / counts.sum()
        body = np.linspace(0, 0.9, _MOST_GROUPS * 3 // 4)
        wanted = np.unique(
            np.searchsorted(reached, np.concatenate([body, 1 - np.geomspace(0.1, 1 / counts.sum(), _MOST_GROUPS // 4)]))
        )
        ends = np.unique(np.append(wanted.clip(0, len(values) - 1), [0, len(values) - 2, len(values) - 1]))
        sums = np.cumsum(counts)[ends]
        return Grouped(values[ends], np.diff(sums, prepend=0), int(values[0]))
    return Grouped(values, counts, int(values[0]))


def best_family(lengths: Grouped) -> Family:
    """Return the family of the least BIC."""
    found = [_fit(lengths, *one) for one in _simple(lengths)]
    if min(each.distance for each in found) > _ENOUGH and lengths.total >= 50:
        found += [each for each in (_fit(lengths, *one) for one in _two_parts(lengths)) if _is_bounded(each, lengths)]
    return min(found, key=lambda each: each.bic)


_Model = tuple[str, Sequence[float], Sequence[float], Callable[[Sequence[float]], Mapping[str, float]]]
"""A family, where to begin, how far to look first, and its parameters."""


def _simple(lengths: Grouped) -> Iterator[_Model]:
    middles = lengths.highs.astype(np.float64)
    weights = lengths.counts / lengths.total
    mean = float((middles * weights).sum())
    deviation = math.sqrt(float(((middles - mean) ** 2 * weights).sum())) or 0.5
    logs = np.log(middles.clip(1))
    middle = float((logs * weights).sum())
    width = math.sqrt(float(((logs - middle) ** 2 * weights).sum())) or 0.1
    bounds = {"min": float(lengths.low), "max": float(lengths.high)}
    yield "exponential", [math.log(mean)], [0.2], lambda at: {"mean": math.exp(at[0]), **bounds}
    yield (
        "gaussian",
        [mean, math.log(deviation)],
        [deviation / 5, 0.2],
        lambda at: {"mean": at[0], "std_dev": math.exp(at[1]), **bounds},
    )
    yield "lognormal", [middle, math.log(width)], [width / 5, 0.2], lambda at: {"mu": at[0], "sigma": math.exp(at[1]), **bounds}


def _two_parts(lengths: Grouped) -> Iterator[_Model]:
    """Begin with tails from two places: of 20 % and of 5 % of all lengths."""
    reached = np.cumsum(lengths.counts) / lengths.total
    logs = np.log(lengths.highs.clip(1).astype(np.float64))
    for tail in (0.2, 0.05):
        from_here = min(int(np.searchsorted(reached, 1 - tail)), len(logs) - 1)
        beyond = lengths.counts[from_here:]
        excess = float(((logs[from_here:] - logs[from_here]) * beyond).sum() / beyond.sum())
        body, weights = logs[: from_here + 1], lengths.counts[: from_here + 1]
        middle = float((body * weights).sum() / weights.sum())
        width = math.sqrt(float(((body - middle) ** 2 * weights).sum() / weights.sum())) or 0.1
        start = [math.log(min(max(1 / max(excess, 0.05), 1.2), 8.0)), float(logs[from_here]), middle, math.log(width)]
        yield "pareto_lognormal", [*start, math.log(tail / (1 - tail))], [0.2, 0.2, width / 5, 0.2, 0.5], _parts


def _parts(at: Sequence[float]) -> dict[str, float]:
    return {
        "alpha": math.exp(min(at[0], 10.0)),
        "xm": math.exp(min(at[1], 30.0)),
        "mu": at[2],
        "sigma": math.exp(min(at[3], 10.0)),
        "mix_weight": 1.0 / (1.0 + math.exp(-max(min(at[4], 30.0), -30.0))),
    }


def _fit(
    lengths: Grouped,
    family: str,
    start: Sequence[float],
    steps: Sequence[float],
    named: Callable[[Sequence[float]], Mapping[str, float]],
) -> Family:
    expected = lengths.counts / lengths.total

    def surprise(at: Sequence[float]) -> float:
        params = named(at)
        if params.get("alpha", _HEAVIEST) < _HEAVIEST:
            return math.inf
        reached = shares(family, params, lengths.highs)
        under = float(shares(family, params, np.array([lengths.low - 1]))[0])
        return -float((expected * np.log(np.diff(reached, prepend=under).clip(_LEAST_SHARE))).sum())

    at = least(surprise, start, steps, 120 * len(start))
    params = {name: _rounded(value) for name, value in named(at).items()}
    off = float(np.abs(shares(family, params, lengths.highs) - np.cumsum(expected)).max())
    bic = 2.0 * lengths.total * surprise(at) + len(start) * math.log(lengths.total)
    return Family(Distribution(type=family, params=params), off, bic)


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}") if abs(value) < 10**_DIGITS else float(round(value))


def _is_bounded(family: Family, lengths: Grouped) -> bool:
    """Return whether a tail stays near the longest length for about as many draws as there are lengths."""
    share = shares(family.distribution.type, family.distribution.params, np.array([_FAR * lengths.high]))[0]
    return bool((1.0 - share) * lengths.total < 0.5)


def shares(family: str, params: Mapping[str, float], values: Numbers) -> Shares:
    """Return which part of BLIS's draws is at most each of some whole values."""
    ends = np.maximum(values, 0) + 0.5  # draws are rounded
    found = _SHARES[family](params, ends)
    low, high = params.get("min", 0.0), params.get("max", 0.0)
    found = np.where((values < max(low, 1.0)), 0.0, found)
    return np.where(values >= high, 1.0, found) if high > 0 else found


Numbers = NDArray[np.int64] | NDArray[np.float64]


def _normal(deviates: Shares) -> Shares:
    return np.array([0.5 * math.erfc(-each / math.sqrt(2.0)) for each in deviates.tolist()])


def _gaussian(params: Mapping[str, float], ends: Shares) -> Shares:
    return _normal((ends - params["mean"]) / max(params["std_dev"], 1e-9))


def _exponential(params: Mapping[str, float], ends: Shares) -> Shares:
    return -np.expm1(-ends / params["mean"])


def _lognormal(params: Mapping[str, float], ends: Shares) -> Shares:
    return _normal((np.log(ends) - params["mu"]) / max(params["sigma"], 1e-9))


def _pareto_lognormal(params: Mapping[str, float], ends: Shares) -> Shares:
    tail = np.where(ends >= params["xm"], 1.0 - (params["xm"] / np.maximum(ends, params["xm"])) ** params["alpha"], 0.0)
    weight = params["mix_weight"]
    return weight * tail + (1.0 - weight) * _lognormal(params, ends)


_SHARES: dict[str, Callable[[Mapping[str, float], Shares], Shares]] = {
    "gaussian": _gaussian,
    "exponential": _exponential,
    "lognormal": _lognormal,
    "pareto_lognormal": _pareto_lognormal,
}
