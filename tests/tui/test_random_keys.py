"""Random keys, clicks, pastes and changes by others: the designer never fails, and all that it shows agrees.

A few seeds run with the suite. More of them: ``BLIS_TUI_SOAK=600 python -m pytest -n 0 tests/tui/test_random_keys.py -k soak`` goes
on for so many seconds, from ``BLIS_TUI_SEED`` (0) on. What fails prints its seed and the shortest list of steps that was found to
fail; ``test_steps_again`` runs the list that stands in the file named by ``BLIS_TUI_STEPS``.
"""

from __future__ import annotations

import ast
import asyncio
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from agreement import assert_agreement, assert_preview
from designer import wait_for
from random_steps import STARTS, Step, random_steps
from textual import events
from textual.pilot import Pilot

from blis_tui.tui.app import DesignerApp
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.form.stages.stage_table import StageTable
from blis_tui.tui.tuning import Tuning

STEPS = 14
SUITE = (
    "no file", "empty", "broken", "version 1", "lines of Windows", "odd", "hostile", "large", "clients.yaml", "cohorts.yaml",
)  # fmt: skip
"""The starts that run with the suite; most of the time of a short walk is spent in starting the designer."""
REST_EVERY = 5
"""After so many steps the preview is waited for too."""
TUNING = Tuning(most_requests=20_000, autosave_s=0.1)
SHORTENING_S = float(os.environ.get("BLIS_TUI_SHORTEN", "60"))


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


_JAIL = Jail()


@pytest.fixture(autouse=True)
def jailed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep everything in the test's folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.chdir(tmp_path)
    _JAIL.folder = tmp_path
    _JAIL.escapes.clear()
    yield
    _JAIL.folder = None


class Walk:
    """One run of the designer over a list of steps."""

    def __init__(self, start: str, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        text = STARTS[start]
        self.path = folder / "spec.yaml" if text is not None else None
        if self.path is not None and text is not None:
            self.path.write_bytes(text.encode())
        (folder / "other.yaml").write_bytes((STARTS["two-stage.yaml"] or "").encode())
        self.app = DesignerApp(Workspace(text or "", self.path, saved=text is not None), state=folder / "state", tuning=TUNING)
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
        threading_hook, threading.excepthook = (
            threading.excepthook,
            lambda args: self.failures.append(f"in a thread: {args.exc_value!r}"),
        )
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: self.failures.append(f"on the loop: {context}"))
        try:
            async with self.app.run_test(size=(100, 30)) as pilot:
                await self._rest(pilot)
                for step in steps:
                    await self._take(pilot, step)
                    self.done += 1
                    if self.app._exit:
                        return
                    await self._check(pilot, rest=self.done % REST_EVERY == 0)
                await self._back_and_forth(pilot)
        finally:
            threading.excepthook = threading_hook
            loop.set_exception_handler(None)
        assert not self.failures, self.failures

    async def _take(self, pilot: Pilot[int], step: Step) -> None:
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
        assert app._exception is None, repr(app._exception)
        assert not self.failures, self.failures
        assert not _JAIL.escapes, f"wrote to {_JAIL.escapes}"
        if rest:
            await self._rest(pilot)
            assert_preview(app, counted=True)
        else:
            await wait_for(pilot, lambda: app._exit or app.workspace.view.checked is not None, "the check of the text")
        if not app._exit:
            assert_agreement(app)

    async def _rest(self, pilot: Pilot[int]) -> None:
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


async def failure_of(start: str, steps: Sequence[Step], folder: Path) -> tuple[BaseException, int] | None:
    """Take the steps; returns what failed and how many steps had been taken."""
    walk = Walk(start, folder)
    try:
        await walk.run(steps)
    except Exception as error:
        return error, walk.done
    return None


async def shortest(start: str, steps: list[Step], folder: Path) -> list[Step]:
    """Leave out what is not needed to fail, as far as time allows."""
    end = time.monotonic() + SHORTENING_S
    size, tries = max(len(steps) // 2, 1), 0
    while size:
        at = 0
        while at < len(steps) and time.monotonic() < end:
            fewer = steps[:at] + steps[at + size :]
            tries += 1
            if await failure_of(start, fewer, folder / str(tries)) is not None:
                steps = fewer
            else:
                at += size
        size //= 2
    return steps


async def assert_never_fails(start: str, steps: list[Step], folder: Path, name: str) -> None:
    """Fail with the shortest list of steps if these steps fail."""
    found = await failure_of(start, steps, folder / "walk")
    if found is None:
        return
    error, done = found
    short = await shortest(start, steps[: done + 1], folder / "shorter")
    listed = "\n".join(f"    {step!r}," for step in short)
    raise AssertionError(f"{name}, after {done} steps: {error!r}\n({start!r}, [\n{listed}\n])") from error


@pytest.mark.parametrize(("start", "seed"), [(start, seed) for seed, start in enumerate(SUITE)])
async def test_random_keys_never_make_the_designer_fail_or_disagree(start: str, seed: int, tmp_path: Path) -> None:
    await assert_never_fails(start, random_steps(seed, STEPS), tmp_path, f"seed {seed}")


@pytest.mark.skipif("BLIS_TUI_SOAK" not in os.environ, reason="set BLIS_TUI_SOAK to the seconds it may take")
async def test_soak(tmp_path: Path) -> None:
    end = time.monotonic() + float(os.environ["BLIS_TUI_SOAK"])
    seed = int(os.environ.get("BLIS_TUI_SEED", "0"))
    starts = list(STARTS)
    while time.monotonic() < end:
        start = starts[seed % len(starts)]
        await assert_never_fails(start, random_steps(seed, 13 * STEPS), tmp_path / str(seed), f"seed {seed}")
        seed += 1


@pytest.mark.skipif("BLIS_TUI_STEPS" not in os.environ, reason="set BLIS_TUI_STEPS to a file with a start and its steps")
async def test_steps_again(tmp_path: Path) -> None:
    start, steps = ast.literal_eval(Path(os.environ["BLIS_TUI_STEPS"]).read_text(encoding="utf-8"))
    await Walk(start, tmp_path / "walk").run(steps)
