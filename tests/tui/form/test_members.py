"""Clients and cohorts in the form: lists, and for the chosen one a form, every change of which is one small edit."""

from __future__ import annotations

import difflib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from designer import MakeApp, ready, wait_for, write
from textual.pilot import Pilot

from blis_tui.spec.format.model import Client, Cohort
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.document.problem_list import ProblemRows
from blis_tui.tui.form.field_rows import FieldRow
from blis_tui.tui.form.form_column import FormColumn
from blis_tui.tui.form.members.activity_lines import ActivityLines
from blis_tui.tui.form.members.bin_list import BinList
from blis_tui.tui.form.members.member_form import MemberForm
from blis_tui.tui.form.members.member_list import MemberList
from blis_tui.tui.form.members.spread_lines import SpreadLines
from blis_tui.tui.form.members.window_list import WindowList
from blis_tui.tui.text.yaml_area import YamlArea

EXAMPLES = Path(__file__).parents[3] / "examples"
CLIENTS = (EXAMPLES / "clients.yaml").read_text(encoding="utf-8").replace("horizon: 120000000", "horizon: 2000000")
COHORTS = (EXAMPLES / "cohorts.yaml").read_text(encoding="utf-8").replace("horizon: 600000000", "horizon: 2000000")
WIDE, NARROW = (120, 40), (80, 24)


@asynccontextmanager
async def opened(app: DesignerApp, size: tuple[int, int] = WIDE) -> AsyncIterator[Pilot[int]]:
    """Run an app, and wait until it shows everything."""
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        await wait_for(pilot, lambda: member_form(pilot).rows or not app.workspace.view.spec, "the form")
        yield pilot


def app_of(pilot: Pilot[int]) -> DesignerApp:
    app = pilot.app
    assert isinstance(app, DesignerApp)
    return app


def text_of(pilot: Pilot[int]) -> str:
    return app_of(pilot).workspace.text


def member_form(pilot: Pilot[int]) -> MemberForm:
    return app_of(pilot).home.query_one(MemberForm)


def records(pilot: Pilot[int], name: str = "clients") -> MemberList:
    return app_of(pilot).home.query_one(f"#{name}-list", MemberList)


def row(pilot: Pilot[int], *path: str | int) -> FieldRow:
    return member_form(pilot).rows[path]


async def go_to(pilot: Pilot[int], *path: str | int) -> None:
    await pilot.pause()
    assert app_of(pilot).home.query_one(FormColumn).focus_path(path)
    await pilot.pause()


async def in_list(pilot: Pilot[int], index: int, name: str = "clients") -> MemberList:
    members = records(pilot, name)
    members.focus()
    members.go_to(index)
    await pilot.pause()
    return members


def changed(old: str, new: str) -> tuple[list[str], list[str]]:
    """Return the lines that went and those that came."""
    lines = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[:2] in ("- ", "+ ")]
    return [line[2:].strip() for line in lines if line[0] == "-"], [line[2:].strip() for line in lines if line[0] == "+"]


def ids(pilot: Pilot[int]) -> list[str]:
    spec = app_of(pilot).workspace.view.spec
    assert spec is not None
    return [client.id for client in spec.clients]


async def test_lists_show_clients_with_their_rates_and_lengths(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS), NARROW) as pilot:
        members = records(pilot)
        await wait_for(pilot, lambda: "…" not in members.cells[1].text(0), "the rates")
        lines = ["".join(segment.text for segment in members.render_line(y)) for y in range(7)]
        assert "poisson-constant" in lines[1]
        assert [cell.title for cell in members.cells[:4]] == ["id", "req/s", "input", "output"]
        assert members.cells[1].text(0) == "6.00"
        assert [members.cells[column].text(1) for column in (2, 3)] == ["~500", "~150"]
        assert members.marks == {2: "info", 5: "warning"}


async def test_every_field_that_matters_has_a_row(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS)) as pilot:
        names = {path[2] for path in member_form(pilot).rows if len(path) == 3}
        hidden = {"think_time_us", "closed_loop", "arrival", "input_distribution", "output_distribution"}
        assert names == set(Client.fields) - hidden
        await in_list(pilot, 5)
        assert ("clients", 5, "prefix_length") not in member_form(pilot).rows
        assert ("clients", 5, "lifecycle", "windows", 0, "end_us") in member_form(pilot).rows
    async with opened(make_app(COHORTS)) as pilot:
        names = {path[2] for path in member_form(pilot).rows if len(path) == 3}
        assert names == set(Cohort.fields) - hidden


