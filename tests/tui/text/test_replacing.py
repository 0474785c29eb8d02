"""Replacing in the text: one place or all, each an undo step."""

from __future__ import annotations

from designer import SMALL, MakeApp, ready, wait_for
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import Static

from blis_tui.tui.text.find_line import FindLine, ReplaceLine
from blis_tui.tui.text.finding import find, replaced
from blis_tui.tui.text.yaml_area import YamlArea


async def opened(pilot: Pilot[int]) -> YamlArea:
    await ready(pilot)
    await pilot.press("alt+4")
    await wait_for(pilot, lambda: pilot.app.query_one(YamlArea).has_focus, "the text")
    return pilot.app.query_one(YamlArea)


async def test_one_place_after_the_other_is_replaced(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        await pilot.press("ctrl+r")
        await wait_for(pilot, lambda: app.query_one(ReplaceLine).display and app.query_one(FindLine).has_focus)
        await pilot.press(*"RATE", "enter")
        await wait_for(pilot, lambda: area.selected_text == "rate")
        await pilot.press("tab", *"rps", "enter")
        first = SMALL.replace("rate", "rps", 1)
        await wait_for(pilot, lambda: app.workspace.text == first)
        await wait_for(pilot, lambda: area.selected_text == "rate")  # the next one
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.workspace.text == SMALL.replace("rate", "rps"))
        assert area.text == app.workspace.text
        await pilot.press("enter")
        await wait_for(pilot, lambda: "is not in the text" in str(app.query_one("YamlTab .said", Static).render()))
        await pilot.press("escape")
        await wait_for(pilot, lambda: area.has_focus and not app.query_one(ReplaceLine).display)
        assert app.workspace.view.undo_label == "replace"
        await pilot.press("ctrl+z")
        assert app.workspace.text == area.text == first
        await pilot.press("ctrl+z")
        assert app.workspace.text == area.text == SMALL


async def test_all_places_are_replaced_in_one_step_apart_from_what_was_typed(make_app: MakeApp) -> None:
    text = SMALL.replace("\n", "\r\n", 5) + "# a.b\u2028a.b axb"
    app = make_app(text)
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        await pilot.press("7", "ctrl+r")
        await wait_for(pilot, lambda: app.query_one(FindLine).has_focus)
        await pilot.press(*"a", "full_stop", "b", "tab", "backslash", "1", "alt+a")
        typed = "7" + text
        wanted = typed.replace("a.b", "\\1")
        await wait_for(pilot, lambda: app.workspace.text == wanted)
        assert any("2 places replaced" in note.message for note in app._notifications)
        await pilot.press("escape")
        await wait_for(pilot, lambda: area.has_focus)
        await pilot.press("7")
        await pilot.press("ctrl+z")
        assert app.workspace.text == wanted
        await pilot.press("ctrl+z")
        assert app.workspace.text == typed
        await pilot.press("ctrl+z")
        assert app.workspace.text == text
        assert area.document.lines[0] == SMALL.splitlines()[0]


async def test_what_is_selected_is_what_to_replace_and_a_place_can_be_left(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        area.move_cursor((6, 7))
        area.move_cursor((6, 11), select=True)
        assert area.selected_text == "rate"
        await pilot.press("ctrl+r")
        await wait_for(pilot, lambda: app.query_one(ReplaceLine).has_focus and app.query_one(FindLine).value == "rate")
        await pilot.press("down")
        await wait_for(pilot, lambda: area.selection.start[0] == 7)
        await pilot.press("x", "enter")
        second = SMALL.replace("rate: 20", "x: 20")
        await wait_for(pilot, lambda: app.workspace.text == second)
        await pilot.press("escape", "ctrl+f")
        await wait_for(pilot, lambda: app.query_one(FindLine).has_focus and not app.query_one(ReplaceLine).display)


TEXTS = st.text(st.sampled_from("aAbßİ.*\\ "), max_size=6)


@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS.filter(bool), st.booleans())
def test_what_is_found_is_the_text_in_any_case(lines: list[str], wanted: str, backwards: bool) -> None:
    place = find(lines, wanted, (0, -1), backwards=backwards)
    if place is None:
        assert not any(wanted in line for line in lines)
    else:
        (row, start), (again, end) = place
        found = lines[row][start:end]
        assert row == again and len(found) == len(wanted)
        assert found.casefold() == wanted.casefold()


@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS.filter(bool))
def test_replacing_leaves_nothing_to_be_found_and_the_rest_as_it_is(lines: list[str], wanted: str) -> None:
    new, count = replaced(lines, wanted, "\0")
    assert find(new, wanted, (0, -1)) is None
    assert sum(line.count("\0") for line in new) == count
    assert sum(map(len, new)) == sum(map(len, lines)) + count * (1 - len(wanted))
