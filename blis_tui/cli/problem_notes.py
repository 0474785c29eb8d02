"""Reporting problems on standard error, and generating requests from a checked spec."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from blis_tui.cli.output import note
from blis_tui.problems import INFO, Problem, SpecError, format_problem
from blis_tui.spec.check import Checked

if TYPE_CHECKING:
    from blis_tui.cli.progress import Progress
    from blis_tui.workload.requests import Requests
    from blis_tui.workload.server import AssumedServer


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


def requests_of(checked: Checked, progress: Progress, name: str, server: AssumedServer | None = None) -> Requests:
    """Generate a spec without errors. Raises `SpecError`, whose problems have their place in the text, and `name`."""
    from blis_tui.workload.generate import generate

    assert checked.spec is not None
    try:
        return generate(checked.spec, server=server, progress=progress.generating)
    except SpecError as error:
        raise SpecError([placed(problem, checked) for problem in error.problems], name) from error


def placed(problem: Problem, checked: Checked) -> Problem:
    """Return a problem with its line and column in the text."""
    if problem.line is not None:
        return problem
    line, column = checked.tree.position(problem.path) or (None, None)
    return problem._replace(line=line, column=column)
