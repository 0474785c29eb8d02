"""What is assumed of answers, changed where it is said; and the numbers below the chart that follow from it."""

from __future__ import annotations

from pathlib import Path

from designer import SMALL, TWO_STAGE, MakeApp, ready, wait_for, write
from textual.pilot import Pilot

from blis_tui.spec.check import check
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.capacity.assumption_line import AssumptionLine
from blis_tui.tui.capacity.capacity_pane import capacity_text, lengths_text
from blis_tui.tui.chart.chart_view import ChartView
from blis_tui.tui.document.number_input import NumberInput
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.preferences.remembered import Assumption, Remembered, recall, remember, with_assumption
from blis_tui.tui.preview.budget import capacity_of, make, outline
from blis_tui.tui.tuning import ORDINARY
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.totals.capacity import Capacity

EXAMPLES = Path(__file__).parents[3] / "examples"
CHAT = (EXAMPLES / "chat.yaml").read_text("utf-8")


def capacity(text: str, server: AssumedServer = AssumedServer()) -> Capacity:  # noqa: B008
    spec = check(text).spec
    assert spec is not None
    return capacity_of(make(outline(spec), lambda _: None, ORDINARY, server), server)


def lines(text: str, width: int, server: AssumedServer = AssumedServer()) -> list[str]:  # noqa: B008
    return capacity_text(capacity(text, server), width).plain.split("\n")


def numbers(pilot: Pilot[int]) -> dict[str, NumberInput]:
    line = pilot.app.query_one("#content > #chart AssumptionLine", AssumptionLine)
    return {str(each.id).removeprefix("number-"): each for each in line.query(NumberInput)}


def said(pilot: Pilot[int]) -> str:
    return str(pilot.app.query_one("#content > #chart CapacityNumbers").render())


async def shown(pilot: Pilot[int], text: str) -> None:
    await ready(pilot)
    await wait_for(pilot, lambda: text in said(pilot), text)


# --- the numbers ------------------------------------------------------------------------------------------------------


def test_as_many_stages_are_shown_as_fit() -> None:
    many = SMALL.replace("    - {rate: 20.0, duration: 6}\n", "    - {rate: 20.0, duration: 1}\n" * 9)
    for width in (30, 60, 76, 100, 300):
        found = lines(many, width)
        assert len(found) == 12
        assert width < 40 or max(map(len, found)) <= width
        assert found[0].startswith("what is planned") and found[0].split()[3:5] == ["mean", "peak"]
    assert "stage 10" in lines(many, 300)[0] and "more" not in lines(many, 300)[0]
    assert lines(many, 76)[0].endswith(" more") and "stage 1" in lines(many, 76)[0]
    assert "stage" not in lines(CHAT, 100)[0]  # of one stage all is said already


def test_each_number_says_what_it_assumes_where_there_is_room() -> None:
    found = {line[:18].strip(): line for line in lines(CHAT, 76, AssumedServer(kv_bytes=131072))}
    assert found["what is sent"]
    assert found["requests in flight"].endswith("an answer takes 3.8 s")
    assert found["tokens held"].endswith("2.63 GB")
    assert lines(CHAT, 40)[1] == "requests in flight  20.90      30"


async def test_the_numbers_are_below_the_chart_where_there_is_room(make_app: MakeApp) -> None:
    for size, roomy in (((120, 40), True), ((80, 24), False)):
        app = make_app(TWO_STAGE)
        async with app.run_test(size=size) as pilot:
            await pilot.press("alt+1")
            await ready(pilot)
            await wait_for(pilot, lambda app=app: app.query_one("#content > #chart AssumptionLine").region.height == 1)  # type: ignore[misc]
            assert bool(app.query_one("#chart CapacityNumbers").region.height) is roomy
            chart = app.query_one(ChartView).region
            assert chart.height >= 12


# --- the assumption ---------------------------------------------------------------------------------------------------


async def test_a_number_is_changed_where_it_stands_and_all_follows(make_app: MakeApp) -> None:
    app = make_app(CHAT)
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "what is sent         mean    peak\nrequests in flight  20.90      30")
        await pilot.press("alt+t")
        await wait_for(pilot, lambda: numbers(pilot)["first"].has_focus, "the line")
        await pilot.press("up", "up")
        assert numbers(pilot)["first"].value == "220"
        await shown(pilot, "an answer takes 3.82 s")
        await pilot.press("tab", "1", "0")  # what was there is replaced
        await shown(pilot, "an answer takes 2.02 s")
        assert app.preview.server == AssumedServer(220_000, 10_000)
        assert app.preview.shows_sent and app.preview.requests is app.preview.made.sent.requests  # type: ignore[union-attr]
        await pilot.press("tab", "up")
        assert app.preview.server.kv_bytes == 16 * 1024
        await shown(pilot, " GB")
        assert app.workspace.text == CHAT  # nothing of it is written into the file
        await pilot.press("escape")
        assert app.query_one(ChartView).has_focus


