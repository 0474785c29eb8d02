"""Differences as lines of styled text."""

from __future__ import annotations

from rich.cells import cell_len

from blis_tui.tui.compare.differences import GONE, NEW, SAME, SIGNS, SKIPPED, DiffLine, Row
from blis_tui.tui.widgets.lines_view import Run

_STYLES = {SAME: "plain", GONE: "gone", NEW: "new", SKIPPED: "muted"}


def diff_lines(lines: list[DiffLine]) -> list[list[Run]]:
    """Write a difference: numbers of both texts, a sign, the line."""
    width = max((len(str(number)) for line in lines for number in (line.old, line.new) if number), default=1)
    return [
        [
            (f"{line.old or '':>{width}} {line.new or '':>{width}} ", "muted"),
            (f"{SIGNS[line.kind]} {line.text}", _STYLES[line.kind]),
        ]
        for line in lines
    ]


def number_lines(found: list[Row]) -> list[list[Run]]:
    """Write a table of numbers: what it was, what it is, and the change."""
    heads = Row("", "was", "now", "change")
    if all(row.is_title for row in found):
        return [[(row.name, "title")] for row in found]
    numbers = [row for row in [heads, *found] if not row.is_title]
    widths = [max(cell_len(getattr(row, name)) for row in numbers) for name in ("name", "was", "now", "change")]
    lines: list[list[Run]] = []
    for row in [heads, *found]:
        if row.is_title:
            lines.append([(row.name, "title")])
            continue
        style = "title" if row.change else "plain"
        text = f"  {row.name:<{widths[0]}}  {row.was:>{widths[1]}}  "
        lines.append([(text, "plain"), (f"{row.now:>{widths[2]}}", style), (f"  {row.change:>{widths[3]}}", style)])
    lines[0] = [(text, "muted") for text, _ in lines[0]]
    if not any(row.change for row in found):
        lines.insert(0, [("All numbers are identical.", "muted")])
    return lines