async def test_rows_stand_in_the_order_of_the_declaration(make_app: MakeApp) -> None:
    text = CLIENTS + COHORTS[COHORTS.index("cohorts:") :]
    async with opened(make_app(text)) as pilot:
        for name, kind in (("clients", Client), ("cohorts", Cohort), ("clients", Client)):
            await go_to(pilot, name, 0, "id")
            shown = [row.path[2] for row in member_form(pilot).query(FieldRow) if row.display]
            assert list(dict.fromkeys(shown)) == [each for each in kind.fields if each in shown]


async def test_tab_passes_the_other_list(make_app: MakeApp) -> None:
    text = CLIENTS + COHORTS[COHORTS.index("cohorts:") :]
    async with opened(make_app(text)) as pilot:
        await in_list(pilot, 1)
        await pilot.press("tab", "tab")
        assert row(pilot, "clients", 1, "id").has_focus_within


async def test_typing_in_a_field_of_a_client_is_one_small_edit_and_one_step(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS)) as pilot:
        await go_to(pilot, "clients", 1, "input_distribution", "params", "mean")
        await write(pilot, "640")
        await pilot.pause()
        gone, came = changed(CLIENTS, text_of(pilot))
        assert len(gone) == len(came) == 1
        assert came[0] == gone[0].replace("mean: 500", "mean: 640")
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert text_of(pilot) == CLIENTS
        assert row(pilot, "clients", 1, "input_distribution", "params", "mean").shown.text == "500"


async def test_share_is_told_as_a_rate(make_app: MakeApp) -> None:
    text = CLIENTS[: CLIENTS.index("  - id: poisson-empirical")]
    async with opened(make_app(text)) as pilot:
        assert row(pilot, "clients", 0, "rate_fraction").shown.note == "→ 6.67/s"


async def test_clients_are_added_copied_moved_and_removed_with_the_keys_of_stages(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS)) as pilot:
        first = ids(pilot)
        await in_list(pilot, 1)
        await pilot.press("a")
        await pilot.pause()
        assert ids(pilot) == [*first[:2], "client-1", *first[2:]]
        assert records(pilot).row == 2
        assert app_of(pilot).workspace.view.checked is not None
        assert app_of(pilot).workspace.view.checked.ok
        await pilot.press("x")
        await pilot.pause()
        assert text_of(pilot) == CLIENTS
        await in_list(pilot, 0)
        await pilot.press("d")
        await pilot.pause()
        assert ids(pilot) == [first[0], "poisson-constant-2", *first[1:]]
        assert text_of(pilot).count("# independent users") == 2
        assert member_form(pilot).facts is not None
        assert member_form(pilot).facts.member.id == "poisson-constant-2"
        await pilot.press("J")
        await pilot.pause()
        assert ids(pilot)[1:3] == [first[1], "poisson-constant-2"]
        assert records(pilot).row == 2
        for _ in range(2):
            await pilot.press("ctrl+z")
        await pilot.pause()
        assert text_of(pilot) == CLIENTS


async def test_the_first_client_and_cohort_of_a_file_can_be_added(make_app: MakeApp) -> None:
    async with make_app('version: "2"\nseed: 1\nhorizon: 1000000\naggregate_rate: 5.0\n').run_test(size=WIDE) as pilot:
        await ready(pilot)
        for name in ("clients", "cohorts"):
            records(pilot, name).focus()
            await pilot.press("a")
            await ready(pilot)
            checked = app_of(pilot).workspace.view.checked
            assert checked is not None
            assert checked.ok, checked.errors
        assert ids(pilot) == ["client-1"]


async def test_another_family_brings_its_parameters_and_keeps_the_mean(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS)) as pilot:
        place = ("clients", 1, "input_distribution")
        await go_to(pilot, *place, "type")
        await pilot.press("right")
        await pilot.pause()
        _, came = changed(CLIENTS, text_of(pilot))
        assert came == ["input_distribution: {type: exponential, params: {mean: 500.0, min: 50, max: 1200}}"]
        assert (*place, "params", "std_dev") not in member_form(pilot).rows
        await pilot.press("left")
        await pilot.pause()
        assert "std_dev: 120" in text_of(pilot), "coming back brings the parameters back"
        assert row(pilot, *place, "params", "std_dev").display
        await pilot.press("right", "right", "tab")
        await pilot.pause()
        assert app_of(pilot).workspace.view.checked is not None
        assert app_of(pilot).workspace.view.checked.ok
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert text_of(pilot) == CLIENTS, "choosing a family is one step"


