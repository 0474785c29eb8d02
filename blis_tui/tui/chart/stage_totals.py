"""The table below the chart: what each stage aims at, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.numbers import rate, roughly
from blis_tui.tui.preview.stage_counts import count_text

if TYPE_CHECKING:
    from blis_tui.tui.chart.content import StageRow

PLAIN, HEAD, GENERATED, SELECTED = "plain", "head", "generated", "selected"
_COLUMNS = 7
_NARROW = (0, 1, 2, 3, 4, 6)
"""The columns that are shown where there is no room for all."""
_GENERATED_COLUMNS = (4, 5, 6)
_GAP = "  "


class TableLine(NamedTuple):
    """A line of the table, as (text, kind) runs; `stage` is the number of the stage it shows, if it does."""

    runs: tuple[tuple[str, str], ...]
    stage: int | None = None


def table(
    rows: Sequence[StageRow], total: StageRow | None, counted: str, selected: int, lines: int, width: int, *, sent: bool = False
) -> list[TableLine]:
    """Lay the table out in a number of lines; of more stages than fit, those around the selected one are shown.

    `counted` is what the numbers are of, such as "requests"; they are `sent`, or else planned.
    """
    if lines < 2 or not (rows or total):
        return []
    below = 1 if total is not None and len(rows) != 1 else 0
    fitting = max(lines - 1 - below, 1)
    first = min(max(selected - fitting // 2, 0), max(len(rows) - fitting, 0))
    shown = range(first, min(first + fitting, len(rows)))
    cells = [_cells(f"{'▸' if number == selected else ' '} {number + 1}", rows[number], sent) for number in shown]
    if below and total is not None:
        cells.append(_cells("  total", total, sent))
    told = ("planned", "sent") if sent else ("expected", counted)
    heads = ("  stage", "duration", "target/s", *told, "difference", "" if sent else "±σ")
    columns: Sequence[int] = range(_COLUMNS)
    widths = _widths([heads, *cells])
    hidden = len(rows) - len(shown)
    remark = f"  ({hidden} more)" if hidden else ""
    if sum(widths) + len(_GAP) * (len(widths) - 1) + len(remark) > width:
        columns = _NARROW
    lines_out = [TableLine(tuple(_runs(heads, widths, columns, HEAD)))]
    for position, row in enumerate(cells):
        number = shown[position] if position < len(shown) else None
        kind = SELECTED if number == selected else PLAIN
        lines_out.append(TableLine(tuple(_runs(row, widths, columns, kind)), number))
    if remark:
        lines_out[0] = TableLine((*lines_out[0].runs, (remark, HEAD)))
    return lines_out[:lines]


def _widths(rows: Sequence[tuple[str, ...]]) -> list[int]:
    return [max(len(row[column]) for row in rows) for column in range(_COLUMNS)]


def _runs(row: tuple[str, ...], widths: Sequence[int], columns: Sequence[int], kind: str) -> list[tuple[str, str]]:
    runs = []
    for column in columns:
        text = row[column].ljust(widths[column]) if column == 0 else _GAP + row[column].rjust(widths[column])
        runs.append((text, GENERATED if column in _GENERATED_COLUMNS and kind != HEAD else kind))
    return runs


def _cells(name: str, row: StageRow, sent: bool) -> tuple[str, ...]:
    cut_short = row.end_us - row.start_us < row.planned_us
    length = roughly(row.planned_us) + ("✂" if cut_short else "")
    return (name, length, rate(row.target_rate) if row.target_rate else "–", count_text(row.expected), *_generated(row, sent))


def _generated(row: StageRow, sent: bool) -> tuple[str, str, str]:
    tally = row.tally
    if tally is None:
        return "…", "", ""
    generated = f"{tally.generated:,}" + (" cut" if row.cut else "")
    if tally.expected is None:
        return generated, "", ""
    difference = round(tally.difference or 0.0)
    spread = "" if sent else "exact" if tally.expected.exact else "" if tally.deviations is None else f"{tally.deviations:+z.1f}"
    return generated, "" if row.cut else f"{difference:+,}" if difference else "0", spread
