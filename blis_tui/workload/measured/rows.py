"""The numbers of a comparison as texts of a table."""

from __future__ import annotations

from blis_tui.numbers import latency, rate
from blis_tui.workload.measured.comparison import Comparison, Row
from blis_tui.workload.measured.run import Measured

HEADS = ("stage", "target/s", "planned", "sent", "achieved/s", "failed", "TTFT p50", "p99", "E2E p50", "p99")
CLASS_HEADS = HEADS[3:]
UNTOLD = "–"
_NOTHING = Measured()


def table(comparison: Comparison) -> list[tuple[str, ...]]:
    """Return the table of a comparison, its heads first; a total that would say the same as a single stage is left out."""
    rows = [*comparison.stages, *comparison.others]
    alone = len(comparison.stages) == 1 and comparison.stages[0].measured is comparison.run.whole
    return [HEADS, *map(cells, rows if alone else (*rows, comparison.whole))]


def class_rows(comparison: Comparison) -> list[tuple[str, ...]]:
    """Return what was measured of each SLO class, its name first, then as `CLASS_HEADS` say."""
    return [(each.name, *cells(Row("", None, each))[3:]) for each in comparison.run.classes]


def cells(row: Row) -> tuple[str, ...]:
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


def _rate(value: float | None) -> str:
    return UNTOLD if value is None else rate(value)


def _count(value: int | None) -> str:
    return UNTOLD if value is None else f"{value:,}"


def _time(us: float | None) -> str:
    return UNTOLD if us is None else latency(us)