async def test_lengths_and_gaps_are_drawn(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS)) as pilot:
        await in_list(pilot, 3)

        def drawn() -> list[str]:
            return [str(lines.render()) for lines in member_form(pilot).query(SpreadLines) if lines.display]

        await wait_for(pilot, lambda: len(drawn()) == 3 and all("p99" in text for text in drawn()), "histograms")
        gaps, lengths, _ = drawn()
        assert "p50 270" in lengths
        assert "mean 372" in lengths
        assert "█" in lengths
        assert "ms" in gaps


async def test_a_prefix_group_is_chosen_from_those_there_are(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS)) as pilot:
        await go_to(pilot, "clients", 1, "prefix_group")
        await pilot.press("alt+down")
        await pilot.pause()
        spec = app_of(pilot).workspace.view.spec
        assert spec is not None
        assert spec.clients[1].prefix_group == "search-prompt"
        assert ("clients", 1, "prefix_length") in member_form(pilot).rows, "its length matters now"
        await pilot.press("alt+down", "tab")
        await pilot.pause()
        assert text_of(pilot) == CLIENTS, "no group is one of the choices"


async def test_parts_are_switched_on_with_values_that_are_right_and_off_again(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS)) as pilot:
        for name in ("network", "lifecycle", "multimodal", "reasoning"):
            await go_to(pilot, "clients", 1, name)
            await pilot.press("space")
            await pilot.pause()
            checked = app_of(pilot).workspace.view.checked
            assert checked is not None
            assert checked.ok, checked.errors
            assert f"    {name}:" in text_of(pilot)
            assert any(path[:3] == ("clients", 1, name) and len(path) > 3 for path in member_form(pilot).rows)
            await pilot.press("space")
            await pilot.pause()
            assert text_of(pilot) == CLIENTS
    async with opened(make_app(COHORTS)) as pilot:
        for name in ("diurnal", "spike", "drain"):
            on = f"    {name}:" in COHORTS[: COHORTS.index("id: launch")]
            await go_to(pilot, "cohorts", 0, name)
            if not on:
                await pilot.press("space")
                await pilot.pause()
                checked = app_of(pilot).workspace.view.checked
                assert checked is not None
                assert checked.ok, checked.errors
                await pilot.press("space")
                await pilot.pause()
                assert text_of(pilot) == COHORTS


async def test_multi_turn_is_part_of_reasoning(make_app: MakeApp) -> None:
    async with opened(make_app(COHORTS)) as pilot:
        await go_to(pilot, "cohorts", 2, "reasoning", "multi_turn", "max_rounds")
        await write(pilot, "7")
        await pilot.pause()
        spec = app_of(pilot).workspace.view.spec
        assert spec is not None
        assert spec.cohorts[2].turns is not None
        assert spec.cohorts[2].turns.max_rounds == 7


async def test_a_cohorts_pattern_is_drawn(make_app: MakeApp) -> None:
    async with opened(make_app(COHORTS)) as pilot:
        (lines,) = (lines for lines in member_form(pilot).query(ActivityLines) if lines.display)
        assert "5 – 20 of 20 at a time; the file ends at 2 s" in str(lines.render())
        assert "█" in str(lines.render())


async def test_windows_are_a_list_on_a_time_line(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS)) as pilot:
        await go_to(pilot, "clients", 5, "lifecycle", "windows", 0, "start_us")
        windows = member_form(pilot).query_one(WindowList)
        assert windows.cells[0].text(0) == "30 s – 1 min 30 s"
        windows.focus()
        await pilot.press("s")
        await pilot.pause()
        spec = app_of(pilot).workspace.view.spec
        assert spec is not None
        assert spec.clients[5].lifecycle is not None
        spans = [(window.start_us // 10**6, window.end_us // 10**6) for window in spec.clients[5].lifecycle.windows]
        assert spans == [(30, 60), (60, 90)]
        await pilot.press("down", "a")
        await pilot.pause()
        assert windows.count == 3
        assert windows.row == 2
        assert row(pilot, "clients", 5, "lifecycle", "windows", 2, "start_us").shown.text == "90000000"
        await pilot.press("x", "x", "x")
        await pilot.pause()
        assert "lifecycle" not in text_of(pilot), "without windows a client is always active"


async def test_a_window_may_have_lengths_of_its_own(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS)) as pilot:
        place = ("clients", 5, "lifecycle", "windows", 0, "output_distribution")
        await go_to(pilot, *place, "type")
        await pilot.press("right")
        await pilot.pause()
        spec = app_of(pilot).workspace.view.spec
        assert spec is not None
        assert spec.clients[5].lifecycle is not None
        assert spec.clients[5].lifecycle.windows[0].output_distribution is not None
        await pilot.press("left")
        await pilot.pause()
        assert text_of(pilot) == CLIENTS


async def test_tables_are_edited_as_rows(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS)) as pilot:
        await in_list(pilot, 5)
        table = next(table for table in member_form(pilot).query(BinList) if table.display)
        assert [table.cells[2].text(index) for index in range(3)] == ["50.0%", "30.0%", "20.0%"]
        table.focus()
        await pilot.press("down", "enter")
        await pilot.pause()
        await write(pilot, "600")
        await pilot.press("enter")
        await pilot.pause()
        assert '{"128": 0.5, "600": 0.3, "2048": 0.2}' in text_of(pilot)
        await pilot.press("x")
        await pilot.pause()
        assert '{"128": 0.5, "2048": 0.2}' in text_of(pilot)
        await pilot.press("a", "enter")
        await pilot.pause()
        assert '{"128": 0.5, "2048": 0.2, "4096": 0.2}' in text_of(pilot)


