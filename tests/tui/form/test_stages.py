"""The stage table: cells are edited in place, stages are added, removed, duplicated, moved, ramped and scaled."""

from __future__ import annotations

from pathlib import Path

import pytest
from designer import SMALL, MakeApp, ready, wait_for, write
from test_form import NARROW, PREFIX, WIDE, app_of, changed, form, opened, row, text_of
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Checkbox

from blis_tui.spec.rules.compact_errors import STAGES
from blis_tui.tui.chart.content import Wanted, chart
from blis_tui.tui.document.number_input import NumberInput
from blis_tui.tui.form.stages.scale_dialog import ScaleDialog
from blis_tui.tui.form.stages.shape_dialogs import RampDialog, SpikeDialog, TriangleDialog
from blis_tui.tui.form.stages.shapes import ramp, rounded, triangle
from blis_tui.tui.form.stages.stage_table import StageTable
from blis_tui.tui.preview.stage_counts import count_text
from blis_tui.tui.tuning import Tuning

FRACTIONS = (Path(__file__).parents[2] / "specs" / "fractions.yaml").read_text()
COMMENTED = SMALL.replace("{rate: 8.0, duration: 6}", "{rate: 8.0, duration: 6}  # warm up")


def table(pilot: Pilot[int]) -> StageTable:
    return form(pilot).query_one(StageTable)


def rates(pilot: Pilot[int]) -> list[float]:
    return [stage.rate for stage in table(pilot).stages]


def drawn(pilot: Pilot[int], line: int) -> str:
    return table(pilot).render_line(line).text


async def go_to(pilot: Pilot[int], index: int, name: str = "rate") -> None:
    await pilot.pause()
    assert form(pilot).focus_path((*STAGES, index, name))
    await wait_for(pilot, lambda: table(pilot).has_focus)


def many(count: int) -> str:
    stages = "".join(f"    - {{rate: {index + 10}.0, duration: 6}}\n" for index in range(count))
    return SMALL.replace("    - {rate: 8.0, duration: 6}\n    - {rate: 20.0, duration: 6}\n", stages)


