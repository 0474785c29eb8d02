"""The screen with a trace: the chart, tables and totals of what is in it, read-only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Tab, Tabs

from blis_tui.numbers import counted
from blis_tui.problems import SpecError, printable
from blis_tui.tui.actions import bindings
from blis_tui.tui.capacity.assumption_line import Assumed
from blis_tui.tui.document.messages import JumpRequested, LeaveRequested, RequestsAsked
from blis_tui.tui.document.title_bar import TitleLine, named
from blis_tui.tui.filing.filing import why_not_opened
from blis_tui.tui.help.key_line import KeyLine
from blis_tui.tui.jobs import Job
from blis_tui.tui.preview.budget import capacity_of
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.state import Preview
from blis_tui.tui.tabs import ASSUMING, TABS, make_tab
from blis_tui.tui.trace.opened_trace import OpenedTrace, opened
from blis_tui.tui.trace.progress import OpeningProgress
from blis_tui.tui.trace.trace_notes import TraceNotes
from blis_tui.tui.widgets.dialog import AnsweredOnce
from blis_tui.tui.widgets.too_small import TooSmall
from blis_tui.tui.widgets.visibility import focus_first

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.workload.server import AssumedServer
    from blis_tui.workload.totals.capacity import Capacity

SHOWN = tuple(name for name in TABS if name != "yaml")
"""The tabs that a trace has."""
_OWN_ACTIONS = {binding.action.partition("(")[0] for binding in bindings("trace")}


class TraceEnd(NamedTuple):
    """How the screen with a trace ended: with why it could not be opened, or with the workload file that was made of it."""

    failure: str = ""
    workload: str = ""


class TraceScreen(AnsweredOnce[TraceEnd]):
    """Shows one trace, until it is closed or a workload file is made of it."""

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("trace")]
    CSS_PATH = "trace_screen.tcss"
    is_document = False

    def __init__(self, path: Path, max_size: int | None, block_size: int | None, server: AssumedServer) -> None:
        super().__init__()
        self._path = path
        self._max_size = max_size
        self._block_size = block_size
        self._server = server
        self._opened: OpenedTrace | None = None
        self._preview: Preview | None = None
        self._query = ""
        self._job: Job[OpenedTrace] | Job[Capacity] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the screen as it is until the trace is read."""
        yield TitleLine()
        yield TraceNotes()
        yield Vertical(OpeningProgress(self._path), id="trace-body")
        yield KeyLine()
        yield TooSmall()

    def on_mount(self) -> None:
        """Read the trace."""
        self._write_title("a trace, read-only")
        self._job = Job(
            self,
            lambda job: opened(self._path, self._max_size, self._block_size, self._server, job.progress),
            lambda found: cast("BaseApp", self.app).do(self._show(found), "trace"),
            self._fail,
            self._tell_progress,
        )

    def on_resize(self, event: events.Resize) -> None:
        """Cover what there is no room for."""
        self.query_one(TooSmall).fit(event.size)

    def on_unmount(self) -> None:
        """Leave off what is not done."""
        if self._job is not None:
            self._job.cancel()

    def _tell_progress(self, done: float, seconds_left: float | None) -> None:
        for progress in self.query(OpeningProgress):
            progress.tell(done, seconds_left)

    def _fail(self, error: Exception) -> None:
        self._job = None
        self.dismiss(TraceEnd(_why(error, self._path.name)))

    async def _show(self, found: OpenedTrace) -> None:
        """Show what was read."""
        trace = found.trace
        self._opened, self._preview, self._job = found, found.preview, None
        self._write_title(f"{trace.kind}, read-only", counted(len(trace.requests), "request"))
        self.query_one(TraceNotes).show([note.message for note in trace.notes])
        body = self.query_one("#trace-body", Vertical)
        await body.remove_children()
        tabs = [Tab(f"{number} {TABS[name][0]}", id=name) for number, name in enumerate(SHOWN, 1)]
        await body.mount(Tabs(*tabs, id="tabs"), ContentSwitcher(id="content"))
        self.refresh_bindings()
        self._measure()

    def _write_title(self, *states: str) -> None:
        self.query_one(TitleLine).show_sides(named(self._path.name), Content("  " + "  ·  ".join(states)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the trace is read, there is nothing but to give up."""
        return self._opened is not None or action == "close" or action not in _OWN_ACTIONS

    def _measure(self) -> None:
        """Sum up the capacity beside what is shown already."""
        preview = self._preview
        assert preview is not None
        made = preview.made
        assert made is not None
        if self._job is not None:
            self._job.cancel()
        self._job = Job(self, lambda _: capacity_of(made, preview.server), self._take_capacity, lambda _: None)

    def _take_capacity(self, capacity: Capacity) -> None:
        self._job = None
        assert self._preview is not None
        self._tell(self._preview._replace(capacity=capacity))

    def _tell(self, preview: Preview) -> None:
        self._preview = preview
        self._fill(self)

    def _fill(self, parent: Widget) -> None:
        """Show the trace in widgets."""
        for widget in parent.walk_children(PreviewWidget, with_self=True):
            if widget.is_mounted and self._preview is not None:
                widget.show_preview(self._preview)

    @on(Tabs.TabActivated, "#tabs")
    async def show_chosen_tab(self, event: Tabs.TabActivated) -> None:
        """Show a tab's content, made when it is first wanted."""
        event.stop()
        name = event.tab.id or SHOWN[0]
        switcher = self.query_one("#content", ContentSwitcher)
        if not switcher.query(f"#{name}"):
            await switcher.mount(make_tab(name))
        switcher.current = name
        tab = switcher.query_one(f"#{name}")
        self._fill(tab)
        self.call_after_refresh(self._enter, tab)

    def _enter(self, tab: Widget) -> None:
        """Put the focus into a tab, and ask its table what there is to be asked."""
        query, self._query = self._query, ""
        if query and tab.id == "requests":
            tab.table.ask(query)  # type: ignore[attr-defined]
        focus_first(self, [tab])

    @property
    def _tabs(self) -> Tabs | None:
        found = self.query("#tabs").results(Tabs)
        return next(iter(found), None)

    def action_show_tab(self, name: str) -> None:
        """Choose a tab, and go into it."""
        tabs = self._tabs
        if tabs is None:
            return
        if tabs.active == name:
            self._enter(self.query_one(f"#content > #{name}"))
        else:
            tabs.active = name

    def action_next_tab(self, steps: int) -> None:
        """Go to the next tab, or the one before."""
        tabs = self._tabs
        if tabs is not None:
            self.action_show_tab(SHOWN[(SHOWN.index(tabs.active) + steps) % len(SHOWN)])

    def action_assume(self) -> None:
        """Go to where it is said how long answers are assumed to take."""
        tabs = self._tabs
        if tabs is None:
            return
        if tabs.active not in ASSUMING:
            tabs.active = ASSUMING[0]
        self.call_after_refresh(self._focus_assumption, tabs)

    def _focus_assumption(self, tabs: Tabs) -> None:
        focus_first(self, self.query(f"#content > #{tabs.active} AssumptionLine"))

    def action_close(self) -> None:
        """Go back; while the trace is read, read no further."""
        self.dismiss(TraceEnd())

    def action_fit(self) -> None:
        """Fit a workload to the trace, and end with it if it is wanted."""
        if self._opened is None:
            return
        from blis_tui.tui.trace.fit_dialog import FitDialog

        def take(text: str | None) -> None:
            if text is not None:
                self.dismiss(TraceEnd(workload=text))

        self.app.push_screen(FitDialog(self._opened.trace, self._path.name), take)

    @on(Assumed)
    def assume(self, event: Assumed) -> None:
        """Assume another answer time."""
        event.stop()
        if self._preview is not None:
            self._tell(self._preview._replace(server=event.server))
            self._measure()

    @on(RequestsAsked)
    def show_requests(self, event: RequestsAsked) -> None:
        """Show the requests that a query finds."""
        event.stop()
        self._query = event.query
        self.action_show_tab("requests")

    @on(LeaveRequested)
    def leave_for_tabs(self, event: LeaveRequested) -> None:
        """Go where figures choose a tab."""
        event.stop()
        if self._tabs is not None:
            self.set_focus(self._tabs)

    @on(JumpRequested)
    def stay(self, event: JumpRequested) -> None:
        """A trace has no fields to go to."""
        event.stop()


def _why(error: Exception, name: str) -> str:
    """Say why a trace cannot be opened."""
    if isinstance(error, SpecError):
        return why_not_opened(error)
    reason = "there is not enough memory for it" if isinstance(error, MemoryError) else f"{type(error).__name__}: {error}"
    return printable(f"{name}: {reason}")
