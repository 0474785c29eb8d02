"""What Go's `math/rand` makes of the values of a stream, one draw at a time."""

from __future__ import annotations

import math

import numpy as np

from blis_tui.workload.random import ziggurat

EXP_ACCEPT: list[int] = ziggurat.EXP.accept.tolist()
EXP_WIDTH: list[float] = ziggurat.EXP.width.astype(np.float64).tolist()
NORM_ACCEPT: list[int] = ziggurat.NORM.accept.tolist()
NORM_WIDTH: list[float] = ziggurat.NORM.width.astype(np.float64).tolist()


class Variates:
    """Draws from the values that `int63` gives, one after the other."""

    __slots__ = ()

    def int63(self) -> int:
        """Draw a whole number below 2^63."""
        raise NotImplementedError

    def float64(self) -> float:
        """Draw from the uniform distribution on [0, 1)."""
        while True:
            value = self.int63() / 2**63
            if value != 1.0:  # what rounds up to 1 is drawn again
                return value

    def exponential(self) -> float:
        """Draw from the exponential distribution of mean 1."""
        while True:
            draw = self.int63() >> 31
            strip = draw & 0xFF
            value = draw * EXP_WIDTH[strip]
            if draw < EXP_ACCEPT[strip]:
                return value
            if strip == 0:
                return ziggurat.EXP_TAIL - log(self.float64())
            if self._under(ziggurat.EXP, strip, math.exp(-value)):
                return value

    def normal(self) -> float:
        """Draw from the normal distribution of mean 0 and standard deviation 1."""
        while True:
            draw = self.int63() >> 31
            signed = draw - 2**32 if draw >= 2**31 else draw
            strip = draw & 0x7F
            value = signed * NORM_WIDTH[strip]
            if abs(signed) < NORM_ACCEPT[strip]:
                return value
            if strip == 0:
                return self._normal_tail(signed > 0)
            if self._under(ziggurat.NORM, strip, math.exp(-0.5 * value * value)):
                return value

    def _normal_tail(self, positive: bool) -> float:
        while True:
            x = -log(self.float64()) * (1.0 / ziggurat.NORM_TAIL)
            y = -log(self.float64())
            if y + y >= x * x:
                return ziggurat.NORM_TAIL + x if positive else -ziggurat.NORM_TAIL - x

    def _under(self, tables: ziggurat.Tables, strip: int, density: float) -> bool:
        """Tell, in float32 as Go does, whether a point of a strip's upper part lies under the curve."""
        height = tables.height
        point = height[strip] + np.float32(self.float64()) * (height[strip - 1] - height[strip])
        return bool(point < np.float32(density))


def log(value: float) -> float:
    """Return the natural logarithm, with Go's -Inf at 0.

    Here and in the samplers the C library's functions stand for Go's: they differ in the last bit for some arguments,
    which the truncation to whole microseconds and tokens hides.
    """
    return math.log(value) if value else -math.inf
