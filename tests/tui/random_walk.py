"""One run of the designer over random steps, kept from writing anywhere but in its own folder."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agreement import assert_agreement, assert_preview
from designer import wait_for
from random_steps import STARTS, Step
from textual import events
from textual.pilot import Pilot

from blis_tui.tui.app import DesignerApp
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.form.stages.stage_table import StageTable
from blis_tui.tui.tuning import Tuning

REST_EVERY = 5
"""After so many steps the preview is waited for too."""
TUNING = Tuning(most_requests=20_000, autosave_s=0.1)


class Jail:
    """Refuses to write outside one folder, and remembers what the designer itself wanted to write there.

    A file that the user names may be anywhere; it is refused all the same, as a read-only disk would.
    """

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.escapes: list[str] = []
        sys.addaudithook(self._hook)  # for good: there is no way to take it back

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.folder is None:
            return
        if event == "open":
            path, _, flags = arguments
            if not isinstance(flags, int) or not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return
            paths = [path]
        elif event in ("os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.chmod"):
            paths = [arguments[0]]
        elif event in ("os.rename", "os.link", "os.symlink"):
            paths = list(arguments[:2])
        else:
            return
        for path in paths:
            self._look_at(path)

    def _look_at(self, path: object) -> None:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return
        name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - pathlib would come back here
        if name.startswith((f"{self.folder}", "/dev/", "/proc/")) or "__pycache__" in name:
            return
        frame, wished = sys._getframe(1), False
        while frame is not None:
            wished |= frame.f_code.co_name in ("replace_text", "export")
            frame = frame.f_back  # type: ignore[assignment]
        if not wished:
            self.escapes.append(name)
        raise PermissionError(13, "Permission denied", name)


JAIL = Jail()


class Walk:
    """One run of the designer over a list of steps."""

    def __init__(self, start: str, folder: Path, *, tuning: Tuning = TUNING) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        text = STARTS[start]
        self.path = folder / "spec.yaml" if text is not None else None
        if self.path is not None and text is not None:
            self.path.write_bytes(text.encode())
        (folder / "other.yaml").write_bytes((STARTS["two-stage.yaml"] or "").encode())
        self.app = DesignerApp(Workspace(text or "", self.path, saved=text is not None), state=folder / "state", tuning=tuning)
        self.failures: list[str] = []
        self.done = 0
        self._first = self.app.workspace.text
        opened = self.app.workspace.open

        def note_first(text: str, *values: Any, **named: Any) -> None:
            self._first = text
            opened(text, *values, **named)

        self.app.workspace.open = note_first  # type: ignore[method-assign]

    async def run(self, steps: Sequence[Step]) -> None:
        """Take the steps; raises what fails."""
        with self.watched():
            async with self.app.run_test(size=(100, 30)) as pilot:
                await self.rest(pilot)
                for step in steps:
                    await self.take(pilot, step)
                    self.done += 1
                    if self.app._exit:
                        return
                    await self._check(pilot, rest=self.done % REST_EVERY == 0)
                await self._back_and_forth(pilot)
        assert not self.failures, self.failures

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note what fails in threads and on the loop, where nobody sees it."""
        threading_hook, threading.excepthook = (
            threading.excepthook,
            lambda args: self.failures.append(f"in a thread: {args.exc_value!r}"),
        )
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: self.failures.append(f"on the loop: {context}"))
        try:
            yield
        finally:
            threading.excepthook = threading_hook
            loop.set_exception_handler(None)

    async def take(self, pilot: Pilot[int], step: Step) -> None:
        """Take one step."""
        app = self.app
        kind, *values = step
        if kind == "keys":
            await pilot.press(*values)
        elif kind == "stages":
            table = app.home.query_one(StageTable)
            if len(app.screen_stack) == 1 and table in app.home.focus_chain:
                app.home.set_focus(table)
                await pilot.pause()
        elif kind == "members":
            members = app.home.query_one(f"#{values[0]}-list")
            if len(app.screen_stack) == 1 and members in app.home.focus_chain:
                app.home.set_focus(members)
                await pilot.pause()
        elif kind == "click":
            width, height = app.size
            await pilot.click(offset=(int(values[0]) % width, int(values[1]) % height), times=int(values[2]))
        elif kind == "paste":
            if app.focused is not None:
                app.focused.post_message(events.Paste(values[0]))
            await pilot.pause()
        elif kind == "resize":
            await pilot.resize_terminal(int(values[0]), int(values[1]))
        elif kind == "focus":
            app.post_message(events.AppFocus())
            await pilot.pause()
        elif kind == "disk":
            self._meddle(values[0])

    def _meddle(self, how: str) -> None:
        path = self.app.workspace.path
        if path is None or self.folder not in path.parents or not path.exists():
            return
        if how == "deleted":
            path.unlink()
        else:
            path.write_bytes(
                {"changed": path.read_bytes() + b"# others\n", "unreadable": b"\xff\xfe\x00"}.get(how) or path.read_bytes()
            )

    async def _check(self, pilot: Pilot[int], *, rest: bool) -> None:
        app = self.app
        self.demand_health()
        if rest:
            await self.rest(pilot)
            assert_preview(app, counted=True)
        else:
            await wait_for(pilot, lambda: app._exit or app.workspace.view.checked is not None, "the check of the text")
        if not app._exit:
            assert_agreement(app)

    def demand_health(self) -> None:
        """Nothing has failed so far, nor been written elsewhere."""
        assert self.app._exception is None, repr(self.app._exception)
        assert not self.failures, self.failures
        assert not JAIL.escapes, f"wrote to {JAIL.escapes}"

    async def rest(self, pilot: Pilot[int]) -> None:
        """Wait for the check and the preview of the text."""
        app = self.app

        def rests() -> bool:
            preview = app.previewer.preview
            settled = preview.wanted == app.workspace.revision and preview.state not in ("running", "empty")
            return app._exit or app._exception is not None or (app.workspace.view.checked is not None and settled)

        await wait_for(pilot, rests, "the preview")
        await pilot.pause()

    async def _back_and_forth(self, pilot: Pilot[int]) -> None:
        """Undo everything and do it again: the same texts, backwards and forwards."""
        app = self.app
        for _ in range(20):
            if len(app.screen_stack) == 1:
                break
            await pilot.press("escape")
            await pilot.pause()
        assert len(app.screen_stack) == 1, f"{app.screen} does not go away"
        await pilot.resize_terminal(120, 40)
        app.home.set_focus(None)
        await pilot.pause()
        await self._check(pilot, rest=True)
        last, backwards = app.workspace.text, [app.workspace.text]
        while app.workspace.view.undo_label is not None:
            app.action_undo()
            backwards.append(app.workspace.text)
            if len(backwards) % 10 == 0:
                await pilot.pause()
                await self._check(pilot, rest=False)
        assert app.workspace.text == self._first, "undo does not lead back to the first text"
        forwards = [app.workspace.text]
        await pilot.pause()
        await self._check(pilot, rest=True)
        while app.workspace.view.redo_label is not None:
            app.action_redo()
            forwards.append(app.workspace.text)
        await pilot.pause()
        await self._check(pilot, rest=True)
        if app.workspace.view.undo_label is not None and len(forwards) >= len(backwards):
            assert forwards[: len(backwards)] == backwards[::-1], "redo goes another way"
        assert forwards[len(backwards) - 1] == last, "redo does not lead to the last text"
