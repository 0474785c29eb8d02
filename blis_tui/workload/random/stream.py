"""One random stream: the source read in blocks, with what Go draws from it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.random import ziggurat
from blis_tui.workload.random.source import LENGTH, State, extend, seed_states

VOCABULARY = 128_000
"""Token ids are drawn from 0 to this, exclusive (BLIS's `MaxTokenID`)."""
_TOKEN_LIMIT = 2**31 - 1 - 2**31 % VOCABULARY
"""Int31n draws again above this, so that all ids are equally likely."""
_MASK_63 = 2**63 - 1
_MASK_32 = 2**32 - 1
FIRST_BLOCK, LARGEST_BLOCK = 1024, 32 * 1024
"""How many values a stream makes at once: few at first, since many streams give few."""
_LOOKAHEAD = 512
"""How many draws are tried at once where one in a hundred needs a closer look."""

_EXP_ACCEPT: list[int] = ziggurat.EXP.accept.tolist()
_EXP_WIDTH: list[float] = ziggurat.EXP.width.astype(np.float64).tolist()
_EXP_WIDTHS = ziggurat.EXP.width.astype(np.float64)
_NORM_ACCEPT: list[int] = ziggurat.NORM.accept.tolist()
_NORM_WIDTH: list[float] = ziggurat.NORM.width.astype(np.float64).tolist()


class Stream:
    """The stream of ``rand.New(rand.NewSource(seed))``, drawn from one value, one run or one block at a time.

    `at` counts the values taken so far; it names a place in the stream and is what token ids are found again by.
    """

    __slots__ = (
        "_block",
        "_buffer",
        "_filled",
        "_ids",
        "_largest_block",
        "_next_redraw",
        "_origin",
        "_redraws",
        "_values",
        "at",
    )

    def __init__(self, state: State, largest_block: int = LARGEST_BLOCK) -> None:
        self._buffer = np.empty(LENGTH + FIRST_BLOCK, np.uint64)
        self._buffer[:LENGTH] = state
        self._values = memoryview(self._buffer.data).cast("B").cast("Q")
        self._block = FIRST_BLOCK
        self._largest_block = largest_block
        self._origin = -LENGTH  # the place in the stream of the buffer's first word
        self._filled = 0  # the place up to which the buffer is filled
        self._redraws: list[int] = []  # places that a token draw skips, in the filled part
        self._next_redraw = 0
        self._ids: NDArray[np.int32] | None = None  # the buffer's words as token ids, once asked for
        self.at = 0

    @classmethod
    def seeded(cls, seed: int) -> Stream:
        """Open the stream of one int64 seed."""
        return cls(seed_states(np.array([seed], np.int64))[0])

    # --- reading ------------------------------------------------------------------------------------------------------

    def _fill(self, ahead: int = 1) -> None:
        """Make room for at least `ahead` values from `at` on and fill the buffer; drops what lies before `at`."""
        keep = self._filled - min(
            self.at, self._filled - LENGTH
        )  # the newest values, for reading or for the recurrence
        size = keep + max(self._block, ahead)
        old = self._buffer[self._filled - keep - self._origin : self._filled - self._origin]
        if size > len(self._buffer):
            buffer = np.empty(size, np.uint64)
            buffer[:keep] = old
            self._buffer = buffer
            self._values = memoryview(buffer.data).cast("B").cast("Q")
        else:
            self._buffer[:keep] = old
        self._origin = self._filled - keep
        extend(self._buffer, keep, size)
        fresh = self._buffer[keep:size].view(np.uint32)[1::2] & np.uint32(2**31 - 1)
        redraws = np.flatnonzero(fresh > np.uint32(_TOKEN_LIMIT)) + self._filled
        self._redraws = self._redraws[self._next_redraw :] + redraws.tolist()
        self._next_redraw = 0
        self._filled = self._origin + size
        self._ids = None
        self._block = min(self._block * 4, self._largest_block)

    def _ahead(self, count: int) -> NDArray[np.uint64]:
        """Return the next `count` values without taking them."""
        if self.at + count > self._filled:
            self._fill(count)
        start = self.at - self._origin
        return self._buffer[start : start + count]

    def int63(self) -> int:
        """Draw a whole number below 2^63."""
        if self.at >= self._filled:
            self._fill()
        value = self._values[self.at - self._origin] & _MASK_63
        self.at += 1
        return value

    def int63s(self, count: int) -> NDArray[np.int64]:
        """Draw `count` whole numbers below 2^63."""
        values = self._ahead(count) & np.uint64(_MASK_63)
        self.at += count
        return values.view(np.int64)

    # --- variates -----------------------------------------------------------------------------------------------------

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
            run = self.exponential_run(1, min(count - done, _LOOKAHEAD))
            result[done : done + len(run)] = run
            self.at += len(run)
            done += len(run)
            if done < count and len(run) < _LOOKAHEAD:
                result[done] = self.exponential()
                done += 1
        return result

    def exponential_run(self, stride: int, most: int) -> NDArray[np.float64]:
        """Look ahead at exponential draws that stand `stride` values apart, the first at `at`, and take nothing.

        The run, of at most `most` values, ends before the first draw that takes more than one value of the stream, and
        before the first one behind a token draw that does.
        """
        most = max(1, min(most, (self._filled - self.at) // stride, _LOOKAHEAD))
        ahead = self._ahead(most * stride)[::stride]
        draws = ahead >> np.uint64(31) & np.uint64(_MASK_32)
        strips = (draws & np.uint64(0xFF)).astype(np.intp)
        accepted = draws < ziggurat.EXP.accept[strips]
        length = most if accepted.all() else int(accepted.argmin())
        if stride > 1:
            length = min(length, self._before_redraw(stride))
        return draws[:length] * _EXP_WIDTHS[strips[:length]]

    def _before_redraw(self, stride: int) -> int:
        """Return how many items of `stride` values, a gap and its tokens, end before a token is drawn again."""
        for place in self._redraws[self._skip_redraws() :]:
            item, within = divmod(place - self.at, stride)
            if within:  # at 0 stands the gap, which knows no such limit
                return item
        return (self._filled - self.at) // stride

    # --- tokens -------------------------------------------------------------------------------------------------------

    def _skip_redraws(self) -> int:
        """Return the index of the first redraw at or behind `at`."""
        redraws, index = self._redraws, self._next_redraw
        while index < len(redraws) and redraws[index] < self.at:
            index += 1
        self._next_redraw = index
        return index

    def skip_tokens(self, count: int) -> None:
        """Take what drawing `count` token ids takes, without making them."""
        goal = self.at + count
        while True:
            index = self._skip_redraws()
            redraws = self._redraws
            while index < len(redraws) and redraws[index] < goal:
                goal += 1
                index += 1
            self._next_redraw = index
            self.at = min(goal, self._filled)
            if goal <= self._filled:
                return
            self._fill()

    def item_places(self, count: int, size: int) -> NDArray[np.int64]:
        """Take what `count` items of `size` token ids each take; return the places at which the items begin."""
        places = np.empty(count, np.int64)
        done = 0
        while done < count:
            if self.at >= self._filled:
                self._fill()
            index = self._skip_redraws()
            until = self._redraws[index] if index < len(self._redraws) else self._filled
            run = min((until - self.at) // size + 1, count - done) if size else count - done
            places[done : done + run] = self.at + np.arange(run) * size  # all begin before a token is drawn again
            self.skip_tokens(run * size)
            done += run
        return places

    def seek(self, place: int) -> None:
        """Go forward to a place in the stream."""
        while place > self._filled:
            self.at = self._filled
            self._fill()
        self.at = place

    def tokens(self, count: int) -> NDArray[np.int32]:
        """Draw `count` token ids, as int32. The result is not to be written to."""
        parts: list[NDArray[np.int32]] = []
        while True:
            if self.at >= self._filled:
                self._fill()
            index = self._skip_redraws()
            redraw = self._redraws[index] if index < len(self._redraws) else self._filled
            until = min(redraw, self.at + count)
            parts.append(self._converted()[self.at - self._origin : until - self._origin])
            count -= until - self.at
            self.at = until
            if not count:
                return parts[0] if len(parts) == 1 else np.concatenate(parts)
            if until == redraw and index < len(self._redraws):
                self.at += 1

    def _converted(self) -> NDArray[np.int32]:
        if self._ids is None:
            ids = self._buffer.view(np.uint32)[1::2] & np.uint32(2**31 - 1)
            ids -= ids // np.uint32(VOCABULARY) * np.uint32(VOCABULARY)  # NumPy vectorises this and not the remainder
            self._ids = ids.view(np.int32)
        return self._ids


def log(value: float) -> float:
    """Return the natural logarithm, with Go's -Inf at 0.

    Here and in the samplers the C library's functions stand for Go's: they differ in the last bit for some arguments,
    which the truncation to whole microseconds and tokens hides.
    """
    return math.log(value) if value else -math.inf


Sampler = Callable[[Stream], int]
"""Draws one whole number, a length or a gap, from a stream."""
