"""The comparison of a trace and its fit as lines of styled text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from blis_tui.problems import printable
from blis_tui.tui.widgets.lines_view import Run
from blis_tui.workload.fitting.likeness.report import FAIR, GOOD, POOR
from blis_tui.workload.fitting.likeness.tables import HEAD, LEGEND, TableLine, table

if TYPE_CHECKING:
    from blis_tui.workload.fitting.likeness.report import FitReport

_STYLES = {GOOD: "new", FAIR: "warned", POOR: "gone"}
_MOST_NAME = 34
_GAP = 2


def fit_lines(report: FitReport) -> list[list[Run]]:
    """Write the table: names on the left, numbers aligned on the right, verdicts in colour."""
    lines = table(report)
    names = [_shortened(printable(line.cells[0])) for line in lines]
    width = max(map(cell_len, names))
    columns = [max(len(text) for text in (HEAD[at], *(line.cells[at] for line in lines))) + _GAP for at in (1, 2, 3)]
    head = " " * width + "".join(HEAD[at].rjust(size) for at, size in zip((1, 2, 3), columns, strict=True))
    body = [_line(line, name, width, columns) for line, name in zip(lines, names, strict=True)]
    return [[(head, "muted")], *body, [], *([(text, "muted")] for text in LEGEND)]


def _line(line: TableLine, name: str, width: int, columns: list[int]) -> list[Run]:
    numbers = "".join(line.cells[at].rjust(size) for at, size in zip((1, 2, 3), columns, strict=True))
    left = name + " " * (width - cell_len(name))
    verdict = (f"{' ' * _GAP}{line.verdict}", _STYLES.get(line.verdict, "plain"))
    return [(left, "title"), (" " * sum(columns), "plain"), verdict] if line.title else [(f"{left}{numbers}", "plain"), verdict]


def _shortened(name: str) -> str:
    if cell_len(name) <= _MOST_NAME:
        return name
    while cell_len(name) >= _MOST_NAME:
        name = name[:-1]
    return f"{name}…"
