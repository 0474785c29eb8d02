"""``--fit``: a workload file that is like a trace, and how like it is."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from blis_tui.cli.arguments.options import STDIN, Options
from blis_tui.cli.errors import DONE, CommandError
from blis_tui.cli.inputs.stdin import shown_name
from blis_tui.cli.inputs.traces import trace_at
from blis_tui.cli.outputs.problem_notes import report
from blis_tui.cli.outputs.progress import Progress
from blis_tui.cli.outputs.streams import note, put, write_errors
from blis_tui.formats.traces.kinds import kind_at
from blis_tui.numbers import aligned
from blis_tui.problems import Problem, printable
from blis_tui.reading import read_bytes, regular_size
from blis_tui.signals import held

if TYPE_CHECKING:
    from blis_tui.workload.fitting.fit import Fit
    from blis_tui.workload.fitting.likeness.report import FitReport, Section


def run(options: Options) -> int:
    """Fit a workload to a trace and write it; the comparison goes to standard error, or as JSON to standard output."""
    (path,) = options.specs
    assert options.output is not None
    if options.output != STDIN:
        _demand_writable(options.output, force=options.force)
    trace = trace_at(path, options)
    if trace is None:
        raise CommandError(f"{shown_name(path)}: {_why_no_trace(path)}")
    from blis_tui.formats.fitted import fit_trace, fitted_text

    with Progress(quiet=options.quiet) as progress:

        def say(problem: Problem) -> None:
            if not options.quiet:
                progress.clear()
                report([problem], shown_name(path), options.color)

        found = fit_trace(trace, options.choices, lambda done: progress.part("fitting", done), say)
    text = fitted_text(found, os.path.basename(shown_name(path)))  # noqa: PTH119 - as everywhere in the command line
    if options.output == STDIN:
        put(text)
    else:
        _write(options.output, text, force=options.force)
    if options.json:
        put(_document(found, path, options.output))
    elif not options.quiet:
        note(*_report(found, path, options.output))
    return DONE


def _why_no_trace(path: str) -> str:
    if path != STDIN:
        try:
            if regular_size(path) is None:
                return "is not a regular file"
            read_bytes(path, 0)
        except OSError as error:
            return error.strerror or str(error)
    return "is no trace of BLIS, mooncake or Azure, which --fit takes"


def _demand_writable(path: str, *, force: bool) -> None:
    """Raise `CommandError` before the work if the file cannot be written after it."""
    from blis_tui.files.file_set import demand_writable

    kind = kind_at(path)
    if kind is not None:  # mostly the one that is fitted to, and that cannot be made again
        raise CommandError(f"{path}: is {kind}; no fit is written over one")
    with write_errors(), held():
        demand_writable(path, force=force)


def _write(path: str, text: str, *, force: bool) -> None:
    from blis_tui.files.file_set import FileSet

    with write_errors(), held(), FileSet(force=force) as files:
        files.add(path).write(text.encode())
        files.commit()


def _report(found: Fit, path: str, output: str) -> list[str]:
    """Return the lines of the comparison as text."""
    from blis_tui.formats.fitted import verdict_of
    from blis_tui.workload.fitting.likeness.tables import HEAD, LEGEND, table

    written = "" if output == STDIN else f"wrote {output}: "
    head = f"{written}the fit to {shown_name(path)} {verdict_of(found)}"
    if found.report is None:
        return [head]
    lines = table(found.report)
    rows = aligned([HEAD, *((printable(line.cells[0]), *line.cells[1:], line.verdict) for line in lines)])
    return [head, *rows, *LEGEND]


def _document(found: Fit, path: str, output: str) -> str:
    """Write the comparison as JSON."""
    document = {
        "trace": path,
        "output": output,
        "lengths": found.choices.lengths,
        "shape": found.choices.shape,
        "clock_step_us": found.clock_step_us,
        **_compared(found.report),
    }
    return json.dumps(document, indent=2) + "\n"


def _compared(report: FitReport | None) -> dict[str, Any]:
    if report is None:
        return {"verdict": None, "total": None, "stages": [], "classes": []}
    stages = [
        {**stage._asdict(), "trace_rate": round(stage.trace / stage.seconds, 6), "fit_rate": round(stage.fit / stage.seconds, 6)}
        for stage in report.stages
    ]
    return {
        "verdict": report.verdict,
        "total": _section(report.total),
        "stages": stages,
        "classes": [{"name": each.name, **_section(each)} for each in report.classes],
    }


def _section(section: Section) -> dict[str, Any]:
    rows = {row.name: {"trace": round(row.trace, 6), "fit": round(row.fit, 6), "verdict": row.verdict} for row in section.rows}
    distances = {each.name: {"value": round(each.value, 6), "verdict": each.verdict} for each in section.distances}
    return {"verdict": section.verdict, "numbers": rows, "distances": distances}