async def test_stages_are_shown_as_they_are_written(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        assert drawn(pilot, 0).split() == ["▸", "1", "8.0", "6", "48"]
        assert drawn(pilot, 1).split() == ["2", "20.0", "6", "120"]
        assert "rate req/s" in table(pilot).header()
        assert "12 s · 168 requests" in str(form(pilot).query_one("#stages").render())


async def test_what_is_typed_before_the_cell_has_the_focus_is_kept(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, 0)
        table(pilot).action_edit()
        table(pilot).on_key(Key("1", "1"))
        await pilot.press("2", "enter")
        await wait_for(pilot, lambda: rates(pilot)[0] != 8.0)
        assert rates(pilot)[0] == 12.0


def requests(pilot: Pilot[int]) -> list[str]:
    return [row.requests for row in table(pilot).rows]


def told(pilot: Pilot[int]) -> str:
    return str(form(pilot).query_one("#stages").render())


async def test_stages_have_the_requests_that_are_expected_of_them(make_app: MakeApp) -> None:
    async with opened(make_app(FRACTIONS), WIDE) as pilot:
        assert requests(pilot) == ["400", "1,000", "1,600", "2,000", "2,500"]
        assert "25 min · 7,500 requests" in told(pilot)


@pytest.mark.parametrize(
    "text",
    [
        SMALL.replace("chat: false", "chat: true"),
        SMALL.replace("chat: false", "chat: true").replace('"2"', '"1"'),
        SMALL.replace("12000000", "9000000"),
        SMALL.replace("seed: 42", "seed: 42\nnum_requests: 100"),
        SMALL.replace('"2"', '"1"').replace("seed: 42", "seed: 42\naggregate_rate: 28.0"),
        FRACTIONS[: FRACTIONS.index("    - {rate: 3")] + FRACTIONS[FRACTIONS.index("  shared_prefix") :],  # dealt: 399
    ],
)
async def test_the_form_shows_the_same_requests_as_the_chart(make_app: MakeApp, text: str) -> None:
    async with opened(make_app(text), WIDE) as pilot:
        rows = chart(Wanted(app_of(pilot).workspace.view.spec, app_of(pilot).preview, 80, 20)).rows
        await wait_for(pilot, lambda: requests(pilot) == [count_text(row.expected) for row in rows], "the counts")
        total = sum(row.expected.mean for row in rows if row.expected is not None)
        assert f"· {total:,.0f} requests" in told(pilot)


async def test_requests_of_a_changed_stage_are_on_their_way(make_app: MakeApp) -> None:
    app = make_app()
    async with opened(app, WIDE) as pilot:
        assert requests(pilot) == ["48", "120"]
        app.write(SMALL.replace("rate: 8.0", "rate: 9.0"), "test")
        assert requests(pilot) == ["…", "120"] and "… requests" in told(pilot)
        await wait_for(pilot, lambda: requests(pilot) == ["54", "120"], "the new counts")
        assert "174 requests" in told(pilot)
        app.write(SMALL.replace("rate: 8.0", "rate: -8.0"), "test")
        await wait_for(pilot, lambda: requests(pilot) == ["–", "–"], "no counts")
        assert told(pilot).split("  ")[1] == "2 stages"


async def test_requests_of_an_older_text_do_not_stay(make_app: MakeApp) -> None:
    app = make_app()
    async with opened(app, WIDE) as pilot:
        app.previewer.tuning = Tuning(pause_s=3600.0)  # no preview begins by itself
        app.write(SMALL.replace("12000000", "9000000"), "test")
        assert requests(pilot) == ["48", "120"]
        await wait_for(pilot, lambda: requests(pilot) == ["…", "…"], "the old counts to go")
        app.previewer.refresh(whole=False)
        await wait_for(pilot, lambda: requests(pilot) == ["48", "60"], "the new counts")


async def test_a_figure_begins_the_cell_anew(make_app: MakeApp) -> None:
    async with opened(make_app(COMMENTED), WIDE) as pilot:
        await go_to(pilot, 0)
        await pilot.press("1", "2", "full_stop", "5", "enter")
        await wait_for(pilot, lambda: "rate: 12.5" in text_of(pilot))
        assert changed(COMMENTED, text_of(pilot)) == (
            ["    - {rate: 8.0, duration: 6}  # warm up"],
            ["    - {rate: 12.5, duration: 6}  # warm up"],
        )
        assert table(pilot).has_focus
        await pilot.press("ctrl+z")
        assert text_of(pilot) == COMMENTED


async def test_cells_are_edited_one_after_the_other(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, 0)
        await pilot.press("9", "tab", "7", "tab", "3", "enter")
        await wait_for(pilot, lambda: "rate: 3," in text_of(pilot))
        assert "{rate: 9, duration: 7}" in text_of(pilot)
        assert "{rate: 3, duration: 6}" in text_of(pilot)
        for _ in range(3):
            await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL


async def test_escape_leaves_the_cell_and_keeps_what_is_typed(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, 1)
        await pilot.press("5", "5")
        await wait_for(pilot, lambda: "rate: 55" in text_of(pilot))
        await pilot.press("escape")
        await wait_for(pilot, lambda: table(pilot).has_focus)
        assert not table(pilot).is_editing
        assert "rate: 55" in text_of(pilot)
        await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL


async def test_arrows_leave_a_cell_that_is_typed_and_change_one_that_was_opened(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, 0)
        await pilot.press("9", "down", "7", "down")
        await wait_for(pilot, lambda: rates(pilot) == [9.0, 7.0])
        assert table(pilot).has_focus and table(pilot).row == 1
        await pilot.press("enter", "up")
        await wait_for(pilot, lambda: rates(pilot) == [9.0, 7.5])
        assert table(pilot).is_editing


async def test_arrows_go_on_from_the_stages_to_other_fields(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        assert table(pilot).has_focus and table(pilot).row == 0  # where the designer begins
        await pilot.press("up")
        assert row(pilot, "num_requests").has_focus_within
        await pilot.press("down", "j", "j")
        assert row(pilot, *PREFIX, "num_unique_system_prompts").has_focus_within
        await pilot.press("k")
        assert table(pilot).has_focus and table(pilot).row == 1
        assert text_of(pilot) == SMALL


async def test_cells_are_nudged_in_place_and_while_editing(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, 0)
        await pilot.press("plus")
        await wait_for(pilot, lambda: "rate: 8.5" in text_of(pilot))
        await pilot.press("shift+up")
        await wait_for(pilot, lambda: "rate: 13.5" in text_of(pilot))
        await pilot.press("enter", "down")
        await wait_for(pilot, lambda: "rate: 13.0" in text_of(pilot))
        assert table(pilot).is_editing


async def test_half_typed_cells_are_shown_and_told(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, 1, "duration")
        await pilot.press("enter", "1", "e")
        await wait_for(pilot, lambda: "duration: 1e}" in text_of(pilot))
        assert table(pilot).editor.value == "1e"
        assert "✗ 2 duration must be a whole number" in str(form(pilot).query_one("#stages-problems").render())
        assert "must be a whole number" in str(form(pilot).query_one("#form-help").render())
        await pilot.press("enter")
        assert "✗1e" in drawn(pilot, 1)
        await pilot.press("enter", "backspace")
        await wait_for(pilot, lambda: "duration: }" in text_of(pilot))


@pytest.mark.parametrize(
    ("key", "index", "wanted", "cursor"),
    [
        ("a", 0, [8.0, 8.0, 20.0], 1),
        ("d", 1, [8.0, 20.0, 20.0], 2),
        ("x", 0, [20.0], 0),
        ("delete", 1, [8.0], 0),
        ("alt+down", 0, [20.0, 8.0], 1),
        ("K", 1, [20.0, 8.0], 0),
    ],
)
async def test_stages_come_go_and_move_in_one_step(
    make_app: MakeApp, key: str, index: int, wanted: list[float], cursor: int
) -> None:
    async with opened(make_app(COMMENTED), WIDE) as pilot:
        await go_to(pilot, index)
        await pilot.press(key)
        await wait_for(pilot, lambda: rates(pilot) == wanted)
        assert table(pilot).row == cursor
        removed, added = changed(COMMENTED, text_of(pilot))
        assert len(removed) + len(added) <= 4  # a stage, and the horizon that follows
        await pilot.press("ctrl+z")
        assert text_of(pilot) == COMMENTED


async def test_the_first_stage_can_be_added(make_app: MakeApp) -> None:
    text = SMALL.replace("  stages:\n    - {rate: 8.0, duration: 6}\n    - {rate: 20.0, duration: 6}\n", "  stages: []\n")
    async with opened(make_app(text), WIDE) as pilot:
        assert "press a to add one" in drawn(pilot, 0)
        assert "must have at least one stage" in str(form(pilot).query_one("#stages").render())
        assert form(pilot).focus_path(STAGES)
        await pilot.pause()
        await pilot.press("a")
        await wait_for(pilot, lambda: len(rates(pilot)) == 1)


async def test_a_ramp_is_added_behind_the_stage(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, 0)
        await pilot.press("r")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, RampDialog))
        dialog = pilot.app.screen
        assert dialog.query_one("#number-from", NumberInput).has_focus
        for name, value in {"from": "10", "to": "16", "steps": "4", "each": "3"}.items():
            dialog.query_one(f"#number-{name}", NumberInput).value = value
        await pilot.pause()
        assert "10, 12, 14, 16 req/s" in str(dialog.query_one("#outcome").render())
        await pilot.press("enter")
        await wait_for(pilot, lambda: rates(pilot) == [8.0, 10.0, 12.0, 14.0, 16.0, 20.0])
        assert changed(SMALL, text_of(pilot))[0] == ["horizon: 12000000  # µs"]  # which follows the stages
        await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL


