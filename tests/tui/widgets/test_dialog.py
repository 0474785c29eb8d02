"""A dialog is answered once, by the answer that came first, and only itself goes away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from designer import MakeApp, ready, wait_for
from textual import events
from textual.css.query import NoMatches
from textual.worker import WorkerCancelled

from blis_tui.tui.filing.file_dialog import SaveDialog
from blis_tui.tui.help.keys_dialog import HelpDialog
from blis_tui.tui.tables.client_dialog import ClientDialog
from blis_tui.tui.templates.new_dialog import NewDialog
from blis_tui.tui.widgets.confirm_dialog import CANCEL, DISCARD, ConfirmDialog


async def test_keys_that_come_faster_than_a_dialog_goes_away(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        await pilot.press("ctrl+n")
        await wait_for(pilot, lambda: isinstance(app.screen, NewDialog), "the templates")
        assert app._driver is not None
        for _ in range(4):
            app._driver.send_message(events.Key("enter", "\r"))
        await wait_for(pilot, lambda: len(app.screen_stack) == 1, "its end")
        await ready(pilot)


async def test_the_second_answer_answers_for_no_other_dialog(make_app: MakeApp) -> None:
    app, answers = make_app(), []
    async with app.run_test() as pilot:
        await ready(pilot)
        for question in ("Below?", "Above?"):
            await app.push_screen(ConfirmDialog(question, "", (DISCARD, CANCEL)), answers.append)
        above, below = app.screen, app.screen_stack[-2]
        for _ in range(2):
            above.dismiss("discard")
        await wait_for(pilot, lambda: app.screen is below, "the end of the one above")
        await pilot.pause()
        assert app.screen is below
        assert answers == ["discard"]
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1, "the end of the one below")
        assert answers == ["discard", "cancel"]


async def test_what_lies_over_a_dialog_stays_until_it_is_closed(make_app: MakeApp) -> None:
    app, answers = make_app(), []
    async with app.run_test() as pilot:
        await ready(pilot)
        dialog = ConfirmDialog("Ready?", "", (CANCEL,))
        await app.push_screen(dialog, answers.append)
        await pilot.press("f1")
        await wait_for(pilot, lambda: isinstance(app.screen, HelpDialog), "the help")
        dialog.dismiss("ready")  # as a job does that has come to its end
        await pilot.pause()
        assert isinstance(app.screen, HelpDialog)
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1, "the end of both")
        assert answers == ["ready"]


async def test_a_dialog_that_is_closed_before_it_is_there(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        for passes in range(12):  # of the loop, between its beginning and its end
            clients = app.preview.requests.clients  # type: ignore[union-attr]
            app.push_screen(ClientDialog(clients, 0, app.preview))
            for _ in range(passes):
                await asyncio.sleep(0)
            app.screen.dismiss(None)
            await wait_for(pilot, lambda: len(app.screen_stack) == 1, "its end")


async def test_what_goes_on_when_a_dialog_is_gone_ends(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        dialog = SaveDialog(tmp_path)
        await app.push_screen(dialog)
        with pytest.raises(NoMatches):
            dialog.query_one("#nothing")
        await dialog.dismiss(None)
        with pytest.raises(WorkerCancelled):
            await app.run_worker(dialog._enter(tmp_path)).wait()  # as a folder that is listed slowly
