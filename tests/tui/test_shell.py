"""The app around the panes: checking, undo, layouts, help, palette, clipboard, editor, themes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from designer import SMALL, TWO_STAGE, MakeApp, ready, wait_for, write
from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.command import CommandPalette
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static, Tabs

from blis_tui.spec.check import Checked, check
from blis_tui.spec.edits import SetValue
from blis_tui.tui.actions import ACTIONS
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.chart.chart_view import ChartView
from blis_tui.tui.document import checker
from blis_tui.tui.document.messages import MendRequested
from blis_tui.tui.document.problem_list import ProblemRows
from blis_tui.tui.document.title_bar import TitleBar
from blis_tui.tui.document.workspace import SYNCHRONOUS_SIZE, Workspace
from blis_tui.tui.form.members.member_list import MemberList
from blis_tui.tui.form.members.part_rows import FamilyRow, NameRow, PartRow
from blis_tui.tui.form.stages.shape_dialogs import RampDialog
from blis_tui.tui.form.stages.stage_table import StageTable
from blis_tui.tui.help.key_line import KeyLine
from blis_tui.tui.help.keys_dialog import PLACES, HelpDialog, keys_here
from blis_tui.tui.help.palette import Commands, commands
from blis_tui.tui.help.synonyms import SYNONYMS
from blis_tui.tui.preferences.settings import Settings
from blis_tui.tui.preview.previewer import PreviewChanged
from blis_tui.tui.summary.summary_tab import SummaryScroll
from blis_tui.tui.tables.clients_tab import ClientsTab
from blis_tui.tui.tabs import TABS, make_tab
from blis_tui.tui.text.yaml_area import YamlArea
from blis_tui.tui.widgets.table_rows import TableRows
from blis_tui.tui.widgets.too_small import TooSmall

PADDING = f"# {'x' * 100}\n" * (SYNCHRONOUS_SIZE // 100)


ONE_CLIENT = """
version: "2"
horizon: 60000000
aggregate_rate: 5
clients:
- id: one
  rate_fraction: 1
  arrival: {process: poisson}
  input_distribution: {type: constant, params: {value: 3}}
  output_distribution: {type: constant, params: {value: 2}}