async def test_a_limit_is_told_in_the_room_there_is(make_app: MakeApp) -> None:
    many = CLIENTS.replace("rate_fraction:", "concurrency: 20000000\n    rate_fraction:", 1)
    async with opened(make_app(many), NARROW) as pilot:
        assert str(row(pilot, "clients", 0, "concurrency").render()).rstrip().endswith("] ≤ 10M")


async def test_the_next_client_can_be_shown_without_leaving_the_field(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS)) as pilot:
        await go_to(pilot, "clients", 0, "rate_fraction")
        await pilot.press("alt+n")
        await pilot.pause()
        assert app_of(pilot).focused is row(pilot, "clients", 1, "rate_fraction").query_one("ValueInput")
        await write(pilot, "0.3")
        await pilot.pause()
        spec = app_of(pilot).workspace.view.spec
        assert spec is not None
        assert [client.rate_fraction for client in spec.clients[:2]] == [0.25, 0.3]


async def test_the_list_is_one_key_away(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS)) as pilot:
        await go_to(pilot, "clients", 3, "timeout")
        await pilot.press("alt+l")
        await pilot.pause()
        assert app_of(pilot).focused is records(pilot)
        assert records(pilot).row == 3


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_focus_begins_at_the_list_though_the_form_comes_later(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(COHORTS)
    async with app.run_test(size=size) as pilot:
        await wait_for(pilot, lambda: app.focused is not None and app.focused.id == "cohorts-list", "the list")
        column = app.home.query_one(FormColumn)
        column.query_one("#member").display = False  # as it is in the first frame
        assert column.main_part is app.focused


async def test_a_wide_window_has_the_form_beside_the_list(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS), (200, 60)) as pilot:
        await wait_for(pilot, lambda: member_form(pilot).region.x > records(pilot).region.right - 1, "the form beside the list")
        records(pilot).focus()
        await pilot.press(*["x"] * 6)
        column = app_of(pilot).home.query_one(FormColumn)
        await wait_for(pilot, lambda: column.size.width < 60, "a form with one pane")


async def test_a_problem_leads_to_its_field_and_to_its_line(make_app: MakeApp) -> None:
    text = CLIENTS.replace("mu: 5.0, sigma: 0.7", "mu: 5.0, sigma: -0.7")
    async with opened(make_app(text)) as pilot:
        app = app_of(pilot)
        app.home.query_one(ProblemRows).focus()
        problems = app.home.query_one(ProblemRows).problems
        index = next(index for index, problem in enumerate(problems) if problem.path[-1] == "sigma")
        app.home.query_one(ProblemRows).row = index
        await pilot.press("enter")
        await pilot.pause()
        place = row(pilot, "clients", 4, "input_distribution", "params", "sigma")
        assert place.has_focus_within
        assert place.shown.problems
        assert records(pilot).marks[4] == problems[index].severity
        app.home.query_one(ProblemRows).focus()
        await pilot.press("e")
        await wait_for(pilot, lambda: app.home.query_one(YamlArea).has_focus, "the text")
        assert app.home.query_one(YamlArea).cursor_location[0] + 1 == problems[index].line


