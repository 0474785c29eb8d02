"""A trace is shown as a workload is, read-only: its chart, clients, requests and totals, until it is closed."""

from __future__ import annotations

import gc
import json
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from designer import SMALL, MakeApp, ready, wait_for
from textual.pilot import Pilot
from textual.widgets import Static

from blis_tui.formats.export import export
from blis_tui.problems import Cancelled
from blis_tui.reading import loads
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.capacity.capacity_pane import CapacityNumbers
from blis_tui.tui.chart.chart_view import ChartView
from blis_tui.tui.document.title_bar import TitleLine
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.filing.file_dialog import OpenDialog, PathInput
from blis_tui.tui.help.key_line import KeyLine
from blis_tui.tui.help.keys_dialog import HelpDialog, keys_here
from blis_tui.tui.help.palette import commands
from blis_tui.tui.summary.summary_tab import SummaryView
from blis_tui.tui.tables.client_dialog import ClientDialog
from blis_tui.tui.tables.write_dialog import RowsDialog
from blis_tui.tui.templates.new_dialog import NewDialog
from blis_tui.tui.trace import trace_screen
from blis_tui.tui.trace.progress import OpeningProgress
from blis_tui.tui.trace.trace_notes import TraceNotes
from blis_tui.tui.trace.trace_screen import TraceScreen
from blis_tui.tui.widgets.line_table import LineTable
from blis_tui.tui.widgets.too_small import TooSmall

HOSTILE = "[red]x[/red]\x1b[31m"


class Stuck(NamedTuple):
    """Reading that does not end by itself: whether it is to fail, and whether it was given up."""

    fail: threading.Event
    gave_up: threading.Event


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """The trace of a small workload, in which a client has a hostile name."""
    export(loads(SMALL), tmp_path, ["blis-trace"])
    path = tmp_path / "workload.trace.csv"
    path.write_text(path.read_text().replace("prompt-0-user-0,", f"{HOSTILE},"))
    return path


async def shown(pilot: Pilot[int], path: Path) -> TraceScreen:
    """Open a trace in the running app, and wait for all of it."""
    app = pilot.app
    assert isinstance(app, DesignerApp)
    app.do(app.filing.open_path(path), "files")
    await wait_for(pilot, lambda: isinstance(app.screen, TraceScreen), "the screen")
    screen = app.screen
    assert isinstance(screen, TraceScreen)
    await wait_for(pilot, lambda: screen.query_one(CapacityNumbers)._capacity is not None, "the capacity")
    return screen


def said(app: DesignerApp) -> str:
    return "\n".join(f"{note.title}: {note.message}" for note in app._notifications)


async def test_every_tab_shows_the_trace_and_the_document_stays(make_app: MakeApp, trace: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        before = app.workspace.text
        clients = len({line.split(",")[1] for line in trace.read_text().splitlines()[1:]})
        screen = await shown(pilot, trace)
        line = screen.query_one(TitleLine)
        assert trace.name in line.title.plain
        assert "a BLIS trace, read-only" in line.state.plain and line.state.plain.endswith(" requests")
        chart = screen.query_one(ChartView)
        await wait_for(pilot, lambda: chart._chart is not None and not chart.is_busy, "the chart")
        assert chart._chart is not None and chart._chart.rows == () and chart._chart.line == ""
        count = len(app.preview.requests or ())
        assert chart._chart.total is not None and chart._chart.total.tally is not None
        assert chart._chart.total.tally.generated == count
        await pilot.press("2")
        await wait_for(pilot, lambda: len(screen.query_one("#clients LineTable", LineTable).rows.order) == clients, "the clients")
        titles = [column.title for column in screen.query_one("#clients LineTable", LineTable).rows.columns]
        assert titles[:5] == ["client", "number", "requests", "input", "output"] and "expected" not in titles
        await pilot.press("3")
        await wait_for(pilot, lambda: len(screen.query_one("#requests LineTable", LineTable).rows.order) == count, "the requests")
        await pilot.press("4")
        await wait_for(pilot, lambda: "recorded" in str(screen.query_one(SummaryView).query_one(Static).render()), "the summary")
        text = str(screen.query_one(SummaryView).query_one(Static).render())
        assert "expected" not in text and "An export" not in text and "version" not in text
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is app.home, "the document")
        assert app.workspace.text == before and not app.workspace.dirty


