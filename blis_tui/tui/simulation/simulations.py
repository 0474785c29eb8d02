"""Simulations from the designer: one at a time, of the text as it stands when it is asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from blis_tui.problems import printable
from blis_tui.simulation.command import SimulationError
from blis_tui.tui.jobs import Job
from blis_tui.tui.simulation.simulation_line import SimulationLine
from blis_tui.tui.simulation.simulator import simulator_of

if TYPE_CHECKING:
    from blis_tui.simulation.command import Simulator
    from blis_tui.spec.format.model import WorkloadSpec
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.workload.measured.run import Run

_LONGEST_END_S = 4.0
"""How long leaving waits for BLIS to be gone; it is made to go within less."""


class Simulations:
    """Runs BLIS on the text in a thread; `show` is given the results and the text that they are of."""

    def __init__(self, app: BaseApp, show: Callable[[Run, str], None]) -> None:
        self._app = app
        self._show = show
        self._job: Job[Run] | None = None
        self._ends: list[threading.Event] = []
        """What tells when each of those that were begun is gone."""

    @property
    def running(self) -> bool:
        """Whether there is one to cancel."""
        return self._job is not None

    def start(self) -> None:
        """Simulate the text as it stands, or say why that cannot be done."""
        app, view = self._app, self._app.workspace.view
        if self._job is not None:
            app.say("BLIS is simulating already.", timeout=3)
        elif view.checked is None:
            app.say("The text is still being checked.", timeout=3)
        elif not view.checked.ok or view.checked.spec is None:
            app.say("The text has errors: BLIS would refuse it.", title="Not simulated", severity="warning")
        else:
            self._begin(view.checked.spec, view.text, simulator_of(app.settings))

    def cancel(self) -> None:
        """Stop the simulation; its program is ended in the background."""
        if self._job is not None:
            self._job.cancel()
            self._done()
            self._app.say("The simulation was cancelled.", timeout=3)

    def stop(self) -> None:
        """Stop, and wait until nothing of it is left."""
        if self._job is not None:
            self._job.cancel()
        for ended in self._ends:
            ended.wait(_LONGEST_END_S)

    def _begin(self, spec: WorkloadSpec, text: str, simulator: Simulator) -> None:
        ended = threading.Event()
        self._ends = [*(each for each in self._ends if not each.is_set()), ended]
        started = time.monotonic()

        def work(job: Job[Run]) -> Run:
            from blis_tui.simulation.simulation import simulate

            try:
                return simulate(text, spec, simulator, lambda: job.progress(0.0))
            finally:
                ended.set()

        def tell(*_: object) -> None:
            self._line.tell(simulator.model, time.monotonic() - started)

        self._job = Job(self._app, work, partial(self._take, text), self._fail, tell)

    @property
    def _line(self) -> SimulationLine:
        return self._app.home.query_one(SimulationLine)

    def _done(self) -> None:
        self._job = None
        self._line.end()
        self._app.home.refresh_bindings()

    def _take(self, text: str, run: Run) -> None:
        self._done()
        self._show(run, text)

    def _fail(self, error: Exception) -> None:
        self._done()
        told = str(error) if isinstance(error, SimulationError) else f"{type(error).__name__}: {error}"
        self._app.say(printable(told), title="BLIS did not simulate", severity="error", timeout=8)
