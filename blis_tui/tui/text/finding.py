"""Finding a text in lines, in any case, and putting another in its place. Knows nothing of the screen."""

from __future__ import annotations

import re
from collections.abc import Sequence

Place = tuple[int, int]
"""A line and a column, both from 0."""


def pattern(wanted: str) -> re.Pattern[str]:
    """Return what matches a text in capital and small letters alike."""
    return re.compile(re.escape(wanted), re.IGNORECASE)


def find(lines: Sequence[str], wanted: str, at: Place, *, backwards: bool = False) -> tuple[Place, Place] | None:
    """Return start and end of the next place after (or before) a place; the start of the text follows its end."""
    row, column = at
    count = len(lines)
    looked_for = pattern(wanted)
    for step in range(count + 1):
        number = (row - step if backwards else row + step) % count
        line = lines[number]
        if backwards:
            before = max(column, 0) if step == 0 else len(line)
            found = next(iter([*looked_for.finditer(line, 0, before)][-1:]), None)
        else:
            found = looked_for.search(line, column + 1 if step == 0 else 0)
        if found is not None:
            return (number, found.start()), (number, found.end())
    return None


def replaced(lines: Sequence[str], wanted: str, by: str) -> tuple[list[str], int]:
    """Return the lines with a text in all its places replaced by another, and how many places there were."""
    looked_for = pattern(wanted)
    found = [looked_for.subn(lambda _: by, line) for line in lines]
    return [line for line, _ in found], sum(count for _, count in found)
