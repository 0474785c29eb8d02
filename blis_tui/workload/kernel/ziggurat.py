"""The tables of the ziggurat method, for exponential and normal variates.

Source: G. Marsaglia and W. W. Tsang, "The Ziggurat Method for Generating Random Variables", Journal of Statistical
Software 5(8), 2000. Computed in double precision and stored, as Go stores them, as uint32 and float32.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

EXP_TAIL = 7.69711747013104972
"""Where the tail of the exponential ziggurat begins."""
NORM_TAIL = 3.442619855899
"""Where the tail of the normal ziggurat begins."""
_EXP_AREA = 3.949659822581572e-3
_NORM_AREA = 9.91256303526217e-3


class Tables(NamedTuple):
    """`accept[i]`: draws below it are taken at once; `width[i]`: their unit; `height[i]`: the density at the strip."""

    accept: NDArray[np.uint32]
    width: NDArray[np.float32]
    height: NDArray[np.float32]


def _tables(strips: int, tail: float, area: float, scale: float, normal: bool) -> Tables:
    def density(x: float) -> float:
        return math.exp(-0.5 * x * x) if normal else math.exp(-x)

    def inverse(y: float) -> float:
        return math.sqrt(-2.0 * math.log(y)) if normal else -math.log(y)

    edges = [0.0] * strips
    edges[-1] = tail
    for strip in range(strips - 2, 0, -1):
        edges[strip] = inverse(area / edges[strip + 1] + density(edges[strip + 1]))
    base = area / density(tail)
    accept = [tail / base * scale, 0.0]
    accept += [edges[strip] / edges[strip + 1] * scale for strip in range(1, strips - 1)]
    width = [base / scale] + [edge / scale for edge in edges[1:]]
    height = [1.0] + [density(edge) for edge in edges[1:]]
    return Tables(
        np.array([int(value) for value in accept], np.uint32), np.array(width, np.float32), np.array(height, np.float32)
    )


EXP = _tables(256, EXP_TAIL, _EXP_AREA, 2.0**32, normal=False)
NORM = _tables(128, NORM_TAIL, _NORM_AREA, 2.0**31, normal=True)
