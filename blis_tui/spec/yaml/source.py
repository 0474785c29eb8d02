"""A text and the places in it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

from blis_tui.problems import ERROR, Problem

_LINE_BREAK = re.compile("\n|\r\n?|\x85|\u2028|\u2029")


def has_usual_lines(text: str) -> bool:
    """Return whether all lines end as in Unix or Windows, so that each ends with the next ``\\n``."""
    if not text.isascii() and any(end in text for end in "\x85\u2028\u2029"):
        return False
    return "\r" not in text or text.count("\r") == text.count("\r\n")


def same_start(old: str, new: str) -> int:
    """Return with how many characters both texts begin."""
    return _most(min(len(old), len(new)), lambda low, high: old[low:high] == new[low:high])


def same_end(old: str, new: str, start: int) -> int:
    """Return with how many characters both texts end, those before `start` not counted."""
    return _most(
        min(len(old), len(new)) - start,
        lambda low, high: old[len(old) - high : len(old) - low] == new[len(new) - high : len(new) - low],
    )


def _most(most: int, agree: Callable[[int, int], bool]) -> int:
    """Return how many characters agree, of at most so many; `agree` compares some of them."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if agree(low, middle):
            low = middle
        else:
            high = middle - 1
    return low


class Source:
    """A text, and the line and column of each offset in it as libyaml counts them."""

    __slots__ = ("_lines", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines: array[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """Return (line, column), both from 1; columns count characters, a byte-order mark is none."""
        if self._lines is None:
            self._lines = array("Q", (int(self.text.startswith("\ufeff")),))
            if has_usual_lines(self.text):
                lengths = map(len, self.text.split("\n")[:-1])
                self._lines.extend(accumulate(map((1).__add__, lengths)))
            else:
                self._lines.extend(end.end() for end in _LINE_BREAK.finditer(self.text))
        line = max(bisect_right(self._lines, offset), 1)
        return line, max(offset - self._lines[line - 1], 0) + 1

    def line_start(self, offset: int) -> int:
        """Return where the line begins that an offset is in."""
        return offset - self.position(offset)[1] + 1


def syntax_problem(source: Source, offset: int, code: str, message: str) -> Problem:
    """Make an error of the text as such, at an offset in it."""
    line, column = source.position(offset)
    return Problem(code, ERROR, (), message, line, column)
