"""Edits that add a key, and that rename one."""

from __future__ import annotations

from typing import Any

import pytest
from edit_samples import COMPACT

from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import RenameKey, SetValue

# adding keys


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("category", "language", 3),
        ("aggregate_rate", 14.0, 3),
        ("num_requests", 100, 4),
        ("goodput_slo_targets", {}, 14),
        ("unknown", 1, 14),
    ],
)
def test_a_new_key_goes_behind_the_one_declared_before_it(key: str, value: Any, line: int) -> None:
    text = {"language": "language", 14.0: "14.0", 100: "100"}.get(value, str(value)) if value != {} else "{}"
    lines = COMPACT.splitlines(keepends=True)
    lines.insert(line, f"{key}: {text}\n")
    assert apply_edits(COMPACT, [SetValue((key,), value)]) == "".join(lines)


def test_a_new_first_key_goes_below_the_comments_of_the_file() -> None:
    assert apply_edits("# File.\n# More.\nseed: 1\n", [SetValue(("version",), "2")]) == (
        '# File.\n# More.\nversion: "2"\nseed: 1\n'
    )
    text = "inference_perf:\n  # deeper\n  shared_prefix: {}\n"
    assert apply_edits(text, [SetValue(("inference_perf", "stages"), [])]) == (
        "inference_perf:\n  stages: []\n  # deeper\n  shared_prefix: {}\n"
    )


def test_missing_blocks_are_made_around_a_new_value() -> None:
    assert apply_edits("seed: 1\n", [SetValue(("inference_perf", "stages", 0, "rate"), 8.0)]) == (
        "seed: 1\ninference_perf:\n  stages:\n    - rate: 8.0\n"
    )
    assert apply_edits("{seed: 1}", [SetValue(("inference_perf", "stages", 0, "rate"), 8.0)]) == (
        "{seed: 1, inference_perf: {stages: [{rate: 8.0}]}}"
    )
    assert apply_edits("a:\n- 1\nb:\n", [SetValue(("b", "c", 0), 2)]) == "a:\n- 1\nb:\n  c:\n  - 2\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- id: a # c\n  # d\n- b\n", "- id: a # c\n  model: m\n  # d\n- b\n"),
        ("- id: a\n\n  x: 1\n", "- id: a\n\n  x: 1\n\n  model: m\n"),
        ("- id: |\n    x\n\n\n- b\n", "- id: |\n    x\n  model: m\n\n\n- b\n"),
        ("- id:\n      k: 1\n    # deep\n- b\n", "- id:\n      k: 1\n    # deep\n  model: m\n- b\n"),
        ("- {id: a}\n", "- {id: a, model: m}\n"),
        ("- {id: a,}\n", "- {id: a, model: m,}\n"),
        ("- {\n    id: a, # c\n  }\n", "- {\n    id: a, # c\n    model: m,\n  }\n"),
        ("- {\n    id: a # c\n  }\n", "- {\n    id: a, # c\n    model: m\n  }\n"),
        ("- {id: a,\n   x: 1 }\n", "- {id: a,\n   x: 1, model: m }\n"),
        ("- {x}\n", "- {x, model: m}\n"),
        ('- {"id":"a"}\n', '- {"id":"a", "model": "m"}\n'),
        ("- &n {id: a}\n", "- &n {id: a, model: m}\n"),
        ("- &n\n  id: a\n", "- &n\n  id: a\n  model: m\n"),
        ("- id: a", "- id: a\n  model: m"),
        ("- id: a\r\n- b\n", "- id: a\r\n  model: m\r\n- b\n"),
        ("- ? id\n  : a\n- b\n", "- ? id\n  : a\n  model: m\n- b\n"),
    ],
)
def test_a_key_is_added_to_any_mapping(old: str, new: str) -> None:
    assert apply_edits(old, [SetValue((0, "model"), "m")]) == new


@pytest.mark.parametrize(
    ("old", "key", "new"),
    [
        ("p: {100: 0.5}\n", "200", "p: {100: 0.5, 200: 1}\n"),
        ("p: {'100': 0.5}\n", "200", "p: {'100': 0.5, \"200\": 1}\n"),
        ("p:\n  100: 0.5\n", "200", "p:\n  100: 0.5\n  200: 1\n"),
        ("p:\n  x: 0.5\n", "a: b", 'p:\n  x: 0.5\n  "a: b": 1\n'),
        ('p:\n  "x": 0.5\n', "y", 'p:\n  "x": 0.5\n  "y": 1\n'),
        ("p:\n  x: 0.5\n", "<<", 'p:\n  x: 0.5\n  "<<": 1\n'),
        ("p:\n  x: 0.5\n", "", 'p:\n  x: 0.5\n  "": 1\n'),
    ],
)
def test_keys_that_need_quotes_get_them(old: str, key: str, new: str) -> None:
    assert apply_edits(old, [SetValue(("p", key), 1)]) == new


def test_new_blocks_follow_the_brackets_around_them() -> None:
    text = "clients:\n- id: a\n  input_distribution: {type: constant, params: {value: 1}}\n"
    assert apply_edits(text, [SetValue(("clients", 0, "output_distribution"), {"type": "constant"})]) == (
        text + "  output_distribution: {type: constant}\n"
    )


# renaming


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a: 1 # c\nc: 2\n", "b: 1 # c\nc: 2\n"),
        ("'a': 1\n", "'b': 1\n"),
        ('{"a":1,"c":2}', '{"b":1,"c":2}'),
        ("{a, c: 1}", "{b, c: 1}"),
        ("? a\n: 1\n", "? b\n: 1\n"),
        ("&n a: 1\n", "&n b: 1\n"),
        ("!!str a: 1\n", "!!str b: 1\n"),
        ("a:\n  x: 1\n", "b:\n  x: 1\n"),
    ],
)
def test_a_key_is_renamed(old: str, new: str) -> None:
    assert apply_edits(old, [RenameKey(("a",), "b")]) == new


def test_renaming_keeps_quotes_only_where_they_are_needed() -> None:
    assert apply_edits("a: 1\n", [RenameKey(("a",), "a: b")]) == '"a: b": 1\n'
    assert apply_edits("{100: 1}\n", [RenameKey(("100",), "150")]) == "{150: 1}\n"
    assert apply_edits("a: 1\n", [RenameKey(("a",), "150")]) == '"150": 1\n'
    assert apply_edits("a: 1\n", [RenameKey(("a",), "a")]) == "a: 1\n"
    assert apply_edits("a:\n  'k': 1\n", [RenameKey(("a", "k"), "")]) == "a:\n  '': 1\n"
