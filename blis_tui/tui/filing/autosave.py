"""Keeps the recovery copy up to date while the designer runs, also when the system ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from blis_tui.signals import ENDING, came, exit_code
from blis_tui.spec.yaml.encoding import MAX_SIZE

if TYPE_CHECKING:
    from subprocess import Popen

    from textual.timer import Timer

    from blis_tui.tui.base_app import BaseApp
    from blis_tui.tui.filing.recovery import Recovery, RecoveryCopy


class Autosave:
    """Writes the recovery copy a moment after an edit, and at once when the system ends the program."""

    def __init__(self, app: BaseApp, folder: Path) -> None:
        self._app = app
        self._folder = folder
        self._made: Recovery | None = None
        self._timer: Timer | None = None
        self._kept = False
        self._safe = True
        """Whether the last copy could be written."""
        self._handlers: dict[int, Any] = {}
        self._watchdog: threading.Timer | None = None
        self.leaving = False
        """Whether the system ends the program."""
        self.editor: Popen[bytes] | None = None
        """The program that edits the text at present, which is sent what ends this one."""

    @property
    def _recovery(self) -> Recovery:
        """The recovery copy; its module is loaded when it is first wanted, which is after the first paint."""
        if self._made is None:
            from blis_tui.tui.filing.recovery import Recovery

            self._made = Recovery(self._folder)
        return self._made

    def start(self) -> None:
        """Listen for the system's wish to end the program; the copy is then written and left for the next run."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()

        def leave(number: int, _: FrameType | None) -> None:
            if self.leaving:
                return
            self.leaving = True
            self.write_now()
            if self.editor is not None:
                with suppress(OSError):  # it is another user's, as with sudo
                    self.editor.send_signal(number)
            self.disarm()
            # the terminal may be gone, and no one reads
            self._watchdog = threading.Timer(self._app.tuning.leaving_s, os._exit, [exit_code(number)])
            self._watchdog.daemon = True
            self._watchdog.start()
            loop.call_soon_threadsafe(self._app.exit, None, exit_code(number))

        for number in ENDING:  # Ctrl+C is a key here, and no signal
            self._handlers[number] = signal.signal(number, leave)
        if came():  # while the app was starting
            leave(came(), None)

    def disarm(self) -> None:
        """Let the program take its time to end."""
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None

    def stop(self) -> None:
        """Give the signals back; a terminal that goes away may send several, which then must not cut the end short."""
        for number, handler in self._handlers.items():
            signal.signal(number, signal.SIG_IGN if self.leaving else handler)
        self._handlers.clear()

    def document_changed(self) -> None:
        """Plan to write the copy if there is something unsaved, or to remove it if there is not."""
        if self._timer is None and (self._app.workspace.dirty or self._kept):
            self._timer = self._app.set_timer(self._app.tuning.autosave_s, self._due)

    async def keep_now(self) -> None:
        """Write the copy, or remove it if everything is saved."""
        workspace = self._app.workspace
        if workspace.dirty:
            self._kept = True
            was_safe, self._safe = self._safe, await asyncio.to_thread(self._recovery.keep, workspace.text, workspace.path)
            if was_safe and not self._safe:  # told once, not after every edit
                self._app.say("Unsaved work is not safe from a crash: save often.", title="No recovery copy", severity="warning")
        if not workspace.dirty:
            self._kept = False
            await asyncio.to_thread(self._recovery.drop)

    def write_now(self) -> bool:
        """Write the copy of unsaved work without waiting, for an end in disorder; returns whether there is one."""
        workspace = self._app.workspace
        kept = workspace.dirty and self._recovery.keep(workspace.text, workspace.path)
        self._recovery.release()
        return kept or self._recovery.has_elsewhere()

    @contextmanager
    def elsewhere(self) -> Iterator[Path]:
        """Name a file in which another program edits the text; what the document has of it is safe then. Raises `OSError`."""
        workspace = self._app.workspace
        with self._recovery.elsewhere(workspace.text, workspace.path) as file:
            self._kept = True
            try:
                yield file
            finally:
                self._take_back(file)

    def _take_back(self, file: Path) -> None:
        """Remove a file that was edited; what a program that was ended has left in it, or beside it, is for the next start."""
        from shutil import rmtree

        from blis_tui.tui.filing.recovery import take_back

        workspace = self._app.workspace
        kept = not workspace.dirty or self._recovery.keep(workspace.text, workspace.path)
        if not self.leaving:
            rmtree(file.parent, ignore_errors=True)
            self.document_changed()
        elif kept and take_back(file, workspace.text) and not workspace.dirty:
            self._recovery.drop()

    def close(self) -> None:
        """Remove the copy for good: the program ends in good order."""
        self._recovery.close()

    def abandoned(self, path: Path | None, *, anything: bool) -> RecoveryCopy | None:
        """Return the newest copy that a run has left after of the open file, or of `anything`.

        A copy of what is in its file is removed: that was saved at the last moment.
        """
        from blis_tui.tui.filing.disk_watch import read_if_possible
        from blis_tui.tui.filing.recovery import discard

        for copy in self._recovery.abandoned():
            if anything or (path is not None and copy.path == path.absolute()):
                document = read_if_possible(copy.path, MAX_SIZE) if copy.path is not None else None
                if document is None or document.text != copy.text or copy.left is not None:
                    return copy
                discard(copy)
        return None

    def _due(self) -> None:
        self._timer = None
        self._app.do(self.keep_now(), "recovery")
