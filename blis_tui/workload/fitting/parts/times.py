"""Round times: which of those that are as good as each other people would write down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_S = 1_000_000
_FEWEST_TIMES = 5
_SHARING = 2
"""Requests per time, at least, on a coarse clock."""
_COARSEST_US = 10 * _S
_UNEVEN = 0.1
"""Steps of a clock differ by this part at most."""
ROUND_US = (3600 * _S, 600 * _S, 60 * _S, 30 * _S, 10 * _S, 5 * _S, _S, _S // 2, _S // 10, _S // 100, _S // 1000)
"""What round times are multiples of, the roundest first."""


def clock_step(times_us: NDArray[np.int64]) -> int:
    """Return by how much a trace's clock steps, about, if it is a coarse one, else 0. `times_us` ascends.

    It is coarse if most requests share their time with others, and the times there are come at even distances of some seconds
    at most.
    """
    distinct = times_us[np.flatnonzero(np.diff(times_us, prepend=-1))]
    if len(distinct) < _FEWEST_TIMES or len(times_us) < _SHARING * len(distinct):
        return 0
    low, step, high = np.percentile(np.diff(distinct), [10, 50, 90]).tolist()
    return round(step) if step <= _COARSEST_US and high - low <= _UNEVEN * step else 0


def spread_out(times_us: NDArray[np.int64], step_us: int) -> NDArray[np.int64]:
    """Spread times that are the same by chance over a step of the clock; ascending."""
    return np.sort(times_us + np.random.default_rng(0).integers(0, step_us, len(times_us)))


def multiples(unit: int, times_us: NDArray[np.int64], low_us: int, high_us: int) -> NDArray[np.int64]:
    """Return the multiples of a unit next to some times, ascending, of those from one time to another.

    All of them could be more than there is memory for: a trace may last ten thousand years.
    """
    before = times_us // unit * unit
    found = np.unique(np.concatenate([before, before + unit]))
    return found[(found >= low_us) & (found <= high_us)]


def roundest(low_us: int, high_us: int) -> int:
    """Return the first of the roundest times from one to another."""
    for unit in ROUND_US:
        first = -(-low_us // unit) * unit
        if first <= high_us:
            return first
    return high_us