async def test_a_ramp_can_take_the_place_of_all_stages(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, 0)
        await pilot.press("r")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, RampDialog))
        pilot.app.screen.query_one(Checkbox).value = True
        await pilot.pause()
        await pilot.press("enter")
        await wait_for(pilot, lambda: rates(pilot) == [8.0, 10.0, 12.0, 14.0, 16.0])


async def test_a_dialog_says_what_is_wrong_and_escape_leaves_everything(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, 0)
        await pilot.press("r")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, RampDialog))
        dialog = pilot.app.screen
        dialog.query_one("#number-steps", NumberInput).value = "1"
        dialog.query_one("#number-to", NumberInput).value = "nan"
        await pilot.pause()
        told = str(dialog.query_one("#outcome").render())
        assert "✗ Steps must be at least 2" in told
        assert "✗ To must be a number > 0" in told
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.screen is dialog
        await pilot.press("escape")
        await wait_for(pilot, lambda: pilot.app.screen is not dialog)
        assert text_of(pilot) == SMALL


async def test_all_rates_are_scaled_in_one_step(make_app: MakeApp) -> None:
    async with opened(make_app(COMMENTED), WIDE) as pilot:
        await go_to(pilot, 0)
        await pilot.press("s")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ScaleDialog))
        await write(pilot, "1.1")
        await pilot.press("enter")
        await wait_for(pilot, lambda: rates(pilot) == [8.8, 22.0])
        assert "# warm up" in text_of(pilot)
        await pilot.press("ctrl+z")
        assert text_of(pilot) == COMMENTED


