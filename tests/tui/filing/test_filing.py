"""Open, new, save, save as, reload and quit; nothing unsaved is lost on the way."""

from __future__ import annotations

import asyncio
import importlib
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from designer import SMALL, TWO_STAGE, MakeApp, ready, wait_for, write
from textual.widgets import Input, OptionList, Static

from blis_tui.spec.edits import SetValue
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.compare.compare_dialog import CompareDialog
from blis_tui.tui.document.title_bar import TitleBar
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.filing.disk import Document
from blis_tui.tui.filing.file_dialog import FileDialog, OpenDialog, PathInput, SaveDialog
from blis_tui.tui.templates import template_text
from blis_tui.tui.templates.new_dialog import NewDialog
from blis_tui.tui.widgets.confirm_dialog import ConfirmDialog
from blis_tui.tui.widgets.lines_view import LinesView


def change_seed(app: DesignerApp, seed: int = 7) -> None:
    assert app.edit("seed", [SetValue(("seed",), seed)])


def held_up(monkeypatch: pytest.MonkeyPatch, function: str) -> tuple[threading.Event, threading.Event]:
    """Have a function wait as it is called; returns what tells that it is, and what lets it go on."""
    module, _, name = function.rpartition(".")
    real = getattr(importlib.import_module(module), name)
    at_it, go_on = threading.Event(), threading.Event()

    def slow(*values: Any, **named: Any) -> Any:
        at_it.set()
        assert go_on.wait(60)
        return real(*values, **named)

    monkeypatch.setattr(function, slow)
    return at_it, go_on


def said(app: DesignerApp) -> str:
    return "\n".join(f"{note.title}: {note.message}" for note in app._notifications)


async def test_save_writes_the_text_and_nothing_else(make_app: MakeApp, spec_file: Path) -> None:
    spec_file.chmod(0o640)
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        change_seed(app)
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: not app.workspace.dirty, "saving")
        assert spec_file.read_text() == SMALL.replace("seed: 42", "seed: 7")
        assert stat.S_IMODE(spec_file.stat().st_mode) == 0o640
        assert "saved" in str(app.query_one(TitleBar).state)
        assert app.workspace.undo() == "seed"  # saving is not a step


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
async def test_utf_16_is_saved_as_it_was(make_app: MakeApp, tmp_path: Path, codec: str) -> None:
    """Opened, edited and saved; reloaded after somebody made it UTF-8, and saved under another name."""
    text = "\ufeff" + SMALL.replace("# nine", "# größer: 日本 😀, nine")
    path = tmp_path / "wide.yaml"
    path.write_bytes(text.encode(codec))
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        app.do(app.filing.open_path(path), "files")
        await wait_for(pilot, lambda: app.workspace.path == path, "opening")
        change_seed(app)
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: not app.workspace.dirty, "saving")
        assert path.read_bytes() == text.replace("seed: 42", "seed: 7").encode(codec)
        assert f"{len(path.read_bytes()):,} bytes" in said(app)
        assert await app.filing._write(tmp_path / "copy.yaml", None)
        assert (tmp_path / "copy.yaml").read_bytes() == path.read_bytes()
        path.write_text(SMALL, encoding="utf-8")
        app.workspace.path = path
        await app.filing.reload()
        change_seed(app)
        assert await app.filing._write(path, app.filing.watch.stamp)
        assert path.read_text(encoding="utf-8") == SMALL.replace("seed: 42", "seed: 7")


async def test_save_goes_through_a_symbolic_link(make_app: MakeApp, spec_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(spec_file)
    app = make_app(path=link)
    async with app.run_test() as pilot:
        change_seed(app)
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: not app.workspace.dirty)
    assert link.is_symlink()
    assert "seed: 7" in spec_file.read_text()


async def test_a_text_as_it_was_opened_is_not_written(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        before = spec_file.stat()
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: "nothing to save" in said(app))
        assert spec_file.stat().st_mtime_ns == before.st_mtime_ns


async def test_what_cannot_be_saved_stays_unsaved(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        change_seed(app)
        spec_file.unlink()
        spec_file.mkdir()
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog) or "Not saved" in said(app))
        if isinstance(app.screen, ConfirmDialog):
            await pilot.press("o")
            await wait_for(pilot, lambda: "Not saved" in said(app))
        assert "is a folder" in said(app)
        assert app.workspace.dirty


async def test_a_file_that_does_not_exist_is_made_on_save(make_app: MakeApp, tmp_path: Path) -> None:
    path = tmp_path / "later.yaml"
    app = DesignerApp(Workspace(SMALL, path))
    async with app.run_test() as pilot:
        await wait_for(pilot, lambda: app.workspace.note == "new file")
        await pilot.press("ctrl+s")
        await wait_for(pilot, path.exists)
    assert path.read_text() == SMALL


