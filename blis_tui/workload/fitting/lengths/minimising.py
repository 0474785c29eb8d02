"""Finding the least value of a function of a few numbers: Nelder and Mead's simplex (1965)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

_NEAR = 1e-7


def least(
    function: Callable[[Sequence[float]], float], start: Sequence[float], steps: Sequence[float], most: int = 400
) -> list[float]:
    """Return where a function is least, as found from a start; `steps` says how far off to look first."""

    def value(at: np.ndarray) -> float:
        found = function(at.tolist())
        return found if math.isfinite(found) else math.inf

    corners = [np.array(start, np.float64)]
    for place, step in enumerate(steps):
        corner = corners[0].copy()
        corner[place] += step
        corners.append(corner)
    simplex = sorted(((value(corner), number, corner) for number, corner in enumerate(corners)), key=lambda each: each[:2])
    for number in range(len(simplex), most):
        low, worst = simplex[0][0], simplex[-1][0]
        if worst - low <= _NEAR * (abs(low) + _NEAR):
            break
        middle = np.mean([corner for _, _, corner in simplex[:-1]], axis=0)
        away = simplex[-1][2] - middle
        at = middle - away
        found = value(at)
        if found < low:
            further = middle - 2.0 * away
            if (beyond := value(further)) < found:
                at, found = further, beyond
        elif found >= simplex[-2][0]:
            at = middle - 0.5 * away if found < worst else middle + 0.5 * away
            found = value(at)
            if found >= worst:
                best = simplex[0][2]
                nearer = [(each + best) / 2 for _, _, each in simplex]
                simplex = sorted(((value(each), place, each) for place, each in enumerate(nearer)), key=lambda each: each[:2])
                continue
        simplex[-1] = (found, number, at)
        simplex.sort(key=lambda each: each[:2])
    return [float(each) for each in simplex[0][2]]
