"""Blocks of several streams, a stream a row, each made by one addition.

``x[n] = x[n-607] + x[n-273]`` for all n of a block is one sum of two arrays, if it goes from the first n to the last and
sees its own results. NumPy goes in that order. But where an operand overlaps the result in memory, it works on a copy.
So the memory of a block is mapped twice: it is read at one address and written at the other. Whether that holds is
tried once per process; where it does not, or memory cannot be mapped twice, 273 values are made at a time.
"""

from __future__ import annotations

import mmap
import os
from collections import deque
from contextlib import suppress
from functools import cache
from tempfile import TemporaryFile

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.random.source import LENGTH, TAP, State, extend_by_pieces

_SMALLEST = 1 << 16
_MOST_SPARE = 4
_WORTH_A_WINDOW = 4096


class Window:
    """`values`, of shape (streams, 607 + length): in each row the state of a stream, and behind it what `extend` makes."""

    _memory: _Memory | None = None
    """None until there is some: Ctrl-C may come while it is borrowed."""

    def __init__(self, streams: int, length: int) -> None:
        self.length = length
        size = streams * (LENGTH + length)
        written, read = self._memory = _borrowed(size)
        self.values = written[:size].reshape(streams, -1)
        self._read = self.values if read is written else read[:size].reshape(streams, -1)
        self.states = self.values[:, :LENGTH]
        self.made = self.values[:, LENGTH:]

    def __del__(self) -> None:
        if self._memory is not None and len(_spare) < _MOST_SPARE:
            _spare.append(self._memory)

    def extend(self, count: int) -> None:
        """Make so many values of each stream."""
        _add(_sums(self.values, self._read, count))

    def advance(self, count: int | None = None) -> None:
        """Go on behind the last of all values: make so many of each stream, or as many as there is room for."""
        self.states[:] = self.values[:, -LENGTH:]
        self.extend(self.length if count is None else count)


def extend(values: State) -> None:
    """Fill what is behind the first 607 values of an array, a multiple of 273 values."""
    if len(values) < _WORTH_A_WINDOW:
        extend_by_pieces(values)
        return
    made = Window(1, len(values) - LENGTH)
    made.states[0] = values[:LENGTH]
    made.extend(made.length)
    values[LENGTH:] = made.made[0]


_Memory = tuple[NDArray[np.uint64], NDArray[np.uint64]]
"""The same memory, to be written and to be read; the same array twice where that is not possible."""
_spare: list[_Memory] = []
"""Memory that nobody uses: to touch new memory costs more than to fill it. Taken and given back by any thread."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_spare.clear)  # a child would write into its parent's blocks


def _borrowed(size: int) -> _Memory:
    with suppress(IndexError):
        for _ in range(_MOST_SPARE):
            memory = _spare.pop(0)
            if len(memory[0]) >= size:
                return memory
            _spare.append(memory)
    size = max(_SMALLEST, 1 << (size - 1).bit_length())
    if _in_order():
        with suppress(OSError):
            return _mapped_twice(size)
    written = np.empty(size, np.uint64)
    return written, written


def _mapped_twice(size: int) -> _Memory:
    in_memory = hasattr(os, "memfd_create")
    with os.fdopen(os.memfd_create("blis-tui"), "r+b") if in_memory else TemporaryFile(prefix="blis-tui-") as file:
        if in_memory:
            file.truncate(8 * size)
        else:
            file.write(bytes(8 * size))  # or a full disk would show when it is too late to raise
            file.flush()
        flags = {}
        if hasattr(mmap, "MAP_POPULATE"):  # much faster than page by page
            flags = {"flags": mmap.MAP_SHARED | mmap.MAP_POPULATE}
        written, read = (np.frombuffer(mmap.mmap(file.fileno(), 8 * size, **flags), np.uint64) for _ in range(2))
    return written, read


_Sums = tuple[list[State], list[State], list[State]]
"""What is added, what is added to it, and where the results are written, one after the other."""


def _sums(written: State, read: State, count: int) -> _Sums:
    """Return the additions that make so many values of each row.

    They are of one dimension each: of several, NumPy may gather parts in a buffer before it adds them.
    """
    pieces = [slice(low, min(low + TAP, count)) for low in range(0, count, TAP)] if written is read else [slice(0, count)]
    older, newer, results = read[:, :-TAP], read[:, LENGTH - TAP :], written[:, LENGTH:]
    sums: _Sums = ([], [], [])
    for piece in pieces:
        for parts, values in zip(sums, (older, newer, results), strict=True):
            parts += list(values[:, piece])
    return sums


def _add(sums: _Sums) -> None:
    deque(map(np.add, *sums), maxlen=0)


@cache
def _in_order() -> bool:
    """Tell whether memory mapped twice gives what pieces give, for blocks of different shapes."""
    try:
        written, read = _mapped_twice(_SMALLEST)
    except OSError:
        return False
    for streams, length in ((1, 1), (1, 300), (3, 5000), (1, _SMALLEST - LENGTH), (40, _SMALLEST // 40 - LENGTH)):
        shape = (streams, LENGTH + length)
        expected = np.arange(streams * (LENGTH + length), dtype=np.uint64).reshape(shape) * np.uint64(0x9E3779B97F4A7C15)
        values, again = (memory[: expected.size].reshape(shape) for memory in (written, read))
        values[:] = expected
        _add(_sums(values, again, length))
        _add(_sums(expected, expected, length))
        if not np.array_equal(values, expected):
            return False
    return True
