"""One key simulates the text with BLIS: in the background, to be cancelled, and with nothing left of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from blis_stand_in import GOOD, stand_in
from designer import SMALL, MakeApp, ready, wait_for
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static

from blis_tui.simulation.command import Simulator
from blis_tui.tui.app import DesignerApp
from blis_tui.tui.chart.chart_picture import ChartPicture
from blis_tui.tui.preferences.settings import Settings, SettingsError, parse_settings
from blis_tui.tui.simulation.simulation_line import SimulationLine

pytestmark = pytest.mark.usefixtures("temporary")

KEY = "alt+s"
HANGING = """
part = pathlib.Path({pid!r} + ".part")
part.write_text(str(os.getpid()))
part.rename({pid!r})
time.sleep(600)
"""


def with_program(app: DesignerApp, simulator: Simulator) -> DesignerApp:
    app.settings = Settings(blis=simulator.program, blis_model=simulator.model, blis_flags=simulator.flags or None)
    return app


def messages(pilot: Pilot[int]) -> str:
    return "\n".join(f"{each.title}: {each.message}" for each in pilot.app._notifications)


def line(pilot: Pilot[int]) -> SimulationLine:
    app = pilot.app
    assert isinstance(app, DesignerApp)
    return app.home.query_one(SimulationLine)


def text_of(widget: Widget) -> str:
    """Return what a widget shows."""
    lines = (widget.render_line(line) for line in range(widget.virtual_size.height or widget.size.height))
    return "\n".join(line.text for line in lines)


def summary(pilot: Pilot[int]) -> str:
    return str(pilot.app.query_one("SummaryView Static", Static).render())


def is_gone(pid: Path) -> bool:
    try:
        os.kill(int(pid.read_text()), 0)
    except ProcessLookupError:
        return True
    return False


async def test_escape_stops_it_and_is_what_it_was_before_and_after(make_app: MakeApp, tmp_path: Path, temporary: Path) -> None:
    pid = tmp_path / "pid"
    app = with_program(make_app(), stand_in(tmp_path, HANGING.format(pid=str(pid)))._replace(model="a/b"))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("alt+4")
        await wait_for(pilot, lambda: "text" in str(app.focused).lower() or "yaml" in str(app.focused).lower())
        typed_in = app.focused
        assert not line(pilot).display
        await pilot.press(KEY)
        await wait_for(pilot, lambda: pid.exists() and line(pilot).display)
        assert str(line(pilot).render()).startswith("⟳ BLIS simulates a/b: ")
        assert str(line(pilot).render()).endswith(" s, escape cancels")
        await pilot.press(KEY)
        await wait_for(pilot, lambda: "already" in messages(pilot))
        await pilot.press("escape")
        await wait_for(pilot, lambda: "cancelled" in messages(pilot) and not line(pilot).display)
        assert app.focused is typed_in
        await wait_for(pilot, lambda: is_gone(pid) and not list(temporary.iterdir()))
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.focused is not typed_in)


async def test_the_results_are_shown_and_said_to_be_old_once_the_text_changes(make_app: MakeApp, tmp_path: Path) -> None:
    app = with_program(make_app(), stand_in(tmp_path)._replace(model="[b]m"))
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press(KEY)
        await wait_for(pilot, lambda: app.preview.comparison is not None)
        assert "Simulated by BLIS: [b]m: Its results are over the chart." in messages(pilot)
        assert "alt+s simulates again" in messages(pilot)
        chart = app.query_one(ChartPicture)
        await wait_for(pilot, lambda: "•• simulated by BLIS" in text_of(chart))
        await pilot.press("alt+m")
        await wait_for(pilot, lambda: app.preview.server.ttft_us == 20_000 and app.preview.server.itl_us == 10_000)
        app.write(SMALL.replace("rate: 20.0", "rate: 25.0"), "edit")
        await ready(pilot)
        await wait_for(pilot, lambda: "(before the last changes)" in text_of(chart))
        await pilot.press("alt+5")
        await wait_for(pilot, lambda: "Simulated by BLIS: [b]m (before the last changes)" in summary(pilot))
        await pilot.press("ctrl+z")
        await wait_for(pilot, lambda: "(before" not in summary(pilot))
        await pilot.press("alt+r", "r")
        await wait_for(pilot, lambda: app.preview.run is None)


async def test_what_ends_after_the_text_was_changed_is_of_the_older_text(make_app: MakeApp, tmp_path: Path) -> None:
    go = tmp_path / "go"
    does = f"while not pathlib.Path({str(go)!r}).exists(): time.sleep(0.01)\n{GOOD}"
    app = with_program(make_app(), stand_in(tmp_path, does))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press(KEY)
        await wait_for(pilot, lambda: app.simulations.running)
        app.write(SMALL + "# more", "edit")
        go.touch()
        await wait_for(pilot, lambda: app.preview.run is not None)
        assert app.preview.run is not None and app.preview.run.outdated


async def test_another_file_is_not_given_the_results(make_app: MakeApp, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    app = with_program(make_app(), stand_in(tmp_path, HANGING.format(pid=str(pid))))
    other = tmp_path / "other.yaml"
    other.write_text(SMALL)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press(KEY)
        await wait_for(pilot, pid.exists)
        await app.filing.open_path(other)
        await wait_for(pilot, lambda: is_gone(pid) and not app.simulations.running)


async def test_leaving_ends_it(make_app: MakeApp, tmp_path: Path, temporary: Path) -> None:
    pid = tmp_path / "pid"
    app = with_program(make_app(), stand_in(tmp_path, HANGING.format(pid=str(pid))))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press(KEY)
        await wait_for(pilot, pid.exists)
        await pilot.press("ctrl+q")
    assert is_gone(pid)
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    ("does", "said"),
    [
        (
            "sys.stderr.write('Error: [bold]no\\x1b[2J\\nUsage:\\n'); sys.exit(1)",
            "BLIS did not simulate: Error: [bold]no\\x1b[2J",
        ),
        ("print('nonsense')", "it wrote neither a trace nor totals"),
    ],
)
async def test_what_goes_wrong_is_said(make_app: MakeApp, tmp_path: Path, does: str, said: str) -> None:
    app = with_program(make_app(), stand_in(tmp_path, does))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press(KEY)
        await wait_for(pilot, lambda: said in messages(pilot))
        assert not app.simulations.running


async def test_a_program_that_is_not_there(make_app: MakeApp) -> None:
    app = with_program(make_app(), Simulator("/nonexistent/blis"))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press(KEY)
        await wait_for(pilot, lambda: "/nonexistent/blis: No such file" in messages(pilot))


async def test_a_text_with_errors_is_not_simulated(make_app: MakeApp, tmp_path: Path) -> None:
    app = with_program(make_app(SMALL.replace("rate: 20.0", "rate: -1")), stand_in(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press(KEY)
        await wait_for(pilot, lambda: "The text has errors" in messages(pilot))
        assert not app.simulations.running


@pytest.mark.parametrize("setting", ["blis", "blis_flags"])
def test_quotes_in_settings_are_closed(setting: str) -> None:
    with pytest.raises(SettingsError, match=r"with (its|their) quotes closed"):
        parse_settings(f"""{setting} = 'a "b'""", "s")
