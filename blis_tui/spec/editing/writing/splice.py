"""Replacing parts of a text, whole lines above all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from blis_tui.spec.editing.writing.layout import Layout


class Splice(NamedTuple):
    """Characters `start` up to `end` of a text give way to `text`."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """Apply splices, which must not overlap, to the text they were made for."""
    parts, position = [], 0
    for splice in sorted(splices):
        parts += [text[position : splice.start], splice.text]
        position = splice.end
    return "".join([*parts, text[position:]])


def excerpt(text: str, start: int, end: int, splices: Iterable[Splice]) -> str:
    """Return a part of a text with splices inside it applied."""
    return spliced(text[start:end], [Splice(first - start, last - start, new) for first, last, new in splices])


def lines_spliced(layout: Layout, start: int, end: int, lines: Sequence[str], keep_break: bool = False) -> Splice:
    """Put `lines` (without line ends) in the place of the whole lines from `start` up to `end`.

    New lines end as the line before them does. A text without a final line end keeps lacking it; where its last lines
    are removed, the line ends before them go too, unless `keep_break` says that the last one belongs to a value.
    """
    text, newline = layout.text, layout.newline_above(start)
    if end < len(text) or not text or layout.column(end) == 0:
        return Splice(start, end, "".join(line + newline for line in lines))
    if layout.column(start) > 0:  # after a last line without a line end
        return Splice(start, end, "".join(newline + line for line in lines))
    if not lines and not keep_break:
        while start > 0 and layout.column(start) == 0:
            start = layout.previous_line_end(start)
        return Splice(start, end, "")
    return Splice(start, end, newline.join(lines))
