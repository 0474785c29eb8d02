"""A small file to edit, what an edit takes and brings, and why one is refused."""

from __future__ import annotations

import pytest

from blis_tui import problems
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Edit, EditRefused

COMPACT = """\
# Nine prompts, five users each.
version: "2"
seed: 42          # any number
horizon: 1200000000
inference_perf:
  stages:
    # warm up
    - {rate: 8.0, duration: 600}

    # rush hour
    - {rate: 20.0, duration: 600}
  shared_prefix:
    num_unique_system_prompts: 9
    output_len: 248
"""

STAGES: problems.Path = ("inference_perf", "stages")


def changed(text: str, edit: Edit) -> tuple[list[str], list[str]]:
    """Return the lines that an edit takes away, and those it brings."""
    old, new = text.splitlines(keepends=True), apply_edits(text, [edit]).splitlines(keepends=True)
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return old, new


def refusal(text: str, *edits: Edit) -> str:
    with pytest.raises(EditRefused) as caught:
        apply_edits(text, edits)
    assert caught.value.path in (edits[-1].path, edits[-1].path[:-1], ())
    return str(caught.value)
