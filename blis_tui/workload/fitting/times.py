"""Round times: which of those that are as good as each other people would write down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_S = 1_000_000
_SOME = 1000
_FEWEST_STEPS = 5
ROUND_US = (3600 * _S, 600 * _S, 60 * _S, 30 * _S, 10 * _S, 5 * _S, _S, _S // 2, _S // 10, _S // 100, _S // 1000)
"""What round times are multiples of, the roundest first."""


def unit_of(times_us: NDArray[np.int64]) -> int:
    """Return the longest time that all times are multiples of: the resolution of a trace's clock. `times_us` ascends.

    It is 1 where there are too few different times to tell.
    """
    unit = int(np.gcd.reduce(times_us[:_SOME])) if len(times_us) else 0
    if unit > 1 and (times_us % unit).any():
        unit = int(np.gcd.reduce(times_us))
    return unit if unit > 1 and int(times_us[-1] - times_us[0]) >= _FEWEST_STEPS * unit else 1


def spread_within(times_us: NDArray[np.int64], unit_us: int) -> NDArray[np.int64]:
    """Spread times, which a coarse clock gave, evenly by chance over the time until the clock's next step; ascending.

    A clock is coarse if there are several times to a step, as a rule.
    """
    if unit_us == 1 or len(times_us) < 2 * (int(times_us[-1] - times_us[0]) // unit_us):
        return times_us
    return np.sort(times_us + np.random.default_rng(0).integers(0, unit_us, len(times_us)))


def multiples(unit: int, low_us: int, high_us: int) -> NDArray[np.int64]:
    """Return the multiples of a unit from one time to another."""
    return np.arange(-(-low_us // unit), high_us // unit + 1) * unit


def roundest(low_us: int, high_us: int) -> int:
    """Return the first of the roundest times from one to another."""
    for unit in ROUND_US:
        found = multiples(unit, low_us, high_us)
        if len(found):
            return int(found[0])
    return high_us
