"""One random stream with all that BLIS draws from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.random import ziggurat
from blis_tui.workload.random.reader import Pulse, Reader
from blis_tui.workload.random.source import seed_states
from blis_tui.workload.random.variates import EXP_ACCEPT, EXP_WIDTH, NORM_ACCEPT, NORM_WIDTH, Variates

_MASK_32 = 2**32 - 1
ABOVE_ANY_IN_RUN = 8.0
"""Every value of a run of exponential draws is smaller: beyond the tail's start, at 7.7, draws take several values."""
_LOOKAHEAD = 512
"""How many draws are tried at once where one in a hundred needs a closer look."""

EXP_ACCEPTS = ziggurat.EXP.accept
EXP_WIDTHS = ziggurat.EXP.width.astype(np.float64)


class Stream(Reader, Variates):
    """The stream of ``rand.New(rand.NewSource(seed))``: whole numbers, token ids and variates."""

    __slots__ = ()

    @classmethod
    def seeded(cls, seed: int, pulse: Pulse | None = None) -> Stream:
        """Open the stream of one int64 seed."""
        return cls(seed_states(np.array([seed], np.int64))[0], pulse=pulse)

    def branch(self) -> Stream:
        """Open the stream whose seed is the next draw of this one."""
        return Stream.seeded(self.int63(), self._pulse)

    def exponential(self) -> float:
        """Draw from the exponential distribution of mean 1."""
        index = self.at - self._filled
        if index < 0:
            draw = self._values[index] >> 31 & _MASK_32
            if draw < EXP_ACCEPT[draw & 0xFF]:  # nearly always
                self.at += 1
                return draw * EXP_WIDTH[draw & 0xFF]
        return super().exponential()

    def normal(self) -> float:
        """Draw from the normal distribution of mean 0 and standard deviation 1."""
        index = self.at - self._filled
        if index < 0:
            draw = self._values[index] >> 31 & _MASK_32
            signed = draw - 2**32 if draw >= 2**31 else draw
            if abs(signed) < NORM_ACCEPT[draw & 0x7F]:  # nearly always
                self.at += 1
                return signed * NORM_WIDTH[draw & 0x7F]
        return super().normal()

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
        accepted = draws < EXP_ACCEPTS[strips]
        first_refused = int(accepted.argmin())
        length = most if accepted[first_refused] else first_refused
        return draws[:length] * EXP_WIDTHS[strips[:length]]

    def _before_redraw(self, stride: int) -> int:
        """Return how many items of `stride` values, a gap and its tokens, end before a token is drawn again."""
        self._next_redraw()
        for place in reversed(self._redraws):
            item, within = divmod(place - self.at, stride)
            if within:  # at 0 stands the gap, which knows no such limit
                return item
        return (self._filled - self.at) // stride


Sampler = Callable[[Stream], int]
"""Draws one whole number, a length or a gap, from a stream."""
