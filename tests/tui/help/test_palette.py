"""The command palette, used faster than it searches."""

from __future__ import annotations

import pytest
from designer import MakeApp, ready, wait_for
from textual.command import CommandList
from textual.worker import WorkerCancelled

from blis_tui.tui.help.palette import Palette


async def test_a_search_that_begins_as_it_is_closed_ends_there(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        await app.run_action("command_palette")
        await wait_for(pilot, lambda: isinstance(app.screen, Palette), "the palette")
        palette = app.screen
        assert isinstance(palette, Palette)
        await palette.dismiss()
        with pytest.raises(WorkerCancelled):
            await palette._gather_commands("undo").wait()  # as for a letter that was typed just before


async def test_a_list_that_is_not_shown_has_no_pages(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        await app.run_action("command_palette")
        await wait_for(
            pilot, lambda: isinstance(app.screen, Palette) and app.screen.query_one(CommandList).option_count, "the list"
        )
        app.screen.query_one(CommandList).display = False
        await pilot.press("pageup", "pagedown", "up")
        assert isinstance(app.screen, Palette)


async def test_one_that_is_not_made_yet_has_no_pages(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        palette = Palette()
        opening = app.push_screen(palette)  # its list comes later
        assert palette.check_action("command_list", ("page_down",)) is False
        await opening
        await wait_for(pilot, lambda: palette.query(CommandList), "the list")
