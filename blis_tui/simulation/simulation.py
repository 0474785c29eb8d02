"""A simulation of a workload: BLIS run on its text as it stands, and its results in the terms of measured runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from blis_tui.files.temporary_folder import temporary_folder
from blis_tui.problems import SpecError, printable
from blis_tui.simulation import results
from blis_tui.simulation.command import SimulationError, Simulator, command_line
from blis_tui.simulation.process import Ended, run_program
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.measured.run import ANSWERED, Run, measured, measured_classes

TOOL = "BLIS"
_FATAL = re.compile(r'level=(?:fatal|panic|error) msg="((?:[^"\\]|\\.)*)"')
_FIRST_WORDS = ("Error: ", "panic: ")
"""How the line begins after which a program that was written in Go says much more."""
_LONGEST = 300
"""Characters of a program's own words that are repeated."""


def simulate(text: str, spec: WorkloadSpec, simulator: Simulator, check: Callable[[], None]) -> Run:
    """Simulate a text, whose spec is `spec`; `check` is called often, and may raise to stop.

    The text is given to BLIS in a temporary folder, of which nothing is left. Raises `SimulationError`.
    """
    with temporary_folder() as folder:
        file, trace = folder / "workload.yaml", folder / "trace"
        file.write_bytes(text.encode("utf-8"))
        command = command_line(simulator, spec, file, trace)
        try:
            ended = run_program(command, check)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise SimulationError(f"{printable(command[0])}: {reason}") from error
        if ended.status:
            raise SimulationError(_reason(command[0], ended, folder))
        return _run(simulator, spec, ended, folder / "trace.csv", check)


def _run(simulator: Simulator, spec: WorkloadSpec, ended: Ended, trace: Path, check: Callable[[], None]) -> Run:
    """Return what is told of a simulation; the totals alone are better than nothing."""
    found = results.totals(ended.output)
    if trace.exists():
        try:
            timings, unfinished = results.traced(trace, dropped=bool(found.get("dropped_unservable")), check=check)
        except (OSError, SpecError) as error:
            reason = error.problems[0].message if isinstance(error, SpecError) else error.strerror
            raise SimulationError(f"its trace cannot be read: {printable(str(reason))[:_LONGEST]}") from error
        run = Run(TOOL, simulator.model, (), measured(timings), classes=measured_classes(timings), timings=timings)
    elif found:
        unfinished = results.unfinished(found)
        run = Run(TOOL, simulator.model, (), results.whole(found))
    else:
        raise SimulationError("it wrote neither a trace nor totals")
    said = [*_first_notes(spec), *results.notes(found, ended.output, unfinished)]
    return run._replace(counts=ANSWERED, notes=tuple(said), simulated=True)


def _first_notes(spec: WorkloadSpec) -> list[str]:
    return ["The file is version 1: BLIS upgrades it to version 2, and that is what it simulated."] if spec.rules == 1 else []


def _reason(program: str, ended: Ended, folder: Path) -> str:
    """Say why a program did not succeed, in its own words if they can be told apart."""
    if ended.status < 0:
        return f"{printable(program)} was ended by signal {-ended.status}"
    fatal = _FATAL.findall(ended.errors)
    lines = [line.strip() for line in ended.errors.splitlines() if line.strip()]
    first = next((line for line in lines if line.startswith(_FIRST_WORDS)), lines[-1] if lines else "")
    words = re.sub(r"\\(.)", r"\1", fatal[-1]) if fatal else first or f"it ended with code {ended.status}"
    return printable(words.replace(f"{folder}/", "")[:_LONGEST])