"""


def said(app: DesignerApp) -> str:
    return "\n".join(f"{note.title}: {note.message}" for note in app._notifications)


async def test_a_large_text_is_checked_in_the_background(make_app: MakeApp) -> None:
    app = make_app(SMALL + PADDING)
    async with app.run_test() as pilot:
        await ready(pilot)
        app.edit("seed", [SetValue(("seed",), -3)])
        assert app.workspace.view.checked is None  # typing is not held up
        await ready(pilot)
        assert app.workspace.view.spec is not None
        assert app.workspace.view.spec.seed == -3


async def test_of_a_file_that_was_never_checked_nothing_is_claimed(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(checker, "check", lambda text, base: (go_on.wait(20), check(text, base=base))[1])
    app = make_app(SMALL + PADDING)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        panes, problems = app.home.query_one("#form-panes"), app.home.query_one(ProblemRows)
        assert not panes.visible
        assert problems.render_line(0).text.strip() == "Checking the file …"
        go_on.set()
        await ready(pilot)
        assert panes.visible
        assert problems.render_line(0).text.strip() == "✓ No problems"
        await wait_for(pilot, lambda: isinstance(app.focused, StageTable), "the stages")


async def test_the_stages_have_their_whole_head_after_a_large_file_without_any(make_app: MakeApp) -> None:
    app = make_app(ONE_CLIENT + PADDING)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        app.write(SMALL, "another text")
        await ready(pilot)
        await wait_for(pilot, lambda: "rate req/s" in str(app.home.query_one("#stages-head", Static).render()), "the head")


async def test_an_older_check_is_never_shown_for_a_newer_text(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    checked: list[str] = []

    def slow_check(text: str, base: Checked | None) -> Checked:
        checked.append(text)
        assert go_on.wait(20)
        return check(text, base=base)

    app = make_app(SMALL + PADDING)
    async with app.run_test() as pilot:
        await ready(pilot)
        monkeypatch.setattr(checker, "check", slow_check)
        texts = [SMALL.replace("42", str(number)) + PADDING for number in (1, 2, 3)]
        for text in texts:
            app.write(text, "type")
        await wait_for(pilot, lambda: checked)
        assert app.workspace.view.checked is None
        go_on.set()
        await wait_for(pilot, lambda: app.workspace.view.checked is not None)
        assert app.workspace.view.checked is not None and app.workspace.view.checked.text == texts[-1]
        assert checked == [texts[0], texts[2]]  # one at a time, and only the newest of those that wait


async def test_undo_and_redo_keep_the_focus(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        focused = app.focused
        assert focused is not None
        app.edit("seed", [SetValue(("seed",), 7)])
        await pilot.press("ctrl+z")
        assert app.workspace.text == SMALL
        assert app.focused is focused
        await pilot.press("ctrl+y")
        assert "seed: 7" in app.workspace.text
        assert app.focused is focused
        await pilot.press("ctrl+z", "ctrl+z")
        assert "Nothing to undo" in said(app)


async def test_a_refused_edit_is_told_and_changes_nothing(make_app: MakeApp) -> None:
    app = make_app("version: [\n")
    async with app.run_test() as pilot:
        assert not app.edit("seed", [SetValue(("seed",), 7)])
        await pilot.pause()
        assert "Not changed" in said(app)
        assert app.workspace.text == "version: [\n"


async def test_the_form_is_a_tab_in_a_narrow_window_only(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        assert app.query_one("#form-column").region.width == 80
        assert not app.query_one("#right").display
        await pilot.press("alt+5")
        await wait_for(pilot, lambda: app.query_one("#summary").region.width == 80)
        assert not app.query_one("#form-column").display
        assert app.query_one("#problems").region.height > 0
        await pilot.press("alt+0")
        await wait_for(pilot, lambda: app.query_one("#form-column").region.width == 80)
        await pilot.resize_terminal(120, 40)
        await wait_for(pilot, lambda: app.query_one("#tabs", Tabs).active != "form")
        await wait_for(pilot, lambda: app.query_one("#right").region.width > 60)
        assert app.query_one("#form-column").display
        await pilot.resize_terminal(80, 24)
        await wait_for(pilot, lambda: not app.query_one("#form-column").display)


async def test_a_tiny_window_says_what_it_needs(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(40, 12)) as pilot:
        await ready(pilot)
        cover = app.query_one(TooSmall)
        assert cover.region.size == (40, 12)
        assert "at least 60 × 18" in str(cover.render())
        assert "40 × 12" in str(cover.render())
        for key in ("ctrl+o", "f1", "1", "plus", "x", "a", "delete", "ctrl+y", "enter", "tab", "9"):
            await pilot.press(key)
        app.post_message(events.Paste("77"))
        await ready(pilot)
        assert app.workspace.text == SMALL  # nothing is edited behind it
        assert app.screen is app.home
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert app.return_code == 0


async def test_a_window_that_is_large_enough_again_shows_everything(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(40, 12)) as pilot:
        await ready(pilot)
        await pilot.resize_terminal(80, 24)
        await wait_for(pilot, lambda: not app.query_one(TooSmall).display)
        await pilot.press("plus")
        await wait_for(pilot, lambda: "rate: 8.5" in app.workspace.text)


async def test_each_tab_has_a_key_and_takes_the_focus(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        for key, name in (("alt+4", "yaml"), ("alt+2", "clients"), ("alt+1", "chart")):
            await pilot.press(key)
            await wait_for(pilot, lambda name=name: app.query_one("#content").query_one(f"#{name}").display)  # type: ignore[misc]
            assert app.query_one("#tabs", Tabs).active == name
        await pilot.press("alt+4")
        await wait_for(pilot, lambda: app.focused is not None and app.query_one("#yaml") in app.focused.ancestors)
        await pilot.press("alt+0")
        form = app.query_one("#form-column")
        await wait_for(pilot, lambda: app.focused is not None and form in app.focused.ancestors_with_self)


CLIENTS = (Path(__file__).parents[2] / "examples" / "clients.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (SMALL, {ChartView, StageTable, TableRows, YamlArea, SummaryScroll, ProblemRows}),
        (CLIENTS.replace("horizon: 120000000", "horizon: 2000000"), {MemberList, FamilyRow, PartRow, NameRow}),
    ],
    ids=["stages", "clients"],
)
async def test_the_line_of_keys_begins_with_those_of_the_focus_and_fits(
    make_app: MakeApp, text: str, kinds: set[type], width: int
) -> None:
    app = make_app(text)
    async with app.run_test(size=(width, 30)) as pilot:
        await ready(pilot)
        line = app.screen.query_one(KeyLine)
        seen, ends = set(), set()
        for number in range(7):
            await pilot.press(f"alt+{number}")
            await pilot.pause()
            for widget in app.screen.focus_chain:
                kind = type(widget.parent) if isinstance(widget.parent, NameRow) else type(widget)
                if kind in seen:
                    continue
                widget.focus()
                await pilot.pause()
                await pilot.pause()
                drawn = str(line.render())
                assert cell_len(drawn) <= width, f"{widget}: {drawn}"
                own = [action for action in ACTIONS if action.footer and action.id in {each.id for each in bindings_of(widget)}]
                if own and own[0].where:
                    assert (own[0].group or own[0].title) in drawn[: width // 2], f"{widget}: {drawn}"
                ends.add(drawn[drawn.index("Palette") - 12 :])
                seen.add(kind)
        assert len(ends) == 1  # what works everywhere stays in its place
    assert seen >= kinds


def bindings_of(widget: Widget) -> list[Binding]:
    return [binding for bindings in widget._bindings.key_to_bindings.values() for binding in bindings]


async def test_a_click_in_the_line_of_keys_does_what_the_key_does(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 30)) as pilot:
        await ready(pilot)
        line = app.screen.query_one(KeyLine)
        column = next(column for column, entry in line.shown() if entry.title == "Add")
        await pilot.click(line, offset=(column, 0))
        await wait_for(pilot, lambda: app.workspace.view.undo_label == "add a stage")


def test_every_action_has_a_title_a_help_and_something_that_runs_it() -> None:
    for action in ACTIONS:
        assert action.title and action.help.endswith("."), action.id
        if not action.where:
            name = action.run.partition("(")[0]
            assert hasattr(DesignerApp, f"action_{name}"), action.id


async def test_the_palette_has_every_action_and_runs_it(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        titles = [command.title for command in commands(app, app.screen)]
        for action in ACTIONS:
            if not action.where and action.id != "help.palette":
                assert any(title.startswith(action.title) for title in titles), action.id
        await pilot.press("ctrl+p")
        await wait_for(pilot, lambda: isinstance(app.screen, CommandPalette))
        await write(pilot, "Next theme")
        await wait_for(pilot, lambda: app.screen.query("CommandList OptionList, CommandList") and app.screen._list_visible)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.theme == "textual-light")


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("ramp", "Stages: Ramp…"),
        ("duplicate", "Stages: Duplicate"),
        ("template", "New…"),
        ("zoom", "Wider form"),
        ("recent", "Open…"),
        ("settings", "Next theme"),
        ("screenshot", "Picture of the screen"),
        ("file per rate", "Sweep…"),
    ],
)
async def test_the_palette_finds_commands_from_everywhere_by_any_word(make_app: MakeApp, words: str, title: str) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("alt+1")
        await wait_for(pilot, lambda: isinstance(app.focused, ChartView))
        hits = [hit.text async for hit in Commands(app.screen).search(words)]
        assert any(str(hit).startswith(title) for hit in hits), hits


async def test_a_command_of_another_place_goes_there(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("alt+4")
        await wait_for(pilot, lambda: isinstance(app.focused, YamlArea))
        next(command for command in commands(app, app.screen) if command.title.startswith("Stages: Ramp")).run()
        await wait_for(pilot, lambda: isinstance(app.screen, RampDialog))


async def test_the_screen_is_written_as_a_picture(make_app: MakeApp, spec_file: Path) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await app.run_action("picture")
        await wait_for(pilot, lambda: list(spec_file.parent.glob("*.svg")))
        assert "<svg" in next(spec_file.parent.glob("*.svg")).read_text()


def test_synonyms_are_of_actions() -> None:
    assert set(SYNONYMS) <= {action.id for action in ACTIONS}


async def test_help_lists_the_keys_of_the_focused_pane_and_those_of_the_app(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        sections = keys_here(app.screen)
        assert sections[-1].title == "Everywhere"
        assert len(sections) > 1
        lines = {line.title: line.keys for line in sections[-1].lines}
        assert lines["Save"] == "^s"
        assert lines["Reload"] == "palette"
        assert [section.title for section in sections[:2]] == ["The stages", "The form"]
        assert set(lines) == {action.title for action in ACTIONS if not action.where}
        await pilot.press("f1")
        await wait_for(pilot, lambda: isinstance(app.screen, HelpDialog))
        await pilot.press("j", "k", "f1")
        await wait_for(pilot, lambda: len(app.screen_stack) == 1)


def test_every_place_of_keys_has_a_name() -> None:
    assert {action.where for action in ACTIONS} == set(PLACES)


async def test_keys_of_the_app_do_nothing_behind_a_dialog(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        app.write("seed: 1\n", "change")
        await pilot.press("ctrl+o")
        await wait_for(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press("ctrl+z", "ctrl+n", "ctrl+e", "f12")
        await pilot.pause()
        assert len(app.screen_stack) == 2
        assert app.workspace.text == "seed: 1\n"


async def test_copying_says_what_came_of_it(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await app.run_action("copy_text")
        assert app.clipboard == SMALL
        await wait_for(pilot, lambda: f"Copied {len(SMALL)} characters" in said(app))
        app.write("#" * 200_000, "much")
        await app.run_action("copy_text")
        await wait_for(pilot, lambda: "200,000 bytes are more than" in said(app))
        assert app.clipboard == SMALL


def editor(tmp_path: Path, body: str) -> str:
    script = tmp_path / "an editor.py"
    script.write_text(f"import sys\nfrom pathlib import Path\nfile = Path(sys.argv[-1])\n{body}\n")
    return f"{sys.executable} '{script}' --wait"


@pytest.fixture
def suspendable(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def suspend(_: DesignerApp) -> Iterator[None]:
        yield

    monkeypatch.setattr(DesignerApp, "suspend", suspend)


@pytest.mark.usefixtures("suspendable")
async def test_the_text_comes_back_from_the_editor_as_one_step(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", editor(tmp_path, "file.write_text(file.read_text().replace('seed: 42', 'seed: 5'))"))
    app = make_app()
    async with app.run_test() as pilot:
        await pilot.press("f4")
        assert app.workspace.text == SMALL.replace("seed: 42", "seed: 5")
        await pilot.press("ctrl+z")
        assert app.workspace.text == SMALL


@pytest.mark.usefixtures("suspendable")
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("sys.exit(3)", "ended with code 3"),
        ("pass", "Nothing was changed"),
        ("file.write_bytes(bytes([255]))", "codec can't decode"),
        ("file.unlink()", "No such file"),
    ],
)
async def test_what_the_editor_may_do_wrong(make_app: MakeApp, tmp_path: Path, body: str, told: str) -> None:
    app = DesignerApp(Workspace(SMALL), Settings(editor=editor(tmp_path, body)))
    async with app.run_test() as pilot:
        await pilot.press("f4")
        await wait_for(pilot, lambda: told in said(app))
        assert app.workspace.text == SMALL


async def test_an_editor_that_is_missing_is_told(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await pilot.press("f4")
        await wait_for(pilot, lambda: "Set $EDITOR" in said(app))
        monkeypatch.setenv("EDITOR", "true")
        await pilot.press("f4")  # this terminal cannot be given up
        await wait_for(pilot, lambda: "cannot hand over" in said(app))


async def test_no_color_is_respected(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        assert app.no_color
        assert any(type(each).__name__ in ("Monochrome", "NoColor") for each in app._filters)


@pytest.mark.parametrize("presses", [0, 1, 2])
async def test_every_theme_shows_everything(make_app: MakeApp, presses: int) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*["f9"] * presses)
        for key in ("alt+1", "alt+2", "alt+3", "alt+4", "alt+5", "f1", "escape", "ctrl+o", "escape"):
            await pilot.press(key)
            await pilot.pause()
        assert app.is_running


async def test_mends_and_the_walk_through_problems(make_app: MakeApp) -> None:
    app = make_app(SMALL.replace("output_len: 248", "output_len: -1").replace("seed: 42", "sed: 42"))
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for(pilot, lambda: app.workspace.view.checked is not None)
        checked = app.workspace.view.checked
        assert checked is not None
        await pilot.press("f2")
        first = app.problem_shown
        await pilot.press("f2")
        assert app.problem_shown != first
        await pilot.press("f2")
        assert app.problem_shown == first
        mendable = next(problem for problem in checked.problems if problem.mend is not None)
        app.post_message(MendRequested(mendable))
        await wait_for(pilot, lambda: "Fixed" in said(app))
        assert app.workspace.view.undo_label == (mendable.mend.label if mendable.mend else None)


async def test_all_safe_mends_are_one_step(make_app: MakeApp) -> None:
    text = TWO_STAGE.replace("seed: 42", "sede: 42")
    app = make_app(text)
    async with app.run_test() as pilot:
        await pilot.press("f8")
        await wait_for(pilot, lambda: "Fixed" in said(app) or "no automatic fixes" in said(app))
        if app.workspace.text != text:
            await pilot.press("ctrl+z")
        assert app.workspace.text == text


async def test_mends_that_are_not_safe_are_named_as_such(make_app: MakeApp) -> None:
    app = make_app(TWO_STAGE.replace("1200000000", "900000000"))
    async with app.run_test() as pilot:
        await ready(pilot)
        await pilot.press("f8")
        await wait_for(pilot, lambda: "1 fix would change the workload: F3 at the field applies it" in said(app))


async def test_every_tab_is_reached_without_alt(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        tabs = app.query_one("#tabs", Tabs)
        assert [str(tab.label) for tab in tabs.query("Tab")][1:3] == ["1 Chart", "2 Clients"]
        await pilot.press("ctrl+pagedown")
        await wait_for(pilot, lambda: tabs.active == "clients")
        await wait_for(pilot, lambda: isinstance(app.focused, TableRows))
        for key, name in (
            ("5", "summary"),
            ("1", "chart"),
            ("right_square_bracket", "clients"),
            ("left_square_bracket", "chart"),
        ):
            await pilot.press(key)
            await wait_for(
                pilot, lambda name=name: tabs.active == name and app.query_one("#content").query_one(f"#{name}").display
            )  # type: ignore[misc]
            await pilot.pause()
        await pilot.press("left_square_bracket")
        await wait_for(pilot, lambda: tabs.active == "summary")  # the first follows the last
        await pilot.press("4")
        await wait_for(pilot, lambda: isinstance(app.focused, YamlArea))
        await pilot.press("3", "escape")
        assert app.workspace.text.startswith("3#")
        await pilot.press("ctrl+z", "ctrl+l")
        await wait_for(pilot, lambda: isinstance(app.focused, StageTable))


@pytest.mark.parametrize("name", ["[red]x[b].yaml", "\x1b[2J\u202eabc.yaml", "宽字符😀.yaml"])
async def test_names_of_files_are_shown_literally(make_app: MakeApp, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(SMALL)
    app = make_app(path=path)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        shown = str(app.query_one(TitleBar).render())
        assert "\x1b" not in shown and "\u202e" not in shown
        assert name in shown or "\\x1b[2J\\u202eabc" in shown
        await pilot.press("ctrl+s", "ctrl+o")
        await pilot.pause()
        assert app.is_running


def test_numpy_and_plotext_wait_for_the_first_paint() -> None:
    script = (
        "import sys; from blis_tui.tui.app import DesignerApp; from blis_tui.tui.document.workspace import Workspace\n"
        "app = DesignerApp(Workspace('seed: 1')); print([name for name in ('numpy', 'plotext') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_numpy_is_not_there_when_the_first_frame_is_made() -> None:
    script = (
        "import sys, asyncio; from blis_tui.tui.app import DesignerApp; from blis_tui.tui.document.workspace import Workspace\n"
        "async def start(app):\n"
        "    print([name for name in ('numpy', 'plotext') if name in sys.modules]); app.exit()\n"
        "DesignerApp._start = start\n"
        "async def main():\n"
        "    async with DesignerApp(Workspace('seed: 1')).run_test() as pilot: await pilot.pause()\n"
        "asyncio.run(main())"
    )
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_dialogs_with_lists_survive_the_smallest_window(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        for key in ("ctrl+n", "ctrl+o", "f12", "ctrl+p"):
            await pilot.press(key)
            await wait_for(pilot, lambda: len(app.screen_stack) == 2)
            await pilot.resize_terminal(1, 1)
            await pilot.pause()
            await pilot.resize_terminal(80, 24)
            await pilot.press("escape")
            await wait_for(pilot, lambda: len(app.screen_stack) == 1)


async def test_messages_do_not_hide_a_dialog(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        app.say("Something that was said before.")
        await wait_for(pilot, lambda: len(app._notifications) == 1)
        await pilot.press("f12")
        await wait_for(pilot, lambda: len(app.screen_stack) == 2 and not app._notifications)


async def test_tabs_that_are_being_made_are_filled_when_they_are(make_app: MakeApp) -> None:
    """A check or a preview may end while a tab has no widgets yet."""
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        switcher = app.home.query_one("#content", ContentSwitcher)
        tabs = [make_tab(name) for name in TABS if not switcher.query(f"#{name}")]
        assert tabs
        for tab in tabs:
            made = switcher.mount(tab)
            app.refresh_view()
            app.show_preview(PreviewChanged(app.preview))
            await made
            app.show_in(tab)
        await ready(pilot)


async def test_a_tab_that_is_made_on_the_way_out_is_not_filled(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        compose = ClientsTab.compose

        def leave_meanwhile(tab: ClientsTab) -> list[Widget]:
            app._exit = True  # from here on Textual gives new widgets no children
            return list(compose(tab))

        monkeypatch.setattr(ClientsTab, "compose", leave_meanwhile)
        await app.home.show_tab("clients")
        assert not app.home.query_one(ClientsTab).children
        app.show_preview(PreviewChanged(app.preview))
        app.refresh_view()


async def test_what_is_typed_before_a_tab_is_there_changes_nothing_where_one_came_from(make_app: MakeApp) -> None:
    app = make_app((Path(__file__).parents[2] / "examples" / "clients.yaml").read_text(encoding="utf-8"))
    async with app.run_test() as pilot:
        await ready(pilot)
        await pilot.press("alt+0")
        assert isinstance(app.focused, MemberList)
        app.home.go_to_tab("yaml")
        assert app.focused is None  # a list takes x for the wish to remove what is under the cursor
        await wait_for(pilot, lambda: isinstance(app.focused, YamlArea), "the text")


@pytest.mark.parametrize("key", ["ctrl+l", "alt+0"])
async def test_what_is_typed_right_after_going_to_the_stages_is_meant_for_them(make_app: MakeApp, key: str) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("alt+4")
        await wait_for(pilot, lambda: isinstance(app.focused, YamlArea), "the text")
        await app.run_action("focus_list" if key == "ctrl+l" else "focus_form")
        assert isinstance(app.focused, StageTable)


async def test_the_form_is_no_tab_as_soon_as_there_is_room_for_it(make_app: MakeApp) -> None:
    """A key that comes right after the new size, when the screen has not seen that yet."""
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("alt+4")
        await wait_for(pilot, lambda: isinstance(app.focused, YamlArea), "the text")
        size = Size(120, 40)
        app.home.fit(size)
        assert app.home.has_class("-narrow")
        app.home.focus_form()
        assert app.home.active == "yaml"


async def test_a_tab_that_is_hidden_has_none_beside_it(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        tabs = app.home.tabs
        tabs.active = "form"
        tabs.action_next_tab()
        tabs.action_previous_tab()
        assert tabs.active == "form"
