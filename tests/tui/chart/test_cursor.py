"""Reading the chart bin by bin, zooming into it, and what bars are stacked by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from charts import drawn, opened, preview_of, shown, view_of, wanted
from designer import SMALL, TWO_STAGE, MakeApp, wait_for
from textual import events

from blis_tui.numbers import clock
from blis_tui.plot import bar_column
from blis_tui.tui.chart.content import chart
from blis_tui.tui.chart.visible import moved, next_bin_us, visible, zoomed
from blis_tui.tui.tables.requests_tab import RequestsTab
from blis_tui.workload.totals.groups import CLIENT, PREFIX
from blis_tui.workload.totals.measures import SESSIONS, UNDER_WAY

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from blis_tui.tui.chart.chart_view import ChartView

S = 1_000_000
CHAT = SMALL.replace("chat: false", "chat: true")


def of_clients(process: str = "poisson", rate: int = 50) -> str:
    return (
        f"version: '2'\nhorizon: 60000000\naggregate_rate: {rate}\nclients:\n  - id: one\n    rate_fraction: 1\n"
        f"    arrival: {{process: {process}}}\n    input_distribution: {{type: constant, params: {{value: 3}}}}\n"
        "    output_distribution: {type: constant, params: {value: 2}}\n"
    )


# --- what is visible --------------------------------------------------------------------------------------------------


def test_all_of_the_time_has_the_bins_of_the_summary() -> None:
    shown = visible(1200 * S, 1200 * S, None, 0, 80)
    assert (shown.start_us, shown.stop_us, shown.bins.width_us, shown.is_part) == (0, 1200 * S, 20 * S, False)


def test_a_part_has_whole_bins_that_suit_it() -> None:
    shown = visible(1200 * S, 900 * S, (121 * S, 241 * S), 0, 80)
    assert (shown.start_us, shown.stop_us, shown.bins.width_us) == (120 * S, 240 * S, 2 * S)
    assert shown.told == "2 min–4 min of 20 min" and shown.is_part
    assert visible(1200 * S, 900 * S, (800 * S, 1000 * S), 0, 80).bins.end_us == 900 * S
    assert visible(1200 * S, 900 * S, (1000 * S, 1200 * S), 0, 80).bins.number == 0


def test_zooming_keeps_the_place_and_ends_with_all_of_it() -> None:
    near = zoomed(None, 1200 * S, 0.5, 900 * S)
    assert near == (450 * S, 1050 * S)  # three quarters of the way, as before
    assert zoomed(near, 1200 * S, 2.0, 900 * S) is None
    assert zoomed((0, 600 * S), 1200 * S, 0.5, None) == (150 * S, 450 * S)
    least = None
    for _ in range(100):
        least = zoomed(least, 1200 * S, 0.5, 0)
    assert least == (0, 1000)
    assert moved((0, 100), 150, 80) == (50, 150) and moved((50, 150), 150, -80) == (0, 100)


def test_bins_become_neither_too_many_nor_wider_than_what_is_shown() -> None:
    width, widths = 0, []
    for _ in range(30):
        width = next_bin_us(visible(600 * S, 600 * S, None, width, 50), 1, 50)
        widths.append(width)
    assert widths[:3] == [15 * S, 20 * S, 30 * S] and widths[-1] == 600 * S
    for _ in range(30):
        width = next_bin_us(visible(600 * S, 600 * S, None, width, 50), -1, 50)
    assert width == 10 * S


# --- what is read -----------------------------------------------------------------------------------------------------


def test_a_bin_is_read_as_its_requests_are() -> None:
    found = wanted(TWO_STAGE, reads=True, span=(600 * S, 1200 * S))
    made = chart(found)
    requests, read = found.preview.requests, made.readings
    assert requests is not None and read is not None and made.visible.bins.width_us == 10 * S
    mine = (requests.arrival_us >= 860 * S) & (requests.arrival_us < 870 * S)
    count = int(mine.sum())
    inputs, outputs = int(requests.input_tokens[mine].sum()), int(requests.output_tokens[mine].sum())
    sigma = (count - 200) / np.sqrt(200)
    text = f"14:20–14:30   {count / 10:.2f}/s (target 20.00, {sigma:+.1f}σ)"
    assert read.told(26, 200).startswith(text[:-1])
    assert read.told(26, 200).endswith(f"{count} requests   {inputs:,} input and {outputs:,} output tokens")
    assert read.told(26, 76) == f"{text}   {count} requests   {inputs + outputs:,} tokens"
    assert read.told(26, 10) == f"14:20–14:30   {count / 10:.2f}/s"


def test_a_bin_over_the_end_of_a_stage_aims_at_the_mean() -> None:
    made = chart(wanted(SMALL, reads=True, bin_us=4 * S))
    assert made.readings is not None
    assert made.readings.aimed.tolist() == pytest.approx([8, 14, 20])


@pytest.mark.parametrize(
    ("text", "measure", "known"),
    [
        (SMALL, "requests", True),
        (of_clients(), "requests", True),
        (of_clients("constant"), "requests", False),
        (of_clients("gamma, cv: 2"), "requests", False),
        (SMALL.replace("    - {rate: 20.0, duration: 6}\n", ""), "requests", False),  # dealt exactly
        (SMALL, "input tokens", False),
        (CHAT, "requests", False),
        (CHAT.replace('"2"', '"1"'), "requests", False),
        (CHAT.replace('"2"', '"1"'), SESSIONS, True),
    ],
)
def test_deviations_are_told_of_poisson_processes_alone(text: str, measure: str, known: bool) -> None:
    read = chart(wanted(text, measure=measure, reads=True)).readings
    assert read is not None
    told = [read.deviations(number) for number in range(read.bins.number)]
    assert all((each is not None) is known for each in told)
    assert not known or max(abs(each or 0.0) for each in told) < 5


def test_what_is_sent_is_not_by_chance() -> None:
    text = CHAT.replace('"2"', '"1"')
    read = chart(wanted(text, measure=SESSIONS, reads=True, preview=preview_of(text)._replace(shows_sent=True))).readings
    assert read is not None and not read.by_chance


def test_requests_under_way_have_a_mean_and_a_peak() -> None:
    read = chart(wanted(SMALL, measure=UNDER_WAY, reads=True)).readings
    assert read is not None
    assert re.match(r"0:00–0:00.2   \d+\.\d\d in flight, at most \d+   \d+ requests?", read.told(0, 200))


def test_clocks() -> None:
    times = (0, 5_200_000, 860 * S, 4460 * S, 172_800 * S + 860 * S)
    assert [clock(time) for time in times] == ["0:00", "0:05.2", "14:20", "1:14:20", "2 d 0:14:20"]


# --- what is drawn of a part ------------------------------------------------------------------------------------------


def test_bars_line_and_axis_of_a_part_are_those_of_all() -> None:
    whole = chart(wanted(TWO_STAGE, bin_us=20 * S))
    part = chart(wanted(TWO_STAGE, bin_us=20 * S, span=(500 * S, 700 * S)))
    assert part.figure.bars[0].heights == whole.figure.bars[0].heights[25:35]
    assert part.figure.highest == whole.figure.highest[25:35]
    assert [(level.start, level.end, level.height) for level in part.figure.levels] == [(0, 1e8, 8), (1e8, 2e8, 20)]
    assert part.figure.boundaries == [1e8]
    assert [text for _, text in part.figure.x_ticks] == ["9 min", "10 min", "11 min"] and part.figure.x_ticks[0][0] == 4e7
    assert part.figure.x_title == "time: 8 min 20 s–11 min 40 s of 20 min"
    assert part.rows == whole.rows


@pytest.mark.parametrize("kind", [PREFIX, CLIENT])
@pytest.mark.parametrize("measure", ["requests", "input tokens", UNDER_WAY])
def test_groups_of_a_part_are_in_the_order_of_all(kind: str, measure: str) -> None:
    whole, part = (chart(wanted(SMALL, stack=kind, measure=measure, span=span, bin_us=S)) for span in (None, (3 * S, 7 * S)))
    assert part.groups == whole.groups and part.groups[-1] == ("4 others" if kind == PREFIX else "65 others")
    for of_part, of_whole in zip(part.figure.bars, whole.figure.bars, strict=True):
        assert of_part.heights == pytest.approx(of_whole.heights[3:7]) and of_part.marker == of_whole.marker
    first, second = (np.diff([0, *(sum(bars.heights) for bars in reversed(whole.figure.bars))])[:2]).tolist()
    assert first >= second or measure == UNDER_WAY  # the largest stands at the bottom; some answers end later than the chart


# --- in the app -------------------------------------------------------------------------------------------------------


def reading(pilot: Pilot[int]) -> str:
    return next((line for line in shown(pilot).split("\n") if line.startswith("│ ")), "")


async def still(pilot: Pilot[int]) -> ChartView:
    await pilot.pause()
    await wait_for(pilot, lambda: not view_of(pilot).is_busy, "the chart")
    return view_of(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_cursor_reads_the_highest_bar_and_its_neighbours(make_app: MakeApp, size: tuple[int, int]) -> None:
    async with make_app(TWO_STAGE).run_test(size=size) as pilot:
        await opened(pilot)
        await pilot.press("c")
        view = await still(pilot)
        assert re.search(r"21.35/s \(target 20.00, \+1.4σ\)(, peak 34.00 in 1 s)?   427 requests", reading(pilot))
        assert reading(pilot).startswith("│ 12:40–13:00") and "▸ 2" in shown(pilot)
        assert view._chart is not None
        column = bar_column(view._chart.figure, 38)
        marked = [line[column] for line in shown(pilot).split("\n")]
        assert {"│", "▼", "▲"} <= set(marked)
        await pilot.press("left", "h")
        await still(pilot)
        assert reading(pilot).startswith("│ 12:00–12:20")
        await pilot.press("c")
        await still(pilot)
        assert not reading(pilot) and "▼" not in shown(pilot)


async def test_the_cursor_goes_to_the_requests_of_its_bin(make_app: MakeApp) -> None:
    app = make_app(TWO_STAGE)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("c", "enter")
        await wait_for(pilot, lambda: len(app.query_one(RequestsTab).table.rows.order) == 427, "the requests")
        assert app.query_one(RequestsTab).table.typed == "760s..780s"
        await wait_for(pilot, lambda: app.query_one(RequestsTab).table.rows.has_focus, "the focus")
        await pilot.press("escape")
        await wait_for(pilot, lambda: len(app.query_one(RequestsTab).table.rows.order) == 16_733, "all")


async def test_the_cursor_stays_within_the_time_and_takes_what_is_shown_along(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("c", "z", *["left"] * 130)
        view = await still(pilot)
        assert reading(pilot).startswith("│ 0:00–") and "time: 0 s–" in shown(pilot) and "▸ 1" in shown(pilot)
        assert view._span is not None and view._span[0] == 0


async def test_zoom_pan_and_all_of_it_again(make_app: MakeApp) -> None:
    async with make_app(TWO_STAGE).run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("plus", "z")
        await still(pilot)
        assert "time: 7 min 30 s–12 min 30 s of 20 min; escape: all of it" in shown(pilot) and "5 s bins" in shown(pilot)
        await pilot.press("pagedown")
        await still(pilot)
        assert "time: 10 min–15 min of 20 min" in shown(pilot)
        await pilot.press("escape")
        await drawn(pilot)
        await still(pilot)
        assert "20 s bins" in shown(pilot) and " of 20 min" not in shown(pilot)
        await pilot.press("full_stop")
        await still(pilot)
        assert "30 s bins" in shown(pilot)
        await pilot.press("comma")
        await still(pilot)
        await pilot.press("comma")
        await still(pilot)
        assert "15 s bins" in shown(pilot)
        await pilot.press("c", "escape", "escape")
        view = await still(pilot)
        assert "20 s bins" in shown(pilot) and not reading(pilot) and view.has_focus
        await pilot.press("escape")
        await wait_for(pilot, lambda: not view.has_focus, "the tabs")


async def test_the_wheel_zooms_where_the_mouse_is(make_app: MakeApp) -> None:
    async with make_app(TWO_STAGE).run_test(size=(120, 40)) as pilot:
        view = await opened(pilot)
        await pilot._post_mouse_events([events.MouseScrollUp], view, offset=(6, 6), button=0)
        await still(pilot)
        assert re.search(r"time: \d0 s–10 min \d0 s of 20 min", shown(pilot))


async def test_what_bars_are_stacked_by(make_app: MakeApp) -> None:
    async with make_app(TWO_STAGE).run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        for key, title in (("g", "by prefix group"), ("t", "by tenant"), ("t", "by client"), ("t", "by prefix group")):
            await pilot.press(key)
            await still(pilot)
            assert title in shown(pilot)
        assert re.search(r"█ prompt-\d  ▓ prompt-\d  ▒ prompt-\d  ░ prompt-\d  ▚ prompt-\d  # 4 others", shown(pilot))
        await pilot.press("g")
        await still(pilot)
        assert " by " not in shown(pilot).split("\n")[0]


async def test_there_may_be_nothing_to_stack_by(make_app: MakeApp) -> None:
    app = make_app(of_clients())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+1")
        await wait_for(pilot, lambda: view_of(pilot)._chart is not None and view_of(pilot)._chart.over_time, "the chart")
        view_of(pilot).focus()
        await pilot.press("g")
        await wait_for(pilot, lambda: any("nothing to stack by" in each.message for each in app._notifications), "the message")


async def test_bars_that_were_stacked_stand_alone_again_where_there_is_nothing_left_to_stack_by(make_app: MakeApp) -> None:
    app = make_app(TWO_STAGE)
    async with app.run_test(size=(120, 40)) as pilot:
        view = await opened(pilot)
        await pilot.press("g")
        await still(pilot)
        app.write(of_clients(), "another text")
        await wait_for(pilot, lambda: view._chart is not None and not view._chart.kinds and view._chart.over_time, "the chart")
        view.focus()
        await pilot.press("t")
        await still(pilot)
        await pilot.press("t")
        await wait_for(pilot, lambda: any("nothing to stack by" in each.message for each in app._notifications), "the message")
