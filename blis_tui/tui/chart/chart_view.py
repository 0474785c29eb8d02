"""The chart as it is used: stages are selected and changed from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.binding import BindingType

from blis_tui import plot
from blis_tui.spec.format.model import Stage
from blis_tui.tui.actions import bindings
from blis_tui.tui.chart.chart_picture import SOON_S, ChartPicture
from blis_tui.tui.chart.visible import moved, next_bin_us, zoomed
from blis_tui.tui.document.field_values import typed
from blis_tui.tui.document.increments import nudged
from blis_tui.tui.document.messages import EditRequested, JumpRequested, LeaveRequested, RequestsAsked, StepEnded
from blis_tui.tui.document.workspace import View

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.tui.chart.content import Chart

_STAGES = ("inference_perf", "stages")


class ChartView(ChartPicture):
    """The chart with its keys; it changes stages by edits of the text."""

    HELP_TITLE = "Chart"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("chart")]

    def __init__(self) -> None:
        super().__init__()
        self._view: View | None = None
        self._stacked_last = ""

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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A trace has no stages to change."""
        clients = self._preview.clients
        return action != "nudge" or clients is None or not clients.recorded

    def on_focus(self) -> None:
        """Show that keys go here."""
        self.refresh()

    def on_blur(self) -> None:
        """Let what is changed next be a step of its own."""
        self.post_message(StepEnded())
        self.refresh()

    def action_select(self, step: int) -> None:
        """Move the cursor to the bin before or after or, without one, select the stage before or after."""
        if self._cursor is not None:
            self._move_cursor(step)
        else:
            self._select(self._selected + step)
        self.post_message(StepEnded())

    def action_cursor(self) -> None:
        """Put the cursor on the highest bar, or take it away."""
        chart = self._chart
        if self._cursor is not None:
            self._cursor = None
        elif chart is not None and chart.over_time is not None:
            bins, highest = chart.visible.bins, int(chart.over_time.rates.argmax())
            self._put_cursor(bins.start_us + highest * bins.width_us)
        self._show()

    def _move_cursor(self, step: int) -> None:
        chart, number = self._chart, self._bin
        if chart is None or number is None or self._cursor is None:
            return
        bins = chart.visible.bins
        cursor = self._cursor + step * bins.width_us
        if not 0 <= cursor < max(chart.made_us, 1):
            self.app.bell()
            return
        self._put_cursor(cursor)
        if self._span is not None and not self._span[0] <= cursor < self._span[1]:
            self.action_pan(step)
        self._show()

    def _put_cursor(self, time_us: int) -> None:
        """Put the cursor to a time, and select the stage there: it is what keys then change."""
        self._cursor = time_us
        stage = _stage_at(self._chart, time_us, time_us + 1) if self._chart is not None else None
        if stage is not None:
            self._selected = stage

    def action_zoom(self, factor: float) -> None:
        """Show a shorter or longer part of the time, around the cursor if there is one."""
        self._zoom(factor, self._cursor)

    def _zoom(self, factor: float, centre_us: int | None) -> None:
        if self._chart is not None:
            self._span = zoomed(self._span, self._chart.visible.end_us, factor, centre_us)
            self._show()

    def action_pan(self, step: int) -> None:
        """Show an earlier or later part of the time."""
        if self._chart is not None and self._span is not None:
            half = (self._span[1] - self._span[0]) // 2
            self._span = moved(self._span, self._chart.visible.end_us, step * half)
            self._show()
        else:
            self.app.bell()

    def action_bins(self, step: int) -> None:
        """Make bins wider or narrower."""
        if self._chart is not None:
            width = next_bin_us(self._chart.visible, step, self.content_size.width)
            if width == self._chart.visible.bins.width_us:
                self.app.bell()
            else:
                self._bin_us = width
                self._show()

    def action_whole(self) -> None:
        """Show all of the time in bins that suit it; if it does already, take the cursor away, or leave."""
        if self._span is not None or self._bin_us:
            self._span, self._bin_us = None, 0
        elif self._cursor is not None:
            self._cursor = None
        else:
            self.post_message(LeaveRequested())
        self._show()

    def _show(self) -> None:
        self._draw()
        self.refresh()  # the cursor needs nothing drawn anew

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

    def action_stack(self, kind: int) -> None:
        """Stack the bars by groups, or show them in one (0); or stack them by the next kind of groups (1)."""
        kinds = self._chart.kinds if self._chart is not None else ()
        if not kinds and not self._stack:
            cast("BaseApp", self.app).say("There is nothing to stack by: all requests are of one kind.", timeout=3)
            return
        if not kinds or (self._stack and not kind):
            self._stack = ""
        else:
            last = self._stacked_last if self._stacked_last in kinds else kinds[-1]
            self._stack = kinds[(kinds.index(last) + 1) % len(kinds)] if kind or last != self._stacked_last else last
            self._stacked_last = self._stack
        self._draw()

    def action_edit(self) -> None:
        """Go to the requests of the bin under the cursor or, without one, to the selected stage in the form."""
        number = self._bin
        if number is not None and self._chart is not None:
            start, end = self._chart.visible.bins.edges[number : number + 2].tolist()
            self.post_message(RequestsAsked(f"{_seconds(start)}..{_seconds(end)}"))
        elif self._stages:
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
            start, end = self._times(chart, offset.x)
            stage = _stage_at(chart, start, end)
            if self._cursor is not None and 0 <= start < chart.made_us:
                self._put_cursor(int(start))
                self._show()
        if stage is not None:
            self._select(stage)
            self.post_message(StepEnded())

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in where the mouse is."""
        self._wheel(event, 0.5)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out where the mouse is."""
        self._wheel(event, 2.0)

    def _wheel(self, event: events.MouseEvent, factor: float) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and self._chart is not None:
            event.stop()
            self._zoom(factor, int(sum(self._times(self._chart, offset.x)) / 2))

    @staticmethod
    def _times(chart: Chart, column: int) -> tuple[float, float]:
        """Return the time that a column of the picture stands for."""
        start, end = plot.place_of(chart.figure, column)
        return start + chart.visible.start_us, end + chart.visible.start_us


def _seconds(microseconds: int) -> str:
    """Write a time as it is asked for."""
    seconds, rest = divmod(microseconds, 1_000_000)
    return f"{seconds}{f'.{rest:06d}'.rstrip('0') if rest else ''}s"


def _stage_at(chart: Chart, start: float, end: float) -> int | None:
    """Return the stage between two times, the shortest if there are more: the others are hit beside it."""
    found = [number for number, row in enumerate(chart.rows) if row.start_us < min(end, row.end_us) and row.end_us > start]
    return min(found, key=lambda number: chart.rows[number].end_us - chart.rows[number].start_us, default=None)
