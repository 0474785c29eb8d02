"""Which problem the form shows where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from typing import NamedTuple

from blis_tui.problems import SEVERITIES, Path, Problem
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.rules.compact_errors import PREFIX, STAGES, TOP

MEMBERS = ("clients", "cohorts")


class ProblemPlaces(NamedTuple):
    """Problems by where the form shows them, errors first."""

    fields: dict[Path, list[Problem]]
    """Those of a field, by its path."""
    stages: dict[int, list[Problem]]
    """Those of a stage, by its index."""
    panes: dict[Path, list[Problem]]
    """Those of what a pane stands for as a whole, by its path."""
    members: dict[Path, list[Problem]]
    """Those of a client or cohort and of what is in it, by its path."""


def places_of(problems: Iterable[Problem], fields: Container[Path]) -> ProblemPlaces:
    """Return where problems are shown in a form that has `fields`; what it does not show at all is left out."""
    own: dict[Path, list[Problem]] = defaultdict(list)
    stages: dict[int, list[Problem]] = defaultdict(list)
    panes: dict[Path, list[Problem]] = defaultdict(list)
    members: dict[Path, list[Problem]] = defaultdict(list)
    for problem in sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity)):
        path = problem.path
        index = path[2] if len(path) > 2 and path[:2] == STAGES else None
        if path in fields:
            own[path].append(problem)
        elif isinstance(index, int):
            stages[index].append(problem)
        elif path and path[0] in MEMBERS:
            (members if len(path) > 1 else panes)[path[:2]].append(problem)
        elif path[:2] == PREFIX:
            panes[PREFIX].append(problem)
        elif path[:1] == TOP:
            panes[STAGES].append(problem)
        elif not path or (len(path) == 1 and path[0] not in WorkloadSpec.fields):
            panes[()].append(problem)
    return ProblemPlaces(own, stages, panes, members)