async def test_what_is_no_time_is_told_and_changes_nothing(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shown(pilot, "as generated")
        await pilot.press("alt+t")
        await wait_for(pilot, lambda: numbers(pilot)["first"].has_focus, "the line")
        await write(pilot, "-5")
        line = app.query_one("#content > #chart AssumptionLine")
        assert str(line.query_one("#assumption-after").render()) == "] ✗ not ≥ 0"
        assert app.preview.server == AssumedServer()
        await pilot.press("backspace", "backspace", "7")
        assert app.preview.server.ttft_us == 7000
        assert "✗" not in str(line.query_one("#assumption-after").render())


async def test_from_a_tab_without_the_line_its_key_leads_to_the_chart(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("alt+5")
        await wait_for(pilot, lambda: app.query("#content > #summary AssumptionLine"), "the summary")
        await pilot.press("alt+t")
        first = app.query("#content > #summary NumberInput").first()
        await wait_for(pilot, lambda: first.has_focus, "the line in the summary")
        await pilot.press("alt+4", "alt+t")
        await wait_for(pilot, lambda: app.home.active == "chart" and numbers(pilot)["first"].has_focus, "the line")


def test_each_file_has_its_own_assumption(tmp_path: Path) -> None:
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    known = with_assumption(None, one, Assumption(1, 2, 3, True))
    known = with_assumption(known, other, Assumption(4, 5, 0, False))
    known = with_assumption(known, one, Assumption(6, 7, 0, True))
    assert remember(tmp_path / "state", Remembered(assumptions=known))
    assert recall(tmp_path / "state").assumptions == {
        str(other): Assumption(4, 5, 0, False),
        str(one): Assumption(6, 7, 0, True),
    }
    for number in range(300):
        known = with_assumption(known, tmp_path / f"{number}.yaml", Assumption(1, 1, 0, False))
    assert len(known) == 200 and str(one) not in known


def test_what_is_wrong_with_what_was_remembered_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "remembered.json").write_text(
        '{"split": 50, "assumptions": {"a": [1, 2, 3, true], "b": [1, 2], "c": ["1", 2, 3, true], "d": [-1, 2, 3, true], "e": 5,'
        ' "f": [true, 2, 3, true], "g": [1, 2, 3, 4]}}'
    )
    found = recall(tmp_path)
    assert found.split == 50 and found.assumptions == {"a": Assumption(1, 2, 3, True)}
    (tmp_path / "remembered.json").write_text('{"split": 50, "assumptions": []}')
    assert recall(tmp_path) == Remembered(split=50)


async def test_an_assumption_is_remembered_beside_the_file(tmp_path: Path) -> None:
    path, state = tmp_path / "chat.yaml", tmp_path / "state"
    path.write_text(CHAT)
    app = DesignerApp(Workspace(CHAT, path), state=state)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("alt+t")
        await wait_for(pilot, lambda: numbers(pilot)["first"].has_focus, "the line")
        await pilot.press("up")
    app = DesignerApp(Workspace(CHAT, path), state=state)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        assert app.preview.server == AssumedServer(210_000) and app.preview.shows_sent
        assert numbers(pilot)["first"].value == "210"
        app.workspace.open(SMALL, tmp_path / "other.yaml")
        app.document_opened()
        app.refresh_view()
        await ready(pilot)
        assert app.preview.server == AssumedServer() and not app.preview.shows_sent
        await wait_for(pilot, lambda: numbers(pilot)["first"].value == "200", "the default")
    app = DesignerApp(Workspace(CHAT, path), state=state, server=AssumedServer(5, 6))  # what is given counts
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        assert app.preview.server == AssumedServer(5, 6) and app.preview.shows_sent


async def test_a_high_window_has_the_capacity_below_the_form_and_no_other(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("alt+1")
        await wait_for(pilot, lambda: app.query_one("FormColumn CapacityNumbers").display, "the numbers")
        await wait_for(pilot, lambda: app.query("CapacityPane CapacityNumbers"), "the pane")
        below = app.query_one("CapacityPane CapacityNumbers")
        assert not below.region.size
        await pilot.resize_terminal(120, 40)
        await wait_for(
            pilot, lambda: below.region.size and not app.query_one("FormColumn CapacityNumbers").region.size, "the pane"
        )


def test_lengths_fit_a_narrow_column() -> None:
    rows, heads = [("input tokens of a request", "2,075.3", "2,243", "9,999")], ("mean", "p50", "max")
    wide, narrow, least = (lengths_text(rows, heads, width) for width in (80, 40, 30))
    assert wide[1].startswith("input tokens of a request  2,075.3")
    assert narrow[0].split() == ["of", "a", "request", "mean", "p50", "max"] and narrow[1].startswith("input tokens  ")
    assert least[0].split() == ["of", "a", "request", "p50", "max"] and max(map(len, least)) <= 30