async def test_save_as_asks_for_a_name(make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = make_app(SMALL)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: isinstance(app.screen, SaveDialog))
        app.screen.query_one(PathInput).value = ""
        await write(pilot, "mine.yaml")
        await pilot.press("enter")
        await wait_for(pilot, (tmp_path / "mine.yaml").exists)
        await wait_for(pilot, lambda: app.workspace.path == tmp_path / "mine.yaml")
        assert not app.workspace.dirty


@pytest.mark.parametrize("overwrite", [True, False])
async def test_save_as_asks_before_it_overwrites(make_app: MakeApp, spec_file: Path, overwrite: bool) -> None:
    other = spec_file.with_name("other.yaml")
    other.write_text("precious\n")
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await pilot.press("f12")
        await wait_for(pilot, lambda: isinstance(app.screen, SaveDialog))
        app.screen.query_one(PathInput).value = "other.yaml"
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("o" if overwrite else "escape")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)
        if overwrite:
            await wait_for(pilot, lambda: app.workspace.path == other)
    assert other.read_text() == (SMALL if overwrite else "precious\n")


async def test_save_as_knows_no_missing_folder(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await pilot.press("f12")
        await wait_for(pilot, lambda: isinstance(app.screen, SaveDialog))
        app.screen.query_one(PathInput).value = "nowhere/x.yaml"
        await pilot.press("enter")
        await wait_for(pilot, lambda: "no folder" in str(app.screen.query_one("#told", Static).content))


async def test_the_chooser_filters_and_opens(make_app: MakeApp, spec_file: Path) -> None:
    folder = spec_file.parent
    (folder / "[red]odd\x1b.yaml").write_text(SMALL)
    (folder / ".hidden.yaml").write_text(SMALL)
    (folder / "notes.txt").write_text("x")
    (folder / "deeper").mkdir()
    (folder / "deeper" / "inner.yaml").write_text(TWO_STAGE)
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+o")
        entries = OptionList()

        def names() -> list[str]:
            nonlocal entries
            entries = app.screen.query_one("#entries", OptionList)
            return [str(option.prompt).split("  ")[0].strip() for option in entries.options]

        await wait_for(pilot, lambda: "small.yaml" in names())
        assert "deeper/" in names()
        assert "[red]odd\\x1b.yaml" in names()
        assert ".hidden.yaml" not in names()
        assert "notes.txt" not in names()
        await write(pilot, ".hid")
        await wait_for(pilot, lambda: names() == [".hidden.yaml"])
        await pilot.press(*["backspace"] * 4)
        await write(pilot, "deeper/")
        await wait_for(pilot, lambda: names() == ["../", "inner.yaml"])
        await pilot.press("backspace")  # with nothing typed: to the parent folder
        await wait_for(pilot, lambda: "deeper/" in names())
        await write(pilot, "nosuch")
        await wait_for(pilot, lambda: names() == [])
        await pilot.press("enter")
        assert isinstance(app.screen, OpenDialog)
        await pilot.press(*["backspace"] * 6)
        await write(pilot, "deeper/inn")
        await wait_for(pilot, lambda: names() == ["inner.yaml"])
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.workspace.path == folder / "deeper" / "inner.yaml")
        assert app.workspace.text == TWO_STAGE
        assert app.workspace.view.undo_label is None


async def test_a_file_that_cannot_be_opened_leaves_everything_as_it_is(make_app: MakeApp, spec_file: Path) -> None:
    bad = spec_file.with_name("bad.yaml")
    bad.write_bytes(b"\xff\xfe\x00")
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await app.filing.open_path(bad)
        await app.filing.open_path(spec_file.parent)
        await app.filing.open_path(spec_file.with_name("missing.yaml"))
        await pilot.pause()
        assert app.workspace.path == spec_file
        assert "UTF-" in said(app)
        assert "is a folder" in said(app)
        assert "No such file" in said(app)


@pytest.mark.parametrize(("key", "name"), [("enter", "two-stage"), ("down enter", "mix")])
async def test_new_begins_with_a_template(make_app: MakeApp, spec_file: Path, key: str, name: str) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+n")
        await wait_for(pilot, lambda: isinstance(app.screen, NewDialog))
        await pilot.press(*key.split())
        await wait_for(pilot, lambda: app.workspace.text == template_text(name))
        assert app.workspace.path is None
        assert not app.workspace.dirty


