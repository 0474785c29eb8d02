"""The chart and its table as they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from blis_tui import plot
from blis_tui.numbers import duration, rate
from blis_tui.spec.format.model import Stage
from blis_tui.tui.chart.stage_totals import GENERATED, HEAD, TableLine, table
from blis_tui.tui.jobs import Job
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.state import EMPTY, Preview
from blis_tui.tui.widgets.visibility import displayed

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from blis_tui.spec.format.model import WorkloadSpec
    from blis_tui.tui.chart.content import Chart, Wanted

_LEAST_PLOT = 6
_GROUP_STYLES = 6
SOON_S = 0.25
"""After a change of the text: before that, what is shown of the old one stays as it is, and is not drawn for nothing."""


class ChartPicture(PreviewWidget, can_focus=True):
    """The chart and its table, drawn in a thread whenever text, preview, size or selection change."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "chart--axes", "chart--target", "chart--over", "chart--selected", "chart--boundary", "chart--bars", "chart--highest",
        "chart--head", "chart--muted", "chart--plain", "chart--row",
        *(f"chart--group-{number}" for number in range(_GROUP_STYLES)),
    }  # fmt: skip
    DEFAULT_CSS: ClassVar[str] = """
    ChartPicture {
        padding: 0 1;
        & > .chart--axes { color: $foreground 80%; }
        & > .chart--plain { color: $foreground; }
        & > .chart--muted, & > .chart--head { color: $foreground 60%; }
        & > .chart--boundary { color: $foreground 40%; }
        & > .chart--bars { color: $primary; }
        & > .chart--highest { color: $text-primary; }
        & > .chart--target { color: $text-warning; }
        & > .chart--over { color: $warning; }
        & > .chart--selected { color: $text-warning; text-style: bold; }
        & > .chart--row { text-style: bold; }
        & > .chart--group-0 { color: $primary; }
        & > .chart--group-1 { color: $text-success; }
        & > .chart--group-2 { color: $text-warning; }
        & > .chart--group-3 { color: $text-primary; }
        & > .chart--group-4 { color: $text-error; }
        & > .chart--group-5 { color: $foreground; }
        &:focus > .chart--row {
            color: $block-cursor-foreground; background: $block-cursor-background; text-style: $block-cursor-text-style;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._spec: WorkloadSpec | None = None
        self._preview = Preview(EMPTY, 0)
        self._measure = 0  # its number among the measures
        self._stacked = False
        self._selected = 0
        self._chart: Chart | None = None
        self._plot: list[plot.Line] = []
        self._table: list[TableLine] = []
        self._job: Job[tuple[Chart, list[plot.Line]]] | None = None
        self._drawn: tuple[object, ...] = ()
        self._again = False
        self._failure = ""
        self._waiting: dict[str, Timer] = {}

    def show_preview(self, preview: Preview) -> None:
        """Show a state of the preview."""
        faded, drawn, server = self._preview.stale, self._preview.requests, self._preview.server
        self._preview = preview
        if preview.requests is not drawn or self._chart is None or preview.server != server:
            self._draw()
        if preview.stale and not faded:
            self._later(SOON_S, self._fade)  # the line above says it at once
        elif faded and not preview.stale and not self.is_busy:
            self.refresh()

    def _fade(self) -> None:
        if self._preview.stale:
            self.refresh()

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call something once, a while after it was asked for last."""
        waiting = self._waiting.pop(call.__name__, None)
        if waiting is not None:
            waiting.stop()
        self._waiting[call.__name__] = self.set_timer(seconds, call)

    @property
    def is_busy(self) -> bool:
        """Whether the chart is being drawn."""
        return self._job is not None

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw()

    @property
    def _stages(self) -> tuple[Stage, ...]:
        compact = self._spec.inference_perf if self._spec is not None else None
        return compact.stages if compact is not None else ()

    @property
    def _heights(self) -> tuple[int, int, int]:
        """The lines of legend, plot and table."""
        height = self.content_size.height
        legend = 2 if self._stacked else 1
        stages = len(self._stages)
        wanted = stages + 1 + (stages != 1)
        room = max(height // 3, 4) if height - legend - 4 >= _LEAST_PLOT else height - legend - _LEAST_PLOT
        below = max(min(wanted, room), 0)
        below = below if below >= 2 else 0
        return legend, max(height - legend - below, 0), below

    def _draw(self) -> None:
        """Draw in a thread, if there is something new to draw; while it is busy, only note that it is to begin again."""
        width, height = self.content_size.width, self._heights[1]
        if width < 10 or height < 3 or not displayed(self):
            return
        preview = self._preview
        if self._spec is None and preview.requests is None:
            return
        key = (
            id(self._spec), id(preview.requests), preview.revision, preview.complete,
            width, height, self._measure, self._stacked, self._selected, preview.server,
        )  # fmt: skip
        if key == self._drawn:
            return
        if self._job is not None:
            self._again = True
            return
        self._drawn = key

        def work(job: Job[tuple[Chart, list[plot.Line]]]) -> tuple[Chart, list[plot.Line]]:
            from blis_tui.tui.chart.content import Wanted, chart
            from blis_tui.workload.totals.measures import SHOWN

            measure = SHOWN[self._measure]
            wanted: Wanted = Wanted(self._spec, preview, width, height, measure, self._stacked, self._selected)
            made = chart(wanted)
            return made, plot.draw(made.figure)

        self._job = Job(self, work, self._take, self._fail)

    def _take(self, drawn: tuple[Chart, list[plot.Line]]) -> None:
        self._chart, self._plot = drawn
        self._failure = ""
        self._finish()

    def _fail(self, error: Exception) -> None:
        self._chart, self._plot = None, []
        self._failure = f"The chart cannot be drawn: {type(error).__name__}: {error}"
        self._finish()

    def _finish(self) -> None:
        self._job = None
        self.refresh()
        if self._again:
            self._again = False
            self._draw()

    def render_line(self, y: int) -> Strip:
        """Render one line of legend, plot and table."""
        width = self.content_size.width
        legend, plotted, below = self._heights
        base = self.rich_style
        if y < legend:
            segments = self._legend(y)
        elif y < legend + plotted:
            segments = self._plot_line(y - legend)
        else:
            segments = self._table_line(y - legend - plotted, below, width)
        styled = [Segment(text, base + style) for text, style in segments]
        return Strip(styled).adjust_cell_length(width, base)

    def _style(self, name: str, *, faded: bool = False) -> Style:
        style = self.get_component_rich_style(f"chart--{name}")
        return style + Style(dim=True) if faded and self._preview.stale else style

    def _legend(self, line: int) -> list[tuple[str, Style]]:
        chart, muted = self._chart, self._style("muted")
        if chart is None:
            return [(self._failure, self._style("axes"))] if line == 0 else []
        if line:
            return self._groups(chart)
        parts = [(chart.title, self._style("axes") + Style(bold=True))]
        if chart.note:
            return [*parts, ("   ", muted), (chart.note, self._style("axes"))]
        if chart.line:
            parts += [("   ── ", self._style("target")), (chart.line, muted)]
        room = self.content_size.width - sum(cell_len(text) for text, _ in parts)
        told = [self._told(chart, length) for length in (3, 2, 1, 0)]
        fitting = (each for each in told if sum(cell_len(text) for text, _ in each) <= room)
        return [*parts, *next(fitting, told[-1])]

    def _told(self, chart: Chart, length: int) -> list[tuple[str, Style]]:
        """Say what bars and whiskers are; from a length of 1 on with the highest peak, from 2 on with that of bins too."""
        shown, muted, bars = chart.over_time, self._style("muted"), self._style("bars", faded=True)
        if shown is None:
            return []
        basis = self._basis
        word = f"{basis}, " if basis else "generated, " if length > 2 else ""
        parts = [("   " if self._stacked else "   ▇ ", bars), (f"{word}{duration(shown.bins.width_us)} bins", muted)]
        if length > (1 if shown.has_spans else 0):
            parts.append((f": peak {rate(shown.peak)}", muted))
        if shown.has_spans:
            within = f"in {duration(shown.span_us)}" if shown.span_us else "at any time"
            parts += [(f"   {plot.WHISKER} ", self._style("highest", faded=True)), (within, muted)]
            if length:
                most = float(shown.highest.max())
                parts.append((f": peak {rate(most) if shown.span_us else f'{most:,.0f}'}", muted))
        if chart.figure.behind:
            parts += [(f"   {plot.SHADE} ", self._style("boundary")), ("planned", muted)]
        if self._preview.stale:
            parts.append(("   out of date", muted))
        return parts

    @property
    def _basis(self) -> str:
        """Whether what is shown is sent or planned; empty where that is the same."""
        made, requests = self._preview.made, self._preview.requests
        if made is None or made.sent is None or requests is None:
            return ""
        return "sent" if requests.sent else "planned"

    def _groups(self, chart: Chart) -> list[tuple[str, Style]]:
        from blis_tui.tui.chart.content import MARKERS

        parts: list[tuple[str, Style]] = []
        width, signs = self.content_size.width, 4 * len(chart.groups)
        most = width if sum(map(cell_len, chart.groups)) + signs <= width else max(width // len(chart.groups) - 4, 4)
        for number, whole in enumerate(chart.groups):
            name = whole if cell_len(whole) <= most else set_cell_size(whole, most - 1) + "…"
            parts.append((f"{'  ' if number else ''}{MARKERS[number]} ", self._style(f"group-{number}", faded=True)))
            parts.append((name, self._style("muted")))
        return parts

    def _plot_line(self, line: int) -> list[tuple[str, Style]]:
        if line >= len(self._plot):
            return []
        return [(text, self._role_style(role)) for text, role in self._plot[line]]

    def _role_style(self, role: int) -> Style:
        behind, role = divmod(role, plot.OVER)
        if behind and not self._preview.stale:
            bars = self._role_style(plot.BARS + behind - 1)
            return self._style("over") + Style(bgcolor=bars.color, bold=role == plot.SELECTED)
        if role >= plot.BARS:
            name = f"group-{min(role - plot.BARS, _GROUP_STYLES - 1)}" if self._stacked else "bars"
            return self._style(name, faded=True)
        names = {
            plot.HIGHEST: "highest",
            plot.LINE: "target",
            plot.SELECTED: "selected",
            plot.BOUNDARY: "boundary",
            plot.LABEL: "muted",
            plot.BEHIND: "boundary",
        }
        return self._style(names.get(role, "axes"), faded=role == plot.HIGHEST)

    def _table_line(self, line: int, lines: int, width: int) -> list[tuple[str, Style]]:
        if line == 0:
            chart = self._chart
            basis = self._basis
            self._table = []
            if chart is not None:
                counted = basis if basis and chart.measure == "requests" else chart.measure
                self._table = table(chart.rows, chart.total, counted, self._selected, lines, width, sent=basis == "sent")
        if line >= len(self._table):
            return []
        return [(text, self._cell_style(kind, self._table[line])) for text, kind in self._table[line].runs]

    def _cell_style(self, kind: str, line: TableLine) -> Style:
        if kind == HEAD:
            return self._style("head")
        style = self._style("row" if line.stage == self._selected and self._stages else "plain")
        return style + Style(dim=True) if kind == GENERATED and self._preview.stale else style
