"""Writing the rows of a table of requests to a file: its name, then how far it is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import ProgressBar, Static

from blis_tui.formats.table import FormatError
from blis_tui.numbers import counted, spoken_size
from blis_tui.problems import printable
from blis_tui.tui.actions import bindings
from blis_tui.tui.filing.file_dialog import SaveDialog
from blis_tui.tui.filing.folder_listing import holds
from blis_tui.tui.filing.questions import ask_to_overwrite
from blis_tui.tui.jobs import Job
from blis_tui.tui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.workload.requests import Requests


CLEAN_UP_S = 5.0
"""How long leaving waits for a half-written file to be removed."""


class RowsDialog(SaveDialog):
    """Takes the name of the file."""

    placeholder = "name.csv or name.jsonl"
    hint = "⏎ write, as .csv or .jsonl   ↑↓ then Tab ⏎ open a folder   Esc cancel"

    def __init__(self, folder: Path, value: str, rows: int) -> None:
        super().__init__(folder, value)
        self.title_text = f"Write {counted(rows, 'request')}"

    def refusal(self, path: Path) -> str:
        """Refuse a name that does not say how rows are written."""
        from blis_tui.formats.rows import row_format

        try:
            row_format(path)
        except FormatError as error:
            text = str(error)
            return f"{text[:1].upper()}{text[1:]}."
        return ""


class WriteDialog(Dialog["int | Exception | None"]):
    """Writes rows, and shows how far it is. Returns the size of the file, what went wrong, or ``None`` if it was cancelled."""

    CSS_PATH = "write_dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("writing")]

    def __init__(self, requests: Requests, rows: Sequence[int], path: Path, *, force: bool) -> None:
        super().__init__()
        self._requests, self._rows, self._path, self._force = requests, rows, path, force
        self._job: Job[int] | None = None
        self._finished = threading.Event()
        """Whether the thread is through, and the file complete or gone."""

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Write"
            yield Static(f"{counted(len(self._rows), 'request')} to {printable(self._path.name)}", markup=False)
            yield ProgressBar(total=1.0, show_eta=False)
            yield Static("Esc cancel, and write nothing", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Begin to write."""
        requests, rows, path, force = self._requests, self._rows, self._path, self._force

        def work(job: Job[int]) -> int:
            import numpy as np

            from blis_tui.formats.rows import write_rows

            array = np.arange(len(rows)) if isinstance(rows, range) else np.asarray(rows)
            try:
                write_rows(requests, array, path, force=force, progress=lambda done, total: job.progress(done / max(total, 1)))
            finally:
                self._finished.set()
            return path.stat().st_size

        self._job = Job(self, work, self._end, self._end, self._progress)

    def _progress(self, done: float, _: float | None) -> None:
        self.query_one(ProgressBar).update(progress=done)

    def _end(self, result: int | Exception) -> None:
        self.dismiss(result)

    def on_unmount(self) -> None:
        """Leave nothing half-written, however the dialog ends."""
        if self._job is not None and not self._finished.is_set():
            self._stop()

    def _stop(self) -> None:
        """Stop, and wait until what is half-written is removed."""
        assert self._job is not None
        self._job.cancel()
        self._finished.wait(CLEAN_UP_S)

    async def action_cancel(self) -> None:
        """Write nothing."""
        await asyncio.to_thread(self._stop)
        self.dismiss(None)


async def ask_and_write(app: BaseApp, source: Path | None, requests: Requests, rows: Sequence[int]) -> None:
    """Ask for a file's name, and write rows of the requests to it, by default beside the file that they are of.

    Never writes over another file without asking.
    """
    folder, stem = (source.absolute().parent, source.stem) if source is not None else (Path.cwd(), "workload")
    chosen = await app.push_screen_wait(RowsDialog(folder, f"{stem}.rows.csv", len(rows)))
    if chosen is None:
        return
    force = await asyncio.to_thread(holds, chosen.exists)
    if force and not await ask_to_overwrite(app, chosen):
        return
    result = await app.push_screen_wait(WriteDialog(requests, rows, chosen, force=force))
    if isinstance(result, Exception):
        app.say(f"{result}. Nothing was written.", title="Not written", severity="error")
    elif result is None:
        app.say("Cancelled. Nothing was written.", timeout=3)
    else:
        app.say(f"Wrote {counted(len(rows), 'request')} to {chosen.name}, {spoken_size(result)}.", timeout=4)