async def test_without_a_file_the_designer_asks_what_to_begin_with() -> None:
    app = DesignerApp(Workspace(SMALL), fresh=True)
    async with app.run_test() as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, NewDialog))
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)
        assert app.workspace.text == SMALL


@pytest.mark.parametrize("way", ["ctrl+q", "ctrl+n enter", "open"])
@pytest.mark.parametrize("answer", ["s", "d", "escape"])
async def test_unsaved_work_is_asked_about(make_app: MakeApp, spec_file: Path, way: str, answer: str) -> None:
    other = spec_file.with_name("other.yaml")
    other.write_text(TWO_STAGE)
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        change_seed(app)
        mine = app.workspace.text
        if way == "open":
            app.do(app.filing.open_path(other), "files")
        else:
            for key in way.split():
                await pilot.press(key)
                await pilot.pause()
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question")
        await pilot.press(answer)
        if answer == "escape":
            await wait_for(pilot, lambda: len(app.screen_stack) == 1)
            assert app.workspace.text == mine
            assert app.workspace.path == spec_file
            assert app.is_running
        elif way == "ctrl+q":
            await wait_for(pilot, lambda: app._exit)
        else:
            await wait_for(pilot, lambda: app.workspace.path != spec_file)
            assert not app.workspace.dirty
    assert spec_file.read_text() == (mine if answer == "s" else SMALL)


async def test_leaving_with_everything_saved_asks_nothing(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+q")
        await wait_for(pilot, lambda: app._exit)
    assert app.return_code == 0


def change_on_disk(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))


OTHERS = SMALL.replace("seed: 42", "seed: 1000")


async def test_a_change_on_disk_is_noticed_and_asked_about_on_save(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        await wait_for(pilot, lambda: app.filing.watch.stamp is not None)
        change_seed(app)
        change_on_disk(spec_file, OTHERS)
        app.filing.watch.look_soon()
        await wait_for(pilot, lambda: app.workspace.note == "changed on disk")
        assert len(app.screen_stack) == 1  # whoever types is not interrupted
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)
        assert spec_file.read_text() == OTHERS
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("o")
        await wait_for(pilot, lambda: not app.workspace.dirty)
    assert "seed: 7" in spec_file.read_text()


async def test_coming_back_to_the_window_asks_at_once_and_reload_can_be_undone(make_app: MakeApp, spec_file: Path) -> None:
    from textual import events

    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        await wait_for(pilot, lambda: app.filing.watch.stamp is not None and not app.filing.watch.looking)
        change_seed(app)
        mine = app.workspace.text
        change_on_disk(spec_file, OTHERS)
        app.post_message(events.AppFocus())
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("r")
        await wait_for(pilot, lambda: app.workspace.text == OTHERS)
        assert not app.workspace.dirty
        assert app.workspace.note == ""
        await pilot.press("ctrl+z")
        assert app.workspace.text == mine
        assert app.workspace.dirty


