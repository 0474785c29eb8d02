"""The numbers of a comparison as texts of a table."""

from __future__ import annotations

from collections.abc import Sequence

from blis_tui.numbers import latency, rate
from blis_tui.workload.measured.comparison import Comparison, Row
from blis_tui.workload.measured.run import Measured

Cells = tuple[str, ...]

HEADS = ("stage", "target/s", "planned", "sent", "achieved/s", "failed", "TTFT p50", "TTFT p99", "E2E p50", "E2E p99")
OF_THE_FILE = 3
"""How many columns are of the file; the others are of the run."""
_CLASS = "SLO class"
_SHORTEN = ""
_STEPS = ("failed", _SHORTEN, "E2E p50", "TTFT p50", "planned", "sent", "TTFT p99")
"""What is left out where there is no room for all, the first of it first: failures are told in words, too."""
UNTOLD = "–"
_NOTHING = Measured()


def table(comparison: Comparison) -> list[Cells]:
    """Return the table of a comparison, its heads first; a total that would say the same as a single stage is left out."""
    rows = shown_rows(comparison)
    return [HEADS, *map(cells, rows if is_alone(comparison) else (*rows, comparison.whole))]


def class_table(comparison: Comparison) -> list[Cells]:
    """Return what was measured of each SLO class, its heads first; nothing if there are not several."""
    rows = [(each.name, *cells(Row("", None, each))[OF_THE_FILE:]) for each in comparison.run.classes]
    return [(_CLASS, *HEADS[OF_THE_FILE:]), *rows] if len(rows) > 1 else []


def shown_rows(comparison: Comparison) -> list[Row]:
    """Return the stages of the file, and those of the run that are not known to be one of them."""
    return [*comparison.stages, *comparison.others]


def is_alone(comparison: Comparison) -> bool:
    """Return whether there is one stage only, which is the whole run."""
    rows = shown_rows(comparison)
    return len(rows) == 1 and rows[0].measured is comparison.run.whole


def cells(row: Row) -> Cells:
    """Write a row."""
    aim, found = row.aim, row.measured or _NOTHING
    return (
        row.name,
        _rate(aim.target if aim is not None else None),
        _count(aim.planned if aim is not None else None),
        _count(found.requests),
        _rate(found.rate),
        _count(found.failures),
        *(_time(each) for spread in (found.ttft, found.e2e) for each in (spread.p50, spread.p99)),
    )


def fitted(table: Sequence[Cells], width: int | None) -> tuple[list[int], list[Cells]]:
    """Return the columns of a table that there is room for, and the table with these alone; all without a width."""
    heads, *rows = table
    columns = list(range(len(heads)))
    for step in (None, *_STEPS):
        if step == _SHORTEN:
            heads = tuple(head.removesuffix("/s") for head in heads)
        elif step in heads:
            columns.remove(heads.index(step))
        found = [_beside(tuple(row[column] for column in columns)) for row in (heads, *rows)]
        if width is None or sum(max(map(len, column)) + 2 for column in zip(*found, strict=True)) - 2 <= width:
            break
    return columns, found


def _beside(row: Cells) -> Cells:
    """Write a head that begins like the one before without the beginning."""
    return tuple(
        cell.split()[-1] if cell in HEADS and place and row[place - 1].split()[:-1] == cell.split()[:-1] != [] else cell
        for place, cell in enumerate(row)
    )


def _rate(value: float | None) -> str:
    return UNTOLD if value is None else rate(value)


def _count(value: int | None) -> str:
    return UNTOLD if value is None else f"{value:,}"


def _time(us: float | None) -> str:
    return UNTOLD if us is None else latency(us)
