"""The list of what can be written at the cursor."""

from __future__ import annotations

from designer import SMALL, MakeApp, wait_for
from test_replacing import opened
from textual.pilot import Pilot
from textual.widgets import Static

from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.tui.text.choice_popup import ChoicePopup

STAGES = 'version: "2"\ninference_perf:\n  stages:\n    - rate: 1\n      \n'


def offered(pilot: Pilot[int]) -> list[str]:
    popup = pilot.app.query_one(ChoicePopup)
    if not popup.display:
        return []
    return [str(option.prompt).split()[0] for option in popup.options]


async def test_the_fields_that_are_missing_are_listed_and_taken(make_app: MakeApp) -> None:
    app = make_app(STAGES)
    async with app.run_test(size=(80, 24)) as pilot:
        area = await opened(pilot)
        area.move_cursor((4, 6))
        await pilot.press("d", "ctrl+@")
        await wait_for(pilot, lambda: offered(pilot) == ["duration"])
        assert "How long the stage lasts" in str(app.query_one(ChoicePopup).options[0].prompt)
        await pilot.press("tab")
        typed = STAGES.replace("      \n", "      d\n")
        taken = typed.replace("      d\n", "      duration: \n")
        await wait_for(pilot, lambda: app.workspace.text == taken)
        assert area.cursor_location == (4, 16) and area.has_focus
        await pilot.press("9")
        assert "duration: 9" in app.workspace.text
        await pilot.press("ctrl+z")
        assert app.workspace.text == taken and app.workspace.view.undo_label == "complete"
        await pilot.press("ctrl+z")
        assert app.workspace.text == area.text == typed


async def test_typing_narrows_the_list_and_the_keys_choose(make_app: MakeApp) -> None:
    app = make_app("\n")
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        await pilot.press("ctrl+@")
        await wait_for(pilot, lambda: offered(pilot) == list(WorkloadSpec.fields))
        await pilot.press("c")
        await wait_for(pilot, lambda: offered(pilot) == ["category", "clients", "cohorts"])
        await pilot.press("down", "down", "up", "enter")
        await wait_for(pilot, lambda: app.workspace.text == "clients:\n  - \n")
        await wait_for(pilot, lambda: "slo_class" in offered(pilot))  # and on it goes with the client
        await pilot.press("s", "l", "enter")
        await wait_for(pilot, lambda: app.workspace.text == "clients:\n  - slo_class: \n")
        await wait_for(pilot, lambda: "batch" in offered(pilot))
        await pilot.press("b", "a", "t", "enter")
        await wait_for(pilot, lambda: app.workspace.text == "clients:\n  - slo_class: batch\n")
        await wait_for(pilot, lambda: not offered(pilot))
        await pilot.press("enter")
        assert area.cursor_location[0] == 2


async def test_escape_closes_the_list_and_nothing_else(make_app: MakeApp) -> None:
    app = make_app(STAGES)
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        area.move_cursor((5, 0))
        await pilot.press("ctrl+@")
        await wait_for(pilot, lambda: offered(pilot))
        await pilot.press("escape")
        assert not offered(pilot) and area.has_focus
        await pilot.press("up")
        assert area.cursor_location[0] == 4
        await pilot.press("down", "ctrl+@")
        await wait_for(pilot, lambda: offered(pilot))
        await pilot.press("x")
        await wait_for(pilot, lambda: not offered(pilot))  # nothing begins so


async def test_where_nothing_can_be_completed_it_is_said(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        area = await opened(pilot)
        area.move_cursor((2, 8))
        await pilot.press("ctrl+@")
        await wait_for(pilot, lambda: "Nothing can be completed" in str(app.query_one("YamlTab .said", Static).render()))
        assert app.workspace.text == SMALL and not offered(pilot)
