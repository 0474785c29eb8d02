"""The form: every field shows what the text says, and what is typed is one small edit of the text."""

from __future__ import annotations

import difflib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from designer import SMALL, TWO_STAGE, MakeApp, ready, wait_for, write
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from blis_tui.spec.format.fields import TEXT
from blis_tui.spec.format.model import SharedPrefix, WorkloadSpec
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.form.field_rows import ChoiceRow, FieldRow, SwitchRow, TextRow
from blis_tui.tui.form.form_column import FormColumn
from blis_tui.tui.form.value_input import ValueInput

PREFIX = ("inference_perf", "shared_prefix")
WIDE, NARROW = (120, 40), (80, 24)
CLIENTS = """\
version: "2"
seed: 1
horizon: 1000000
aggregate_rate: 5.0
clients:
  - id: one
    rate_fraction: 1.0
    arrival: {process: poisson}
    input_distribution: {type: constant, params: {value: 5}}
    output_distribution: {type: constant, params: {value: 5}}
"""


@asynccontextmanager
async def opened(app: DesignerApp, size: tuple[int, int]) -> AsyncIterator[Pilot[int]]:
    """Run an app, and wait until it shows everything."""
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        yield pilot


def form(pilot: Pilot[int]) -> FormColumn:
    return pilot.app.query_one(FormColumn)


def app_of(pilot: Pilot[int]) -> DesignerApp:
    app = pilot.app
    assert isinstance(app, DesignerApp)
    return app


def text_of(pilot: Pilot[int]) -> str:
    return app_of(pilot).workspace.text


def row(pilot: Pilot[int], *path: str | int) -> FieldRow:
    return next(field for field in form(pilot).query(FieldRow) if field.path == path)


def value_of(pilot: Pilot[int], *path: str | int) -> str:
    return row(pilot, *path).query_one(ValueInput).value


async def go_to(pilot: Pilot[int], *path: str | int) -> None:
    await pilot.pause()
    assert form(pilot).focus_path(path)
    await pilot.pause()


def changed(old: str, new: str) -> tuple[list[str], list[str]]:
    """Return the lines that went and those that came."""
    lines = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[:2] in ("- ", "+ ")]
    return [line[2:] for line in lines if line[0] == "-"], [line[2:] for line in lines if line[0] == "+"]


