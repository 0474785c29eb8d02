"""Edits that are helped by the tree of the text, or of a similar one, are the edits made without."""

from __future__ import annotations

import os
from typing import Any
from unittest.mock import patch

import pytest
from documents import documents, records, spec_data, texts
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from plain_data import load
from plain_edits import edits, new_values
from similar_texts import CLIENTS, changes, client_files, seen
from test_edits_properties import documents_with_lists

from blis_tui.problems import Path
from blis_tui.spec.editing import draft
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Duplicate, Edit, EditRefused, Insert, Move, Remove, RenameKey, SetValue
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.yaml import recomposing
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import Tree

EXAMPLES = int(os.environ.get("BLIS_TUI_EXAMPLES", "100"))


def outcome(text: str, wanted: list[Edit], base: Tree | None) -> Any:
    """Return the new text, or the path and reason of the refusal."""
    try:
        return apply_edits(text, wanted, base)
    except EditRefused as refused:
        return refused.path, refused.reason


@settings(max_examples=EXAMPLES, deadline=None)
@given(client_files() | documents(records(WorkloadSpec, 3)) | documents(spec_data), st.data())
def test_a_helped_edit_is_the_edit(text: str, choices: st.DataObject) -> None:
    base = compose(text)
    for _ in range(4):
        here = compose(text)
        try:
            data = None if here.problems else load(text)
        except AssertionError:  # a key twice
            data = None
        assume(data is not None)
        wanted = choices.draw(st.lists(edits(data), min_size=1, max_size=3))
        before = seen(base.root)
        expected = outcome(text, wanted, None)
        assert outcome(text, wanted, base) == expected
        assert outcome(text, wanted, here) == expected
        assert seen(base.root) == before
        base = recomposing.recompose(base, text) or here
        text = expected if isinstance(expected, str) and choices.draw(st.booleans()) else choices.draw(changes(text))


@pytest.mark.parametrize(
    "edit",
    [
        SetValue(("seed",), 7),
        SetValue(("num_requests",), 7),
        SetValue(("clients", 1, "arrival", "cv"), 3),
        SetValue(("clients", 2, "lifecycle"), {"windows": [{"start_us": 0, "end_us": 5}]}),
        SetValue(("clients", 3), {"id": "d"}),
        Insert(("clients", 0), {"id": "d"}),
        Insert(("cohorts", 1), {"id": "f"}),
        Remove(("clients", 1)),
        Remove(("horizon",)),
        Move(("clients", 2), 1),
        Duplicate(("clients", 2)),
        RenameKey(("cohorts", 1, "population"), "seed"),
    ],
)
def test_only_what_changed_is_composed(edit: Edit) -> None:
    expected = apply_edits(CLIENTS, [edit])
    base = recomposing.recompose(compose(CLIENTS.replace("42", "41")), CLIENTS)
    assert base is not None
    with patch.object(draft, "compose", side_effect=AssertionError("composed whole")):
        assert apply_edits(CLIENTS, [edit], base) == expected


MANY = 'version: "2"\nclients:\n' + "".join(f"- id: c{index}\n  arrival:\n    process: poisson\n\n" for index in range(40))


@pytest.mark.parametrize(
    "edit",
    [
        SetValue(("version",), "1"),
        SetValue(("clients", 20, "id"), "x"),
        SetValue(("clients", 20, "lifecycle"), {"windows": []}),
        Insert(("clients", 20), {"id": "x", "arrival": {"process": "gamma"}}),
        Remove(("clients", 20)),
        Move(("clients", 20), 21),
        Duplicate(("clients", 20)),
    ],
)
def test_an_edit_of_one_item_looks_at_few_others(edit: Edit) -> None:
    base = recomposing.recompose(compose(MANY.replace("c1\n", "cl\n")), MANY)
    assert base is not None
    clients = base.find(("clients",))
    assert clients is not None
    apply_edits(MANY, [edit], base)
    assert len(clients.items._made) <= 7, "the first three, for how the text is written, and those next to it"


def test_what_a_text_comes_out_as_is_still_verified() -> None:
    """A key that a splice would bring along unseen is found although nothing around it is looked at."""
    base = compose(CLIENTS)
    real = draft.spliced

    def spoilt(text: str, splices: Any) -> str:
        return real(text, splices).replace("nine", "8")

    with patch.object(draft, "spliced", spoilt), pytest.raises(EditRefused):
        apply_edits(CLIENTS, [SetValue(("clients", 0, "id"), "x")], base)


@settings(max_examples=EXAMPLES, deadline=None)
@given(documents_with_lists(0), st.lists(st.dictionaries(texts, new_values, min_size=1, max_size=3), max_size=4), st.data())
def test_items_inserted_together_are_as_inserted_one_after_the_other(
    case: tuple[str, Path, int], values: list[Any], choices: st.DataObject
) -> None:
    text, path, count = case
    index = choices.draw(st.integers(0, count))
    wanted: list[Edit] = [Insert((*path, index + more), value) for more, value in enumerate(values)]
    if choices.draw(st.booleans()):
        wanted.append(SetValue(path, []) if choices.draw(st.booleans()) else Insert((*path, index), {"last": 1}))
    one_by_one: Any = text
    for edit in wanted:
        one_by_one = outcome(one_by_one, [edit], None)
        assume(isinstance(one_by_one, str))
    together = outcome(text, wanted, None)
    if count:
        assert together == one_by_one
    else:  # the first of them may have set a habit for the others
        assert load(together) == load(one_by_one)


@pytest.mark.parametrize(
    "stages", ["[{rate: 1, duration: 2}]", "\n  - {rate: 1, duration: 2}", "\n  - rate: 1\n    duration: 2", "[]"]
)
def test_a_ramp_is_composed_once(stages: str) -> None:
    text = f"seed: 1\ninference_perf:\n  stages: {stages}\n"
    ramp = [Insert(("inference_perf", "stages", index), {"rate": 1.5 * index + 1, "duration": 60}) for index in range(50)]
    base = compose(text)
    with patch.object(draft, "compose", side_effect=compose) as composing:
        new = apply_edits(text, ramp, base)
    assert composing.call_count == 1
    assert len(load(new)["inference_perf"]["stages"]) == 50 + (stages != "[]")
