"""The families of distributions and their parameters, each declared once, and how BLIS reads the numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from blis_tui.spec.format.fields import INT64_MAX, INT64_MIN, Field, Record, integer, number


class Gaussian(Record):
    """A normal draw, clamped to [min, max] and rounded; ``min == max`` gives that value without any draw."""

    mean: float = number("Mean before clamping.", required=True, unit="tokens", also=("mu", "average"))
    std_dev: float = number(
        "Standard deviation before clamping.",
        required=True,
        minimum=0,
        unit="tokens",
        label="Std dev",
        also=("std", "stdev", "sd", "sigma"),
    )
    min: int = integer("Smallest value.", required=True, unit="tokens", also=("minimum", "low", "lower"))
    max: int = integer("Largest value.", required=True, unit="tokens", also=("maximum", "high", "upper"))


class Exponential(Record):
    """An exponential draw, rounded, then clamped."""

    mean: float = number("Mean before clamping.", required=True, above=0, unit="tokens", also=("average", "scale"))
    min: int = integer("Smallest value; 0 or less means no bound.", minimum=0, unit="tokens", also=("minimum", "low", "lower"))
    max: int = integer("Largest value; 0 or less means no bound.", minimum=0, unit="tokens", also=("maximum", "high", "upper"))


class ParetoLognormal(Record):
    """A mixture: Pareto (alpha, xm) with probability mix_weight, else lognormal (mu, sigma)."""

    alpha: float = number("Shape of the Pareto part; smaller means a heavier tail.", required=True, above=0, also=("shape",))
    xm: float = number(
        "Smallest value of the Pareto part.", required=True, above=0, unit="tokens", label="Tail from", also=("scale", "minimum")
    )
    mu: float = number("Mean of the logarithm of the lognormal part.", required=True)
    sigma: float = number("Standard deviation of the logarithm of the lognormal part.", required=True, minimum=0)
    mix_weight: float = number(
        "Probability of the Pareto part.", required=True, minimum=0, maximum=1, label="Tail weight", also=("weight", "mix")
    )


class Lognormal(Record):
    """exp of a normal draw, rounded, then clamped."""

    mu: float = number("Mean of the logarithm.", required=True)
    sigma: float = number("Standard deviation of the logarithm.", required=True, minimum=0)
    min: int = integer("Smallest value; 0 or less means no bound.", minimum=0, unit="tokens", also=("minimum", "low", "lower"))
    max: int = integer("Largest value; 0 or less means no bound.", minimum=0, unit="tokens", also=("maximum", "high", "upper"))


class Constant(Record):
    """Always the same value; below 1 it is raised to 1."""

    value: int = integer("The value.", required=True, minimum=1, unit="tokens", also=("mean", "tokens", "length", "val"))


class Empirical(Record):
    """Draws from a table; instead of named parameters it has ``value: probability`` pairs, normalised to sum to 1."""


FAMILIES: Mapping[str, type[Record]] = {
    "gaussian": Gaussian,
    "exponential": Exponential,
    "pareto_lognormal": ParetoLognormal,
    "lognormal": Lognormal,
    "empirical": Empirical,
    "constant": Constant,
}
"""Each family's parameters as the fields of a record: an integer field loses its fraction when BLIS reads it, and the
ranges are what makes sense: BLIS checks none of them."""

BIN = Field("number", "Probability of the value that is the key; all are normalised.", minimum=0)
"""What an empirical distribution's keys hold."""

_BIN_KEY = re.compile(r"[^\S\n\x1c-\x1f]*([+-]?[0-9]+)")
"""What Go's ``Sscanf("%d")`` takes; anything after the digits is left unread."""


def go_int(value: float) -> int:
    """Convert as Go does on amd64: the fraction is cut off, and what does not fit an int64 gives -2**63."""
    if not -(2.0**63) <= value < 2.0**63:  # also false for NaN
        return INT64_MIN
    return int(value)


def bin_value(key: str) -> int | None:
    """Read an empirical distribution's key as BLIS does; ``None`` if it is not an integer to BLIS."""
    match = _BIN_KEY.match(key)
    if match is None or len(match[1]) > 4000:
        return None
    value = int(match[1])
    return value if INT64_MIN <= value <= INT64_MAX else None


def read_params(family: str, params: Mapping[str, float]) -> dict[str, Any]:
    """Give all parameters of a (valid, not empirical) distribution as its sampler uses them.

    Whole-number parameters are converted as BLIS does; optional ones that are absent are 0.
    """
    fields = FAMILIES[family].fields
    return {
        name: go_int(params[name]) if field.kind == "integer" and name in params else params.get(name, field.default)
        for name, field in fields.items()
    }


def read_bins(params: Mapping[str, float]) -> list[tuple[int, float]]:
    """Give the (value, probability) pairs of a valid empirical distribution, sorted by value, not normalised."""
    return sorted((bin_value(key) or 0, probability) for key, probability in params.items())


def smallest_draw(family: str, params: Mapping[str, float]) -> int:
    """Give the smallest value a valid distribution can draw: 1, but for two families that may give less."""
    if family == "gaussian":
        low, high = go_int(params["min"]), go_int(params["max"])
        return low if low == high else 1
    if family == "empirical":
        drawn = [value for value, probability in read_bins(params) if probability > 0]
        return min(drawn, default=1)
    return 1


def typical_draw(family: str, params: Mapping[str, float]) -> int:
    """Give about the middle of what a valid distribution draws; the largest bin of an empirical one."""
    if family == "empirical":
        return max((value for value, probability in read_bins(params) if probability > 0), default=1)
    if family == "constant":
        return max(go_int(params["value"]), 1)
    if family in ("gaussian", "exponential"):
        middle = params["mean"]
    elif family == "pareto_lognormal" and params["mix_weight"] > 0.5:
        middle = params["xm"]
    else:
        middle = math.exp(min(params["mu"], 100.0))
    low, high = go_int(params.get("min", 0.0)), go_int(params.get("max", 0.0))
    drawn = go_int(middle)
    if family == "gaussian" or low > 0:
        drawn = max(drawn, low)
    if family == "gaussian" or high > 0:
        drawn = min(drawn, high)
    return max(drawn, 1)