async def test_it_is_asked_sorted_and_its_rows_written(make_app: MakeApp, trace: Path, tmp_path: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        screen = await shown(pilot, trace)
        await pilot.press("3")
        table = screen.query_one("#requests LineTable", LineTable)
        await wait_for(pilot, lambda: len(table.rows.order) > 0, "the requests")
        table.ask("client~red")
        await wait_for(pilot, lambda: 0 < len(table.rows.order) < 20 and not table.is_busy, "the filter")
        table.rows.focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, ClientDialog), "the client")
        assert "[red]x[/red]" in str(app.screen.query_one(".dialog")._border_title)
        assert "windows" not in str(app.screen.query_one(".facts", Static).render())
        assert "\x1b" not in app.export_screenshot()
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is screen, "the trace again")
        await pilot.press("w")
        await wait_for(pilot, lambda: isinstance(app.screen, RowsDialog), "the dialog")
        name = app.screen.query_one(PathInput)
        assert name.value == "workload.trace.rows.csv"  # named after the trace, and beside it
        name.value = "some.jsonl"
        await pilot.press("enter")
        await wait_for(pilot, lambda: "Wrote" in said(app), "the rows")
        rows = [json.loads(line) for line in (tmp_path / "some.jsonl").read_text().splitlines()]
        assert len(rows) == len(table.rows.order) and all(row["client_id"].endswith(HOSTILE) for row in rows)


async def test_another_answer_time_changes_its_capacity_alone(make_app: MakeApp, trace: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        server = app.preview.server
        screen = await shown(pilot, trace)
        numbers = screen.query_one(CapacityNumbers)
        before = numbers._capacity
        await pilot.press("alt+t")
        await wait_for(pilot, lambda: screen.focused is not None and screen.focused.id == "number-first", "the assumption")
        await pilot.press("up", "up")
        await wait_for(pilot, lambda: numbers._capacity not in (None, before) and not numbers._old, "another capacity")
        assert numbers._capacity is not None and numbers._capacity.server.ttft_us > server.ttft_us
        assert app.preview.server == server


async def test_the_cursor_leads_to_the_requests_of_a_bin(make_app: MakeApp, trace: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        screen = await shown(pilot, trace)
        chart = screen.query_one(ChartView)
        await wait_for(pilot, lambda: chart._chart is not None and not chart.is_busy, "the chart")
        chart.focus()
        await pilot.press("c", "enter")
        await wait_for(
            pilot, lambda: 0 < len(screen.query_one("#requests LineTable", LineTable).rows.order) < 100, "the bin's requests"
        )


async def test_what_cannot_be_opened_says_why(make_app: MakeApp, trace: Path) -> None:
    trace.write_text("\n".join([*trace.read_text().splitlines()[:3], "not,a,row", ""]))
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        app.do(app.filing.open_path(trace), "files")
        await wait_for(pilot, lambda: "Not opened" in said(app), "the reason")
        assert f"{trace.name}:4:1: error: 3 cells where the head has" in said(app).replace("\n", "")
        assert app.screen is app.home


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stuck]:
    """Reading of traces that takes until it is given up, or fails when that is asked for."""
    end = Stuck(threading.Event(), threading.Event())

    def slow(path: Path, max_size: int | None, block_size: int | None, server: object, progress: Callable[[float], None]) -> None:
        try:
            while not end.fail.wait(0.001):
                progress(0.42)
        except Cancelled:
            end.gave_up.set()
            raise
        raise MemoryError

    monkeypatch.setattr(trace_screen, "opened", slow)
    yield end
    end.fail.set()


async def test_reading_it_can_be_given_up(make_app: MakeApp, trace: Path, stuck: Stuck) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        app.do(app.filing.open_path(trace), "files")
        await wait_for(pilot, lambda: isinstance(app.screen, TraceScreen), "the screen")
        told = app.screen.query_one(OpeningProgress)
        await wait_for(pilot, lambda: trace.name in str(told.render()) and "42%" in str(told.render()), "how far it is")
        await pilot.press("2", "alt+t", "ctrl+pagedown")  # there is nothing yet to go to
        keys = app.screen.query_one(KeyLine)
        assert "Close" in str(keys.render()) and "Clients" not in str(keys.render())
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is app.home and stuck.gave_up.is_set(), "the end")
        assert not said(app)


async def test_a_failure_leaves_the_help_that_lies_over_it(make_app: MakeApp, trace: Path, stuck: Stuck) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        app.do(app.filing.open_path(trace), "files")
        await wait_for(pilot, lambda: isinstance(app.screen, TraceScreen), "the screen")
        screen = app.screen
        await pilot.press("f1")
        await wait_for(pilot, lambda: isinstance(app.screen, HelpDialog), "the help")
        stuck.fail.set()
        await wait_for(pilot, lambda: screen._is_answered, "the failure")  # type: ignore[attr-defined]
        assert isinstance(app.screen, HelpDialog)
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is app.home, "the document")
        await wait_for(pilot, lambda: "not enough memory" in said(app), "the reason")


