"""The Chart tab: target and arrivals over time, and stages that are changed from it."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from charts import bin_us, opened, preview_of, shown, view_of, wanted
from designer import SMALL, MakeApp, ready, wait_for

from blis_tui.cli.summary.overview import overview
from blis_tui.cli.summary.text import lines
from blis_tui.plot import BARS, BEHIND, HIGHEST, LINE, MARK, OVER, SELECTED, SHADE, Bars, Figure, Level, draw, room
from blis_tui.spec.check import check
from blis_tui.tui.chart.chart_view import ChartView
from blis_tui.tui.chart.content import Wanted, chart
from blis_tui.tui.chart.stage_totals import table
from blis_tui.tui.preview.stage_counts import StageCounts, count_text
from blis_tui.tui.preview.state import EMPTY, Preview
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.totals.groups import PREFIX
from blis_tui.workload.totals.measures import MEASURES, SESSIONS, SHOWN, UNDER_WAY

CHAT = SMALL.replace("chat: false", "chat: true")
SPECS = Path(__file__).parents[2] / "specs"
TEN, BURST, SPIKES = ((SPECS / f"{name}.yaml").read_text() for name in ("ten-requests", "burst", "spikes"))


# --- requests in flight, and what is planned behind what is sent ---------------------------------------------------------


def test_requests_under_way_are_drawn_as_they_are_at_a_time() -> None:
    found = wanted(SMALL, measure=UNDER_WAY)
    made = chart(found)
    assert made.title == UNDER_WAY and not made.figure.levels and not made.line
    requests = found.preview.requests
    assert requests is not None
    takes = found.preview.server.ttft_us + found.preview.server.itl_us * 248
    heights = made.figure.bars[0].heights
    width = bin_us(made)
    arrivals = requests.arrival_us
    busy = np.maximum(np.minimum(arrivals + takes, 3 * width) - np.maximum(arrivals, 2 * width), 0).sum()
    assert heights[2] == pytest.approx(busy / width)
    assert max(made.figure.highest) == max(
        int(((arrivals <= time) & (arrivals + takes > time)).sum()) for time in arrivals.tolist()
    )
    first, second = made.rows
    assert first.level is not None and second.level is not None and made.total is not None and made.total.level is not None
    assert made.total.level.peak == max(made.figure.highest) == max(first.level.peak, second.level.peak)
    told = table(made.rows, made.total, UNDER_WAY, 0, 9, 80)
    assert "".join(text for text, _ in told[0].runs).split() == ["stage", "duration", "in", "flight", "peak"]


def test_groups_under_way_add_up_to_all() -> None:
    alone, stacked = (chart(wanted(SMALL, measure=UNDER_WAY, stack=stack)) for stack in ("", PREFIX))
    assert len(stacked.groups) == len(stacked.figure.bars) == 6
    np.testing.assert_allclose(stacked.figure.bars[0].heights, alone.figure.bars[0].heights, atol=1e-6)


@pytest.mark.parametrize("measure", SHOWN)
def test_what_is_planned_stands_behind_what_is_sent(measure: str) -> None:
    preview = preview_of(CHAT)
    planned = chart(wanted(CHAT, measure=measure))
    sent = chart(wanted(CHAT, measure=measure, preview=preview._replace(shows_sent=True)))
    assert not planned.figure.behind and sent.figure.behind
    assert bin_us(planned) == bin_us(sent)
    np.testing.assert_allclose(sent.figure.behind, planned.figure.bars[0].heights, atol=1e-9)
    assert sent.figure.top >= max(sent.figure.behind)
    drawn = [run for line in draw(sent.figure) for run in line if run[1] == BEHIND]
    assert any(SHADE in text for text, _ in drawn) or measure == SESSIONS  # all of these begin as planned


def test_the_table_has_target_planned_and_sent() -> None:
    preview = preview_of(CHAT)
    made = chart(wanted(CHAT, preview=preview._replace(shows_sent=True)))
    assert preview.made is not None and preview.made.planned is not None and preview.made.sent is not None
    plan, sent = len(preview.made.planned.requests), len(preview.made.sent.requests)
    head, *rows = [
        "".join(text for text, _ in line.runs).split() for line in table(made.rows, made.total, "sent", 0, 9, 80, basis="sent")
    ]
    assert head == ["stage", "duration", "target/s", "planned", "sent", "difference"]
    assert rows[-1][-4:] == [f"{plan:,}", f"{sent:,}", f"{sent - plan:+,}", f"{sent / plan - 1:+.0%}"]


# --- what is drawn ----------------------------------------------------------------------------------------------------


def test_bars_are_the_requests_of_each_bin_per_second() -> None:
    made = chart(wanted(SMALL))
    requests = preview_of(SMALL).requests
    assert requests is not None
    heights = made.figure.bars[0].heights
    assert bin_us(made) == 200_000  # the smallest round width of which no more fit
    assert sum(heights) * bin_us(made) / 1e6 == pytest.approx(len(requests))
    first = int((requests.arrival_us < bin_us(made)).sum())
    assert heights[0] == pytest.approx(first / 0.2)


@pytest.mark.parametrize("text", [SMALL, CHAT, SPIKES, BURST, TEN, SMALL.replace("12000000", "9000000")])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_peaks_are_those_of_the_summary_at_any_width(text: str, width: int) -> None:
    preview = preview_of(text)
    assert preview.summary is not None
    made = chart(wanted(text, width=width))
    assert made.over_time is not None and made.over_time.bins == preview.summary.bins
    assert made.over_time.peak == preview.summary.request_rate.peak


def test_the_target_goes_on_dashed_past_the_horizon() -> None:
    made = chart(wanted(SMALL.replace("12000000", "9000000"), selected=1))
    assert [(level.start, level.end, level.selected, level.dashed) for level in made.figure.levels] == [
        (0.0, 6e6, False, False),
        (6e6, 9e6, True, False),
        (9e6, 12e6, False, True),
    ]
    lines = ["".join(text for text, _ in line) for line in draw(made.figure)]
    (dashed,) = [line for line in lines if "╌" in line]
    assert dashed.index("━") < dashed.index("╌")
    assert not any("█" in line[dashed.index("╌") + 2 :] for line in lines)  # no bar goes on


def test_stages_past_the_horizon_are_not_reached() -> None:
    made = chart(wanted(SMALL.replace("12000000", "6000000")))
    shown = ["".join(text for text, _ in line.runs) for line in table(made.rows, made.total, "requests", 0, 9, 100)]
    assert "✂ the horizon cuts it off" in shown[0]
    assert "6 s✂" in shown[2] and "not reached" in shown[2] and "✂" not in shown[1]


def test_windows_and_cohorts_have_a_target_too() -> None:
    made = chart(wanted(SPIKES))
    heights = [level.height for level in made.figure.levels]
    assert made.line == "target" and max(heights) == pytest.approx(85.3) and min(heights) == 0


def test_in_version_1_chat_the_table_says_what_the_line_is() -> None:
    made = chart(wanted(CHAT.replace('"2"', '"1"')))
    assert [row.target_rate for row in made.rows] == [level.height for level in made.figure.levels]


def test_the_target_is_a_step_line_over_the_stages() -> None:
    made = chart(wanted(SMALL, selected=1))
    assert made.line == "target"
    assert [(level.start, level.end, level.height, level.selected) for level in made.figure.levels] == [
        (0.0, 6e6, 8.0, False),
        (6e6, 12e6, 20.0, True),
    ]
    assert made.figure.boundaries == [6e6]


def test_targets_of_version_1_chat_are_of_sessions() -> None:
    text = CHAT.replace('"2"', '"1"')
    requests, sessions = chart(wanted(text)), chart(wanted(text, measure="sessions"))
    assert requests.line == "expected" and sessions.line == "target"
    assert [level.height for level in sessions.figure.levels] == [8.0, 20.0]
    assert requests.figure.levels[1].height > 20.0


def test_sessions_are_counted_once() -> None:
    preview = preview_of(CHAT)
    assert preview.summary is not None
    made = chart(wanted(CHAT, measure="sessions"))
    assert sum(made.figure.bars[0].heights) * bin_us(made) / 1e6 == pytest.approx(preview.summary.sessions, abs=1)
    assert chart(wanted(SMALL, measure="sessions")).note == "No sessions: all requests are single-turn."


def test_tokens_have_a_target_too() -> None:
    made = chart(wanted(SMALL, measure="input tokens"))
    preview = preview_of(SMALL)
    assert preview.summary is not None
    assert sum(made.figure.bars[0].heights) * bin_us(made) / 1e6 == pytest.approx(preview.summary.input_tokens)
    assert made.figure.levels[0].height == pytest.approx(8.0 * 547)


def test_tokens_of_chat_that_repeats_itself_have_neither_target_nor_expectation() -> None:
    made = chart(wanted(CHAT.replace('"2"', '"1"'), measure="input tokens"))
    assert not made.line and all(row.expected is None and not row.target_rate for row in made.rows)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("text", [SMALL, CHAT, CHAT.replace('"2"', '"1"')])
def test_the_table_adds_up_the_bars(text: str, measure: str) -> None:
    made = chart(wanted(text, measure=measure))
    assert made.total is not None and made.total.tally is not None
    assert made.over_time is not None
    counted = float(made.figure.bars[0].heights @ made.over_time.bins.seconds)
    assert counted == pytest.approx(made.total.tally.generated)
    assert sum(row.tally.generated for row in made.rows if row.tally is not None) == made.total.tally.generated
    head = "".join(part for part, _ in table(made.rows, made.total, made.measure, 0, 5, 100)[0].runs)
    assert measure in head


def test_groups_are_stacked_up_to_the_total_and_told_apart_without_colour() -> None:
    plain, stacked = chart(wanted(SMALL)), chart(wanted(SMALL, stack=PREFIX))
    bars = stacked.figure.bars
    assert len(bars) == 6 and len({each.marker for each in bars}) == 6
    assert bars[0].heights == pytest.approx(plain.figure.bars[0].heights)
    assert stacked.groups[-1] == "4 others" and all(name.startswith("prompt-") for name in stacked.groups[:-1])
    for behind, before in pairwise(bars):
        assert all(low <= high + 1e-9 for low, high in zip(before.heights, behind.heights, strict=True))


def test_without_a_preview_there_is_the_target_alone() -> None:
    made = chart(Wanted(check(SMALL).spec, Preview(EMPTY, 0), 80, 20))
    assert not made.figure.bars and len(made.figure.levels) == 2
    assert made.rows[0].tally is None


def test_a_spec_without_stages_has_bars_and_a_target() -> None:
    text = (
        "version: '2'\nhorizon: 2000000\naggregate_rate: 50\nclients:\n  - id: '[red]\\e[2J'\n    rate_fraction: 1\n"
        "    prefix_group: '[red]\\e[2J'\n"
        "    arrival: {process: poisson}\n    input_distribution: {type: constant, params: {value: 1}}\n"
        "    output_distribution: {type: constant, params: {value: 1}}\n"
    ).replace("'[red]\\e[2J'", '"[red]\\e[2J"')
    made = chart(wanted(text, stack=PREFIX))
    assert made.rows == () and [level.height for level in made.figure.levels] == [50] and made.figure.bars
    assert made.groups == ("[red]\\x1b[2J",)


def test_a_last_request_does_not_flatten_the_chart() -> None:
    for width in (80, 200):
        made = chart(wanted(TEN, width=width))
        assert made.figure.top <= 20
        heights = made.figure.bars[0].heights
        assert max(heights) == pytest.approx(1e6 / bin_us(made)) and sum(height > 0 for height in heights) == 10


@pytest.mark.parametrize(("measure", "most"), [("requests", 334), ("input tokens", 33_400)])
def test_the_highest_rate_within_a_column_is_beside_its_mean(measure: str, most: int) -> None:
    for width in (80, 200):
        made = chart(wanted(BURST, measure=measure, width=width))
        highest, means = made.figure.highest, made.figure.bars[0].heights
        assert made.over_time is not None and made.over_time.span_us == 1_000_000
        assert max(highest) == most and highest.index(max(highest)) == 1_800_000_000 // bin_us(made)
        assert max(means) < most / 10 and made.figure.top > most
        assert all(low <= high for low, high in zip(means, highest, strict=True))


def test_sessions_that_begin_at_once_are_a_burst() -> None:
    text = CHAT.replace("rate: 8.0, duration: 6}", "rate: 20.0, duration: 1200}").replace("12000000", "1400000000")
    made = chart(wanted(text, measure="sessions"))
    assert made.over_time is not None and made.over_time.has_spans
    assert max(made.figure.highest) > 2 * max(made.figure.bars[0].heights) > 0


def test_bins_of_less_than_a_second_have_no_spans() -> None:
    assert not chart(wanted(SMALL)).figure.highest


def test_a_stage_narrower_than_a_column_has_its_number_and_its_level() -> None:
    for selected, texts in ((0, ["▸1", "2", "3"]), (1, ["1", "▸2", "3"])):
        made = chart(wanted(BURST, selected=selected))
        assert [label.text for label in made.figure.labels] == texts
    assert [level.height for level in made.figure.levels] == [2, 300, 2]
    lines = ["".join(text for text, _ in line) for line in draw(made.figure)]
    assert sum("━" in line for line in lines) == 1  # the level of the selected stage
    (level,) = [line for line in lines if "━" in line]
    assert level.count("━") == 1
    assert abs(level.index("━") - lines[1].index("▸2")) <= 1


def test_numbers_of_stages_do_not_cover_each_other() -> None:
    stages = "\n".join(f"    - {{rate: {number}.0, duration: 1}}" for number in range(1, 101))
    text = re.sub(r"    - \{rate: 8.*\n.*\n", stages + "\n", SMALL).replace("12000000", "100000000")
    figure = chart(wanted(text, selected=57)).figure
    labels, columns = figure.labels, room(80, [text for _, text in figure.y_ticks])
    assert "▸58" in [label.text for label in labels] and len(labels) > 10
    places = [(label.place / 1e8 * columns - len(label.text) / 2, len(label.text)) for label in labels]
    assert all(place + length + 0.9 < following for (place, length), (following, _) in pairwise(places))


def test_the_total_aims_at_the_mean_over_time() -> None:
    spikes, cut = chart(wanted(SPIKES)), chart(wanted(SMALL.replace("12000000", "9000000")))
    assert spikes.total is not None and spikes.total.target_rate == pytest.approx(85.3 * 40 / 60)
    assert cut.total is not None and cut.total.target_rate == pytest.approx((8 * 6 + 20 * 3) / 9)
    whole = chart(Wanted(check(SMALL).spec, preview_of(SMALL, 60), 80, 20)).total
    assert whole is not None and whole.target_rate == 14.0  # of all, as what is expected is


def test_the_total_has_no_target_where_arrivals_are_something_else() -> None:
    cohort = SPIKES[SPIKES.index("cohorts:") :]
    beside = SMALL + cohort
    for measure, target in (("requests", 14.0), ("sessions", 0.0), ("input tokens", 0.0)):
        made = chart(wanted(beside, measure=measure))
        assert made.total is not None
        assert (made.total.target_rate > target) if target else not made.total.target_rate
        assert made.rows[0].target_rate == pytest.approx({"requests": 8.0, "sessions": 0.0, "input tokens": 8.0 * 547}[measure])


def test_a_cut_preview_says_where_it_ends() -> None:
    made = chart(Wanted(check(SMALL).spec, preview_of(SMALL, 60), 80, 20))
    assert len(made.figure.boundaries) == 2
    assert [row.cut for row in made.rows] == [False, True]
    assert round(made.rows[1].expected.mean) == 120  # type: ignore[union-attr]  # all of it, not the part before the cut


@pytest.mark.parametrize(
    "text",
    [SMALL, CHAT, SMALL.replace('"2"', '"1"'), CHAT.replace('"2"', '"1"'), SMALL.replace("12000000", "9000000"), BURST],
)
def test_form_chart_summary_and_command_line_tell_the_same_numbers(text: str) -> None:
    preview, form, made = preview_of(text), StageCounts(), chart(wanted(text))
    form.take(preview)
    assert preview.clients is not None and preview.requests is not None and preview.summary is not None
    assert preview.clients.spec.inference_perf is not None and made.total is not None
    stages = preview.clients.spec.inference_perf.stages
    assert form.total(stages) == count_text(made.total.expected) == count_text(preview.summary.requests.expected)
    assert form.texts(stages) == [count_text(row.expected) for row in made.rows]
    told = [line.text for line in lines(overview(preview.requests, None, AssumedServer(), assumed=False), "x")]
    for name, row in [*((f"{number}", row) for number, row in enumerate(made.rows, 1)), ("total", made.total)]:
        assert row.tally is not None
        (line,) = [line for line in told if re.match(rf"{name} ", line)]
        assert re.search(rf" {re.escape(count_text(row.expected))} +{row.tally.generated:,} ", line)


# --- the drawing ------------------------------------------------------------------------------------------------------


def test_a_figure_has_its_size_and_its_roles() -> None:
    figure = Figure(40, 10, 100.0, 10.0, 10.0, [Bars([5.0] * 10)], [Level(0, 50, 8, selected=True), Level(50, 100, 2)])
    lines = draw(figure._replace(y_ticks=[(0, "0"), (10, "10")]))
    assert len(lines) == 10
    assert all(sum(len(text) for text, _ in line) == 40 for line in lines[:8])
    roles = {role for line in lines for _, role in line}
    assert {BARS, SELECTED} <= roles
    assert not any("\x1b" in text for line in lines for text, _ in line)


def places(lines: list[Any], role: int) -> set[int]:
    """Return the columns in which anything of a role stands."""
    found = set()
    for line in lines:
        column = 0
        for text, what in line:
            found |= set(range(column, column + len(text))) if what == role else set()
            column += len(text)
    return found


@pytest.mark.parametrize("columns", [20, 38, 60])
def test_whiskers_reach_the_highest_of_each_column_however_narrow_bins_are(columns: int) -> None:
    for burst in range(60):
        highest = [0.0] * 60
        highest[burst] = 9.0
        found = places(draw(Figure(columns + 2, 10, 60.0, 10.0, 1.0, [Bars([0.0] * 60)], highest=highest)), HIGHEST)
        assert found and abs(sum(found) / len(found) - 1 - (burst + 0.5) / 60 * columns) < 1.5


def test_the_last_bin_goes_on_to_the_end() -> None:
    lines = draw(Figure(40, 10, 100.0, 10.0, 45.0, [Bars([0.0, 5.0])]))
    assert max(places(lines, BARS)) == 37  # and a gap


def test_bars_that_end_in_the_row_of_a_level_reach_it() -> None:
    figure = Figure(42, 12, 100.0, 10.0, 10.0, [Bars([4.9, 1.0] * 5)], [Level(0, 100, 5.0)])
    behind = places(draw(figure), LINE + OVER)
    assert behind == {column for column in range(1, 41) if (column - 1) // 4 % 2 == 0 and (column - 1) % 4 != 3}


def test_marks_leave_every_other_column_to_the_line_that_they_stand_on() -> None:
    figure = Figure(42, 12, 100.0, 10.0, 10.0, [Bars([1.0] * 10)], [Level(0, 100, 8.0)], [Level(0, 50, 8.0), Level(50, 90, 4.0)])
    lines = draw(figure)
    dots = [(row, column) for row, line in enumerate(lines) for column in sorted(places([line], MARK))]
    assert [column for _, column in dots] == [*range(1, 21, 2), *range(21, 37, 2)]
    assert len({row for row, column in dots if column < 21}) == 1
    assert places(lines, LINE) == set(range(1, 41)) - set(range(1, 21, 2))


def test_marks_over_bars_know_it() -> None:
    lines = draw(Figure(42, 12, 100.0, 10.0, 50.0, [Bars([9.0, 1.0])], marks=[Level(0, 100, 5.0)]))
    assert max(places(lines, MARK + OVER)) < 21 <= min(places(lines, MARK))


def test_empty_bins_stay_empty() -> None:
    lines = draw(Figure(40, 10, 100.0, 10.0, 50.0, [Bars([0.0, 5.0])]))
    for line in lines:
        assert not any(role == BARS for text, role in line[:1])
        left = "".join(text for text, _ in line)[:19]
        assert not set(left) & set("█▄▀▌▐▖▗▘▝▙▛▜▟▚▞")


def test_no_number_makes_the_plot_fail() -> None:
    for height in (0.0, 1e-9, 1e12):
        assert draw(Figure(30, 8, 1.0, 1.0, 1.0, [Bars([height])]))


# --- the table --------------------------------------------------------------------------------------------------------


def test_the_table_shows_the_stages_around_the_selected_one() -> None:
    stages = "\n".join(f"    - {{rate: {number}.0, duration: 1}}" for number in range(1, 31))
    text = re.sub(r"    - \{rate: 8.*\n.*\n", stages + "\n", SMALL).replace("12000000", "30000000")
    made = chart(wanted(text))
    lines = table(made.rows, made.total, made.measure, 20, 8, 100)
    texts = ["".join(part for part, _ in line.runs) for line in lines]
    assert len(texts) == 8
    assert "(24 more)" in texts[0] and texts[-1].startswith("  total")
    assert any(each.startswith("▸ 21") for each in texts)
    assert [line.stage for line in lines[1:-1]] == list(range(17, 23))


def test_a_narrow_table_leaves_the_difference_out() -> None:
    made = chart(wanted(SMALL))
    heads = ["".join(part for part, _ in table(made.rows, made.total, made.measure, 0, 5, width)[0].runs) for width in (100, 60)]
    assert "difference" in heads[0] and "difference" not in heads[1] and "±σ" in heads[1]


# --- in the app -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_axes_have_titles_and_the_bin_width_is_told(make_app: MakeApp, size: tuple[int, int]) -> None:
    async with make_app().run_test(size=size) as pilot:
        await opened(pilot)
        text = shown(pilot)
        assert "requests/s" in text and "time" in text and "ms bins" in text and "── target" in text
        assert "12 s" in text and "expected" in text and "▸ 1" in text


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_peaks_are_told(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(BURST)
    async with app.run_test(size=size) as pilot:
        view = await opened(pilot)
        legend = view.render_line(0).text.rstrip()
        assert "in 1 s: peak 334.0" in legend and re.search(r"bins: peak \d+\.\d\d", legend) and "┊" in legend
        assert ("generated" in legend) is (size[0] == 200)
        await pilot.press("m", "m", "g")
        await wait_for(pilot, lambda: "in 1 s: peak 33,400" in view.render_line(0).text, "tokens")
        app.write(BURST.replace("rate: 300", "rate: -3"), "test")
        await wait_for(pilot, lambda: view.render_line(0).text.rstrip().endswith("out of date"), "the mark")


async def test_a_narrow_stage_is_selected_with_the_mouse(make_app: MakeApp) -> None:
    async with make_app(BURST).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        column = next(line.index("2") for line in shown(pilot).split("\n") if "▸1" in line)
        for offset, stage in ((column, 2), (column - 5, 1), (column + 5, 3)):
            await pilot.click(ChartView, offset=(offset + 1, 4))
            await wait_for(pilot, lambda stage=stage: f"▸ {stage}" in shown(pilot), f"stage {stage}")


async def test_rate_and_duration_are_changed_with_keys_and_undone_in_one_step(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("right", "up", "up", "up")
        await pilot.pause()
        assert app.workspace.text == SMALL.replace("rate: 20.0", "rate: 21.5")
        await pilot.press("shift+up")
        await pilot.pause()
        assert "rate: 26.5" in app.workspace.text
        await pilot.press("shift+right")
        await pilot.pause()
        assert "{rate: 26.5, duration: 16}" in app.workspace.text
        app.action_undo()
        assert app.workspace.text == SMALL.replace("rate: 20.0", "rate: 26.5")
        app.action_undo()
        assert app.workspace.text == SMALL


async def test_hjkl_do_what_arrows_do(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("l", "k", "h", "j", "L")
        await pilot.pause()
        assert "{rate: 7.5, duration: 16}" in app.workspace.text and "rate: 20.5" in app.workspace.text


async def test_a_duration_written_with_decimal_places_is_changed_as_it_is_written(make_app: MakeApp) -> None:
    app = make_app(SMALL.replace("duration: 6}", "duration: 6.00}", 1))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("shift+right")
        await pilot.pause()
        assert "{rate: 8.0, duration: 16.00}" in app.workspace.text


async def test_a_rate_does_not_leave_its_range(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press(*["shift+down"] * 5)
        await pilot.pause()
        assert app.workspace.view.checked is not None and app.workspace.view.checked.ok


async def test_what_is_generated_is_followed(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        before = shown(pilot)
        await pilot.press("shift+up")
        await ready(pilot)
        requests = app.previewer.preview.requests
        assert requests is not None
        await wait_for(pilot, lambda: f" {len(requests)} " in shown(pilot), "the new numbers")
        assert shown(pilot) != before and "13.00" in shown(pilot)


async def test_an_older_chart_says_so(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        assert "out of date" not in shown(pilot)
        app.write(SMALL.replace("rate: 8.0", "rate: -8"), "test")
        await pilot.pause()
        assert "out of date" in shown(pilot)


async def test_measures_and_groups(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("g")
        await wait_for(pilot, lambda: "others" in shown(pilot), "the groups")
        await pilot.press("m")
        await wait_for(pilot, lambda: "No sessions" in shown(pilot), "sessions")
        await pilot.press("m")
        await wait_for(pilot, lambda: "input tokens/s" in shown(pilot), "tokens")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_table_counts_what_the_chart_shows(make_app: MakeApp, size: tuple[int, int]) -> None:
    def cells(line: str) -> list[str]:
        return re.split(r"  +", shown(pilot).split(f"\n{line}")[1].split("\n")[0].strip())

    app = make_app(CHAT)
    async with app.run_test(size=size) as pilot:
        await opened(pilot)
        requests = app.previewer.preview.requests
        assert requests is not None
        first = requests.client < 45
        begun = requests.round == 0
        for measure, counted in (
            ("requests", np.ones(len(requests), int)),
            ("sessions", begun.astype(int)),
            ("input tokens", requests.input_tokens),
        ):
            await wait_for(pilot, lambda measure=measure: f"{measure}/s" in shown(pilot), measure)
            assert cells("  stage")[3] == ("planned" if measure == "requests" else measure)
            numbers = [cells(line)[3].replace(",", "") for line in ("▸ 1 ", "  2 ", "  total")]
            assert numbers == [str(counted[first].sum()), str(counted[~first].sum()), str(counted.sum())]
            await pilot.press("m")


async def test_a_stage_is_selected_with_the_mouse(make_app: MakeApp) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        view = await opened(pilot)
        lines = shown(pilot).split("\n")
        row = next(number for number, line in enumerate(lines) if line.startswith("  2 "))
        await pilot.click(ChartView, offset=(5, row))
        await wait_for(pilot, lambda: "▸ 2" in shown(pilot), "the second stage")
        await pilot.click(ChartView, offset=(10, 6))
        await wait_for(pilot, lambda: "▸ 1" in shown(pilot), "the first stage")
        assert view.has_focus


async def test_themes_are_followed_without_drawing_again(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        view = await opened(pilot)
        styles = set()
        for theme in ("textual-dark", "textual-light", "ansi-dark"):
            app.theme = theme
            await pilot.pause()
            styles.add(str(view._role_style(BARS)))
            assert shown(pilot)
        assert len(styles) > 1


async def test_a_file_without_stages_can_be_looked_at(make_app: MakeApp) -> None:
    app = make_app("version: '2'\nseed: 1\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("alt+1")
        await pilot.pause()
        view_of(pilot).focus()
        await pilot.press("up", "right", "shift+left", "g", "m", "enter")
        await pilot.pause()
        assert app.workspace.text == "version: '2'\nseed: 1\n"
