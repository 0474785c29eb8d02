"""From one family of distributions to another that draws about the same: what a choice of family begins with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from blis_tui.spec.format.distributions import FAMILIES, bin_value
from blis_tui.spec.format.fields import INTEGER
from blis_tui.spec.format.model import Distribution

_USUAL = 256.0
"""Tokens on the average where nothing can be kept."""
_USUAL_SPREAD = 0.3
"""Standard deviation over mean where there was none."""
_TAIL_WEIGHT, _TAIL_SHAPE = 0.1, 2.5
_MOST = 1e9
_DEVIATES = {0.1: -1.282, 0.3: -0.524, 0.5: 0.0, 0.7: 0.524, 0.9: 1.282}
"""Quantiles of the normal distribution, which a table begins with."""


class Moments(NamedTuple):
    """About what a distribution draws, its bounds left aside."""

    mean: float
    deviation: float
    low: float = 0.0
    high: float = 0.0
    """Bounds; 0 is none."""


def moments(family: str, params: Mapping[str, float]) -> Moments | None:
    """Return the mean and the standard deviation of a distribution, ``None`` if its parameters are not fit for that."""
    try:
        found = _MOMENTS[family](params)
    except (KeyError, ValueError, ZeroDivisionError, OverflowError):
        return None
    fit = math.isfinite(found.mean) and 0 < found.mean < _MOST and math.isfinite(found.deviation)
    return found._replace(low=params.get("min", 0.0), high=params.get("max", 0.0)) if fit else None


def _table(params: Mapping[str, float]) -> Moments:
    bins = [(value, share) for key, share in params.items() if share > 0 and (value := bin_value(key)) is not None]
    total = sum(share for _, share in bins)
    mean = sum(value * share for value, share in bins) / total
    return Moments(mean, math.sqrt(sum((value - mean) ** 2 * share for value, share in bins) / total))


def _lognormal(params: Mapping[str, float]) -> Moments:
    mu, sigma = params["mu"], params["sigma"]
    mean = math.exp(mu + sigma * sigma / 2)
    return Moments(mean, mean * math.sqrt(math.expm1(sigma * sigma)))


def _pareto_lognormal(params: Mapping[str, float]) -> Moments:
    alpha, weight, body = params["alpha"], params["mix_weight"], _lognormal(params)
    tail = params["xm"] * (alpha / (alpha - 1) if alpha > 1.1 else 11.0)
    return Moments(weight * tail + (1 - weight) * body.mean, body.deviation)


_MOMENTS: dict[str, Callable[[Mapping[str, float]], Moments]] = {
    "gaussian": lambda params: Moments(params["mean"], params["std_dev"]),
    "exponential": lambda params: Moments(params["mean"], params["mean"]),
    "lognormal": _lognormal,
    "pareto_lognormal": _pareto_lognormal,
    "constant": lambda params: Moments(params["value"], 0.0),
    "empirical": _table,
}


def like(distribution: Distribution, family: str) -> dict[str, Any]:
    """Return parameters with which a family draws about what a distribution does: its mean, and as far as can be its spread."""
    kept = moments(distribution.type, distribution.params) or Moments(_USUAL, 0.0)
    values = _PARAMS[family](kept)
    declared = FAMILIES[family].fields
    return {
        name: max(int(value), 0) if name in declared and declared[name].kind == INTEGER else _written(value)
        for name, value in values.items()
    }


def _written(value: float) -> float:
    """Round to what people would write."""
    return float(f"{value:.4g}")


def _spread(kept: Moments) -> float:
    return kept.deviation if kept.deviation > 0 else _USUAL_SPREAD * kept.mean


def _bounds(kept: Moments) -> dict[str, float]:
    return {name: value for name, value in (("min", kept.low), ("max", kept.high)) if value > 0}


def _to_gaussian(kept: Moments) -> dict[str, float]:
    high = kept.high if kept.high > 0 else math.ceil(kept.mean + 4 * _spread(kept))
    return {"mean": kept.mean, "std_dev": _spread(kept), "min": max(kept.low, 1), "max": high}


def _logs(mean: float, deviation: float) -> dict[str, float]:
    variance = math.log1p((deviation / mean) ** 2)
    return {"mu": math.log(mean) - variance / 2, "sigma": math.sqrt(variance)}


def _to_pareto_lognormal(kept: Moments) -> dict[str, float]:
    tail = kept.mean * _TAIL_SHAPE / (_TAIL_SHAPE - 1)
    body = (kept.mean - _TAIL_WEIGHT * tail) / (1 - _TAIL_WEIGHT)
    return {"alpha": _TAIL_SHAPE, "xm": kept.mean, **_logs(body, _spread(kept)), "mix_weight": _TAIL_WEIGHT}


def _to_table(kept: Moments) -> dict[str, float]:
    logs = _logs(kept.mean, _spread(kept))
    values = dict.fromkeys(max(1, round(math.exp(logs["mu"] + logs["sigma"] * z))) for z in _DEVIATES.values())
    return {str(value): _written(1 / len(values)) for value in values}


_PARAMS: dict[str, Callable[[Moments], dict[str, float]]] = {
    "gaussian": _to_gaussian,
    "exponential": lambda kept: {"mean": kept.mean, **_bounds(kept)},
    "lognormal": lambda kept: {**_logs(kept.mean, _spread(kept)), **_bounds(kept)},
    "pareto_lognormal": _to_pareto_lognormal,
    "constant": lambda kept: {"value": max(1, round(kept.mean))},
    "empirical": _to_table,
}
