"""One random stream with all that BLIS draws from it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.random import ziggurat
from blis_tui.workload.random.reader import Pulse, Reader
from blis_tui.workload.random.source import seed_states

_MASK_32 = 2**32 - 1
ABOVE_ANY_IN_RUN = 8.0
"""Every value of a run of exponential draws is smaller: beyond the tail's start, at 7.7, draws take several values."""
_LOOKAHEAD = 512
"""How many draws are tried at once where one in a hundred needs a closer look."""

_EXP_ACCEPT: list[int] = ziggurat.EXP.accept.tolist()
_EXP_WIDTH: list[float] = ziggurat.EXP.width.astype(np.float64).tolist()
_EXP_ACCEPTS = ziggurat.EXP.accept.astype(np.uint64)
_EXP_WIDTHS = ziggurat.EXP.width.astype(np.float64)
_NORM_ACCEPT: list[int] = ziggurat.NORM.accept.tolist()
_NORM_WIDTH: list[float] = ziggurat.NORM.width.astype(np.float64).tolist()


class Stream(Reader):
    """The stream of ``rand.New(rand.NewSource(seed))``: whole numbers, token ids and variates."""

    __slots__ = ()

    @classmethod
    def seeded(cls, seed: int, pulse: Pulse | None = None) -> Stream:
        """Open the stream of one int64 seed."""
        return cls(seed_states(np.array([seed], np.int64))[0], pulse=pulse)

    def branch(self) -> Stream:
        """Open the stream whose seed is the next draw of this one."""
        return Stream.seeded(self.int63(), self._pulse)

    def float64(self) -> float:
        """Draw from the uniform distribution on [0, 1)."""
        while True:
            value = self.int63() / 2**63
            if value != 1.0:  # what rounds up to 1 is drawn again
                return value

    def exponential(self) -> float:
        """Draw from the exponential distribution of mean 1."""
        while True:
            draw = self.int63() >> 31 & _MASK_32
            strip = draw & 0xFF
            value = draw * _EXP_WIDTH[strip]
            if draw < _EXP_ACCEPT[strip]:
                return value
            if strip == 0:
                return ziggurat.EXP_TAIL - log(self.float64())
            if self._under(ziggurat.EXP, strip, math.exp(-value)):
                return value

    def normal(self) -> float:
        """Draw from the normal distribution of mean 0 and standard deviation 1."""
        while True:
            draw = self.int63() >> 31 & _MASK_32
            signed = draw - 2**32 if draw >= 2**31 else draw
            strip = draw & 0x7F
            value = signed * _NORM_WIDTH[strip]
            if abs(signed) < _NORM_ACCEPT[strip]:
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

    def exponentials(self, count: int) -> NDArray[np.float64]:
        """Draw `count` values from the exponential distribution of mean 1, as float64."""
        result = np.empty(count)
        done = 0
        while done < count:
            run = self.exponential_run(1, count - done)
            result[done : done + len(run)] = run
            self.at += len(run)
            done += len(run)
            if not len(run):
                result[done] = self.exponential()
                done += 1
        return result

    def exponential_run(self, stride: int, most: int) -> NDArray[np.float64]:
        """Look ahead at exponential draws that stand `stride` values apart, the first at `at`, and take nothing.

        The run, of at most `most` values, ends before the first draw that takes more than one value of the stream, and
        before the first one behind a token draw that does.
        """
        ahead = self._ahead()
        most = min(most, _LOOKAHEAD, self._before_redraw(stride) if stride > 1 else len(ahead))
        if most <= 0:
            return np.empty(0)
        draws = ahead[: most * stride : stride] >> np.uint64(31) & np.uint64(_MASK_32)
        strips = (draws & np.uint64(0xFF)).view(np.int64)
        accepted = draws < _EXP_ACCEPTS[strips]
        first_refused = int(accepted.argmin())
        length = most if accepted[first_refused] else first_refused
        return draws[:length] * _EXP_WIDTHS[strips[:length]]

    def _before_redraw(self, stride: int) -> int:
        """Return how many items of `stride` values, a gap and its tokens, end before a token is drawn again."""
        self._next_redraw()
        for place in reversed(self._redraws):
            item, within = divmod(place - self.at, stride)
            if within:  # at 0 stands the gap, which knows no such limit
                return item
        return (self._filled - self.at) // stride


def log(value: float) -> float:
    """Return the natural logarithm, with Go's -Inf at 0.

    Here and in the samplers the C library's functions stand for Go's: they differ in the last bit for some arguments,
    which the truncation to whole microseconds and tokens hides.
    """
    return math.log(value) if value else -math.inf


Sampler = Callable[[Stream], int]
"""Draws one whole number, a length or a gap, from a stream."""
