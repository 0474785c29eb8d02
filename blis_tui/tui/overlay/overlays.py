"""The run that is shown over the open file: chosen, read beside the event loop, read again, taken away."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.files.stamp import Stamp, stamp_of
from blis_tui.problems import printable
from blis_tui.tui.jobs import PATIENCE_S, Job
from blis_tui.tui.preferences.keymap import first_key, resolve

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.tui.preview.previewer import Previewer
    from blis_tui.workload.measured.run import Run

_NO_FILE = ""
"""Stands for the path of a document without a file."""


class Overlay(NamedTuple):
    """A run that is shown: where it was read, ``None`` if it was not, and the state that its files had then.

    Of a simulation, `text` is what was simulated.
    """

    run: Run
    source: Path | None = None
    stamps: tuple[Stamp | None, ...] = ()
    text: str | None = None


class Overlays:
    """Keeps the run of each file as long as the program runs."""

    def __init__(self, app: BaseApp, previewer: Previewer) -> None:
        self._app = app
        self._previewer = previewer
        self._by_file: dict[str, Overlay] = {}
        self._folder: Path | None = None
        self._job: Job[Overlay] | None = None

    @property
    def _file(self) -> str:
        path = self._app.workspace.path
        return _NO_FILE if path is None else str(path.absolute())

    def recall(self) -> None:
        """Show the run that the open file was shown with last."""
        self.cancel()
        overlay = self._by_file.get(self._file)
        self._previewer.overlay(None if overlay is None else overlay.run)

    def show(self, run: Run, text: str) -> None:
        """Show the simulation of a text."""
        self.cancel()
        self._take(Overlay(run._replace(outdated=text != self._app.workspace.text), text=text))
        keys = resolve(self._app.settings.keys).keys
        assume, again, choose = (first_key(name, keys) for name in ("run.assume", "simulation.start", "run.overlay"))
        told = f"Its results are over the chart. {assume} assumes its answer times; {again} simulates again; {choose} removes it."
        self._app.say(told, title=printable(run.title), timeout=6)

    def document_changed(self) -> None:
        """Say of a simulation whether it is of the text as it is now."""
        overlay = self._by_file.get(self._file)
        if overlay is None or overlay.text is None:
            return
        outdated = overlay.text != self._app.workspace.text
        if outdated != overlay.run.outdated:
            self._take(overlay._replace(run=overlay.run._replace(outdated=outdated)))

    async def choose(self) -> None:
        """Let the user choose a run, or where one is shown already, what becomes of it; one that changed is read again."""
        overlay = self._by_file.get(self._file)
        if overlay is None:
            await self._open()
        elif overlay.source is not None and await asyncio.to_thread(_changed, overlay):
            self.read(overlay.source, again=True)
        else:
            await self._ask(overlay)

    async def _ask(self, overlay: Overlay) -> None:
        from blis_tui.tui.widgets.confirm_dialog import CANCEL, Answer, ConfirmDialog

        remove, other = Answer("remove", "r", "Remove"), Answer("other", "o", "Another run…", "primary")
        question = f"The chart shows {'a simulation' if overlay.run.simulated else 'a run'} of {overlay.run.tool}"
        answer = await self._app.push_screen_wait(ConfirmDialog(question, _told(overlay), (other, remove, CANCEL)))
        if answer == other.id:
            await self._open()
        elif answer == remove.id:
            self.remove()

    async def _open(self) -> None:
        from blis_tui.tui.overlay.run_dialog import RunDialog

        path = self._app.workspace.path
        folder = self._folder or (path.absolute().parent if path is not None else Path.cwd())
        chosen = await self._app.push_screen_wait(RunDialog(folder))
        if chosen is not None:
            self._folder = chosen.absolute().parent
            self.read(chosen)

    def remove(self) -> None:
        """Show no run any more."""
        self.cancel()
        if self._by_file.pop(self._file, None) is None:
            self._app.say("No run is shown.", timeout=2)
        self._previewer.overlay(None)

    def read(self, path: Path, *, again: bool = False) -> None:
        """Read a run in a thread, and show it."""
        self.cancel()

        def work(job: Job[Overlay]) -> Overlay:
            from blis_tui.formats.runs.opening import open_run

            run = open_run(path, job.check)
            return Overlay(run, path, tuple(stamp_of(Path(each)) for each in run.paths))

        def take(overlay: Overlay) -> None:
            self._job = None
            self._take(overlay)
            self._tell(overlay.run, again=again)

        self._job = Job(self._app, work, take, self._fail)
        self._app.set_timer(PATIENCE_S, partial(self._tell_reading, self._job, path))

    def cancel(self) -> bool:
        """Read no more; returns whether anything was being read."""
        if self._job is None:
            return False
        self._job.cancel()
        self._job = None
        return True

    def _take(self, overlay: Overlay) -> None:
        self._by_file[self._file] = overlay
        self._previewer.overlay(overlay.run)

    def _fail(self, error: Exception) -> None:
        from blis_tui.formats.runs.parts import RunError

        self._job = None
        told = str(error) if isinstance(error, RunError) else f"{type(error).__name__}: {error}"
        self._app.say(printable(told), title="No results of a run", severity="error", timeout=8)

    def _tell(self, run: Run, *, again: bool) -> None:
        about = f"{printable(run.name)} of {run.tool}"
        keys = resolve(self._app.settings.keys).keys
        assume, choose = (first_key(f"run.{name}", keys) for name in ("assume", "overlay"))
        if again:
            self._app.say(f"{about} was changed, and read again.", timeout=4)
        else:
            text = f"{assume} assumes its answer times; {choose} reads it again when it has changed, or removes it."
            self._app.say(text, title=f"Over the chart: {about}", timeout=6)

    def _tell_reading(self, job: Job[Overlay], path: Path) -> None:
        if self._job is job:
            self._app.say(f"Reading {printable(path.name)} …", timeout=3)


def _changed(overlay: Overlay) -> bool:
    return tuple(stamp_of(Path(path)) for path in overlay.run.paths) != overlay.stamps


def _told(overlay: Overlay) -> str:
    return overlay.run.name if overlay.source is None else str(overlay.source)
