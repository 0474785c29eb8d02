"""Keys in the form: what moves, what changes a value, and what can get lost, which is nothing."""

from __future__ import annotations

import pytest
from designer import SMALL, MakeApp, ready, wait_for, write
from test_form import PREFIX, WIDE, app_of, go_to, opened, row, text_of, value_of
from textual.widgets import Tabs

from blis_tui.tui.document.number_input import NumberInput
from blis_tui.tui.form.stages.stage_table import StageTable
from blis_tui.tui.widgets.tick_box import TickBox


async def test_escape_keeps_what_is_typed_and_undo_takes_it_back(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "seed")
        await write(pilot, "77")
        await pilot.press("f6")
        await wait_for(pilot, lambda: len(pilot.app.screen_stack) == 2, "the dialog")
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(pilot.app.screen_stack) == 1)
        await pilot.press("escape")
        await ready(pilot)
        assert "seed: 77" in text_of(pilot)
        await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL
        await pilot.press("ctrl+y")
        assert "seed: 77" in text_of(pilot)


async def test_escape_leaves_the_field_then_the_form(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "seed")
        await pilot.press("7", "escape", "8", "escape")
        await wait_for(pilot, lambda: "seed: 8" in text_of(pilot))  # begun anew
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.focused, Tabs), "the tabs")
        await pilot.press("5")
        await wait_for(pilot, lambda: pilot.app.query_one(Tabs).active == "summary")
        assert "seed: 8" in text_of(pilot)
        await pilot.press("ctrl+z")
        assert "seed: 7" in text_of(pilot)  # each typing is a step


@pytest.mark.parametrize("key", ["up", "down", "j", "k", "h", "l", "space", "pageup", "pagedown"])
async def test_keys_that_move_change_nothing(make_app: MakeApp, key: str) -> None:
    async with opened(make_app(), WIDE) as pilot:
        for path in (("version",), ("seed",), ("category",), (*PREFIX, "question_len")):
            await go_to(pilot, *path)
            await pilot.press(key)
            await ready(pilot)
            assert text_of(pilot) == SMALL, f"{key} in {path}"


async def test_arrows_go_from_field_to_field(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "version")
        await pilot.press("up")
        assert row(pilot, "version").has_focus_within  # the first one
        for name in ("seed", "category", "horizon", "num_requests"):
            await pilot.press("down")
            assert row(pilot, name).has_focus_within, name
        await pilot.press("k", "k")
        assert row(pilot, "category").has_focus_within
        await go_to(pilot, *PREFIX, "enable_multi_turn_chat")
        await pilot.press("down", "j")
        assert row(pilot, *PREFIX, "enable_multi_turn_chat").has_focus_within  # the last one


async def test_arrows_leave_a_field_that_is_typed(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "seed")
        await pilot.press("5", "down", "down", "9", "up", "up", "6")
        await wait_for(pilot, lambda: "horizon: 9" in text_of(pilot) and "seed: 6" in text_of(pilot))
        for _ in range(3):
            await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL


async def test_a_number_that_was_opened_changes_with_arrows(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "seed")
        await pilot.press("enter", "up", "up", "down")
        await wait_for(pilot, lambda: "seed: 43\n" in text_of(pilot))
        await pilot.press("enter")
        assert row(pilot, "category").has_focus_within
        await go_to(pilot, "seed")
        await pilot.press("enter", "minus", "5")
        await wait_for(pilot, lambda: "seed: -5" in text_of(pilot))


async def test_a_held_key_is_one_step(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "seed")
        await pilot.press(*["plus"] * 6, "minus")
        await wait_for(pilot, lambda: "seed: 47\n" in text_of(pilot))
        await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL
        pilot.app.query_one(StageTable).focus()
        await pilot.pause()
        for rate in ("8.5", "9.0", "9.5"):
            await pilot.press("plus")
            await wait_for(pilot, lambda rate=rate: f"rate: {rate}" in text_of(pilot))  # type: ignore[misc]
        await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL


async def test_undo_shows_in_a_field_at_rest_and_a_figure_still_begins_anew(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "seed")
        await pilot.press("1", "2", "3", "escape", "ctrl+z")
        assert value_of(pilot, "seed") == "42"
        await pilot.press("9")
        await wait_for(pilot, lambda: "seed: 9\n" in text_of(pilot))


async def test_the_left_and_right_keys_put_the_cursor_among_the_characters(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "seed")
        await pilot.press("right", "minus", "left", "left", "plus")  # what begins a number is typed from here on
        await wait_for(pilot, lambda: value_of(pilot, "seed") == "4+2-")
        assert "seed: 4+2-" in app_of(pilot).workspace.text


async def test_numbers_are_typed_as_people_say_them(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "horizon")
        await pilot.press(*"20", "space", *"min")
        await wait_for(pilot, lambda: "horizon: 1200000000  # µs" in text_of(pilot))
        assert value_of(pilot, "horizon") == "20 min"  # until the field is left
        assert "20 min" in str(row(pilot, "horizon").render())
        await pilot.press("escape")
        assert value_of(pilot, "horizon") == "1200000000"
        await pilot.press(*"90s", "tab")
        await wait_for(pilot, lambda: "horizon: 90000000  # µs" in text_of(pilot))
        assert value_of(pilot, "horizon") == "90000000"
        await pilot.press("ctrl+z", "ctrl+z")
        assert text_of(pilot) == SMALL
        await go_to(pilot, *PREFIX, "question_len")
        await pilot.press("1", "comma", *"000", "enter")
        await wait_for(pilot, lambda: "question_len: 1000\n" in text_of(pilot))


async def test_a_cell_takes_a_time_with_its_unit(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await pilot.press("right", *"2", "space", *"min", "enter")
        await wait_for(pilot, lambda: "{rate: 8.0, duration: 120}" in text_of(pilot))
        assert "horizon: 126000000" in text_of(pilot)  # it was the stages' end
        await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL


async def test_enter_submits_a_dialog_from_its_box_to_tick_too(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await pilot.press("r")
        await wait_for(pilot, lambda: len(pilot.app.screen_stack) == 2)
        box = pilot.app.screen.query_one(TickBox)
        box.focus()
        pilot.app.screen.query_one("#number-each", NumberInput).value = "2 min"
        await pilot.press("space", "enter")
        await wait_for(pilot, lambda: len(pilot.app.screen_stack) == 1)
        await wait_for(pilot, lambda: "{rate: 20.0, duration: 6}" not in text_of(pilot), "the stages that were replaced")
        assert "duration: 120" in text_of(pilot)