async def test_every_declared_field_of_the_panes_is_there(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        paths = {field.path for field in form(pilot).query(FieldRow)}
        assert {(*PREFIX, name) for name in SharedPrefix.fields} <= paths
        assert {("version",), ("seed",), ("category",), ("aggregate_rate",), ("horizon",), ("num_requests",)} <= paths
        assert len(paths) == 12
        assert all(field.field.label in str(field.render()) for field in form(pilot).query(FieldRow))


async def test_fields_show_what_the_text_says(make_app: MakeApp) -> None:
    async with opened(make_app(TWO_STAGE), WIDE) as pilot:
        assert value_of(pilot, "seed") == "42"
        assert value_of(pilot, "num_requests") == ""
        assert value_of(pilot, *PREFIX, "output_len") == "248"
        assert "20 min" in str(row(pilot, "horizon").render())
        assert "→ 45" in str(row(pilot, *PREFIX, "num_users_per_system_prompt").render())
        assert "tokens" in str(row(pilot, *PREFIX, "question_len").render())
        assert not app_of(pilot).workspace.dirty


async def test_showing_a_document_is_no_edit(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        app = app_of(pilot)
        app.workspace.write(SMALL.replace("seed: 42", "seed: 7"), "elsewhere")
        app.refresh_view()
        await pilot.pause()
        assert value_of(pilot, "seed") == "7"
        assert app.workspace.view.undo_label == "elsewhere"


async def test_typing_is_one_small_edit_and_one_step(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "horizon")
        await write(pilot, "7000000")
        await wait_for(pilot, lambda: "horizon: 7000000" in text_of(pilot))
        assert changed(SMALL, text_of(pilot)) == (["horizon: 12000000  # µs"], ["horizon: 7000000  # µs"])
        assert "7 s" in str(row(pilot, "horizon").render())
        await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL
        assert value_of(pilot, "horizon") == "12000000"
        await pilot.press("ctrl+y")
        await wait_for(pilot, lambda: value_of(pilot, "horizon") == "7000000")


async def test_leaving_a_field_ends_the_step(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "seed")
        await write(pilot, "5")
        await pilot.press("enter")
        await go_to(pilot, "seed")
        await write(pilot, "6")
        await wait_for(pilot, lambda: "seed: 6" in text_of(pilot))
        await pilot.press("ctrl+z")
        assert "seed: 5" in text_of(pilot)
        await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL


@pytest.mark.parametrize("typed", ["1e", "abc", "-", "a: b", "3 #x", '"', "[", "&a", "*a", "{", "!", "'", "|", "%", "1,5", "- 1"])
@pytest.mark.parametrize("path", [("seed",), ("horizon",), (*PREFIX, "output_len")])
async def test_what_is_no_number_is_shown_and_told_at_its_field(make_app: MakeApp, typed: str, path: tuple[str, ...]) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, *path)
        row(pilot, *path).query_one(ValueInput).value = typed
        await wait_for(pilot, lambda: row(pilot, *path).shown.problems, "a problem at the field")
        assert value_of(pilot, *path) == typed
        assert "✗" in str(row(pilot, *path).render())
        assert ("whole" if path == ("seed",) else "≥ 0") in str(row(pilot, *path).render())
        assert "must be a whole number" in str(form(pilot).query_one("#form-help").render())
        assert len(changed(SMALL, text_of(pilot))[1]) == 1
        row(pilot, *path).query_one(ValueInput).value = "12000000"
        await wait_for(pilot, lambda: not row(pilot, *path).shown.problems, "no problem")
        assert "12000000" in text_of(pilot)
        assert text_of(pilot).count('"') == SMALL.count('"')
        await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL


async def test_an_emptied_required_field_is_a_problem(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        path = (*PREFIX, "num_users_per_system_prompt")
        await go_to(pilot, *path)
        await pilot.press("backspace")
        await wait_for(pilot, lambda: row(pilot, *path).shown.problems)
        assert value_of(pilot, *path) == ""
        await pilot.press("tab")
        await pilot.pause()
        assert "num_users_per_system_prompt:\n" in text_of(pilot)


async def test_an_emptied_optional_field_goes_when_it_is_left(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "horizon")
        await pilot.press("backspace")
        await wait_for(pilot, lambda: "horizon:  # µs" in text_of(pilot))
        await pilot.press("tab")
        await wait_for(pilot, lambda: "horizon" not in text_of(pilot))
        assert changed(SMALL, text_of(pilot)) == (["horizon: 12000000  # µs"], [])
        assert "not set" in str(row(pilot, "horizon").render())
        await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL


async def test_typing_anew_keeps_the_comment(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "horizon")
        await pilot.press("backspace")
        await write(pilot, "12000000")
        await wait_for(pilot, lambda: text_of(pilot) == SMALL)
        assert not app_of(pilot).workspace.dirty


async def test_a_key_that_is_missing_is_added(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "num_requests")
        await write(pilot, "50")
        await wait_for(pilot, lambda: "num_requests: 50" in text_of(pilot))
        assert changed(SMALL, text_of(pilot)) == ([], ["num_requests: 50"])
        await pilot.press("backspace", "backspace", "tab")
        await wait_for(pilot, lambda: text_of(pilot) == SMALL)


@pytest.mark.parametrize(("key", "value"), [("plus", "43"), ("minus", "41"), ("shift+up", "52"), ("shift+down", "32")])
async def test_numbers_are_nudged(make_app: MakeApp, key: str, value: str) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "seed")
        await pilot.press(key)
        await wait_for(pilot, lambda: f"seed: {value}\n" in text_of(pilot))
        assert value_of(pilot, "seed") == value


async def test_the_version_is_chosen(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "version")
        await pilot.press("left")
        await wait_for(pilot, lambda: 'version: "1"' in text_of(pilot))
        assert changed(SMALL, text_of(pilot)) == (['version: "2"'], ['version: "1"'])
        assert "!" in str(row(pilot, "version").render())
        assert row(pilot, "aggregate_rate").display
        await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL
        assert not row(pilot, "aggregate_rate").display


async def test_choices_come_from_the_declaration(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        category = row(pilot, "category")
        assert isinstance(category, ChoiceRow)
        assert category.choices == WorkloadSpec.fields["category"].choices
        assert category.field.kind == TEXT
        await go_to(pilot, "category")
        await pilot.press("right")
        await wait_for(pilot, lambda: "category: language" in text_of(pilot))
        await pilot.press("left")
        await pilot.press("tab")
        await wait_for(pilot, lambda: text_of(pilot) == SMALL)


async def test_chat_is_a_switch(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        path = (*PREFIX, "enable_multi_turn_chat")
        assert isinstance(row(pilot, *path), SwitchRow)
        await go_to(pilot, *path)
        await pilot.press("space")
        await wait_for(pilot, lambda: "enable_multi_turn_chat: true" in text_of(pilot))
        assert len(changed(SMALL, text_of(pilot))[1]) == 1
        assert "on" in str(row(pilot, *path).render())
        await pilot.press("ctrl+z")
        assert text_of(pilot) == SMALL


async def test_a_switch_that_is_neither_shows_what_stands_there(make_app: MakeApp) -> None:
    async with opened(make_app(SMALL.replace("chat: false", "chat: perhaps")), WIDE) as pilot:
        assert "perhaps" in str(row(pilot, *PREFIX, "enable_multi_turn_chat").render())


async def test_the_cursor_stays_while_the_document_changes(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, *PREFIX, "question_len")
        await pilot.press("home", "right")
        app = app_of(pilot)
        app.workspace.write(SMALL.replace("seed: 42", "seed: 7"), "elsewhere")
        app.refresh_view()
        await write(pilot, "9")
        await wait_for(pilot, lambda: "question_len: 4947" in text_of(pilot))
        assert row(pilot, *PREFIX, "question_len").query_one(ValueInput).cursor_position == 2


async def test_fast_typing_loses_nothing(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        await go_to(pilot, "seed")
        value = row(pilot, "seed").query_one(ValueInput)
        value.clear()
        for figure in "123456789":  # no pause: the document lags behind
            value.insert_text_at_cursor(figure)
        await wait_for(pilot, lambda: "seed: 123456789" in text_of(pilot))
        assert value.value == "123456789"


async def test_help_tells_unit_range_default_and_problem(make_app: MakeApp) -> None:
    async with opened(make_app(SMALL.replace("output_len: 248", "output_len: -1")), WIDE) as pilot:
        await go_to(pilot, *PREFIX, "output_len")
        told = str(form(pilot).query_one("#form-help").render())
        for part in ("Output", "tokens", "≥ 0", "default 0", "✗ must be non-negative, got -1"):
            assert part in told
        assert "] ≥ 0" in str(row(pilot, *PREFIX, "output_len").render())


async def test_a_wide_form_tells_problems_in_a_sentence(make_app: MakeApp) -> None:
    app = make_app(SMALL.replace("output_len: 248", "output_len: -1"))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert "must be non-negative" in str(row(pilot, *PREFIX, "output_len").render())


async def test_a_mend_is_hinted_and_applied_at_the_field(make_app: MakeApp) -> None:
    async with opened(make_app(SMALL.replace("output_len: 248", "output_len: 0")), WIDE) as pilot:
        await go_to(pilot, *PREFIX, "output_len")
        assert "f3 " in str(form(pilot).query_one("#form-help").render())
        await pilot.press("f3")
        await wait_for(pilot, lambda: "output_len: 1\n" in text_of(pilot))


async def test_an_unreadable_text_leaves_the_last_values_greyed(make_app: MakeApp) -> None:
    async with opened(make_app(), WIDE) as pilot:
        app = app_of(pilot)
        app.workspace.write(SMALL + "\n{ [", "break")
        app.refresh_view()
        await pilot.pause()
        assert value_of(pilot, "seed") == "42"
        assert row(pilot, "seed").query_one(ValueInput)._self_or_ancestors_disabled
        assert "cannot be read, so this is how it was before" in str(form(pilot).query_one("#form-stale").render())
        assert not form(pilot).focus_path(("seed",))
        await pilot.press("ctrl+z")
        await wait_for(pilot, lambda: form(pilot).focus_path(("seed",)))
        assert not form(pilot).query_one("#form-stale").display


async def test_a_file_of_another_kind_is_named_and_has_no_before(make_app: MakeApp) -> None:
    async with opened(make_app("load: {type: constant}\ndata: {type: mock}\n"), WIDE) as pilot:
        notice = " ".join(str(form(pilot).query_one("#form-stale").render()).split())
        assert notice.startswith("✗ The text cannot be read: line 1: the file is an inference-perf config, not a workload file")


async def test_explicit_clients_take_the_place_of_the_compact_block(make_app: MakeApp) -> None:
    async with opened(make_app(CLIENTS), WIDE) as pilot:
        assert "1 client" in str(form(pilot).query_one("#clients-title").render())
        assert not form(pilot).query_one("#compact").display
        assert value_of(pilot, "aggregate_rate") == "5.0"
        await go_to(pilot, "seed")
        await pilot.press("alt+a")
        await pilot.pause()
        assert text_of(pilot) == CLIENTS


async def test_a_compact_block_can_be_added_where_it_is_legal(make_app: MakeApp) -> None:
    old = 'version: "2"  # mine\nseed: 1\nhorizon: 600000000\n'
    async with opened(make_app(old), WIDE) as pilot:
        await go_to(pilot, "seed")
        await pilot.press("alt+a")
        await wait_for(pilot, lambda: form(pilot).query_one("#compact").display)
        checked = app_of(pilot).workspace.view.checked
        assert checked is not None
        assert not checked.errors
        assert text_of(pilot).startswith(old)
        await pilot.press("ctrl+z")
        assert text_of(pilot) == old


async def test_what_an_alias_uses_elsewhere_is_not_overwritten(make_app: MakeApp) -> None:
    text = SMALL.replace("question_len: 447", "question_len: &long 447").replace("output_len: 248", "output_len: *long")
    async with opened(make_app(text), WIDE) as pilot:
        assert value_of(pilot, *PREFIX, "output_len") == "447"
        path = (*PREFIX, "question_len")
        await go_to(pilot, *path)
        await write(pilot, "9")
        await wait_for(pilot, lambda: value_of(pilot, *path) == "447")
        assert text_of(pilot) == text


async def test_the_form_works_in_a_narrow_window(make_app: MakeApp) -> None:
    async with opened(make_app(SMALL.replace("output_len: 248", "output_len: -1")), NARROW) as pilot:
        await pilot.press("alt+0")
        await go_to(pilot, *PREFIX, "output_len")
        field = row(pilot, *PREFIX, "output_len")
        assert isinstance(field, TextRow)
        assert field.input.has_focus
        assert form(pilot).region.contains_region(field.input.region)
        await write(pilot, "5")
        await wait_for(pilot, lambda: "output_len: 5" in text_of(pilot))


@pytest.mark.parametrize("value", ["[red]x[/]", "界界界界界界界界界界界界界界", "עברית", "x" * 500])
async def test_any_text_is_shown_literally(make_app: MakeApp, value: str) -> None:
    async with opened(make_app(SMALL.replace("seed: 42", f'seed: "{value}"')), WIDE) as pilot:
        assert value_of(pilot, "seed") == value if value[0] in "[" else value in value_of(pilot, "seed")
        assert "] whole" in str(row(pilot, "seed").render())


async def test_a_jump_selects_what_stands_in_the_field(make_app: MakeApp) -> None:
    app = make_app(SMALL.replace("output_len: 248", "output_len: -1"))
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        for _ in range(2):  # also where the cursor is there already
            await pilot.press("f2", "7")
            assert "output_len: 7\n" in app.workspace.text
            await pilot.press("escape")


async def test_choices_are_told_below_the_form(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await go_to(pilot, "version")
        assert "One of 1, 2." in str(app.home.query_one("#form-help", Static).content)


async def test_values_are_drawn_before_there_are_lines_to_type_in(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(_: FormColumn) -> None:
        return

    monkeypatch.setattr(FormColumn, "make_inputs", none)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        assert not app.query(ValueInput)
        drawn = {path: str(row(pilot, *path).render()) for path in (("seed",), ("num_requests",), (*PREFIX, "output_len"))}
        assert "[42 " in drawn["seed",] and "[248 " in drawn[*PREFIX, "output_len"]
        assert "[0 " in drawn["num_requests",]  # its default
        row(pilot, "seed").take_focus()
        await wait_for(pilot, lambda: row(pilot, "seed").has_focus_within)
        await pilot.press("end", "7")
        await wait_for(pilot, lambda: "seed: 427" in app.workspace.text, "what was typed")


async def test_typing_lays_nothing_out_anew(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    layouts = []
    refresh = Screen._refresh_layout
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        row(pilot, *PREFIX, "output_len").take_focus()
        await pilot.press("end", "1", "backspace")  # the mark of unsaved work comes and goes
        await ready(pilot)
        await pilot.pause(0.5)
        monkeypatch.setattr(Screen, "_refresh_layout", lambda *given, **how: (layouts.append(given), refresh(*given, **how)))
        for key, text in (("1", "output_len: 2481"), ("backspace", "output_len: 248\n"), ("backspace", "output_len: 24\n")):
            await pilot.press(key)
            await wait_for(pilot, lambda text=text: text in app.workspace.text)  # type: ignore[misc]
            await ready(pilot)
        assert not layouts
