"""Problems on standard error, for the commands whose output is something else; and what helps against them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from blis_tui.cli.outputs import colours
from blis_tui.cli.outputs.streams import note
from blis_tui.problems import INFO, Problem


def report(problems: Sequence[Problem], name: str, color: str) -> None:
    """Report problems on standard error; of infos, which are for --check, only that it will take long.

    `color` is what the command line says.
    """
    colour = colours.wanted(sys.stderr, color)
    for problem in problems:
        if problem.severity != INFO or problem.code == "slow":
            note(colours.problem_line(problem, name, colour), printed=True)
    hint(problems)


def hint(problems: Sequence[Problem]) -> None:
    """Say which option would have helped."""
    if any(problem.code == "too-large" for problem in problems):
        note("blis-tui: --max-size lets larger files be read")
