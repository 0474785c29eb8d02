"""What a mend of advice has to come to."""

from __future__ import annotations

from typing import Any

from spec_samples import checked, codes

from blis_tui.problems import Path, Problem
from blis_tui.spec.check import check
from blis_tui.spec.editing.application import apply_edits


def assert_mended(data: dict[str, Any], problem: Problem, *changes: tuple[Path, Any], safe: bool | None = None) -> None:
    """The mend, applied to the changed data, must take the problem away and bring no other."""
    assert problem.mend is not None
    assert safe is None or problem.mend.safe is safe
    before = checked(data, *changes)
    after = check(apply_edits(before.text, problem.mend.edits))
    left = codes(before)
    left.remove(problem.code)
    assert codes(after) == left
