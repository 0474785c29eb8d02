"""Making mends, and applying them to a text until none is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from blis_tui.problems import ERROR, Mend, Path, Problem, format_path
from blis_tui.spec.edits import EditRefused, Remove, RenameKey, SetValue, apply_edits

if TYPE_CHECKING:
    from blis_tui.spec.check import Checked
    from blis_tui.spec.format.model import WorkloadSpec
    from blis_tui.spec.yaml.nodes import Tree

MAX_ROUNDS = 100
"""How often the text is looked at again after mending."""


class _GeneratedCount:
    """Stands for the number of requests that the spec generates, in a mend that needs generation to be spelt out."""

    def __repr__(self) -> str:
        return "GENERATED_COUNT"


GENERATED_COUNT: Final = _GeneratedCount()


def set_value(path: Path, value: Any, *, safe: bool = False, label: str = "") -> Mend:
    """Offer to write a value at a path, in place of another or anew."""
    return Mend(label or f"set {format_path(path)} to {value}", (SetValue(path, value),), safe)


def set_values(values: Iterable[tuple[Path, Any]], label: str, *, safe: bool = False) -> Mend:
    """Offer to write several values."""
    return Mend(label, tuple(SetValue(path, value) for path, value in values), safe)


def remove(path: Path, *, safe: bool = False, label: str = "") -> Mend:
    """Offer to remove what stands at a path."""
    return Mend(label or f"remove {format_path(path)}", (Remove(path),), safe)


def rename(path: Path, name: str, *, safe: bool = False) -> Mend:
    """Offer another name for the key at a path."""
    return Mend(f'rename it to "{name}"', (RenameKey(path, name),), safe)


def upgrade(spec: WorkloadSpec) -> Mend:
    """Offer to make the file version 2, old SLO class names included.

    It is safe where both versions generate the same: explicit clients and cohorts that are no expansion of version 1.
    """
    from blis_tui.spec.format.generation import STEPPED, generation_path
    from blis_tui.spec.format.model import V1_SLO_CLASSES

    renamed = [
        (("clients", index, "slo_class"), V1_SLO_CLASSES[client.slo_class])
        for index, client in enumerate(spec.clients)
        if client.slo_class in V1_SLO_CLASSES
    ]
    safe = spec.inference_perf is None and generation_path(spec) != STEPPED
    return set_values([(("version",), "2"), *renamed], 'set version to "2"', safe=safe)


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
    from blis_tui.spec.check import check

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
                batch = [_counted(wanted[0], count(spec))]
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
