"""One random stream with all that BLIS draws from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.random import ziggurat
from blis_tui.workload.random.reader import Pulse, Reader
from blis_tui.workload.random.source import seed_states
from blis_tui.workload.random.variates import EXP_ACCEPT, EXP_WIDTH, NORM_ACCEPT, NORM_WIDTH, Variates

_EXP_ACCEPTS = ziggurat.EXP.accept
_EXP_WIDTHS = ziggurat.EXP.width.astype(np.float64)


def at_first(values: NDArray[np.uint64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the exponential variates that values of streams come to, and which of them are not taken at once."""
    upper, strips = values.view(np.uint32)[..., 1::2], values.view(np.uint8)[..., 4::8]
    return upper * _EXP_WIDTHS.take(strips), upper >= _EXP_ACCEPTS.take(strips)


class Stream(Reader, Variates):
    """The stream of ``rand.New(rand.NewSource(seed))``: whole numbers, token ids and variates."""

    __slots__ = ()

    @classmethod
    def seeded(cls, seed: int, pulse: Pulse | None = None) -> Stream:
        """Open the stream of one int64 seed."""
        return cls(seed_states(np.array([seed], np.int64))[0], pulse=pulse)

    def exponential(self) -> float:
        """Draw from the exponential distribution of mean 1."""
        index = self.at - self._filled
        if index < 0:
            draw = self._values[index] >> 32
            if draw < EXP_ACCEPT[draw & 0xFF]:  # nearly always
                self.at += 1
                return draw * EXP_WIDTH[draw & 0xFF]
        return super().exponential()

    def normal(self) -> float:
        """Draw from the normal distribution of mean 0 and standard deviation 1."""
        index = self.at - self._filled
        if index < 0:
            draw = self._values[index] >> 32
            signed = draw - 2**32 if draw >= 2**31 else draw
            if abs(signed) < NORM_ACCEPT[draw & 0x7F]:  # nearly always
                self.at += 1
                return signed * NORM_WIDTH[draw & 0x7F]
        return super().normal()

    def exponentials(self, count: int) -> NDArray[np.float64]:
        """Draw `count` values from the exponential distribution of mean 1, as float64.

        What the value at each place would come to is reckoned for all places at once; then it is gone from one refused
        value to the next.
        """
        result = np.empty(count)
        done = 0
        while done < count:
            ahead = self._ahead()[: count - done]
            values, slow = at_first(ahead)
            refused: list[int] = slow.nonzero()[0].tolist()
            begin, start = self.at, 0
            for stop in (*refused, len(ahead)):
                if stop < start:
                    continue  # it was taken by the draw before it
                run = min(stop - start, count - done)
                result[done : done + run] = values[start : start + run]
                done += run
                self.at = begin + start + run
                if stop == len(ahead) or done == count:
                    break
                result[done] = self.exponential()
                done += 1
                start = self.at - begin
                if start >= len(ahead):
                    break
        return result


Sampler = Callable[[Variates], int]
"""Draws one whole number, a length or a gap, from a stream."""
