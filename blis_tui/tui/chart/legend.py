"""The lines above the chart: what is shown, and what each sign in it means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from rich.cells import cell_len, set_cell_size
from rich.style import Style

from blis_tui import plot
from blis_tui.numbers import duration, rate
from blis_tui.problems import printable

if TYPE_CHECKING:
    from blis_tui.tui.chart.content import Chart
    from blis_tui.workload.measured.comparison import Comparison

_LEAST_TOLD, _LEAST_NAME = 38, 8
"""Columns for what is said of a run, for which its name is cut where that leaves less, and for the name."""
Parts = list[tuple[str, Style]]


class Styles(Protocol):
    """Gives the style of a part of the chart; what is `faded` is of an older text, if the chart is."""

    def __call__(self, name: str, *, faded: bool = False) -> Style:
        """Return the style."""
        ...


def title_line(chart: Chart, width: int, basis: str, style: Styles, *, stale: bool) -> Parts:
    """Say what is shown, as far as there is room. `basis` is whether that is sent or planned, where it differs."""
    title: Parts = [(chart.title, style("axes") + Style(bold=True))]
    if chart.note:
        return [*title, ("   ", style("muted")), (chart.note, style("axes"))]
    by: Parts = [(f" by {chart.stack}", style("axes"))] if chart.stack else []
    aim: Parts = [("   ── ", style("target")), (chart.line, style("muted"))] if chart.line else []
    choices: tuple[tuple[int, Parts], ...] = ((3, by), (2, by), (1, by), (1, []), (0, by), (0, []))
    lines = [[*title, *named, *aim, *_told(chart, length, basis, style, stale=stale)] for length, named in choices]
    return next((line for line in lines if sum(cell_len(text) for text, _ in line) <= width), lines[-1])


def _told(chart: Chart, length: int, basis: str, style: Styles, *, stale: bool) -> Parts:
    """Say what bars and whiskers are; from a length of 1 on with the highest peak, from 2 on with that of bins too."""
    shown, muted = chart.over_time, style("muted")
    if shown is None:
        return []
    word = f"{basis}, " if basis else "generated, " if length > 2 else ""
    parts = [
        ("   " if chart.groups else "   ▇ ", style("bars", faded=True)),
        (f"{word}{duration(shown.bins.width_us)} bins", muted),
    ]
    if length > (1 if shown.has_spans else 0):
        parts.append((f": peak {rate(shown.peak)}", muted))
    if shown.has_spans:
        within = f"in {duration(shown.span_us)}" if shown.span_us else "at any time"
        parts += [(f"   {plot.WHISKER} ", style("highest", faded=True)), (within, muted)]
        if length:
            most = float(shown.highest.max())
            parts.append((f": peak {rate(most) if shown.span_us else f'{most:,.0f}'}", muted))
    if chart.figure.behind:
        parts += [(f"   {plot.SHADE} ", style("boundary")), ("planned", muted)]
    if stale:
        parts.append(("   out of date", muted))
    return parts


def run_line(found: Comparison, width: int, style: Styles) -> Parts:
    """Name the run whose dots stand over the bars, and say what is most to be known about it, as far as there is room."""
    run, told = found.run, found.told
    finding = f"   {printable(told[0])}" if told else ""
    more = f"   +{len(told) - 1}" if len(told) > 1 else ""
    room = width - 2 - len(more)
    did = "simulated" if run.simulated else "achieved"
    start = f" {did} by {printable(run.origin)}"
    name = printable(run.name)
    beside = room - cell_len(start) + cell_len(name) - min(cell_len(finding), _LEAST_TOLD)
    start = f" {did} by {printable(run._replace(name=_shortened(name, max(beside, _LEAST_NAME))).origin)}"
    text = _shortened(start + finding, room)
    return [(f"{plot.DOT}{plot.DOT}", style("measured")), (text, style("axes")), (more, style("muted"))]


def _shortened(text: str, room: int) -> str:
    return text if cell_len(text) <= room else set_cell_size(text, max(room - 1, 0)) + "…"


def group_line(chart: Chart, width: int, style: Styles) -> Parts:
    """Name the groups that are stacked, the largest first."""
    from blis_tui.tui.chart.content import MARKERS

    parts: Parts = []
    for number, name in enumerate(_cut(chart.groups, width + 2 - 4 * len(chart.groups))):
        parts.append((f"{'  ' if number else ''}{MARKERS[number]} ", style(f"group-{number}", faded=True)))
        parts.append((name, style("muted")))
    return parts


def _cut(names: Sequence[str], room: int) -> list[str]:
    """Return names that fit into so many columns together: whole if they do, else the longest are cut."""
    most = max(map(cell_len, names), default=0)
    while most > 4 and sum(min(cell_len(name), most) for name in names) > room:
        most -= 1
    return [name if cell_len(name) <= most else set_cell_size(name, most - 1) + "…" for name in names]
