"""One random stream of Go's `math/rand`, and what is drawn from it."""

from __future__ import annotations

import math
from copy import copy

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.kernel import ziggurat
from blis_tui.workload.kernel.records import VOCABULARY
from blis_tui.workload.kernel.seeding import LENGTH, TAP, extend, seed_state

_FIRST_BLOCK, _LARGEST_BLOCK, _GROWTH = 2 * TAP, 128 * TAP, 4
"""How many values are made at once: few at first, since many streams give few."""
_LIMIT = np.uint64((2**31 - 2**31 % VOCABULARY) << 32)
"""A token draw skips values from here on, so that all ids are equally likely (Go's ``Int31n``)."""
_NEVER = np.zeros(1, np.int32)
_EXP_ACCEPT: list[int] = ziggurat.EXP.accept.tolist()
_EXP_WIDTH: list[float] = ziggurat.EXP.width.astype(np.float64).tolist()
_NORM_ACCEPT: list[int] = ziggurat.NORM.accept.tolist()
_NORM_WIDTH: list[float] = ziggurat.NORM.width.astype(np.float64).tolist()


class Stream:
    """The stream of ``rand.New(rand.NewSource(seed))``; `place` counts the values that were taken.

    Once `stop`, of one number, is not 0, tokens are drawn and passed over no further.
    """

    __slots__ = ("_block", "_buffer", "_made", "_redraws", "_stop", "_values", "place")

    def __init__(self, seed: int, stop: NDArray[np.int32] | None = None) -> None:
        self._stop = _NEVER if stop is None else stop
        self.place = self._made = 0  # values are made up to a place; they stand in the buffer after 607 older ones
        self._block = _FIRST_BLOCK
        self._redraws: list[int] = []  # the places from `place` on that a token draw skips, the nearest last
        self._set_buffer(seed_state(seed))

    @classmethod
    def from_state(cls, state: NDArray[np.uint64]) -> Stream:
        """Open a stream that goes on from some 607 values."""
        opened = cls(1)
        opened._set_buffer(state)
        return opened

    def copy(self) -> Stream:
        """Return a stream that stands at the same place and goes on by itself."""
        twin = copy(self)
        twin._redraws = self._redraws.copy()
        twin._buffer = self._buffer.copy()
        twin._values = memoryview(twin._buffer.data).cast("B").cast("Q")
        return twin

    def _set_buffer(self, state: NDArray[np.uint64]) -> None:
        self._buffer = np.empty(LENGTH + self._block, np.uint64)
        self._buffer[:LENGTH] = state
        self._values = memoryview(self._buffer.data).cast("B").cast("Q")

    def _make(self) -> None:
        """Make the next block of values; all that were made are taken."""
        newest = self._buffer[-LENGTH:]
        if self._made and self._block < _LARGEST_BLOCK:
            self._block = min(self._block * _GROWTH, _LARGEST_BLOCK)
            self._set_buffer(newest)
        elif self._made:
            self._buffer[:LENGTH] = newest
        extend(self._buffer)
        values = self._buffer[LENGTH:]
        values &= np.uint64(2**63 - 1)  # the top bit never counts
        self._redraws = [row + self._made for row in np.flatnonzero(values >= _LIMIT)[::-1].tolist()]
        self._made += self._block

    def int63(self) -> int:
        """Draw a whole number below 2^63."""
        if self.place == self._made:
            self._make()
        value = self._values[self.place - self._made]
        self.place += 1
        return value

    def int63s(self, count: int) -> NDArray[np.int64]:
        """Draw `count` whole numbers below 2^63."""
        return np.array([self.int63() for _ in range(count)], np.int64)

    def seek(self, place: int) -> None:
        """Go forward to a place in the stream."""
        while place > self._made and not self._stop[0]:
            self.place = self._made
            self._make()
        self.place = place

    def _run(self, count: int) -> int:
        """Return how many of the next `count` values a token draw takes before one that it skips, or the end of the block."""
        if self.place == self._made:
            self._make()
        redraws = self._redraws
        while redraws and redraws[-1] < self.place:
            redraws.pop()
        return min(count, (redraws[-1] if redraws else self._made) - self.place)

    def tokens(self, count: int) -> NDArray[np.int32]:
        """Draw `count` token ids."""
        ids = np.empty(count, np.int32)
        done = 0
        while done < count and not self._stop[0]:
            run = self._run(count - done)
            if run:
                start = self.place - self._made + len(self._buffer)
                upper = (self._buffer[start : start + run] >> np.uint64(32)).astype(np.uint32)
                ids[done : done + run] = upper % np.uint32(VOCABULARY)
                done += run
                self.place += run
            else:
                self.place += 1
        return ids

    def skip_tokens(self, count: int) -> None:
        """Take what drawing `count` token ids takes, without making them."""
        while count and not self._stop[0]:
            run = self._run(count)
            count -= run
            self.place += run or 1

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
            value = draw * _EXP_WIDTH[strip]
            if draw < _EXP_ACCEPT[strip]:
                return value
            if strip == 0:
                return ziggurat.EXP_TAIL - log(self.float64())
            if self._is_under(ziggurat.EXP, strip, math.exp(-value)):
                return value

    def normal(self) -> float:
        """Draw from the normal distribution of mean 0 and standard deviation 1."""
        while True:
            draw = self.int63() >> 31
            signed = draw - 2**32 if draw >= 2**31 else draw
            strip = draw & 0x7F
            value = signed * _NORM_WIDTH[strip]
            if abs(signed) < _NORM_ACCEPT[strip]:
                return value
            if strip == 0:
                return self._normal_tail(signed > 0)
            if self._is_under(ziggurat.NORM, strip, math.exp(-0.5 * value * value)):
                return value

    def _normal_tail(self, positive: bool) -> float:
        while True:
            x = -log(self.float64()) * (1.0 / ziggurat.NORM_TAIL)
            y = -log(self.float64())
            if y + y >= x * x:
                return ziggurat.NORM_TAIL + x if positive else -ziggurat.NORM_TAIL - x

    def _is_under(self, tables: ziggurat.Tables, strip: int, density: float) -> bool:
        """Return whether a point of a strip's upper part lies under the curve, in single precision as in Go."""
        height = tables.height
        point = height[strip] + np.float32(self.float64()) * (height[strip - 1] - height[strip])
        return bool(point < np.float32(density))


def log(value: float) -> float:
    """Return the natural logarithm, with Go's -Inf at 0."""
    return math.log(value) if value else -math.inf
