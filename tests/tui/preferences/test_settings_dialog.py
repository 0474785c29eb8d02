"""The dialog of settings: it shows all of them, changes them in the file, and the designer follows at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from designer import SMALL, MakeApp, ready, wait_for
from textual.pilot import Pilot
from textual.widgets import Input, Static

from blis_tui.tui.app import DesignerApp
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.preferences.locations import settings_file
from blis_tui.tui.preferences.settings import SETTINGS, Settings, read_settings
from blis_tui.tui.preferences.settings_dialog import SettingsDialog


async def opened(pilot: Pilot[int]) -> SettingsDialog:
    await ready(pilot)
    await pilot.app.run_action("settings")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, SettingsDialog) and pilot.app.screen.query("Cycle:focus"))
    assert isinstance(pilot.app.screen, SettingsDialog)
    return pilot.app.screen


def told(dialog: SettingsDialog, part: str) -> str:
    return str(dialog.query_one(part, Static).render())


async def test_settings_are_shown_changed_written_and_followed(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(140, 40)) as pilot:
        dialog = await opened(pilot)
        assert told(dialog, "#file") == str(settings_file())
        assert len(dialog.query(".row")) == len(SETTINGS)
        await wait_for(pilot, lambda: told(dialog, "#about") == SETTINGS["theme"].help)
        await pilot.press("right", "right", "down", *"44", "down", *"vim", "down", "space")
        await wait_for(pilot, lambda: told(dialog, "#about") == SETTINGS["mouse"].help)
        await pilot.press("enter")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)
        assert settings_file().read_text() == 'theme = "light"\nsplit = 44\neditor = "vim"\nmouse = false\n'
        assert app.settings == Settings("light", 44, "vim", False) == read_settings(settings_file())
        assert app.theme == "textual-light"
        assert app.home.query_one("#form-column").styles.width.value == 44
        dialog = await opened(pilot)
        assert dialog.query_one("#setting-split", Input).value == "44"
        await pilot.press("down", "backspace", "backspace", "enter")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)
        assert settings_file().read_text() == 'theme = "light"\neditor = "vim"\nmouse = false\n'


async def test_the_file_that_was_named_is_the_one_that_changes(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('# mine\ntheme = "dark"\n[keys]\n"file.save" = "f3"\n')
    app = DesignerApp(Workspace(SMALL), read_settings(path), settings_path=path)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(pilot)
        assert told(dialog, ".table") == "1 given in the file"
        await pilot.press("right", "enter")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)
        assert path.read_text() == '# mine\ntheme = "light"\n[keys]\n"file.save" = "f3"\n'
        assert not settings_file().exists()


async def test_what_a_setting_cannot_be_is_told_and_nothing_is_written(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(pilot)
        await pilot.press("down", *"5x", "enter")
        await wait_for(pilot, lambda: "must be a whole number of columns from 30 to 120" in told(dialog, "#told"))
        await pilot.press("backspace", "0")
        await wait_for(pilot, lambda: not dialog.query_one("#told").display)
        settings_file().parent.mkdir(parents=True)
        settings_file().write_text("[")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "settings.toml" in told(dialog, "#told"))
        assert settings_file().read_text() == "["
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)
        assert app.settings == Settings()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_messages_do_not_hide_problems_or_mends(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(SMALL.replace("horizon: 12000000  # µs\n", ""))
    async with app.run_test(size=size, notifications=True) as pilot:
        await ready(pilot)
        app.say("Something was done, and it takes a few words to say it.", title="Done")
        await wait_for(pilot, lambda: app.screen.query("Toast") and app.screen.query("Toast").first().region)
        toast = app.screen.query("Toast").first().region
        assert toast.right >= size[0] - 2
        for covered in ("#problems", "TitleBar", "#tabs"):
            assert not toast.overlaps(app.home.query_one(covered).region), covered
