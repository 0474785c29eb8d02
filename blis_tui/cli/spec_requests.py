"""The requests of a spec that was read, for the commands that need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blis_tui.problems import Problem, SpecError
from blis_tui.spec.check import Checked

if TYPE_CHECKING:
    from blis_tui.cli.progress import Progress
    from blis_tui.workload.requests import Requests
    from blis_tui.workload.server import AssumedServer


def requests_of(checked: Checked, progress: Progress, name: str, server: AssumedServer | None = None) -> Requests:
    """Generate a spec without errors. Raises `SpecError`, whose problems have their place in the text, and `name`."""
    from blis_tui.workload.generate import generate

    assert checked.spec is not None
    try:
        return generate(checked.spec, server=server, progress=progress.generating)
    except SpecError as error:
        raise SpecError([_placed(problem, checked) for problem in error.problems], name) from error


def _placed(problem: Problem, checked: Checked) -> Problem:
    """Return a problem with its line and column in the text."""
    if problem.line is not None:
        return problem
    line, column = checked.tree.position(problem.path) or (None, None)
    return problem._replace(line=line, column=column)