async def test_a_designer_that_begins_with_a_trace_goes_on_with_a_new_file(trace: Path) -> None:
    app = DesignerApp(Workspace(SMALL), fresh=True, trace=trace)
    async with app.run_test() as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, TraceScreen), "the trace")
        await wait_for(pilot, lambda: app.screen.query_one(ChartView), "its chart")
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(app.screen, NewDialog), "the templates")


async def test_the_command_line_says_how_large_blocks_are(tmp_path: Path) -> None:
    trace = tmp_path / "moon.jsonl"
    trace.write_text('{"timestamp": 0, "input_length": 1000, "output_length": 5, "hash_ids": [1, 2]}\n')
    app = DesignerApp(Workspace(SMALL), fresh=True, trace=trace, block_size=700)
    async with app.run_test() as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, TraceScreen) and app.screen.query(ChartView), "the trace")
        await wait_for(pilot, lambda: "700 tokens" in str(app.screen.query_one(TraceNotes).render()), "the size")


async def test_the_open_dialog_lists_traces_and_remembers_them(make_app: MakeApp, trace: Path) -> None:
    document = trace.with_name("small.yaml")
    document.write_text(SMALL)
    app = make_app(path=document)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("ctrl+o")
        await wait_for(pilot, lambda: isinstance(app.screen, OpenDialog), "the dialog")
        app.screen.query_one(PathInput).value = trace.name
        await wait_for(pilot, lambda: [entry.name for entry in app.screen._shown] == [trace.name], "the trace")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, TraceScreen), "the trace")
        assert str(trace) in app.appearance.remembered.recent


async def test_a_header_leads_to_its_rows(make_app: MakeApp, trace: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        screen = await shown(pilot, trace.with_suffix(".yaml"))
        assert f"{len(trace.read_text().splitlines()) - 1:,} requests" in screen.query_one(TitleLine).state.plain


async def test_notes_that_do_not_fit_are_in_the_summary(make_app: MakeApp, tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    row = {"timestamp": 1_700_000_000_000, "input_length": 700, "hash_ids": [1, 2], "session_id": "a"}
    path.write_text(f"{json.dumps(row)}\n" * 3)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        screen = await shown(pilot, path)
        notes = screen.query_one(TraceNotes)
        assert "a mooncake trace" in screen.query_one(TitleLine).state.plain
        assert notes.size.height == 3 and str(notes.render()).endswith("… more in the Summary")
        await pilot.press("4")
        await wait_for(pilot, lambda: "Notes" in str(screen.query_one(SummaryView).query_one(Static).render()), "the notes")
        text = " ".join(str(screen.query_one(SummaryView).query_one(Static).render()).split())
        assert all(note.message in text for note in screen._preview.remarks)  # type: ignore[union-attr]


async def test_commands_and_help_are_of_the_trace(make_app: MakeApp, trace: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        screen = await shown(pilot, trace)
        titles = [command.title.partition("  (")[0] for command in commands(app, screen)]
        assert {"Close", "Answer times", "Clients", "Quit", "Keys", "Picture of the screen"} <= set(titles)
        assert not {"Save", "Export…", "Undo", "Sweep…", "Form", "Rate up"} & set(titles)
        sections = {section.title: {line.title for line in section.lines} for section in keys_here(screen)}
        assert "Close" in sections["The trace"]
        assert "Sweep…" not in sections["Everywhere"] and "Quit" in sections["Everywhere"]


async def test_a_window_too_small_for_it_says_so(make_app: MakeApp, trace: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        screen = await shown(pilot, trace)
        assert not screen.query_one(TooSmall).display
        await pilot.resize_terminal(40, 12)
        await wait_for(pilot, lambda: screen.query_one(TooSmall).display, "the cover")
        await pilot.resize_terminal(80, 24)
        await wait_for(pilot, lambda: not screen.query_one(TooSmall).display, "the trace")


async def used(pilot: Pilot[int], path: Path) -> weakref.ref[object]:
    """Look at all of a trace; returns what tells whether its requests are kept."""
    screen = await shown(pilot, path)
    await pilot.press("2", "3", "4")
    await wait_for(pilot, lambda: "recorded" in str(screen.query_one(SummaryView).query_one(Static).render()), "the summary")
    assert screen._opened is not None
    return weakref.ref(screen._opened.trace.requests)


async def test_a_trace_that_is_closed_is_let_go(make_app: MakeApp, trace: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        requests = await used(pilot, trace)
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is app.home, "the document")

        def is_gone() -> bool:
            gc.collect()
            return requests() is None

        await wait_for(pilot, is_gone, "the memory")
