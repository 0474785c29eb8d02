"""Driving the designer in a benchmark: everything is drawn and written as for a terminal, but the bytes go nowhere."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.strip import Strip

from blis_tui.problems import Problem
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.chart.chart_view import ChartView
from blis_tui.tui.document.problem_list import ProblemRows
from blis_tui.tui.document.workspace import Workspace

SIZE = (120, 40)
_LOOK_S = 0.002
GIVE_UP_S = 120.0
BEAT_S = 0.001


class Sink(HeadlessDriver):
    """A terminal that takes everything."""

    written = 0
    frames = 0
    on_frame: Callable[[], None] | None = None

    @property
    def is_headless(self) -> bool:
        """Claim to be a terminal, so that frames are turned into bytes."""
        return False

    def write(self, data: str) -> None:
        """Count what is written."""
        self.written += len(data)

    def flush(self) -> None:
        """Count the frame that ends here."""
        self.frames += 1
        if self.on_frame is not None:
            self.on_frame()


class Heart:
    """Beats on the event loop; `gaps` are how long it was kept from beating, in seconds."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._task = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        before = time.perf_counter()
        while True:
            await asyncio.sleep(BEAT_S)
            now = time.perf_counter()
            self.gaps.append(max(0.0, now - before - BEAT_S))
            before = now

    def stop(self) -> list[float]:
        """Beat no longer; return the gaps."""
        self._task.cancel()
        return self.gaps


async def until(condition: Callable[[], object]) -> None:
    """Wait, without a load of its own to speak of, until a condition holds."""
    end = time.monotonic() + GIVE_UP_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the designer never got there")
        await asyncio.sleep(_LOOK_S)


def terminal(app: DesignerApp) -> Sink:
    """Return what the designer writes to."""
    assert isinstance(app._driver, Sink)
    return app._driver


class Watch:
    """Waits for the frame that shows a change of the document and its problems, without a load of its own."""

    def __init__(self, app: DesignerApp) -> None:
        self._painted = asyncio.Event()
        self._shown = False
        self._app = app
        self._listed: Sequence[Problem] = ()
        self._show = app.refresh_view
        rows = app.home.query_one(ProblemRows)
        self._render_line = rows.render_line
        rows.render_line = self._list_line  # type: ignore[method-assign]
        app.refresh_view = self._refresh_view  # type: ignore[method-assign]
        terminal(app).on_frame = self._frame

    def _refresh_view(self) -> None:
        self._show()
        self._shown = True

    def _list_line(self, y: int) -> Strip:
        self._listed = self._app.home.query_one(ProblemRows).problems
        return self._render_line(y)

    def _frame(self) -> None:
        checked = self._app.workspace.view.checked
        if self._shown and checked is not None and all(problem in self._listed for problem in checked.problems):
            self._painted.set()

    async def frame_after(self, send: Callable[[], object]) -> None:
        """Send something, and wait for the first frame behind the change it makes."""
        self._shown = False
        self._painted.clear()
        send()
        await asyncio.wait_for(self._painted.wait(), GIVE_UP_S)


def settled(app: DesignerApp) -> bool:
    """Tell whether the text is checked, its preview made, failed or not wanted, and everything painted."""
    view, preview = app.workspace.view, app.previewer.preview
    made = view.checked is not None and preview.wanted == view.revision and preview.state not in ("running", "empty")
    made = made and not (preview.state == "ready" and preview.capacity_stale)
    return made and not any(chart.is_busy for chart in app.home.query(ChartView)) and painted(app)


def painted(app: DesignerApp) -> bool:
    """Tell whether nothing is left to lay out or to paint."""
    screen = app.screen
    return not (screen._dirty_widgets or screen._layout_required or app._batch_count)


def drive(text: str, script: Callable[[DesignerApp, Pilot[int]], Awaitable[None]], path: Path | None = None) -> None:
    """Open the designer on a text, and run a script beside it."""
    failures: list[BaseException] = []
    gc.disable()  # as the command line does; the designer switches it on again
    with tempfile.TemporaryDirectory() as state:
        app = DesignerApp(Workspace(text, path), state=Path(state))
        app.driver_class = Sink

        async def play(pilot: Pilot[int]) -> None:
            try:
                await until(lambda: app._painted)
                await script(app, pilot)
            except BaseException as error:  # told where it can be seen, once the screen is gone
                failures.append(error)
            finally:
                app.exit(0)

        asyncio.run(app.run_async(size=SIZE, auto_pilot=play, mouse=False))
    if failures:
        raise failures[0]
