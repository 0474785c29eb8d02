"""Settings and keymap: strict, with the place of a slip; and what the designer remembers by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from designer import SMALL, MakeApp, ready, wait_for
from rich.color import ColorSystem

from blis_tui.tui.actions import ACTIONS, Action
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.preferences.keymap import KeymapError, key_names, resolve, shown_keys
from blis_tui.tui.preferences.locations import settings_file, state_folder
from blis_tui.tui.preferences.remembered import Remembered, recall, remember
from blis_tui.tui.preferences.settings import Settings, SettingsError, parse_settings, read_settings


def test_every_setting_is_read() -> None:
    text = 'theme = "light"\nsplit = 50\neditor = "code --wait"\nmouse = false\nschema = "s.json"\nblis = "b"\nblis_model = "m"\nblis_flags = "--tp 2"\n[keys]\n"file.save" = "f3, ctrl+w"\nedit.undo = ""\n'
    assert parse_settings(text, "s") == Settings(
        "light", 50, "code --wait", False, {"file.save": "f3,ctrl+w", "edit.undo": ""}, "s.json", "b", "m", "--tp 2"
    )


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_keys_are_written_in_characters_that_a_terminal_only_shows(action: Action) -> None:
    assert shown_keys(action, {}).isprintable()


_ENDS = {"left": "D", "right": "C", "up": "A", "down": "B"}


@pytest.mark.parametrize("key", sorted({key for action in ACTIONS for key in action.keys.split(",") if key.startswith("alt+")}))
def test_keys_with_alt_reach_the_designer_from_old_terminals(make_app: MakeApp, key: str) -> None:
    from textual._xterm_parser import XTermParser

    make_app()
    name = key.removeprefix("alt+")
    parser = XTermParser()
    sent = f"\x1b[1;3{_ENDS[name]}" if name in _ENDS else f"\x1b{name}"
    assert [event.key for event in [*parser.feed(sent), *parser.feed("")]] == [key]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('\nthem = "x"', "s.toml:2: there is no setting 'them'; did you mean 'theme'?"),
        ("theme = 3", "s.toml:1: theme must be one of dark, light, ansi, not 3"),
        ('theme = "pink"', "s.toml:1: theme must be one of dark, light, ansi, not 'pink'"),
        ("split = true", "s.toml:1: split must be a whole number of columns from 30 to 120, not true"),
        ("split = 5", "not 5"),
        ("mouse = 1", "mouse must be true or false, not 1"),
        ('editor = " "', "editor must be a command"),
        ("split = \n", "s.toml:1:9: Invalid value"),
        ("split = 40\nsplit = 40\n", "s.toml:2:"),
        ("keys = 3", "keys must be a table"),
        ('[keys]\n"file.sav" = "f3"', "s.toml:2: there is no action 'file.sav'; did you mean 'file.save'?"),
        ('[keys]\n"file.save" = "x"', "s.toml:2: file.save works everywhere"),
        ('[keys]\n"file.save" = "hyperspace"', "there is no key 'hyperspace'"),
        ('[keys]\n"file.save" = "kontrol+s"', "'kontrol' is not one of"),
        ('[keys]\n"file.save" = 3', "must be text"),
    ],
)
def test_a_slip_is_told_with_its_place(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, "s.toml")
    assert said in str(caught.value)


def test_a_file_that_is_not_there_settles_nothing_unless_it_was_named(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "none") == Settings()
    with pytest.raises(SettingsError, match="no such settings file"):
        read_settings(tmp_path / "none", must_exist=True)
    with pytest.raises(SettingsError, match="directory"):
        read_settings(tmp_path)
    (tmp_path / "latin").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="not UTF-8"):
        read_settings(tmp_path / "latin")


def test_where_the_settings_are(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_file() == home / "config" / "blis-tui" / "settings.toml"
    monkeypatch.setenv("BLIS_TUI_CONFIG", "/else/where.toml")
    assert settings_file() == Path("/else/where.toml")


@pytest.mark.parametrize(
    ("given", "names"),
    [("ctrl+S", "ctrl+s"), ("F3", "f3"), ("ctrl+/", "ctrl+slash"), ("alt+left,alt+left", "alt+left"), ("", "")],
)
def test_keys_are_spelt_as_textual_does(given: str, names: str) -> None:
    assert key_names("file.save", given) == names


def test_the_default_keys_do_not_clash() -> None:
    assert resolve({}) == ({}, ())
    for place in {action.where for action in ACTIONS}:
        keys = [key for action in ACTIONS if action.where == place for key in action.keys.split(",") if key]
        assert len(keys) == len(set(keys)), place
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)


def test_a_key_given_twice_is_refused_and_a_default_gives_way() -> None:
    with pytest.raises(KeymapError, match=r"f3 is given to both file\.save and file\.open"):
        resolve({"file.save": "f3", "file.open": "f3"})
    keymap = resolve({"file.save": "ctrl+o"})
    assert keymap.keys == {"file.save": "ctrl+o", "file.open": "unbound-file.open"}
    assert keymap.lost == ("Open…: ctrl+o is now Save",)
    assert resolve({"file.save": "ctrl+o", "file.open": "ctrl+s"}).lost == ()


async def test_remapped_keys_work_and_the_old_ones_do_not(spec_file: Path) -> None:
    settings = Settings(keys={"edit.undo": "ctrl+t", "file.save": "", "edit.redo": "ctrl+s"})
    app = DesignerApp(Workspace(SMALL, spec_file), settings)
    async with app.run_test() as pilot:
        app.write("seed: 1\n", "change")
        await pilot.press("ctrl+z")
        assert app.workspace.text == "seed: 1\n"
        await pilot.press("ctrl+t")
        assert app.workspace.text == SMALL
        await pilot.press("ctrl+s")
        assert app.workspace.text == "seed: 1\n"
        await pilot.pause(0.05)
        assert spec_file.read_text() == SMALL


async def test_a_lost_key_is_told(make_app: MakeApp) -> None:
    app = DesignerApp(Workspace(SMALL), Settings(keys={"file.save": "ctrl+o"}))
    async with app.run_test() as pilot:
        await wait_for(pilot, lambda: any("ctrl+o is now Save" in note.message for note in app._notifications))


def test_what_is_remembered(tmp_path: Path) -> None:
    assert recall(tmp_path / "no") == Remembered()
    assert remember(tmp_path / "new" / "state", Remembered(50, "light"))
    assert recall(tmp_path / "new" / "state") == Remembered(50, "light", None)
    (tmp_path / "remembered.json").write_text('{"split": "wide", "theme": "light", "more": 1}')
    assert recall(tmp_path) == Remembered(None, "light")
    (tmp_path / "remembered.json").write_text("[")
    assert recall(tmp_path) == Remembered()
    assert not remember(tmp_path / "remembered.json", Remembered())


async def test_split_and_theme_are_remembered(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(140, 40)) as pilot:
        await ready(pilot)
        before = app.query_one("#form-column").size.width
        await pilot.press("alt+right", "alt+right", "f9")
        await wait_for(pilot, lambda: recall(state_folder()).theme == "light" and recall(state_folder()).split is not None)
        assert app.theme == "textual-light"
        assert app.query_one("#form-column").size.width == before + 4
    again = make_app()
    async with again.run_test(size=(140, 40)) as pilot:
        await ready(pilot)
        assert again.theme == "textual-light"
        assert again.query_one("#form-column").size.width == before + 4
    settled = DesignerApp(Workspace(SMALL), Settings(theme="ansi", split=35))
    async with settled.run_test(size=(140, 40)) as pilot:
        await pilot.pause()
        assert settled.theme == "ansi-dark"
        assert settled.appearance.split == 35


async def test_the_split_leaves_room_for_the_tabs(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(104, 30)) as pilot:
        await pilot.press(*["alt+right"] * 30)
        assert app.query_one("#form-column").size.width <= 55
        await pilot.press(*["alt+left"] * 30)
        assert app.query_one("#form-column").size.width >= 29


@pytest.mark.parametrize(
    ("colours", "theme"),
    [(ColorSystem.STANDARD, "ansi-dark"), (ColorSystem.EIGHT_BIT, "textual-dark"), (ColorSystem.TRUECOLOR, "textual-dark")],
)
async def test_a_terminal_of_16_colours_keeps_its_own(make_app: MakeApp, colours: ColorSystem, theme: str) -> None:
    app = make_app()
    app.console._color_system = colours
    async with app.run_test():
        assert app.theme == theme
