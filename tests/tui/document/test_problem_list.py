"""The list of problems: what is said, jumps, mends, and a selection that stays."""

from __future__ import annotations

from designer import SMALL, TWO_STAGE, MakeApp, ready, wait_for
from textual.pilot import Pilot
from textual.widgets import TextArea

from blis_tui.tui.document.problem_list import ProblemList, ProblemRows
from blis_tui.tui.form.form_column import FormColumn

NO_HORIZON = TWO_STAGE.replace("horizon: 1200000000  # µs\n", "")
BROKEN = SMALL.replace("output_len: 248", "output_len: -1").replace("seed: 42", "seed: x").replace("rate: 8.0", "rate: -8")


def rows_of(pilot: Pilot[int]) -> ProblemRows:
    return pilot.app.query_one(ProblemRows)


def lines(pilot: Pilot[int]) -> list[str]:
    rows = rows_of(pilot)
    return [rows.render_line(y).text.rstrip() for y in range(rows.size.height)]


async def focused(pilot: Pilot[int]) -> ProblemRows:
    await ready(pilot)
    await pilot.press("alt+6")
    rows = rows_of(pilot)
    await wait_for(pilot, lambda: rows.has_focus, "the list")
    return rows


async def test_no_problems_are_said_to_be_none(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        rows = await focused(pilot)
        assert lines(pilot) == ["✓ No problems"]
        await pilot.press("enter", "m", "j", "G")
        assert rows.selected is None


async def test_each_problem_has_a_sign_a_word_and_a_place(make_app: MakeApp) -> None:
    app = make_app(BROKEN)
    async with app.run_test(size=(160, 40)) as pilot:
        rows = await focused(pilot)
        await wait_for(pilot, lambda: rows.size.height == 3, "the room")
        shown = lines(pilot)
        assert shown[0].startswith("▸ ✗ error") and "3:7" in shown[0]
        assert "7:14" in shown[1] and not shown[1].startswith("▸")
        assert "14:17" in shown[2] and "output_len must be non-negative" in shown[2]


async def test_enter_goes_to_the_field(make_app: MakeApp) -> None:
    app = make_app(BROKEN)
    async with app.run_test(size=(120, 40)) as pilot:
        await focused(pilot)
        await pilot.press("G", "enter")
        await wait_for(pilot, lambda: app.focused is not None and app.query_one(FormColumn) in app.focused.ancestors, "the form")


async def test_enter_goes_to_the_line_that_no_field_shows(make_app: MakeApp) -> None:
    text = SMALL + "servegen_data: {path: d, span_start: soon}\n"
    app = make_app(text)
    async with app.run_test(size=(120, 40)) as pilot:
        rows = await focused(pilot)
        wanted = next(number for number, each in enumerate(rows.problems) if each.path[-1:] == ("span_start",))
        rows.row = wanted
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.query_one(TextArea).has_focus, "the text")
        problem = rows.problems[wanted]
        assert problem.line and problem.column
        await wait_for(
            pilot, lambda: app.query_one(TextArea).cursor_location == (problem.line - 1, problem.column - 1), "the line"
        )


async def test_m_mends_and_undo_takes_it_back(make_app: MakeApp) -> None:
    app = make_app(NO_HORIZON.replace('version: "2"', 'version: "1"'))
    async with app.run_test(size=(160, 40)) as pilot:
        rows = await focused(pilot)
        row = next(number for number, each in enumerate(rows.problems) if each.mend is not None)
        rows.row = row
        problem = rows.problems[row]
        assert problem.mend is not None and f"m {problem.mend.label}"[:20] in "\n".join(lines(pilot))
        before = app.workspace.text
        await pilot.press("m")
        await wait_for(pilot, lambda: app.workspace.text != before, "the mend")
        assert (problem.code, problem.path) not in [(each.code, each.path) for each in rows.problems]
        await pilot.press("ctrl+z")
        await wait_for(pilot, lambda: app.workspace.text == before, "undo")


async def test_the_selection_stays_at_its_problem(make_app: MakeApp) -> None:
    app = make_app(BROKEN)
    async with app.run_test(size=(120, 40)) as pilot:
        rows = await focused(pilot)
        await pilot.press("j", "j")
        selected = rows.selected
        assert selected is not None and selected.path[-1] == "output_len"
        app.write(BROKEN.replace("seed: x", "seed: 42"), "test")
        await pilot.pause()
        assert rows.row == 1 and rows.selected is not None and rows.selected.path == selected.path
        app.write(SMALL, "test")
        await pilot.pause()
        assert rows.selected is None and lines(pilot) == ["✓ No problems"]


async def test_a_long_message_is_shown_once_and_whole(make_app: MakeApp) -> None:
    app = make_app(BROKEN.replace("seed: x", "seed: " + "x " * 40))
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await focused(pilot)
        await wait_for(pilot, lambda: rows.size.height > 2, "the room")
        message = rows.problems[0].message
        shown = lines(pilot)
        assert "…" not in shown[0] and shown[0].startswith("▸ ✗ error")
        assert "".join(" ".join(line[rows._before_message :] for line in shown).split()).startswith("".join(message.split()))
        assert rows.region.bottom <= app.query_one(ProblemList).region.bottom
        await pilot.press("j")
        assert sum("▸" in line for line in lines(pilot)) == 1 and "seed" not in "".join(lines(pilot)[1:])
        assert lines(pilot)[0].endswith("…")


async def test_a_mend_that_does_not_fit_beside_its_problem_stands_below(make_app: MakeApp) -> None:
    app = make_app(NO_HORIZON)
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await focused(pilot)
        row = next(number for number, each in enumerate(rows.problems) if each.mend is not None)
        rows.row = row
        await wait_for(pilot, lambda: rows.size.height >= min(rows.height_wanted, 4), "the room")
        problem = rows.problems[row]
        assert problem.mend is not None
        told = "".join("".join(line[rows._before_message :] for line in lines(pilot)).split())
        assert "".join(f"m {problem.mend.label}".split()) in told and "…" not in lines(pilot)[row]


async def test_a_click_below_a_wrapped_problem_selects_the_next_one(make_app: MakeApp) -> None:
    app = make_app(BROKEN.replace("seed: x", "seed: " + "x " * 40))
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await focused(pilot)
        await wait_for(pilot, lambda: rows.size.height > 2, "the room")
        below = next(y for y in range(rows.size.height) if "7:14" in rows.render_line(y).text)
        assert below > 1
        await pilot.click(ProblemRows, offset=(5, below - 1))
        assert rows.row == 0
        await pilot.click(ProblemRows, offset=(5, below))
        assert rows.row == 1


async def test_a_thousand_problems_scroll(make_app: MakeApp) -> None:
    stages = "".join(f"    - {{rate: -{number}, duration: 6}}\n" for number in range(1, 401))
    app = make_app(SMALL.replace("    - {rate: 8.0, duration: 6}\n", stages))
    async with app.run_test(size=(120, 40)) as pilot:
        rows = await focused(pilot)
        assert len(rows.problems) >= 400
        await pilot.press("G")
        assert rows.row == len(rows.problems) - 1
        assert lines(pilot)[-1].startswith("▸")


async def test_hostile_text_is_shown_literally(make_app: MakeApp) -> None:
    app = make_app('"[red]\\e[2J漢字": 1\n' + SMALL)
    async with app.run_test(size=(120, 40)) as pilot:
        await focused(pilot)
        assert "[red]" in lines(pilot)[0] and "\x1b" not in "".join(lines(pilot))
        assert rows_of(pilot).render_line(0).cell_length == rows_of(pilot).scrollable_content_region.width
