"""A little of what `against_blis.py` compares, where BLIS's own program is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from against_blis import compare
from blis_program import VARIABLE, Blis, program


def test_random_files_against_blis(tmp_path: Path) -> None:
    where = program()
    if where is None:
        pytest.skip(f"{VARIABLE} does not say where BLIS's program is")
    differences = tmp_path / "differences"
    differences.mkdir()
    comparison = compare(Blis(where, tmp_path), differences, seconds=0, seed=1)
    assert not comparison.differences
    assert comparison.counts["compact: requests"]
