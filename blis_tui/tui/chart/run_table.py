"""The table below the chart while a run is shown over it: what each stage aims at, and what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blis_tui.tui.chart.stage_totals import GAP, HEAD, MEASURED, PLAIN, TableLine, first_shown, runs

if TYPE_CHECKING:
    from blis_tui.workload.measured.comparison import Comparison


def run_table(comparison: Comparison, selected: int, lines: int, width: int) -> list[TableLine]:
    """Lay the table out in a number of lines; of more stages than fit, those around the selected one are shown."""
    from blis_tui.workload.measured.rows import HEADS, OF_THE_FILE, cells, fitted, is_alone, shown_rows

    if lines < 2:
        return []
    rows, below = shown_rows(comparison), 0 if is_alone(comparison) else 1
    first, fitting = first_shown(len(rows), selected, lines - 1 - below)
    shown = range(first, min(first + fitting, len(rows)))
    named = [row._replace(name=f"{'▸' if place == selected else ' '} {row.name}") for place, row in enumerate(rows)]
    table = [cells(named[place]) for place in shown]
    if below:
        table.append(cells(comparison.whole._replace(name="  total")))
    hidden = len(rows) - len(shown)
    more = f"{GAP}({hidden} more)" if hidden else ""
    columns, (heads, *texts) = fitted([(f"  {HEADS[0]}", *HEADS[1:]), *table], width - len(more))
    widths = [max(map(len, column)) for column in zip(heads, *texts, strict=True)]
    every = range(len(columns))
    kinds = [PLAIN if column < OF_THE_FILE else MEASURED for column in columns]
    found = [TableLine((*runs(heads, widths, every, [HEAD] * len(columns)), *([(more, HEAD)] if more else [])))]
    for position, row in enumerate(texts):
        place = shown[position] if position < len(shown) else len(rows)
        found.append(TableLine(runs(row, widths, every, kinds), place if place < len(comparison.stages) else None))
    return found[:lines]
