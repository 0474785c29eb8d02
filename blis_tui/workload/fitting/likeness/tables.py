"""The comparison of a trace and its fit as a table of texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from blis_tui.numbers import clock, mean, rate
from blis_tui.workload.fitting.likeness.report import COUNT, PLAIN, SHARE, Distance, FitReport, Row, Section, StageRow

HEAD = ("", "trace", "fit", "off", "")
LEGEND = (
    "good: up to 5% off, or a distance up to 0.05; fair: up to 15%, or",
    "0.12; besides what chance does to so few requests. A distance is",
    "the most by which shares up to any value differ.",
)
"""What the verdicts mean."""


class TableLine(NamedTuple):
    """A line: what is compared, the trace's number, the fit's, how far that is off, and the verdict.

    A title has nothing but the first cell, and the verdict on all below it.
    """

    cells: tuple[str, str, str, str]
    verdict: str
    title: bool = False


def table(report: FitReport) -> list[TableLine]:
    """Return all lines: the total, the stages, and each class."""
    lines = [_title("All requests", report.total), *_section(report.total)]
    if len(report.stages) > 1:
        lines.append(TableLine(("Stages, requests per second", "", "", ""), "", title=True))
        lines += map(_stage, report.stages)
    for section in report.classes:
        lines += [_title(section.name, section), *_section(section)]
    return lines


def _title(name: str, section: Section) -> TableLine:
    return TableLine((name, "", "", ""), section.verdict, title=True)


def _section(section: Section) -> Iterator[TableLine]:
    for row in section.rows:
        yield TableLine((f"  {row.name}", _number(row, row.trace), _number(row, row.fit), _off(row)), row.verdict)
    yield from map(_distance, section.distances)


def _distance(found: Distance) -> TableLine:
    return TableLine((f"  {found.name}, distance", "", "", f"{found.value:.3f}"), found.verdict)


def _stage(stage: StageRow) -> TableLine:
    one, other = (rate(count / stage.seconds) for count in (stage.trace, stage.fit))
    return TableLine(
        (f"  {clock(stage.start_us)} – {clock(stage.end_us)}", one, other, _part(stage.trace, stage.fit)), stage.verdict
    )


def _number(row: Row, value: float) -> str:
    if row.kind == COUNT:
        return f"{value:,.0f}"
    if row.kind == SHARE:
        return f"{value:.1%}"
    return f"{value:.2f}" if row.kind == PLAIN else mean(value)


def _off(row: Row) -> str:
    if row.kind == SHARE:
        points = round(100 * (row.fit - row.trace), 1)
        return f"{points:+.1f} points" if points else "0 points"
    return _part(row.trace, row.fit)


def _part(trace: float, fit: float) -> str:
    """Write how far a number is off, as a part of the trace's."""
    if not trace:
        return "" if fit else "0%"
    off = round(fit / trace - 1, 3)
    return f"{off:+.1%}" if off else "0%"
