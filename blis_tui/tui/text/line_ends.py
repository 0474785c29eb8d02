"""Between a text and the lines an editor shows of it: what was not edited keeps its line ends. Knows nothing of the screen."""

from __future__ import annotations

from collections.abc import Sequence

_ENDS = "\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def split(text: str) -> list[tuple[str, str]]:
    """Return the lines of a text, each with its end; the last one has none and may be empty."""
    lines = text.splitlines(keepends=True)
    if not lines or lines[-1][-1] in _ENDS:
        lines.append("")
    bare = [*text.splitlines(), *([""] if not lines[-1] else [])]
    return [(line, whole[len(line) :]) for line, whole in zip(bare, lines, strict=True)]


def joined(text: str, lines: Sequence[str]) -> str:
    """Return the text with its lines changed to `lines`; new lines end as the first of the text does."""
    only = _only_end(text)
    if only is not None:
        return only.join(lines)
    old = split(text)
    if len(lines) == len(old):  # none came or went
        return _together(lines, [end for _, end in old])
    newline = next((end for _, end in old if end), "\n")
    same = min(len(old), len(lines))
    first = next((row for row in range(same) if old[row][0] != lines[row]), same)
    last = 0
    while last < same - first and old[-1 - last][0] == lines[-1 - last]:
        last += 1
    ends = [end for _, end in old[:first]] + [newline] * (len(lines) - first - last)
    ends += [end for _, end in old[len(old) - last :]]
    return _together(lines, [*(end or newline for end in ends[: len(lines) - 1]), ""])


def _together(lines: Sequence[str], ends: Sequence[str]) -> str:
    """Put lines and their ends together; an empty line's end is never taken for a part of the one before it."""
    parts: list[str] = []
    for line, end in zip(lines, ends, strict=True):
        apart = not line and end.startswith("\n") and parts and parts[-1].endswith("\r")
        parts.append(f"{line}\r" if apart else line + end)
    return "".join(parts)


def _only_end(text: str) -> str | None:
    """Return how all lines of a text end, if they all end as in Unix or all as in Windows."""
    if any(end in text for end in (_ENDS[2:7] if text.isascii() else _ENDS[2:])):
        return None
    returns, feeds = text.count("\r"), text.count("\n")
    if not returns:
        return "\n"
    return "\r\n" if returns == feeds == text.count("\r\n") else None


def change(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[int, int], tuple[int, int], str] | None:
    """Return the smallest change of lines: (row, column) of the start and the end of what goes, and what comes instead."""
    same = min(len(old), len(new))
    first = next((row for row in range(same) if old[row] != new[row]), same)
    if first == len(old) == len(new):
        return None
    last = 0
    while last < same - first and old[-1 - last] == new[-1 - last]:
        last += 1
    if first == same - last and len(old) != len(new):  # whole lines come or go: take the neighbour along as an anchor
        if first:
            first -= 1
        else:
            last -= 1
    before = "\n".join(old[first : len(old) - last])
    after = "\n".join(new[first : len(new) - last])
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    start, end = head, len(before) - tail
    return _place(before, start, first), _place(before, end, first), after[head : len(after) - tail]


def _common(left: str, right: str) -> int:
    limit = min(len(left), len(right))
    return next((at for at in range(limit) if left[at] != right[at]), limit)


def _place(text: str, offset: int, row: int) -> tuple[int, int]:
    above = text.count("\n", 0, offset)
    return row + above, offset - (text.rfind("\n", 0, offset) + 1)
