"""The document: what an edit takes along."""

from __future__ import annotations

import pytest
from designer import SMALL

from blis_tui.spec.edits import Duplicate, Edit, Insert, Plain, Remove, SetValue
from blis_tui.spec.rules.compact_errors import STAGES
from blis_tui.tui.document.workspace import Workspace


def horizon(workspace: Workspace) -> int:
    spec = workspace.view.spec
    assert spec is not None
    return spec.horizon


@pytest.mark.parametrize(
    ("edit", "end"),
    [
        (SetValue((*STAGES, 0, "duration"), 10), 16_000_000),
        (Insert((*STAGES, 1), {"rate": 1.0, "duration": 3}), 15_000_000),
        (Duplicate((*STAGES, 1)), 18_000_000),
        (Remove((*STAGES, 0)), 6_000_000),
        (SetValue(STAGES, [{"rate": 1.0, "duration": 1}]), 1_000_000),
    ],
)
def test_a_horizon_at_the_stages_end_follows_them_in_the_same_step(edit: Edit, end: int) -> None:
    workspace = Workspace(SMALL)
    workspace.edit("stages", [edit])
    assert horizon(workspace) == end
    assert "# µs" in workspace.text
    workspace.undo()
    assert workspace.text == SMALL


@pytest.mark.parametrize("text", [SMALL.replace("12000000", "12000001"), SMALL.replace("horizon: 12000000  # µs\n", "")])
def test_another_horizon_stays(text: str) -> None:
    workspace = Workspace(text)
    before = horizon(workspace)
    workspace.edit("longer", [SetValue((*STAGES, 0, "duration"), 10)])
    assert horizon(workspace) == before


def test_the_horizon_follows_what_is_typed_when_it_is_a_number_again() -> None:
    workspace = Workspace(SMALL)
    for text in ("", "1e", "", "2", "20"):
        workspace.edit("duration", [SetValue((*STAGES, 0, "duration"), Plain(text))], "field")
    assert horizon(workspace) == 26_000_000
    workspace.undo()
    assert workspace.text == SMALL


def test_rates_and_a_horizon_of_its_own_leave_it_alone() -> None:
    workspace = Workspace(SMALL)
    workspace.edit("rate", [SetValue((*STAGES, 0, "rate"), 10.0)])
    assert horizon(workspace) == 12_000_000
    workspace.edit("horizon", [SetValue(("horizon",), 5_000_000)])
    workspace.edit("longer", [SetValue((*STAGES, 0, "duration"), 10)])
    assert horizon(workspace) == 5_000_000


def test_a_horizon_that_is_shared_stays_and_the_stages_change() -> None:
    text = SMALL.replace("horizon: 12000000  # µs", "horizon: &end 12000000\nnum_requests: *end")
    workspace = Workspace(text)
    workspace.edit("longer", [SetValue((*STAGES, 0, "duration"), 10)])
    assert "duration: 10" in workspace.text and horizon(workspace) == 12_000_000