async def test_a_field_and_a_list_lead_to_their_text(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS)) as pilot:
        app = app_of(pilot)
        await go_to(pilot, "clients", 4, "output_distribution", "type")
        await pilot.press("alt+y")
        await wait_for(pilot, lambda: app.home.query_one(YamlArea).has_focus, "the text")
        line = text_of(pilot).splitlines()[app.home.query_one(YamlArea).cursor_location[0]]
        assert line.strip() == "output_distribution: {type: constant, params: {value: 200}}"
        await in_list(pilot, 1)
        await pilot.press("e")
        await wait_for(pilot, lambda: app.home.query_one(YamlArea).has_focus, "the text")
        line = text_of(pilot).splitlines()[app.home.query_one(YamlArea).cursor_location[0]]
        assert "gamma-gaussian" in line


async def test_a_client_and_a_request_lead_to_their_form_and_text(make_app: MakeApp) -> None:
    async with opened(make_app(COHORTS)) as pilot:
        app = app_of(pilot)
        await pilot.press("alt+2")
        await wait_for(pilot, lambda: app.home.query_one("#clients TableRows").order, "the clients")
        app.home.query_one("#clients TableRows").row = 25  # type: ignore[attr-defined]
        await pilot.press("f")
        await pilot.pause()
        facts = member_form(pilot).facts
        assert facts is not None
        assert facts.path == ("cohorts", 1)
        await pilot.press("alt+2", "enter")
        await pilot.pause()
        await pilot.press("e")
        await wait_for(pilot, lambda: app.home.query_one(YamlArea).has_focus, "the text")
        line = text_of(pilot).splitlines()[app.home.query_one(YamlArea).cursor_location[0]]
        assert "id: launch" in line


SHARED = CLIENTS.replace(
    "output_distribution: {type: constant, params: {value: 64}}",
    "output_distribution: &short {type: constant, params: {value: 64}}",
).replace("output_distribution: {type: constant, params: {value: 200}}", "output_distribution: *short")
OUTPUT = ("output_distribution", "params", "value")


async def test_an_edit_inside_an_alias_is_made_here_or_everywhere(make_app: MakeApp) -> None:
    for key, first, fifth in (("h", 64, 712), ("e", 712, 712), ("c", 64, 64), ("escape", 64, 64)):
        async with opened(make_app(SHARED)) as pilot:
            app = app_of(pilot)
            await go_to(pilot, "clients", 4, *OUTPUT)
            await pilot.press("7")
            await wait_for(pilot, lambda app=app: len(app.screen_stack) == 2, "the question")
            assert text_of(pilot) == SHARED
            await pilot.press(key)
            await wait_for(pilot, lambda app=app: len(app.screen_stack) == 1, "the form")
            if first != fifth or fifth == 712:
                assert row(pilot, "clients", 4, *OUTPUT).has_focus_within
                await write(pilot, "12")
                await pilot.pause()
            spec = app_of(pilot).workspace.view.spec
            assert spec is not None
            assert [spec.clients[index].output_distribution.params["value"] for index in (0, 4)] == [first, fifth]
            assert text_of(pilot).count("*short") == (0 if key == "h" else 1)
            await pilot.press("ctrl+z")
            await pilot.pause()
            assert text_of(pilot) == SHARED, "it is one step"


async def test_an_edit_of_an_anchor_is_made_everywhere_or_not_at_all(make_app: MakeApp) -> None:
    async with opened(make_app(SHARED)) as pilot:
        app = app_of(pilot)
        await go_to(pilot, "clients", 0, *OUTPUT)
        await pilot.press("9")
        await wait_for(pilot, lambda: len(app.screen_stack) == 2, "the question")
        assert [button.id for button in app.screen.query("Button")] == ["everywhere", "cancel"]
        await pilot.press("e")
        await pilot.pause()
        assert text_of(pilot) == SHARED.replace("value: 64", "value: 9")


async def test_thousands_of_clients_have_one_form(make_app: MakeApp) -> None:
    head, one = (
        CLIENTS.split("clients:\n")[0],
        CLIENTS[CLIENTS.index("  - id: gamma-gaussian") : CLIENTS.index("  - id: gamma-fitted")],
    )
    text = head + "clients:\n" + "".join(one.replace("gamma-gaussian", f"client-{index}") for index in range(2000))
    async with opened(make_app(text)) as pilot:
        rows = len(app_of(pilot).home.query(FieldRow))
        await in_list(pilot, 1999)
        await pilot.press("up")
        await pilot.pause()
        assert member_form(pilot).facts is not None
        assert member_form(pilot).facts.member.id == "client-1998"
        assert len(app_of(pilot).home.query(FieldRow)) == rows < 60
