"""No picture that is kept shows what a terminal would obey."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PICTURES = sorted((Path(__file__).parent / "__snapshots__").rglob("*.svg"))


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_has_no_control_characters(path: Path) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", path.read_text(encoding="utf-8"))
