"""``--summary``: what a spec comes to, in numbers and as a chart."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from blis_tui.cli.arguments.options import Options
from blis_tui.cli.errors import DONE, SPEC_ERRORS, CommandError
from blis_tui.cli.inputs.requests import forewarned, planned_and_sent_of
from blis_tui.cli.inputs.specs import load
from blis_tui.cli.inputs.stdin import shown_name
from blis_tui.cli.inputs.traces import trace_at
from blis_tui.cli.outputs import colours
from blis_tui.cli.outputs.problem_notes import report
from blis_tui.cli.outputs.progress import Progress
from blis_tui.cli.outputs.streams import put
from blis_tui.spec.check import Checked

if TYPE_CHECKING:
    from blis_tui.cli.summary.overview import Overview
    from blis_tui.workload.measured.run import Run

_USUAL_WIDTH = 80


def run(options: Options) -> int:
    """Report the totals of a spec's requests, or of a trace; problems go to standard error."""
    (path,) = options.specs
    trace = trace_at(path, options)
    if trace is not None:
        from blis_tui.cli.summary.overview import overview_of_trace

        _show(overview_of_trace(trace, options.server), options)
        return DONE
    checked = load(path, options)
    report(forewarned(checked, options.server), shown_name(path), options.color)
    if checked.spec is None or checked.errors:
        return SPEC_ERRORS
    run = None if options.measured is None else _run(options.measured)
    with Progress() as progress:
        if options.simulate:
            run = _simulated(checked, options, progress)
        overview = _overview(checked, options, run, progress)
    _show(overview, options)
    return DONE


def _show(overview: Overview, options: Options) -> None:
    """Put an overview on standard output."""
    (path,) = options.specs
    if options.json:
        from blis_tui.cli.summary.json_document import document

        put(document(overview, path))
        return
    from blis_tui.cli.summary.chart import MOST_STEPS, draw_chart
    from blis_tui.cli.summary.text import chart_title, lines

    colour = colours.wanted(sys.stdout, options.color)
    put("".join(f"{colours.painted(line.text, line.style, colour)}\n" for line in lines(overview, shown_name(path))))
    summary = overview.summary
    if len(overview.requests):
        unicode = _is_unicode()
        line = overview.line(MOST_STEPS)
        chart = draw_chart(summary.over_time, line.steps, _width(), colour=colour, unicode=unicode)
        title = colours.painted(chart_title(overview, line, unicode=unicode), colours.HEADING, colour)
        put(f"\n{title}\n{chart}\n")


def _run(path: str) -> Run:
    """Read the results of a run; raises `CommandError`."""
    from pathlib import Path

    from blis_tui.formats.runs.opening import open_run
    from blis_tui.formats.runs.parts import RunError

    try:
        return open_run(Path(path))
    except RunError as error:
        raise CommandError(str(error)) from error


def _simulated(checked: Checked, options: Options, progress: Progress) -> Run:
    """Run BLIS on a spec without errors; raises `CommandError`."""
    from blis_tui.cli.inputs.user_settings import user_settings
    from blis_tui.signals import held
    from blis_tui.simulation.command import SimulationError
    from blis_tui.simulation.simulation import simulate
    from blis_tui.tui.simulation.simulator import simulator_of

    assert checked.spec is not None
    simulator = simulator_of(user_settings(options)[1])
    try:
        with held():  # BLIS has to be ended first
            return simulate(checked.text, checked.spec, simulator, progress.simulating)
    except SimulationError as error:
        raise CommandError(f"BLIS did not simulate: {error}") from error


def _overview(checked: Checked, options: Options, run: Run | None, progress: Progress) -> Overview:
    """Generate what is planned and, where anything waits for answers, what is sent; sum both up."""
    from blis_tui.cli.summary.overview import overview
    from blis_tui.workload.server import AssumedServer

    plan, sent = planned_and_sent_of(checked, progress, shown_name(options.specs[0]), options.server)
    return overview(plan, sent, options.server or AssumedServer(), run, assumed=options.server is not None)


def _is_unicode() -> bool:
    """Return whether standard output can show the chart's block characters."""
    try:
        "▄┊─│".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((_USUAL_WIDTH, 24)).columns
