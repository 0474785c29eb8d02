"""A trace is shown as a workload is, read-only: its chart, clients, requests and totals, until it is closed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from designer import SMALL, MakeApp, ready, wait_for
from textual.pilot import Pilot
from textual.widgets import Static

from blis_tui.formats.export import export
from blis_tui.reading import loads
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.capacity.capacity_pane import CapacityNumbers
from blis_tui.tui.chart.chart_view import ChartView
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.summary.summary_tab import SummaryView
from blis_tui.tui.tables.client_dialog import ClientDialog
from blis_tui.tui.templates.new_dialog import NewDialog
from blis_tui.tui.trace.trace_screen import TraceScreen
from blis_tui.tui.widgets.line_table import LineTable

HOSTILE = "[red]x[/red]\x1b[31m"


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
        assert "a BLIS trace, read-only" in str(screen.query_one("#trace-title", Static).render())
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
        assert "\x1b" not in app.export_screenshot()
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is screen, "the trace again")
        from blis_tui.formats.rows import write_rows

        requests = table.parent.preview.requests  # type: ignore[union-attr]
        write_rows(requests, table.rows.order, tmp_path / "some.jsonl")
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


async def test_reading_it_can_be_given_up(make_app: MakeApp, trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from blis_tui.tui.trace import trace_screen

    gave_up = threading.Event()

    def slow(*arguments: object) -> None:
        check = arguments[3]
        assert callable(check)
        try:
            while True:
                check()
        except BaseException:
            gave_up.set()
            raise

    monkeypatch.setattr(trace_screen, "opened", slow)
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        app.do(app.filing.open_path(trace), "files")
        await wait_for(pilot, lambda: isinstance(app.screen, TraceScreen), "the screen")
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is app.home and gave_up.is_set(), "the end")
        assert not said(app)


async def test_a_designer_that_begins_with_a_trace_goes_on_with_a_new_file(trace: Path) -> None:
    app = DesignerApp(Workspace(SMALL), fresh=True, trace=trace)
    async with app.run_test() as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, TraceScreen), "the trace")
        await wait_for(pilot, lambda: app.screen.query_one(ChartView), "its chart")
        await pilot.press("q")
        await wait_for(pilot, lambda: isinstance(app.screen, NewDialog), "the templates")
