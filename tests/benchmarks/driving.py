"""Driving the designer in a benchmark: everything is drawn and written as for a terminal, but the bytes go nowhere."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

from blis_tui.tui.app import DesignerApp
from blis_tui.tui.workspace import Workspace

SIZE = (120, 40)
_LOOK_S = 0.002
GIVE_UP_S = 120.0
BEAT_S = 0.001


class Sink(HeadlessDriver):
    """A terminal that takes everything."""

    written = 0

    @property
    def is_headless(self) -> bool:
        """Claim to be a terminal, so that frames are turned into bytes."""
        return False

    def write(self, data: str) -> None:
        """Count what is written."""
        self.written += len(data)

    def flush(self) -> None:
        """There is nothing to flush."""


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


def settled(app: DesignerApp) -> bool:
    """Tell whether the text is checked, its preview made, failed or not wanted, and everything painted."""
    view, preview = app.workspace.view, app.previewer.preview
    return (
        view.checked is not None
        and preview.wanted == view.revision
        and preview.state not in ("running", "empty")
        and painted(app)
    )


def painted(app: DesignerApp) -> bool:
    """Tell whether nothing is left to lay out or to paint."""
    screen = app.screen
    return not (screen._dirty_widgets or screen._layout_required or app._batch_count)


def drive(text: str, script: Callable[[DesignerApp, Pilot[int]], Awaitable[None]], path: Path | None = None) -> None:
    """Open the designer on a text, and run a script beside it."""
    failures: list[BaseException] = []
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
