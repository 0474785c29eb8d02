"""The table below the chart: what each stage aims at, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.numbers import rate, roughly
from blis_tui.tui.preview.stage_counts import NOT_REACHED, count_text
from blis_tui.workload.requests import RECORDED, SENT
from blis_tui.workload.totals.measures import UNDER_WAY

if TYPE_CHECKING:
    from blis_tui.tui.chart.content import StageRow

PLAIN, HEAD, GENERATED, MEASURED = "plain", "head", "generated", "measured"
_KNOWN = 4
"""How many columns are known without generating: name, duration, target and what is expected."""
_LEFT_OUT = 5
"""The column that is left out where there is no room for all: the difference, which can be worked out."""
GAP = "  "
CUT = "✂"
"""Stands behind the length of a stage that is cut off."""


class TableLine(NamedTuple):
    """A line of the table, as (text, kind) runs; `stage` is the number of the stage it shows, if it does."""

    runs: tuple[tuple[str, str], ...]
    stage: int | None = None


def table(
    rows: Sequence[StageRow], total: StageRow | None, counted: str, selected: int, lines: int, width: int, *, basis: str = ""
) -> list[TableLine]:
    """Lay the table out in a number of lines; of more stages than fit, those around the selected one are shown.

    `counted` is what the numbers are of, such as "requests", and `basis` whether they are sent, planned or recorded.
    """
    if lines < 2 or not (rows or total):
        return []
    below = 1 if total is not None and len(rows) != 1 else 0
    first, fitting = first_shown(len(rows), selected, lines - 1 - below)
    shown = range(first, min(first + fitting, len(rows)))
    heads, write, known = _heads(counted, basis)
    cells = [write(f"{'▸' if number == selected else ' '} {number + 1}", rows[number]) for number in shown]
    if below and total is not None:
        cells.append(write("  total", total))
    every = range(len(heads))
    widths = [max(len(row[column]) for row in [heads, *cells]) for column in every]
    hidden = len(rows) - len(shown)
    more = f"  ({hidden} more)" if hidden else ""
    cut = any(_is_cut(rows[number]) for number in shown)
    remarks = [f"{more}  {CUT} {text}" for text in ("the horizon cuts it off", "cut off")] if cut else [more]
    fewer = [column for column in every if column != _LEFT_OUT]
    choices: tuple[Sequence[int], ...] = (every, fewer)
    layouts = [(columns, remark) for columns in choices for remark in remarks]
    roomy = [layout for layout in layouts if _width(widths, *layout) <= width]
    columns, remark = roomy[0] if roomy else (fewer, more)
    kinds = [PLAIN] * known + [GENERATED] * (len(heads) - known)
    lines_out = [TableLine(runs(heads, widths, columns, [HEAD] * len(heads)))]
    for position, row in enumerate(cells):
        number = shown[position] if position < len(shown) else None
        lines_out.append(TableLine((runs(row, widths, columns, kinds)), number))
    if remark:
        lines_out[0] = TableLine((*lines_out[0].runs, (remark, HEAD)))
    return lines_out[:lines]


def first_shown(rows: int, selected: int, room: int) -> tuple[int, int]:
    """Return the first of the rows that are shown, around the selected one, and how many there is room for."""
    fitting = max(room, 1)
    return min(max(selected - fitting // 2, 0), max(rows - fitting, 0)), fitting


def runs(
    row: tuple[str, ...], widths: Sequence[int], columns: Sequence[int], kinds: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Write some columns of a row, as (text, kind) runs: the first aligned on the left, the others on the right."""
    return tuple(
        (row[column].ljust(widths[column]) if column == 0 else GAP + row[column].rjust(widths[column]), kinds[column])
        for column in columns
    )


def _is_cut(row: StageRow) -> bool:
    """Return whether a stage ends before it is planned to."""
    return row.end_us - row.start_us < row.planned_us


def _width(widths: Sequence[int], columns: Sequence[int], remark: str) -> int:
    return sum(widths[column] for column in columns) + len(GAP) * (len(columns) - 1) + len(remark)


def _heads(counted: str, basis: str) -> tuple[tuple[str, ...], Callable[[str, StageRow], tuple[str, ...]], int]:
    """Return the heads of the columns, what writes a row, and how many columns are known without generating."""
    if counted == UNDER_WAY:
        return ("  stage", "duration", "in flight", "peak"), _level_cells, 2
    if basis == RECORDED:
        return ("  ", "duration", counted), lambda name, row: (*_span_cells(name, row), _count_cell(row)), 2
    if basis == SENT:
        return ("  stage", "duration", "target/s", "planned", "sent", "difference", ""), _sent_cells, _KNOWN
    return ("  stage", "duration", "target/s", "expected", counted, "difference", "±σ"), _cells, _KNOWN


def _count_cell(row: StageRow) -> str:
    return "…" if row.tally is None else f"{row.tally.generated:,}"


def _span_cells(name: str, row: StageRow) -> tuple[str, str]:
    return name, roughly(row.planned_us) + (CUT if _is_cut(row) else "")


def _target_cell(row: StageRow) -> str:
    return rate(row.target_rate) if row.target_rate else "–"


def _level_cells(name: str, row: StageRow) -> tuple[str, ...]:
    level = row.level
    return (*_span_cells(name, row), *(("…", "") if level is None else (rate(level.mean), f"{level.peak:,.0f}")))


def _sent_cells(name: str, row: StageRow) -> tuple[str, ...]:
    head = (*_span_cells(name, row), _target_cell(row), "–" if row.planned is None else f"{row.planned:,}")
    if row.tally is None or row.planned is None:
        return (*head, "…" if row.tally is None else f"{row.tally.generated:,}", "", "")
    difference = row.tally.generated - row.planned
    share = f"{difference / row.planned:+.0%}" if row.planned and difference else ""
    return (*head, f"{row.tally.generated:,}", f"{difference:+,}" if difference else "0", share)


def _cells(name: str, row: StageRow) -> tuple[str, ...]:
    if row.start_us >= row.end_us:
        return (*_span_cells(name, row), _target_cell(row), NOT_REACHED, "", "", "")
    head = (*_span_cells(name, row), _target_cell(row), count_text(row.expected))
    tally = row.tally
    if tally is None:
        return (*head, "…", "", "")
    generated = f"{tally.generated:,}" + (" cut" if row.cut else "")
    if tally.expected is None:
        return (*head, generated, "", "")
    difference = round(tally.difference or 0.0)
    spread = "exact" if tally.expected.exact else "" if tally.deviations is None else f"{tally.deviations:+z.1f}"
    return (*head, generated, "" if row.cut else f"{difference:+,}" if difference else "0", spread)
