"""Round times: which of those that are as good as each other people would write down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_S = 1_000_000
ROUND_US = (3600 * _S, 600 * _S, 60 * _S, 30 * _S, 10 * _S, 5 * _S, _S, _S // 2, _S // 10, _S // 100, _S // 1000)
"""What round times are multiples of, the roundest first."""


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
