"""Round numbers for the axes of charts."""

from __future__ import annotations

import math

MOST_TICKS = 5


def round_scale(highest: float, most: int = MOST_TICKS) -> tuple[float, float]:
    """Return the top of an axis from 0 that holds a value, and the distance of its ticks, both round."""
    if not 0 < highest < math.inf:
        return 1.0, 1.0
    power = 10.0 ** math.floor(math.log10(highest / most))
    step = next(digit * power for digit in (1, 2, 5, 10, 20) if digit * power * most >= highest)
    return step * math.ceil(highest / step * (1 - 1e-12)), step


def ticks(step: float, end: float) -> list[float]:
    """Return the places of the ticks from 0 to the end of an axis."""
    return [step * number for number in range(int(end / step * (1 + 1e-12)) + 1)]
