"""The chart and its table as they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from blis_tui import plot
from blis_tui.spec.format.model import Stage
from blis_tui.tui.chart.legend import group_line, run_line, title_line
from blis_tui.tui.chart.run_table import run_table
from blis_tui.tui.chart.stage_totals import GENERATED, HEAD, MEASURED, TableLine, table
from blis_tui.tui.jobs import Job
from blis_tui.tui.preferences.keymap import first_key, resolve
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.state import EMPTY, Preview
from blis_tui.tui.widgets.visibility import displayed

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from blis_tui.spec.format.model import WorkloadSpec
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.tui.chart.content import Chart
    from blis_tui.workload.measured.comparison import Comparison

_LEAST_PLOT = 6
_GROUP_STYLES = 6
SOON_S = 0.25
"""After a change of the text: before that, what is shown of the old one stays as it is, and is not drawn for nothing."""


class ChartPicture(PreviewWidget, can_focus=True):
    """The chart and its table, drawn in a thread whenever text, preview, size or selection change."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "chart--axes", "chart--cursor", "chart--target", "chart--over", "chart--selected", "chart--boundary",
        "chart--bars", "chart--highest", "chart--measured", "chart--over-measured",
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
        & > .chart--measured { color: $text-success; text-style: bold; }
        & > .chart--over-measured { color: $foreground; text-style: bold; }
        & > .chart--cursor { color: $text-error; text-style: bold; }
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
        self._stack = ""  # the kind of groups; none if empty
        self._selected = 0
        self._span: tuple[int, int] | None = None
        self._bin_us = 0
        self._cursor: int | None = None  # a time
        self._hint = ""
        self._chart: Chart | None = None
        self._plot: list[plot.Line] = []
        self._table: list[TableLine] = []
        self._job: Job[tuple[Chart, list[plot.Line]]] | None = None
        self._drawn: tuple[object, ...] = ()
        self._again = False
        self._failure = ""
        self._waiting: dict[str, Timer] = {}

    def on_mount(self) -> None:
        """Look up the key that is spoken of."""
        keys = resolve(cast("BaseApp", self.app).settings.keys).keys
        self._hint = f"; {first_key('chart.whole', keys)}: all of it"

    def show_preview(self, preview: Preview) -> None:
        """Show a state of the preview."""
        before, self._preview = self._preview, preview
        same = preview.requests is before.requests and preview.comparison is before.comparison
        if not same or self._chart is None or preview.server != before.server:
            self._draw()
        if preview.stale and not before.stale:
            self._later(SOON_S, self._fade)  # the line above says it at once
        elif before.stale and not preview.stale and not self.is_busy:
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
        compared = self._comparison
        legend = 1 + (compared is not None) + bool(self._stack) + (self._cursor is not None)
        stages = len(self._stages) + (0 if compared is None else len(compared.others))
        wanted = stages + 1 + (stages != 1)
        room = max(height // 3, 4) if height - legend - 4 >= _LEAST_PLOT else height - legend - _LEAST_PLOT
        below = max(min(wanted, room), 0)
        below = below if below >= 2 else 0
        return legend, max(height - legend - below, 0), below

    @property
    def _comparison(self) -> Comparison | None:
        """The run that is shown, where requests are."""
        return self._preview.comparison if self._measure == 0 else None

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
            width, height, self._measure, self._stack, self._selected, preview.server,
            self._span, self._bin_us, self._cursor is None, id(preview.comparison),
        )  # fmt: skip
        if key == self._drawn:
            return
        if self._job is not None:
            self._again = True
            return
        self._drawn = key
        measure, look = (
            self._measure,
            (self._stack, self._selected, self._span, self._bin_us, self._cursor is not None, self._hint),
        )

        def work(job: Job[tuple[Chart, list[plot.Line]]]) -> tuple[Chart, list[plot.Line]]:
            from blis_tui.tui.chart.content import Wanted, chart
            from blis_tui.workload.totals.measures import SHOWN

            made = chart(Wanted(self._spec, preview, width, height, SHOWN[measure], *look))
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
        chart = self._chart
        if chart is None:
            return [(self._failure, self._style("axes"))] if line == 0 else []
        width, compared = self.content_size.width, self._comparison
        if line == 0:
            return title_line(chart, width, self._basis, self._style, stale=self._preview.stale)
        if compared is not None and line == 1:
            return run_line(compared, width, self._style)
        return (
            group_line(chart, width, self._style) if self._stack and line == 1 + (compared is not None) else self._reading(chart)
        )

    @property
    def _basis(self) -> str:
        """Whether what is shown is sent, planned or recorded; empty where it is planned and all is sent so."""
        made, requests = self._preview.made, self._preview.requests
        if requests is not None and requests.clients.recorded:
            return "recorded"
        if made is None or made.sent is None or requests is None:
            return ""
        return "sent" if requests.sent else "planned"

    def _reading(self, chart: Chart) -> list[tuple[str, Style]]:
        """Say what the bin under the cursor is."""
        number = self._bin
        if number is None or chart.readings is None:
            return [("Nothing to read here.", self._style("muted"))] if self._cursor is not None and not self.is_busy else []
        text = chart.readings.told(number, self.content_size.width - 2)
        return [("│ ", self._style("cursor")), (text, self._style("plain", faded=True))]

    @property
    def _bin(self) -> int | None:
        """The number of the bin under the cursor, or of the nearest one."""
        chart = self._chart
        if self._cursor is None or chart is None or not chart.visible.bins.number:
            return None
        bins = chart.visible.bins
        return max(0, min((self._cursor - bins.start_us) // bins.width_us, bins.number - 1))

    def _plot_line(self, line: int) -> list[tuple[str, Style]]:
        if line >= len(self._plot):
            return []
        runs = self._plot[line]
        chart, number = self._chart, self._bin
        if chart is None or number is None:
            return [(text, self._role_style(role)) for text, role in runs]
        place = plot.bar_column(chart.figure, number)
        parts: list[tuple[str, Style]] = []
        column, style = 0, self._style("cursor")
        for text, role in runs:
            at = place - column
            column += len(text)
            if not 0 <= at < len(text):
                parts.append((text, self._role_style(role)))
                continue
            sign = self._cursor_sign(text[at], role, line)
            parts += [(text[:at], self._role_style(role)), (sign or text[at], style if sign else self._role_style(role))]
            parts.append((text[at + 1 :], self._role_style(role)))
        return parts

    def _cursor_sign(self, sign: str, role: int, line: int) -> str:
        """Return what stands for the cursor in a cell; empty if it leaves the cell as it is."""
        if role == plot.AXES and sign in "─┬":
            return "▲" if line else "▼"
        if plot.BARS <= role < plot.OVER:
            return sign
        if role >= plot.OVER or sign not in f" │{plot.WHISKER}{plot.SHADE}":
            return ""
        return "│" if line < self._bottom else ""

    @property
    def _bottom(self) -> int:
        """The line of the plot that is its lower edge."""
        lines = ("".join(text for text, _ in line) for line in self._plot)
        return next((number for number, line in enumerate(lines) if "└" in line), len(self._plot))

    def _role_style(self, role: int) -> Style:
        behind, role = divmod(role, plot.OVER)
        if behind and not self._preview.stale:
            bars = self._role_style(plot.BARS + behind - 1)
            return self._style("over-measured" if role == plot.MARK else "over") + Style(
                bgcolor=bars.color, bold=role == plot.SELECTED
            )
        if role >= plot.BARS:
            groups = len(self._chart.groups) if self._chart is not None else 0
            number = groups - 1 - (role - plot.BARS)  # the largest is drawn last, before the others
            return self._style(f"group-{min(number, _GROUP_STYLES - 1)}" if groups else "bars", faded=True)
        names = {
            plot.HIGHEST: "highest",
            plot.LINE: "target",
            plot.SELECTED: "selected",
            plot.BOUNDARY: "boundary",
            plot.LABEL: "muted",
            plot.BEHIND: "boundary",
            plot.MARK: "measured",
        }
        return self._style(names.get(role, "axes"), faded=role == plot.HIGHEST)

    def _table_line(self, line: int, lines: int, width: int) -> list[tuple[str, Style]]:
        if line == 0:
            chart = self._chart
            basis, compared = self._basis, self._comparison
            self._table = []
            if compared is not None and chart is not None:
                self._table = run_table(compared, self._selected, lines, width)
            elif chart is not None:
                counted = basis if basis in ("sent", "planned") and chart.measure == "requests" else chart.measure
                self._table = table(chart.rows, chart.total, counted, self._selected, lines, width, basis=basis)
        if line >= len(self._table):
            return []
        return [(text, self._cell_style(kind, self._table[line])) for text, kind in self._table[line].runs]

    def _cell_style(self, kind: str, line: TableLine) -> Style:
        if kind == HEAD:
            return self._style("head")
        style = self._style("row" if line.stage == self._selected and self._stages else "plain")
        if kind == MEASURED and line.stage != self._selected:
            style += self._style("measured") + Style(bold=False)
        return style + Style(dim=True) if kind == GENERATED and self._preview.stale else style
