"""The chart as it is used: stages are selected and changed from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType

from blis_tui import plot
from blis_tui.spec.format.model import Stage
from blis_tui.tui.actions import bindings
from blis_tui.tui.chart.chart_picture import SOON_S, ChartPicture
from blis_tui.tui.document.field_values import typed
from blis_tui.tui.document.increments import nudged
from blis_tui.tui.document.messages import EditRequested, JumpRequested, StepEnded
from blis_tui.tui.document.workspace import View

if TYPE_CHECKING:
    from blis_tui.tui.chart.content import Chart

_STAGES = ("inference_perf", "stages")


class ChartView(ChartPicture):
    """The chart with its keys; it changes stages by edits of the text."""

    HELP_TITLE = "Chart"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("chart")]

    def __init__(self) -> None:
        super().__init__()
        self._view: View | None = None

    def show_document(self, view: View) -> None:
        """Show the stages of a view; while its text cannot be used, those of the last one that could."""
        self._view = view
        if view.checked is not None and view.checked.ok:
            self._spec = view.checked.spec
        self._selected = self._within(self._selected)
        if self.has_focus:
            self._draw()
        else:  # its preview comes soon, as a rule, and is drawn with it
            self._later(SOON_S, self._draw)

    def on_focus(self) -> None:
        """Show that keys go here."""
        self.refresh()

    def on_blur(self) -> None:
        """Let what is changed next be a step of its own."""
        self.post_message(StepEnded())
        self.refresh()

    def action_select(self, step: int) -> None:
        """Select the stage before or after."""
        self._select(self._selected + step)
        self.post_message(StepEnded())

    def _select(self, stage: int) -> None:
        self._selected = self._within(stage)
        self._draw()

    def _within(self, stage: int) -> int:
        return max(0, min(stage, len(self._stages) - 1))

    def action_nudge(self, field: str, steps: int, large: bool = False) -> None:
        """Make the selected stage's rate or duration a little larger or smaller."""
        stages, view = self._stages, self._view
        if not stages or view is None or view.checked is None:
            return
        path = (*_STAGES, self._selected, field)
        node = view.checked.tree.find(path)
        old = node.value if node is not None else str(getattr(stages[self._selected], field))
        new = nudged(Stage.fields[field], str(old), steps, large)
        if new is None:
            self.app.bell()
            return
        label = f"{field} of stage {self._selected + 1}"
        edit = typed(path, Stage.fields[field], new)
        self.post_message(EditRequested(label, [edit], f"chart.{self._selected}.{field}"))

    def action_measure(self, step: int) -> None:
        """Show the next measure, or the one before."""
        from blis_tui.workload.totals.measures import SHOWN

        self._measure = (self._measure + step) % len(SHOWN)
        self._draw()

    def action_stack(self) -> None:
        """Stack the bars by prefix group, or show them in one."""
        self._stacked = not self._stacked
        self._draw()

    def action_edit(self) -> None:
        """Go to the selected stage in the form."""
        if self._stages:
            self.post_message(JumpRequested((*_STAGES, self._selected, "rate")))

    def on_click(self, event: events.Click) -> None:
        """Select the stage under the mouse."""
        offset = event.get_content_offset(self)
        chart = self._chart
        if offset is None or chart is None:
            return
        legend, plotted, _ = self._heights
        line = offset.y - legend - plotted
        if 0 <= line < len(self._table):
            stage = self._table[line].stage
        else:
            labels = [text for _, text in chart.figure.y_ticks]
            columns = plot.room(chart.figure.width, labels)
            left = chart.figure.width - 1 - columns
            stage = _stage_at(chart, (offset.x - left) / columns, (offset.x - left + 1) / columns)
        if stage is not None:
            self._select(stage)
            self.post_message(StepEnded())


def _stage_at(chart: Chart, left: float, right: float) -> int | None:
    """Return the stage between two parts of the time, the shortest if there are more: the others are hit beside it."""
    start, end = left * chart.figure.end, right * chart.figure.end
    found = [number for number, row in enumerate(chart.rows) if row.start_us < min(end, row.end_us) and row.end_us > start]
    return min(found, key=lambda number: chart.rows[number].end_us - chart.rows[number].start_us, default=None)
