"""The command line that runs BLIS on a workload file."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import NamedTuple

from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.format.model import WorkloadSpec

PROGRAM = "blis"
MODEL = "qwen/qwen3-14b"
"""The model that is simulated unless another one is named; BLIS has to be told one."""


class SimulationError(Exception):
    """BLIS could not simulate; the message says why, on one line."""


class Simulator(NamedTuple):
    """How BLIS is run: the command that starts it, the model that it simulates, and flags that go to it as they are."""

    program: str = PROGRAM
    model: str = MODEL
    flags: str = ""


def words(text: str) -> list[str]:
    """Return the words of a command, quotes obeyed as in a shell, ``~`` for the home folder; raises `SimulationError`."""
    try:
        parts = shlex.split(text)
    except ValueError as error:
        reason = str(error).lower().rstrip(".")
        raise SimulationError(f"{text}: {reason}") from error
    return [str(Path(part).expanduser()) if part.startswith("~") else part for part in parts]


def command_line(simulator: Simulator, spec: WorkloadSpec, file: Path, trace: Path) -> list[str]:
    """Return the command that simulates a file and writes its trace; what the user's flags say is in force, for it comes last.

    A file that ends by itself is given an end past all time, without which BLIS refuses it. Raises `SimulationError`.
    """
    program = words(simulator.program)
    if not program:
        raise SimulationError("no command is set for BLIS")
    end = () if spec.horizon or spec.num_requests else ("--horizon", str(INT64_MAX - 1))
    given = ("--workload-spec", str(file), "--trace-output", str(trace), "--model", simulator.model, *end)
    return [*program, "run", *given, *words(simulator.flags)]
