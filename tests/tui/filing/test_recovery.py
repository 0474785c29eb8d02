"""Recovery copies: written soon after an edit, offered after an end in disorder, gone after a good one."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest
from designer import SMALL, MakeApp, ready, wait_for

from blis_tui.spec.edits import SetValue
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.filing.recovery import Recovery, discard
from blis_tui.tui.preferences.locations import state_folder
from blis_tui.tui.preferences.remembered import Remembered, remember
from blis_tui.tui.tuning import Tuning
from blis_tui.tui.widgets.confirm_dialog import ConfirmDialog


def copies() -> list[Path]:
    return sorted((state_folder() / "recovery").glob("*.recovery.json"))


def test_a_copy_is_kept_and_dropped(tmp_path: Path) -> None:
    recovery = Recovery(tmp_path / "r")
    assert recovery.keep("ä\n", tmp_path / "x.yaml")
    assert Recovery(tmp_path / "r").abandoned() == []  # its owner still runs
    recovery.release()
    (copy,) = Recovery(tmp_path / "r").abandoned()
    assert (copy.text, copy.path) == ("ä\n", tmp_path / "x.yaml")
    discard(copy)
    assert list((tmp_path / "r").iterdir()) == []


def test_after_closing_nothing_is_kept(tmp_path: Path) -> None:
    recovery = Recovery(tmp_path / "r")
    recovery.keep("x", None)
    recovery.close()
    assert recovery.keep("y", None)
    assert list((tmp_path / "r").iterdir()) == []


def test_a_copy_that_makes_no_sense_is_passed_over(tmp_path: Path) -> None:
    for number, text in enumerate(["", "[]", '{"text": 3, "path": null, "written_s": 1}', '{"text": "x"}', "\0"]):
        (tmp_path / f"{number}.recovery.json").write_text(text)
    assert Recovery(tmp_path).abandoned() == []


def test_a_folder_that_cannot_be_written_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not Recovery(tmp_path / "file" / "r").keep("x", None)


def test_a_lock_that_cannot_be_had_is_no_copy_and_stays_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(lock: IO[bytes], operation: int) -> None:
        opened.append(lock)
        raise OSError("no locks here")

    opened: list[IO[bytes]] = []
    monkeypatch.setattr("fcntl.flock", refused)
    recovery = Recovery(tmp_path / "r")
    assert not recovery.keep("x", None)
    assert not recovery.keep("x", None)  # a second time too: a copy without a lock would be offered while its owner runs
    assert len(opened) == 2 and all(lock.closed for lock in opened)


def test_the_newest_copy_comes_first_and_those_of_the_killed_are_found(tmp_path: Path) -> None:
    script = (
        "import sys, os, time; from pathlib import Path; from blis_tui.tui.filing.recovery import Recovery\n"
        "Recovery(Path(sys.argv[1])).keep(sys.argv[2], None); os.kill(os.getpid(), 9)"
    )
    for text in ("old", "new"):
        subprocess.run([sys.executable, "-c", script, str(tmp_path), text], check=False)
    assert [copy.text for copy in Recovery(tmp_path).abandoned()] == ["new", "old"]


async def test_an_edit_is_kept_within_two_seconds_and_undoing_it_removes_the_copy(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        loop_time = app._loop.time() if app._loop else 0.0
        app.edit("seed", [SetValue(("seed",), 7)])
        await wait_for(pilot, copies, "a recovery copy")
        assert app._loop is not None and app._loop.time() - loop_time < 10  # 1 s, on a machine with nothing else to do
        await pilot.press("ctrl+z")
        await wait_for(pilot, lambda: not copies(), "the copy to go")


async def test_saving_removes_the_copy(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        app.edit("seed", [SetValue(("seed",), 7)])
        await wait_for(pilot, copies)
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: not copies())


async def test_discarding_on_quit_removes_the_copy(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        app.edit("seed", [SetValue(("seed",), 7)])
        await wait_for(pilot, copies)
        await pilot.press("ctrl+q")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("d")
        await wait_for(pilot, lambda: app._exit)
    assert not copies()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_keeps_unsaved_work_and_ends_the_designer(make_app: MakeApp, spec_file: Path, number: int) -> None:
    app = make_app(path=spec_file, tuning=Tuning(leaving_s=600.0))  # less would end the tests
    async with app.run_test() as pilot:
        await ready(pilot)
        app.edit("seed", [SetValue(("seed",), 7)])
        text = app.workspace.text
        os.kill(os.getpid(), number)
        await wait_for(pilot, lambda: app._exit)
    app.filing.autosave.disarm()
    assert app.return_code == 128 + number
    (copy,) = Recovery(state_folder() / "recovery").abandoned()
    assert (copy.text, copy.path) == (text, spec_file)


def leave_behind(text: str, path: Path | None) -> None:
    recovery = Recovery(state_folder() / "recovery")
    assert recovery.keep(text, path)
    recovery.release()


UNSAVED = SMALL.replace("seed: 42", "seed: 77")


async def test_work_left_behind_is_offered_and_can_be_undone(make_app: MakeApp, spec_file: Path) -> None:
    leave_behind(UNSAVED, spec_file)
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("r")
        await wait_for(pilot, lambda: app.workspace.text == UNSAVED)
        assert app.workspace.dirty
        assert app.workspace.path == spec_file
        await wait_for(pilot, lambda: len(copies()) == 1)  # now this run's own
        await pilot.press("ctrl+z")
        assert app.workspace.text == SMALL
    assert spec_file.read_text() == SMALL


@pytest.mark.parametrize(("answer", "left"), [("d", 0), ("l", 1), ("escape", 1)])
async def test_work_left_behind_can_be_discarded_or_left_for_later(
    make_app: MakeApp, spec_file: Path, answer: str, left: int
) -> None:
    leave_behind(UNSAVED, spec_file)
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press(answer)
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)
        await wait_for(pilot, lambda: len(copies()) == left)
        assert app.workspace.text == SMALL


async def test_work_on_another_file_is_not_offered(make_app: MakeApp, spec_file: Path) -> None:
    leave_behind(UNSAVED, spec_file.with_name("other.yaml"))
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        await wait_for(pilot, lambda: app.filing.watch.stamp is not None)
        await pilot.pause(0.1)
        assert len(app.screen_stack) == 1


async def test_without_a_file_any_work_left_behind_is_offered(spec_file: Path) -> None:
    leave_behind(UNSAVED, spec_file)
    app = DesignerApp(Workspace(SMALL), fresh=True)
    async with app.run_test() as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("r")
        await wait_for(pilot, lambda: app.workspace.path == spec_file)
        assert app.workspace.text == UNSAVED
        assert app.workspace.saved_text == SMALL


async def test_that_no_copy_can_be_written_is_told_once(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    told: list[str] = []
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        monkeypatch.setattr(app, "say", lambda _, *, title="", **options: told.append(title))
        monkeypatch.setattr("blis_tui.tui.filing.recovery.Recovery.keep", lambda *_: False)
        for seed in (1, 2, 3):
            app.write(SMALL.replace("seed: 42", f"seed: {seed}"), "change")
            await app.filing.autosave.keep_now()
        assert told.count("No recovery copy") == 1
        monkeypatch.setattr("blis_tui.tui.filing.recovery.Recovery.keep", lambda *_: True)
        await app.filing.autosave.keep_now()
        monkeypatch.setattr("blis_tui.tui.filing.recovery.Recovery.keep", lambda *_: False)
        await app.filing.autosave.keep_now()
        assert told.count("No recovery copy") == 2


async def test_a_copy_of_what_was_saved_is_not_offered(make_app: MakeApp, spec_file: Path) -> None:
    """The program was killed after a save, and before it came to remove the copy."""
    leave_behind(spec_file.read_text(), spec_file)
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        await wait_for(pilot, lambda: not copies(), "the copy to go")
        assert len(app.screen_stack) == 1


def test_copies_and_their_locks_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = tmp_path / "open to all"
        folder.mkdir()
        recovery = Recovery(folder)
        assert recovery.keep("text", None)
        assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600, 0o600]
        recovery.close()
    finally:
        os.umask(before)


def test_what_is_remembered_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert remember(tmp_path / "state", Remembered(split=40))
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()] == [0o600]


async def test_starting_clears_up_after_a_save_that_was_killed(make_app: MakeApp, spec_file: Path) -> None:
    code = (
        "import os, signal, sys\nfrom blis_tui.files.file_set import replace_text\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\nreplace_text(sys.argv[1], 'x')"
    )
    subprocess.run([sys.executable, "-c", code, str(spec_file)], check=False)
    assert len(list(spec_file.parent.glob(".blis-tui-*"))) == 2
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await wait_for(pilot, lambda: not list(spec_file.parent.glob(".blis-tui-*")), "the leftovers to go")
    assert spec_file.read_text() == SMALL


def test_what_is_edited_elsewhere_is_the_copys_text_once_its_owner_is_gone(tmp_path: Path) -> None:
    recovery = Recovery(tmp_path / "r")
    with recovery.elsewhere("old", tmp_path / "x.yaml") as file:
        assert (file.name, stat.S_IMODE(file.parent.stat().st_mode)) == ("x.yaml", 0o700)
        file.write_text("new")
        assert Recovery(tmp_path / "r").abandoned() == []
        recovery.release()
        (copy,) = Recovery(tmp_path / "r").abandoned()
        assert (copy.text, copy.path, copy.left) == ("new", tmp_path / "x.yaml", None)
    discard(copy)
    assert list((tmp_path / "r").iterdir()) == []


@pytest.mark.parametrize(("name", "content"), [(".x.yaml.swp", b"typed"), ("x.yaml", b"\xe4")])
def test_what_cannot_be_taken_over_of_an_editor_stays(tmp_path: Path, name: str, content: bytes) -> None:
    recovery = Recovery(tmp_path / "r")
    with recovery.elsewhere("old", tmp_path / "x.yaml") as file:
        (file.parent / name).write_bytes(content)
    recovery.release()
    (copy,) = Recovery(tmp_path / "r").abandoned()
    assert (copy.text, copy.left) == ("old", file.parent)
    discard(copy)
    assert [each.read_bytes() for each in file.parent.iterdir()] == [content]
    assert list((tmp_path / "r").iterdir()) == [file.parent]


def test_where_no_copy_can_be_written_it_is_edited_in_the_folder_for_temporaries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "file").write_text("")
    with Recovery(tmp_path / "file" / "r").elsewhere("x", tmp_path / "x.yaml") as file:
        assert file.parent.parent == tmp_path and file.name == "x.yaml"