async def test_forty_stages_scroll(make_app: MakeApp) -> None:
    async with opened(make_app(many(40)), WIDE) as pilot:
        await go_to(pilot, 39, "duration")
        await pilot.pause()
        stages = form(pilot).query_one("#stages-rows")
        assert stages.size.height <= 12
        assert stages.scroll_offset.y == 40 - stages.size.height
        await pilot.press("7", "enter")
        await wait_for(pilot, lambda: "{rate: 49.0, duration: 7}" in text_of(pilot))
        await pilot.press("g")
        assert table(pilot).row == 0
        await wait_for(pilot, lambda: stages.scroll_offset.y == 0)


async def test_a_stage_is_found_by_its_path_in_a_narrow_window(make_app: MakeApp) -> None:
    async with opened(make_app(SMALL.replace("20.0", "-1")), NARROW) as pilot:
        await pilot.press("alt+0")
        await go_to(pilot, 1)
        assert (table(pilot).row, table(pilot).column) == (1, 0)
        assert "✗ 2 rate must be positive, got -1" in str(form(pilot).query_one("#stages-problems").render())
        assert table(pilot).problems[0].code == "out-of-range"


async def test_undo_of_an_added_stage_while_a_cell_is_edited(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, 1)
        await pilot.press("a")
        await wait_for(pilot, lambda: len(rates(pilot)) == 3)
        await pilot.press("5")
        await wait_for(pilot, lambda: rates(pilot) == [8.0, 20.0, 5.0])
        await pilot.press("ctrl+z", "ctrl+z")
        await wait_for(pilot, lambda: text_of(pilot) == SMALL)
        assert not table(pilot).is_editing
        assert app_of(pilot).workspace.view.redo_label == "add a stage"
        await ready(pilot)


@pytest.mark.parametrize(
    ("typed", "wanted"), [("1.5", [12.0, 30.0]), ("tab 4", [1.6, 4.0]), ("tab tab 3 3 6", [16.0, 40.0]), ("tab tab 1 k", None)]
)
async def test_rates_are_scaled_by_a_factor_to_a_peak_or_to_a_total(
    make_app: MakeApp, typed: str, wanted: list[float] | None
) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await pilot.press("s")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ScaleDialog))
        await pilot.press(*(key.replace(".", "full_stop") for key in (typed.split() if " " in typed else typed)))
        await pilot.pause()
        await pilot.press("enter")
        await wait_for(pilot, lambda: rates(pilot) != [8.0, 20.0])
        if wanted is None:
            assert sum(stage.rate * stage.duration for stage in table(pilot).stages) == pytest.approx(1000, rel=1e-5)
        else:
            assert rates(pilot) == wanted


@pytest.mark.parametrize(
    ("key", "kind", "wanted"),
    [
        ("t", TriangleDialog, [8.0, 10.0, 12.0, 14.0, 16.0, 14.0, 12.0, 10.0, 8.0]),
        ("p", SpikeDialog, [8.0, 40.0, 8.0]),
    ],
)
async def test_shapes_take_the_place_of_all_stages_in_one_step(
    make_app: MakeApp, key: str, kind: type, wanted: list[float]
) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await pilot.press(key)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, kind))
        pilot.app.screen.query_one(Checkbox).value = True
        await pilot.press("enter")
        await wait_for(pilot, lambda: rates(pilot) == wanted)
        spec = app_of(pilot).workspace.view.spec
        assert spec is not None and spec.horizon == sum(stage.duration for stage in table(pilot).stages) * 1_000_000
        await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL


def test_a_ramp_has_both_ends_and_round_numbers() -> None:
    assert ramp(1.0, 2.0, 4) == [1.0, 1.33, 1.67, 2.0]
    assert ramp(5.0, 1.0, 3) == [5.0, 3.0, 1.0]
    assert ramp(1.0, 8.3, 4, 0.5) == [1.0, 3.5, 6.0, 8.3]
    assert triangle(1.0, 2.0, 3) == [1.0, 1.5, 2.0, 1.5, 1.0]
    assert rounded(0.0012345) == 0.00123  # and not nothing
