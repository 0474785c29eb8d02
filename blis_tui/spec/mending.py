"""Applying mends to a text until none is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from blis_tui.problems import ERROR, Path, Problem
from blis_tui.spec.check import Checked, check
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import EditRefused, Remove, SetValue
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.mends import GENERATED_COUNT
from blis_tui.spec.yaml.nodes import Tree

MAX_ROUNDS = 100
"""How often the text is looked at again after mending."""


def apply_mends(
    text: str,
    problems: Sequence[Problem],
    *,
    only_safe: bool,
    count: Callable[[WorkloadSpec], int] | None = None,
    base: Checked | None = None,
) -> tuple[str, tuple[Problem, ...]]:
    """Apply mends until none is left to apply; return the new text and the problems that were mended, in order.

    `problems` are those of the text, as `check` finds them; what mending brings to light is mended too. Where the text
    cannot be edited safely (inside an alias, say) a mend is left out. `count` tells how many requests a spec generates;
    without it, mends that need to know are left out. The check of the text, or of a similar one, `base`, makes it faster.
    """
    mended: list[Problem] = []
    spec = None
    tried: set[tuple[str, Path]] = set()
    for _ in range(MAX_ROUNDS):
        wanted = [
            problem
            for problem in problems
            if problem.mend is not None and (problem.mend.safe or not only_safe) and (problem.code, problem.path) not in tried
        ]
        batch = _together(wanted)
        if not batch and wanted and count is not None:
            spec = spec or check(text, base=base).spec
            if spec is not None and not any(problem.severity == ERROR for problem in problems):
                generated = count(spec)
                batch = [_counted(wanted[0], generated)] if generated else []  # a count of 0 would be none
        if not batch:
            break
        tried.update((problem.code, problem.path) for problem in batch)
        text, done = _mend(text, batch, base.tree if base is not None else None)
        if done:
            mended += done
            base = check(text, base=base)
            problems, spec = base.problems, base.spec
    return text, tuple(mended)


def _together(problems: Iterable[Problem]) -> list[Problem]:
    """Choose the mends that can be made in one go: none touches what another does, or moves it."""
    taken: set[Path] = set()
    chosen: list[Problem] = []
    for problem in problems:
        assert problem.mend is not None
        edits = problem.mend.edits
        if any(getattr(edit, "value", None) is GENERATED_COUNT for edit in edits):
            continue
        paths = [edit.path for edit in edits]
        moves = any(isinstance(edit, Remove) and edit.path and isinstance(edit.path[-1], int) for edit in edits)
        if moves and chosen:
            continue
        if any(_overlaps(path, other) for path in paths for other in taken):
            continue
        chosen.append(problem)
        taken.update(paths)
        if moves:
            break
    return chosen


def _overlaps(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _counted(problem: Problem, count: int) -> Problem:
    """Spell out a mend that needs the number of generated requests."""
    mend = problem.mend
    assert mend is not None
    edits = tuple(
        SetValue(edit.path, count) if isinstance(edit, SetValue) and edit.value is GENERATED_COUNT else edit
        for edit in mend.edits
    )
    return problem._replace(mend=mend._replace(edits=edits, label=f"{mend.label}, {count}"))


def _mend(text: str, batch: list[Problem], base: Tree | None) -> tuple[str, list[Problem]]:
    """Apply the mends of a batch, all at once or, if that is refused, those that can be."""
    try:
        return apply_edits(text, [edit for problem in batch if problem.mend for edit in problem.mend.edits], base), batch
    except EditRefused:
        done = []
    for problem in batch:
        assert problem.mend is not None
        try:
            text = apply_edits(text, problem.mend.edits, base)
        except EditRefused:
            continue
        done.append(problem)
    return text, done
