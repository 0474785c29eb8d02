"""Comparing with the saved file, with another one, and with what an upgrade would make of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from designer import SMALL, MakeApp, ready, wait_for, write
from textual.pilot import Pilot

from blis_tui.spec.check import check
from blis_tui.tui.compare import compare_dialog
from blis_tui.tui.compare.compare_dialog import CompareDialog
from blis_tui.tui.compare.difference_lines import number_lines
from blis_tui.tui.compare.differences import GONE, NEW, SAME, SKIPPED, Side, diff, rows, side
from blis_tui.tui.templates import template_text
from blis_tui.tui.tuning import ORDINARY, Tuning
from blis_tui.tui.widgets.lines_view import LinesView

FASTER = SMALL.replace("rate: 8.0", "rate: 9.0")
OLD = SMALL.replace('version: "2"', 'version: "1"')


def texts(pilot: Pilot[int], id: str) -> list[str]:
    return ["".join(text for text, _ in line) for line in pilot.app.screen.query_one(f"#{id}", LinesView)._lines]


async def compared(pilot: Pilot[int], key: str) -> None:
    """Open the dialog and wait for its numbers."""
    await ready(pilot)
    await pilot.press(key)
    await numbers(pilot)


async def numbers(pilot: Pilot[int]) -> None:
    await wait_for(pilot, lambda: any("was" in line and "now" in line for line in texts(pilot, "numbers")), "the numbers")


def number(lines: list[str], name: str) -> list[str]:
    """Return what stands behind a name: was, now, and the change."""
    (line,) = [line for line in lines if re.match(rf" +{re.escape(name)} ", line)]
    return line.strip().removeprefix(name).split()


# --- texts ------------------------------------------------------------------------------------------------------------


def test_a_changed_line_is_shown_between_those_around_it() -> None:
    lines = diff(SMALL, FASTER)
    assert [line.kind for line in lines] == [SKIPPED, SAME, SAME, SAME, GONE, NEW, SAME, SAME, SAME]
    assert lines[4].text == "    - {rate: 8.0, duration: 6}" and (lines[4].old, lines[4].new) == (7, None)
    assert lines[5].text == "    - {rate: 9.0, duration: 6}" and (lines[5].old, lines[5].new) == (None, 7)


def test_equal_texts_have_no_difference() -> None:
    assert diff(SMALL, SMALL) == []


def test_what_was_added_and_removed_at_the_ends() -> None:
    assert [(line.kind, line.text) for line in diff("a\nb\n", "b\nc\n")] == [(GONE, "a"), (SAME, "b"), (NEW, "c")]


def test_text_is_shown_not_obeyed() -> None:
    assert diff("", "a: \x1b[2J")[0].text == "a: \\x1b[2J"


# --- numbers ----------------------------------------------------------------------------------------------------------


def sides(old: str, new: str, tuning: Tuning = ORDINARY) -> tuple[Side, Side]:
    return side(old, lambda _: None, tuning), side(new, lambda _: None, tuning)


def test_every_number_has_what_it_was() -> None:
    found = rows(*sides(SMALL, FASTER), ORDINARY)
    target = next(row for row in found if row.name == "stage 1 target")
    assert (target.was, target.now, target.change) == ("8.00", "9.00", "+1.00 (+12.5%)")
    clients = next(row for row in found if row.name == "clients")
    assert (clients.was, clients.now, clients.change) == ("90", "90", "")


def test_many_times_as_much_is_told_as_a_factor() -> None:
    more = SMALL.replace("rate: 8.0", "rate: 80.0")
    there, back = (
        next(row for row in rows(*each, ORDINARY) if row.name == "stage 1 target")
        for each in (sides(SMALL, more), sides(more, SMALL))
    )
    assert (there.change, back.change) == ("+72.00 (×10)", "-72.00 (×0.1)")


def test_stages_that_come_and_go_are_told() -> None:
    one = SMALL.replace("    - {rate: 20.0, duration: 6}\n", "")
    found = rows(*sides(SMALL, one), ORDINARY)
    second = next(row for row in found if row.name == "stage 2 target")
    assert (second.was, second.now, second.change) == ("20.00", "–", "gone")
    back = next(row for row in rows(*sides(one, SMALL), ORDINARY) if row.name == "stage 2 target")
    assert (back.was, back.now, back.change) == ("–", "20.00", "new")


def test_a_side_with_errors_has_no_numbers() -> None:
    found = rows(*sides(SMALL.replace("8.0", "-8"), SMALL), ORDINARY)
    assert found[0].name == "was: no numbers, 1 error in the text"
    assert next(row for row in found if row.name == "clients").was == "–"


def test_cut_sides_are_compared_by_what_is_known_for_sure() -> None:
    tuning = Tuning(most_requests=60)
    found = rows(*sides(SMALL, FASTER, tuning), tuning)
    assert found[0].name == "Over 60 requests: only what is known without generating"
    assert not any(row.name == "input" for row in found)
    expected = next(row for row in found if row.name == "requests expected")
    assert (expected.was, expected.now, expected.change) == ("168", "174", "+6 (+3.6%)")


# --- in the app -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_saved_file_is_compared_with_the_text(make_app: MakeApp, spec_file: Path, size: tuple[int, int]) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        app.write(FASTER, "test")
        await compared(pilot, "f6")
        assert any(line.endswith("-     - {rate: 8.0, duration: 6}") for line in texts(pilot, "diff"))
        assert any(line.endswith("+     - {rate: 9.0, duration: 6}") for line in texts(pilot, "diff"))
        assert number(texts(pilot, "numbers"), "stage 1 target") == ["8.00", "9.00", "+1.00", "(+12.5%)"]
        await pilot.press("tab", "j", "k", "escape")
        await wait_for(pilot, lambda: not isinstance(app.screen, CompareDialog), "the dialog to close")
        assert app.workspace.text == FASTER


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 40), (200, 60)])
async def test_changes_are_never_cut_off(make_app: MakeApp, spec_file: Path, size: tuple[int, int]) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        app.write(SMALL.replace("output_len: 248", "output_len: 248000"), "test")
        await compared(pilot, "f6")
        shown, texts_below = (app.screen.query_one(f"#{id}", LinesView) for id in ("numbers", "diff"))
        assert max(map(len, texts(pilot, "numbers"))) <= shown.scrollable_content_region.width
        assert shown.has_focus
        before = shown.region.bottom <= texts_below.region.y if size[0] < 160 else shown.region.right <= texts_below.region.x
        assert before


async def test_nothing_changed(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await compared(pilot, "f6")
        assert texts(pilot, "diff") == ["The texts are identical."]
        assert texts(pilot, "numbers")[0] == "All numbers are identical."


async def test_what_the_preview_knows_is_not_made_again(
    make_app: MakeApp, spec_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted(text: str, *given: Any) -> Side:
        asked.append(text)
        return side(text, *given)

    monkeypatch.setattr(compare_dialog, "side", counted)
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        app.write(FASTER, "test")
        await compared(pilot, "f6")
        assert asked == [SMALL]


async def test_another_file_can_be_compared_with(make_app: MakeApp, spec_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(SMALL.replace("rate: 20.0", "rate: 40.0"), encoding="utf-8")
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await compared(pilot, "f6")
        await pilot.press("o")
        await wait_for(pilot, lambda: isinstance(app.screen, compare_dialog.ChooseOther), "the chooser")
        await write(pilot, "other.yaml")
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, CompareDialog), "the comparison")
        await wait_for(pilot, lambda: any("40.00" in line for line in texts(pilot, "numbers")), "the numbers")
        assert any(line.endswith("-     - {rate: 40.0, duration: 6}") for line in texts(pilot, "diff"))


async def test_an_upgrade_is_shown_and_then_done_in_one_step(make_app: MakeApp) -> None:
    app = make_app(OLD)
    async with app.run_test(size=(120, 40)) as pilot:
        await compared(pilot, "f7")
        assert any(line.endswith('- version: "1"') for line in texts(pilot, "diff"))
        assert number(texts(pilot, "numbers"), "clients")[:2] == ["45", "90"]
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.workspace.text == SMALL, "the upgrade")
        app.action_undo()
        assert app.workspace.text == OLD


async def test_an_upgrade_can_be_left(make_app: MakeApp) -> None:
    app = make_app(OLD)
    async with app.run_test(size=(80, 24)) as pilot:
        await compared(pilot, "f7")
        await pilot.press("escape")
        await wait_for(pilot, lambda: not isinstance(app.screen, CompareDialog), "the dialog to close")
        assert app.workspace.text == OLD


async def test_explicit_clients_are_shown_and_then_take_the_place_of_the_text(make_app: MakeApp) -> None:
    app = make_app(SMALL)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        app.action_convert()
        await wait_for(pilot, lambda: isinstance(app.screen, CompareDialog), "the comparison")
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.workspace.text != SMALL, "the clients")
        spec = check(app.workspace.text).spec
        assert spec is not None and spec.inference_perf is None and len(spec.clients) == 90
        assert "prefix" in app.workspace.text.partition("version:")[0]  # the comment says that they are lost
        app.action_undo()
        assert app.workspace.text == SMALL


@pytest.mark.parametrize("text", [template_text("mix"), "a: [", ""])
async def test_there_is_nothing_to_convert(make_app: MakeApp, text: str) -> None:
    app = make_app(text)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        app.action_convert()
        await wait_for(pilot, lambda: app._notifications, "a message")
        assert not isinstance(app.screen, CompareDialog)
        assert app.workspace.text == text


@pytest.mark.parametrize("text", [SMALL, "a: [", ""])
async def test_there_is_nothing_to_upgrade(make_app: MakeApp, text: str) -> None:
    app = make_app(text)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("f7")
        await pilot.pause()
        await wait_for(pilot, lambda: app._notifications, "a message")
        assert not isinstance(app.screen, CompareDialog)
        assert app.workspace.text == text


async def test_a_comparison_with_a_broken_text(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        app.write("a: [\x07\n", "test")
        await compared(pilot, "f6")
        assert any("now: no numbers, " in line for line in texts(pilot, "numbers"))


def test_sides_without_numbers_are_not_called_the_same() -> None:
    broken = side("seed: x\n", lambda _: None, ORDINARY)
    lines = [run[0][0] for run in number_lines(rows(broken, broken, ORDINARY))]
    assert lines
    assert all("no numbers" in line for line in lines)
