"""Problems on standard error, for the commands whose output is something else; and what helps against them."""

from __future__ import annotations

from collections.abc import Sequence

from blis_tui.cli.output import note
from blis_tui.problems import INFO, Problem, format_problem


def report(problems: Sequence[Problem], name: str) -> None:
    """Report problems on standard error, but for infos, which are for --check."""
    for problem in problems:
        if problem.severity != INFO:
            note(format_problem(problem, name))
    hint(problems)


def hint(problems: Sequence[Problem]) -> None:
    """Say which option would have helped."""
    if any(problem.code == "too-large" for problem in problems):
        note("blis-tui: --max-size lets larger files be read")