async def test_a_file_that_was_touched_only_is_not_asked_about(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        await wait_for(pilot, lambda: app.filing.watch.stamp is not None and not app.filing.watch.looking)
        change_on_disk(spec_file, SMALL)
        stamp = app.filing.watch.stamp
        app.filing.watch.look_soon(ask=True)
        await wait_for(pilot, lambda: app.filing.watch.stamp != stamp)
        assert app.workspace.note == ""
        assert len(app.screen_stack) == 1


async def test_a_file_that_was_deleted_is_written_again(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        await wait_for(pilot, lambda: app.filing.watch.stamp is not None and not app.filing.watch.looking)
        spec_file.unlink()
        app.filing.watch.look_soon()
        await wait_for(pilot, lambda: app.workspace.note == "deleted on disk")
        await pilot.press("ctrl+s")
        await wait_for(pilot, spec_file.exists)
    assert spec_file.read_text() == SMALL


async def test_what_is_typed_first_replaces_the_name_to_save_under(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("f12")
        await wait_for(pilot, lambda: isinstance(app.screen, SaveDialog))
        await write(pilot, "b.yaml")
        assert app.screen.query_one(PathInput).value == "b.yaml"


@pytest.mark.parametrize("name", ["x" * 300, f"{'x' * 300}/y", "f/y", "a\tb\x1b[2J"])
async def test_names_that_no_file_can_have_or_few_do_are_no_crash(
    make_app: MakeApp, spec_file: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(spec_file.parent)
    Path("f").write_text("no folder")
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        for key in ("f12", "ctrl+o", "ctrl+e"):
            await pilot.press(key)
            await wait_for(pilot, lambda: len(app.screen_stack) == 2)
            for field in app.screen.query("Input"):
                field.value = name  # type: ignore[attr-defined]
                field.focus()
                await pilot.press("enter")
            await pilot.pause(0.1)
            while len(app.screen_stack) > 1:
                await pilot.press("escape")
                await pilot.pause()
        assert app.workspace.text == SMALL


async def test_a_change_on_disk_is_shown_at_once_where_nothing_is_unsaved(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        await wait_for(pilot, lambda: app.filing.watch.stamp is not None)
        change_on_disk(spec_file, OTHERS)
        app.filing.watch.look_soon()
        await wait_for(pilot, lambda: app.workspace.text == OTHERS)
        assert not app.workspace.dirty and app.workspace.note == ""
        await pilot.press("ctrl+z")
        assert app.workspace.text == SMALL


async def test_a_conflict_shows_the_difference_and_asks_again(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await wait_for(pilot, lambda: app.filing.watch.stamp is not None)
        change_seed(app)
        change_on_disk(spec_file, OTHERS)
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("p")
        await wait_for(pilot, lambda: isinstance(app.screen, CompareDialog))
        lines = app.screen.query_one("#diff", LinesView)
        told = lambda: "\n".join(lines.render_line(y).text for y in range(12))  # noqa: E731
        await wait_for(pilot, lambda: "seed: 7" in told() and "seed: 1000" in told())
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("r")
        await wait_for(pilot, lambda: app.workspace.text == OTHERS)


async def test_an_empty_file_begins_with_a_template(make_app: MakeApp, tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("\n")
    app = make_app(path=path)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, NewDialog))
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.workspace.view.spec is not None)
        assert app.workspace.path == path and app.workspace.dirty
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: not app.workspace.dirty)
        assert "stages" in path.read_text()
        await pilot.press("ctrl+z")
        assert app.workspace.text == "\n"


async def test_a_folder_that_is_not_there_is_told(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("ctrl+o")
        await wait_for(pilot, lambda: isinstance(app.screen, OpenDialog) and app.screen._shown)
        await write(pilot, "nowhere/small")
        await wait_for(pilot, lambda: "There is no folder" in str(app.screen.query_one("#told", Static).content))
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, OpenDialog)  # and not the small.yaml of this folder
        assert not app.screen._shown


async def test_tab_completes_a_path(make_app: MakeApp, spec_file: Path) -> None:
    folder = spec_file.parent / "loads"
    folder.mkdir()
    (folder / "one-a.yaml").write_text(OTHERS)
    (folder / "one-b.yaml").write_text(OTHERS)
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("ctrl+o")
        await wait_for(pilot, lambda: isinstance(app.screen, OpenDialog) and app.screen._shown)
        await pilot.press(*"lo", "tab")
        await wait_for(pilot, lambda: app.screen._listing.folder == folder)  # type: ignore[attr-defined]
        await pilot.press("o", "tab")
        assert app.screen.query_one(PathInput).value == "one-"
        await pilot.press("b", "tab", "enter")
        await wait_for(pilot, lambda: app.workspace.path == folder / "one-b.yaml")


async def test_what_was_chosen_in_a_list_that_is_gone_is_not_taken(make_app: MakeApp, spec_file: Path) -> None:
    """Enter pressed twice on a folder: the second one meant nothing in the list that the first one brings."""
    (spec_file.parent / "loads").mkdir()
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("ctrl+o")
        await wait_for(pilot, lambda: isinstance(app.screen, OpenDialog) and app.screen._shown)
        dialog = app.screen
        assert isinstance(dialog, OpenDialog)
        entries = dialog.query_one("#entries", OptionList)
        last = len(dialog._shown) - 1
        selected = OptionList.OptionSelected(entries, entries.get_option_at_index(last), last)
        await dialog._enter(spec_file.parent / "loads")
        await dialog.take_from_list(selected)
        assert app.screen is dialog and dialog._listing.folder == spec_file.parent / "loads"


async def test_files_that_were_open_are_offered(make_app: MakeApp, spec_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "other.yaml"
    other.parent.mkdir()
    other.write_text(OTHERS)
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await wait_for(pilot, lambda: app.appearance.remembered.recent == (str(spec_file),))
        await app.filing.open_path(other)
        await wait_for(pilot, lambda: app.workspace.path == other)
        await pilot.press("ctrl+o")
        await wait_for(pilot, lambda: isinstance(app.screen, OpenDialog) and app.screen._shown)
        assert [entry.name for entry in app.screen._shown if entry.shown] == [str(spec_file)]
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.workspace.path == spec_file)


@pytest.mark.parametrize("answer", ["o", "escape"])
async def test_a_read_only_file_is_replaced_only_if_that_is_wanted(make_app: MakeApp, spec_file: Path, answer: str) -> None:
    spec_file.chmod(0o444)
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        change_seed(app)
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question")
        assert "is read-only" in app.screen._details
        await pilot.press(answer)
        await wait_for(pilot, lambda: not isinstance(app.screen, ConfirmDialog), "the answer")
        await wait_for(pilot, lambda: app.workspace.dirty == (answer == "escape"), "saving")
    assert ("seed: 7" in spec_file.read_text()) == (answer == "o")
    assert stat.S_IMODE(spec_file.stat().st_mode) == 0o444


@pytest.mark.parametrize("answer", ["o", "escape"])
async def test_a_file_that_changes_at_the_last_moment_is_asked_about(
    make_app: MakeApp, spec_file: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        change_seed(app)
        mine = app.workspace.text

        async def looked(**_: bool) -> None:
            """Nothing is seen, and then another instance saves."""
            if spec_file.read_text() == SMALL:
                change_on_disk(spec_file, "theirs: 1\n")

        monkeypatch.setattr(app.filing.watch, "look", looked)
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question")
        assert "was changed by another program just now" in app.screen._details
        assert spec_file.read_text() == "theirs: 1\n"
        assert app.workspace.dirty
        await pilot.press(answer)
        await wait_for(pilot, lambda: not isinstance(app.screen, ConfirmDialog), "the answer")
        await wait_for(pilot, lambda: app.workspace.dirty == (answer == "escape"), "saving")
    assert spec_file.read_text() == (mine if answer == "o" else "theirs: 1\n")


@pytest.mark.parametrize("key", ["ctrl+o", "f12"])
async def test_a_dialog_is_left_while_the_disk_is_asked(
    make_app: MakeApp, spec_file: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press(key)
        await wait_for(pilot, lambda: isinstance(app.screen, FileDialog) and app.screen._shown)
        dialog = app.screen
        assert isinstance(dialog, FileDialog)
        await write(pilot, "small.yaml")
        await pilot.pause()
        asked, answered = held_up(monkeypatch, "blis_tui.tui.filing.file_dialog.holds")
        dialog.post_message(Input.Submitted(dialog.query_one(PathInput), "small.yaml"))
        assert await asyncio.to_thread(asked.wait, 60)  # the pilot would wait for the dialog
        dialog.dismiss(None)
        answered.set()
        await pilot.pause()
        assert app.screen is app.home


@pytest.mark.parametrize(
    ("action", "where"),
    [
        ("save", "blis_tui.tui.filing.disk_watch.stamp_of"),
        ("save", "blis_tui.files.file_set.replace_text"),
        ("reload", "blis_tui.tui.filing.filing.read_document"),
    ],
)
async def test_what_is_done_to_a_document_is_not_done_to_one_begun_meanwhile(
    make_app: MakeApp, spec_file: Path, monkeypatch: pytest.MonkeyPatch, action: str, where: str
) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        change_seed(app)
        mine = app.workspace.text
        at_it, go_on = held_up(monkeypatch, where)
        work = asyncio.ensure_future(getattr(app.filing, action)())
        assert await asyncio.to_thread(at_it.wait, 60)
        app.filing._show(Document(TWO_STAGE, None), None)
        go_on.set()
        await work
        await pilot.pause()
        assert (app.workspace.text, app.workspace.path) == (TWO_STAGE, None)
        assert app.filing.watch.stamp is None
        assert app.workspace.view.undo_label is None
    assert spec_file.read_text() == (mine if where.endswith("replace_text") else SMALL)


@pytest.mark.parametrize("keys", ["ctrl+q", "ctrl+s ctrl+s ctrl+q"])
async def test_leaving_waits_for_a_save_that_is_under_way(
    make_app: MakeApp, spec_file: Path, monkeypatch: pytest.MonkeyPatch, keys: str
) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        change_seed(app)
        mine = app.workspace.text
        at_it, go_on = held_up(monkeypatch, "blis_tui.files.file_set.replace_text")
        await pilot.press("ctrl+s")
        assert await asyncio.to_thread(at_it.wait, 60)
        await pilot.press(*keys.split())
        await pilot.pause()
        assert app.screen is app.home and not app._exit  # nothing is asked
        go_on.set()
        await wait_for(pilot, lambda: app._exit)
    assert spec_file.read_text() == mine


async def test_two_saves_at_once_ask_nothing(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test() as pilot:
        await ready(pilot)
        change_seed(app)
        mine = app.workspace.text
        assert all(await asyncio.gather(*(app.filing.save() for _ in range(5))))
        assert app.screen is app.home and not app.workspace.dirty
    assert spec_file.read_text() == mine
