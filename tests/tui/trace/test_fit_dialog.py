"""From a trace to a workload file: what can be chosen, how well it fits, and the new file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from designer import SMALL, MakeApp, ready, wait_for
from textual.pilot import Pilot
from textual.widgets import Button, Checkbox, Static

from blis_tui.formats.export import export
from blis_tui.formats.traces.trace import Trace
from blis_tui.reading import loads
from blis_tui.spec.check import check
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.filing.file_dialog import SaveDialog
from blis_tui.tui.trace.fit_dialog import FitDialog
from blis_tui.tui.trace.trace_screen import TraceScreen
from blis_tui.tui.widgets.confirm_dialog import ConfirmDialog
from blis_tui.tui.widgets.lines_view import LinesView
from blis_tui.workload.fitting.choices import Choices
from blis_tui.workload.fitting.fit import Fit, fit
from blis_tui.workload.progress import Progress

HOSTILE = "[red]x[/red]\x1b[31m"
TWO_CLIENTS = """
version: "2"
seed: 1
aggregate_rate: 40
num_requests: 400
clients:
- id: first
  rate_fraction: 1
  arrival: {process: poisson}
  input_distribution: {type: lognormal, params: {mu: 5.6, sigma: 0.8, max: 8192}}
  output_distribution: {type: exponential, params: {mean: 90, min: 4, max: 1000}}
- id: second
  rate_fraction: 1
  arrival: {process: poisson}
  input_distribution: {type: constant, params: {value: 5}}
  output_distribution: {type: constant, params: {value: 6}}
