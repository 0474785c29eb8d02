"""Several edits at once, and what all edits leave of the text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from edit_samples import COMPACT, STAGES, changed, refusal
from plain_data import agrees, edited, load, places

from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Duplicate, Edit, EditRefused, Insert, Move, Remove, RenameKey, SetValue


def test_several_edits_are_made_in_order_or_none_is() -> None:
    edits = [
        Insert((*STAGES, 2), {"rate": 9.5, "duration": 60}),
        SetValue((*STAGES, 2, "rate"), 10.0),
        Move((*STAGES, 2), 0),
        Remove((*STAGES, 1)),
        SetValue(("horizon",), None),
    ]
    assert (
        apply_edits(COMPACT, edits)
        == """\
# Nine prompts, five users each.
version: "2"
seed: 42          # any number
horizon: null
inference_perf:
  stages:
    - {rate: 10.0, duration: 60}

    # rush hour
    - {rate: 20.0, duration: 600}
  shared_prefix:
    num_unique_system_prompts: 9
    output_len: 248
"""
    )
    assert "nothing there" in refusal(COMPACT, *edits, Remove(("x",)))
    assert apply_edits(COMPACT, []) == COMPACT


@pytest.mark.parametrize(
    "edits",
    [
        [SetValue(("seed",), 1), SetValue(("horizon",), 2), SetValue(("version",), "1")],
        [SetValue(("seed",), 1), SetValue(("seed",), 2)],
        [SetValue(("inference_perf", "shared_prefix", "output_len"), 1), SetValue(("seed",), 2)],
        [SetValue((*STAGES, 0, "rate"), 1), SetValue((*STAGES, 1, "rate"), 2), SetValue((*STAGES, 0, "duration"), 3)],
        [SetValue(("seed",), {"a": 1}), SetValue(("seed", "a"), 2)],
        [SetValue(("seed",), None), SetValue(("seed", "a"), 2)],
        [SetValue(("seed",), 1), SetValue(("category",), "x"), SetValue(("horizon",), 2)],
        [SetValue(("seed",), 42), Remove((*STAGES, 0)), SetValue((*STAGES, 0, "rate"), 2.5)],
        [SetValue(("seed",), 1), SetValue(("horizon",), {"a": 1}), SetValue(("horizon", "a"), 1)],
    ],
)
def test_edits_made_together_come_out_as_one_after_the_other(edits: list[Edit]) -> None:
    text = COMPACT
    for edit in edits:
        text = apply_edits(text, [edit])
    assert apply_edits(COMPACT, edits) == text


def test_a_thousand_scalars_are_set_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from blis_tui.spec.editing import draft

    count = 0
    compose = draft.compose

    def counted(text: str) -> Any:
        nonlocal count
        count += 1
        return compose(text)

    monkeypatch.setattr(draft, "compose", counted)
    text = "inference_perf:\n  stages:\n" + "  - {rate: 8.0, duration: 600}\n" * 1000
    edits = [SetValue((*STAGES, index, "rate"), 9.0) for index in range(1000)]
    assert apply_edits(text, edits) == text.replace("8.0", "9.0")
    assert count == 2


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("end", ["", "newline"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    "edit",
    [
        SetValue(("seed",), 43),
        SetValue(("num_requests",), 5),
        Insert((*STAGES, 1), {"rate": 1.0, "duration": 1}),
        Insert((*STAGES, 2), {"rate": 1.0, "duration": 1}),
        Remove((*STAGES, 0)),
        Remove(("inference_perf", "shared_prefix", "output_len")),
        Remove(("inference_perf", "shared_prefix")),
        Move((*STAGES, 1), 0),
        Duplicate((*STAGES, 0)),
        RenameKey(("seed",), "sead"),
    ],
)
def test_line_ends_a_mark_and_a_missing_last_line_end_stay(newline: str, end: str, mark: str, edit: Edit) -> None:
    expected = apply_edits(COMPACT, [edit])
    text, expected = (part if end else part.removesuffix("\n") for part in (COMPACT, expected))
    assert apply_edits(mark + text.replace("\n", newline), [edit]) == mark + expected.replace("\n", newline)


def test_one_scalar_changes_one_line() -> None:
    edit = SetValue((*STAGES, 1, "rate"), 21.0)
    assert changed(COMPACT, edit) == (["    - {rate: 20.0, duration: 600}\n"], ["    - {rate: 21.0, duration: 600}\n"])


@pytest.mark.parametrize(
    "name", ["canonical-v2", "clients-windows-mixed", "clients-options", "cohorts", "ip-with-cohorts", "v1-chat"]
)
def test_every_scalar_of_a_real_file_is_edited_on_its_line(name: str) -> None:
    path = Path(__file__).parents[2] / "golden" / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    data = load(text)
    for place, value in places(data):
        if not isinstance(value, str):
            continue
        edit = SetValue(place, 77)
        try:
            old, new = changed(text, edit)
        except EditRefused as refused:
            assert "&" in text, refused
            continue
        assert len(old) == len(new) == 1
        assert agrees(edited(data, edit), load(apply_edits(text, [edit])))
