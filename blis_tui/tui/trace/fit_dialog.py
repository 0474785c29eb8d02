"""The dialog that fits a workload to a trace: what can be chosen, and the trace beside what the fit generates."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Checkbox, Static

from blis_tui.numbers import time_left
from blis_tui.problems import Problem, SpecError, printable
from blis_tui.tui.jobs import Job
from blis_tui.tui.preview.budget import reasons
from blis_tui.tui.trace.fit_lines import fit_lines
from blis_tui.tui.widgets.dialog import Dialog
from blis_tui.tui.widgets.lines_view import LinesView
from blis_tui.tui.widgets.tick_box import TickBox
from blis_tui.workload.fitting.choices import COHORTS, EMPIRICAL, FAMILY, STAGES, Choices

if TYPE_CHECKING:
    from blis_tui.formats.traces.trace import Trace
    from blis_tui.workload.fitting.fit import Fit


class FitDialog(Dialog["str | None"]):
    """Fits a workload to a trace, which comments call `name`. Returns the text of the file, ``None`` if none is wanted."""

    CSS_PATH = "fit_dialog.tcss"
    AUTO_FOCUS = "LinesView"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", show=False),
        Binding("enter", "make", "Make a workload file", show=False),
    ]

    def __init__(self, trace: Trace, name: str) -> None:
        super().__init__()
        self._trace = trace
        self._source = name
        self._shape: str | None = None
        self._fit: Fit | None = None
        self._job: Job[Fit] | None = None
        self._slow = ""
        """Why it takes long, if it does."""

    def compose(self) -> ComposeResult:
        """Lay out the choices above the table."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Fit"
            yield TickBox("Lengths as the best family of distributions, not as a table", id="family", compact=True)
            yield TickBox("Clients as cohorts, each as large as in the trace", id="cohorts", compact=True)
            yield Static(id="verdict", markup=False)
            yield LinesView(id="table")
            with Horizontal(classes="answers"):
                yield Button("Make a workload file", id="make", variant="primary")
                yield Button("Cancel", id="cancel")

    def on_mount(self) -> None:
        """Begin with what fits most traces."""
        self._begin()

    def on_unmount(self) -> None:
        """Leave off what is not done."""
        if self._job is not None:
            self._job.cancel()

    @on(Checkbox.Changed)
    def choose(self, event: Checkbox.Changed) -> None:
        """Fit anew."""
        event.stop()
        if event.checkbox.id == "cohorts":
            self._shape = COHORTS if event.value else STAGES
        self._begin()

    def _begin(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._fit = None
        self._slow = ""
        self.query_one("#make", Button).disabled = True
        self._say("⟳ Fitting …")
        choices = Choices(FAMILY if self.query_one("#family", Checkbox).value else EMPIRICAL, self._shape)

        def work(job: Job[Fit]) -> Fit:
            from blis_tui.formats.fitted import fit_trace

            return fit_trace(self._trace, choices, job.progress, lambda problem: job.tell(self._note, problem))

        self._job = Job(self, work, self._take, self._fail, self._progress)

    def _note(self, problem: Problem) -> None:
        self._slow = f": {problem.message}"
        self._say(f"⟳ Fitting …{self._slow}")

    def _progress(self, done: float, seconds_left: float | None) -> None:
        left = f", {time_left(seconds_left)} left" if seconds_left is not None else ""
        self._say(f"⟳ Fitting … {done:.0%}{left}{self._slow}")

    def _take(self, found: Fit) -> None:
        from blis_tui.formats.fitted import verdict_of

        self._fit = found
        cohorts = self.query_one("#cohorts", Checkbox)
        with cohorts.prevent(Checkbox.Changed):
            cohorts.value = found.choices.shape == COHORTS
        spread = " Its clock is coarse: requests of one time are spread over a step." if found.clock_step_us else ""
        self._say(f"The fit {verdict_of(found)}.{spread}")
        self.query_one(LinesView).show([] if found.report is None else fit_lines(found.report))
        self.query_one("#make", Button).disabled = False

    def _fail(self, error: Exception) -> None:
        self.query_one(LinesView).show([])
        self._say(printable(reasons(error)[0].message if not isinstance(error, SpecError) else error.problems[0].message))

    def _say(self, text: str) -> None:
        self.query_one("#verdict", Static).update(text)

    @on(Button.Pressed, "#make")
    def action_make(self) -> None:
        """Return the workload file, if there is one already."""
        if self._fit is not None:
            from blis_tui.formats.fitted import fitted_text

            self.dismiss(fitted_text(self._fit, self._source))

    @on(Button.Pressed, "#cancel")
    def action_leave(self) -> None:
        """Make nothing."""
        self.dismiss(None)