"""


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """A trace of two clients, one of which has a hostile name."""
    export(loads(TWO_CLIENTS), tmp_path, ["blis-trace"])
    path = tmp_path / "workload.trace.csv"
    path.write_text(path.read_text().replace(",second,", f",{HOSTILE},"))
    return path


async def asked(pilot: Pilot[int], path: Path) -> FitDialog:
    """Open a trace in the running app, and ask for a fit."""
    app = pilot.app
    assert isinstance(app, DesignerApp)
    app.do(app.filing.open_path(path), "files")
    await wait_for(pilot, lambda: isinstance(app.screen, TraceScreen) and app.screen._opened is not None, "the trace")
    await pilot.press("f")
    await wait_for(pilot, lambda: isinstance(app.screen, FitDialog), "the dialog")
    dialog = app.screen
    assert isinstance(dialog, FitDialog)
    return dialog


async def fitting(pilot: Pilot[int], path: Path) -> FitDialog:
    """Open a trace in the running app, and fit it."""
    dialog = await asked(pilot, path)
    await wait_for(pilot, lambda: dialog._fit is not None, "the fit")
    return dialog


def lines(dialog: FitDialog) -> list[str]:
    return ["".join(text for text, _ in line) for line in dialog.query_one(LinesView)._lines]


async def test_a_fit_is_shown_and_becomes_a_new_unsaved_file(make_app: MakeApp, trace: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        dialog = await fitting(pilot, trace)
        assert "The fit is good." in str(dialog.query_one("#verdict", Static).render())
        assert [line.split() for line in lines(dialog)][2][:2] == ["requests", "400"]
        assert "\x1b" not in app.export_screenshot()
        assert any("[red]x[/red]\\x1b" in line for line in lines(dialog))
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.screen is app.home, "the document")
        assert app.workspace.text.startswith(f"# Fitted to the trace {trace.name}: 400 requests")
        assert app.workspace.dirty and app.workspace.path is None and app.workspace.origin == trace
        assert not [problem for problem in check(app.workspace.text).problems if problem.severity != "info"]
        app.action_save()
        await wait_for(pilot, lambda: isinstance(app.screen, SaveDialog), "where to save it")


async def test_a_choice_fits_anew(make_app: MakeApp, trace: Path) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        dialog = await fitting(pilot, trace)
        first = dialog._fit
        assert first is not None and first.choices.lengths == "empirical" and first.choices.shape == "stages"
        dialog.query_one("#family", Checkbox).focus()
        await pilot.press("space")
        assert dialog._fit is None or dialog._fit is not first
        await wait_for(pilot, lambda: dialog._fit is not None, "another fit")
        assert dialog._fit is not None and dialog._fit.spec.clients[0].input_distribution.type == "lognormal"
        dialog.query_one("#cohorts", Checkbox).focus()
        await pilot.press("space")
        await wait_for(pilot, lambda: dialog._fit is not None and bool(dialog._fit.spec.cohorts), "cohorts")
        assert dialog._fit.choices == ("family", "cohorts")


async def test_escape_leads_back_to_the_trace_and_changes_nothing(make_app: MakeApp, trace: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        before = app.workspace.text
        await fitting(pilot, trace)
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(app.screen, TraceScreen), "the trace")
        await pilot.press("q")
        await wait_for(pilot, lambda: app.screen is app.home, "the document")
        assert app.workspace.text == before


async def test_unsaved_work_is_asked_about_first(make_app: MakeApp, trace: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        app.write(SMALL.replace("seed: 42", "seed: 43") + "# mine\n", "mine")
        await fitting(pilot, trace)
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmDialog), "the question")
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is app.home, "the document")
        assert app.workspace.text.endswith("# mine\n")


async def test_it_can_be_left_while_it_is_fitted(make_app: MakeApp, trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from blis_tui.formats import fitted

    stopped = threading.Event()

    def slow(requests: object, choices: object, progress: object, say: object) -> None:
        assert callable(progress)
        try:
            while True:
                progress(0.5)
        except BaseException:
            stopped.set()
            raise

    monkeypatch.setattr(fitted, "fit_trace", slow)
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        dialog = await asked(pilot, trace)
        await wait_for(pilot, lambda: "%" in str(dialog.query_one("#verdict", Static).render()), "how far it is")
        assert dialog.query_one("#make", Button).disabled
        await pilot.press("enter")
        assert app.screen is dialog
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(app.screen, TraceScreen) and stopped.is_set(), "the end")


async def test_what_takes_long_is_said_before_and_what_takes_too_long_is_not_compared(
    make_app: MakeApp, trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from blis_tui.formats import fitted
    from blis_tui.problems import INFO, Problem

    seen = threading.Event()

    def slow(given: Trace, choices: Choices, progress: Progress, say: Callable[[Problem], None]) -> Fit:
        say(Problem("slow", INFO, (), "generating it takes a while"))
        while not seen.is_set():
            progress(0.5)
        return fit(given.requests, choices)._replace(report=None, effort_s=300.0)

    monkeypatch.setattr(fitted, "fit_trace", slow)
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        dialog = await asked(pilot, trace)

        def said() -> str:
            return str(dialog.query_one("#verdict", Static).render())

        await wait_for(pilot, lambda: "%" in said() and said().endswith(": generating it takes a while"), "why it takes long")
        seen.set()
        await wait_for(pilot, lambda: dialog._fit is not None, "the fit")
        assert said() == "The fit is not compared, as generating it takes about 5 min."
        assert not dialog.query_one("#make", Button).disabled
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.screen is app.home, "the document")
        assert "# The fit is not compared" in app.workspace.text


async def test_a_trace_without_requests_says_why_nothing_is_made(make_app: MakeApp, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n")
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        dialog = await asked(pilot, path)
        await wait_for(pilot, lambda: "no requests" in str(dialog.query_one("#verdict", Static).render()), "the reason")
        assert dialog.query_one("#make", Button).disabled


async def test_a_designer_that_begins_with_a_trace_goes_on_with_what_was_made_of_it(trace: Path) -> None:
    app = DesignerApp(Workspace(SMALL), fresh=True, trace=trace)
    async with app.run_test() as pilot:
        await wait_for(pilot, lambda: isinstance(app.screen, TraceScreen) and app.screen._opened is not None, "the trace")
        await pilot.press("f")
        await wait_for(pilot, lambda: isinstance(app.screen, FitDialog) and app.screen._fit is not None, "the fit")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "Fitted to" in app.workspace.text, "the new file")
        await wait_for(pilot, lambda: app.screen is app.home, "no other dialog")
