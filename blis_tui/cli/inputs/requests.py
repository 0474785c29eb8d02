"""The requests of a spec that was read, for the commands that need them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from blis_tui.problems import Problem, SpecError
from blis_tui.spec.check import Checked

if TYPE_CHECKING:
    from blis_tui.cli.outputs.progress import Progress
    from blis_tui.workload.requests import Requests
    from blis_tui.workload.server import AssumedServer


def forewarned(checked: Checked, server: AssumedServer | None) -> list[Problem]:
    """Return the problems of a spec, with how long generation takes if answers take as long as was said."""
    from blis_tui.spec.rules.effort_advice import Answers, advise_effort
    from blis_tui.spec.rules.problem_collector import Report

    if server is None or checked.spec is None or checked.errors:
        return list(checked.problems)
    effort = Report(checked.tree)
    advise_effort(effort, checked.spec, Answers(server.ttft_us, server.itl_us))
    return [*(problem for problem in checked.problems if problem.code != "slow"), *effort.problems]


def requests_of(checked: Checked, progress: Progress, name: str, server: AssumedServer | None = None) -> Requests:
    """Generate a spec without errors. Raises `SpecError`, whose problems have their place in the text, and `name`."""
    from blis_tui.workload.generate import generate

    assert checked.spec is not None
    with _generating(checked, name):
        return generate(checked.spec, server=server, progress=progress.generating)


def planned_and_sent_of(
    checked: Checked, progress: Progress, name: str, server: AssumedServer | None
) -> tuple[Requests | None, Requests | None]:
    """Generate both what is planned and what is sent, as far as they are there and differ; raises as `requests_of` does."""
    from blis_tui.workload.generate import planned_and_sent

    assert checked.spec is not None
    with _generating(checked, name):
        return planned_and_sent(checked.spec, server, progress=progress.generating)


@contextmanager
def _generating(checked: Checked, name: str) -> Iterator[None]:
    gc.freeze()  # what was read stays to the end: to look all through it for garbage takes a fifth of a summary's time
    try:
        yield
    except SpecError as error:
        raise SpecError([checked.placed(problem) for problem in error.problems], name) from error
