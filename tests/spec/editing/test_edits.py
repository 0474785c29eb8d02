"""Minimal edits of the text: one example for each way a document can be written."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from plain_edits import agrees, edited, load, places

from blis_tui import problems
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Duplicate, Edit, EditRefused, Insert, Move, Plain, Remove, RenameKey, SetValue

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


# setting scalars


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("8.0", 12.0, "12.0"),
        ("8", 12.0, "12"),
        ("8.0", 12.5, "12.5"),
        ("8", 12.5, "12.5"),
        ("8.0", 12, "12.0"),
        ("1e3", 12.0, "12.0"),
        ("1e3", 2000, "2000"),
        ("'8'", 12.0, "12.0"),
        ("x", 1e22, "1.0e+22"),
        ("x", 1e-7, "1.0e-07"),
        ("x", 0.1, "0.1"),
        ("8", -0.0, "-0.0"),
        ("x", math.nan, ".nan"),
        ("x", math.inf, ".inf"),
        ("x", -math.inf, "-.inf"),
        ("x", True, "true"),
        ("x", False, "false"),
        ("x", None, "null"),
        ("1", "x", "x"),
    ],
)
def test_a_number_keeps_the_way_it_is_written(old: str, value: Any, new: str) -> None:
    text = f"inference_perf:\n  stages:\n  - {{rate: {old}, duration: 600}} # c\n"
    assert apply_edits(text, [SetValue((*STAGES, 0, "rate"), value)]) == text.replace(old, new, 1)


def test_a_whole_number_in_an_integer_field_gets_no_point() -> None:
    assert apply_edits("horizon: 8.0\n", [SetValue(("horizon",), 12)]) == "horizon: 12\n"


@pytest.mark.parametrize("written", ["8", "8.0", "0x8", "8e0", "8_0e-1", "+8"])
def test_an_equal_number_is_left_as_it_is_written(written: str) -> None:
    text = f"aggregate_rate: {written} # c\n"
    assert apply_edits(text, [SetValue(("aggregate_rate",), 8.0)]) == text


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("'standard'", "batch", "'batch'"),
        ('"standard"', "batch", '"batch"'),
        ("standard", "batch", "batch"),
        ("'a'", "it's", "'it''s'"),
        ("'a'", "two\nlines", '"two\\nlines"'),
        ('"a"', 'q"\\\t\0', '"q\\"\\\\\\t\\0"'),
        ("a", "\x07\u2028\U000e0001", '"\\x07\\u2028\\U000e0001"'),
        ("a", "2", '"2"'),
        ("a", "1.5e3", '"1.5e3"'),
        ("a", "0x1F", '"0x1F"'),
        ("a", "12:30:45", '"12:30:45"'),
        ("a", "2024-01-31", '"2024-01-31"'),
        ("a", ".inf", '".inf"'),
        ("a", "", '""'),
        ("a", "~", '"~"'),
        ("a", "null", '"null"'),
        ("a", "True", '"True"'),
        ("a", "no", '"no"'),
        ("a", "off", '"off"'),
        ("a", "<<", '"<<"'),
        ("a", "# x", '"# x"'),
        ("a", "x # y", '"x # y"'),
        ("a", "a: b", '"a: b"'),
        ("a", "- a", '"- a"'),
        ("a", "*x", '"*x"'),
        ("a", "a, b", '"a, b"'),
        ("a", " a", '" a"'),
        ("a", "a ", '"a "'),
        ("a", "é 日本 x", "é 日本 x"),
        ("a", "meta/Llama-3.1", "meta/Llama-3.1"),
        ("a", "😀", '"😀"'),
    ],
)
@pytest.mark.parametrize("template", ["category: {} # c\n", "{{category: {}, seed: 1}}\n", "? category\n: {}\n"])
def test_a_text_keeps_its_quotes_and_gets_some_where_it_needs_them(template: str, old: str, value: str, new: str) -> None:
    assert apply_edits(template.format(old), [SetValue(("category",), value)]) == template.format(new)


def test_a_text_that_a_text_field_reads_from_a_number_is_left_as_it_is() -> None:
    assert apply_edits("version: 1\n", [SetValue(("version",), "1")]) == "version: 1\n"
    assert apply_edits("version: 1\n", [SetValue(("version",), "2")]) == 'version: "2"\n'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a:\nb: 1\n", "a: 5\nb: 1\n"),
        ("a:   # c\nb: 1\n", "a: 5   # c\nb: 1\n"),
        ("a: &x\nb: 1\n", "a: &x 5\nb: 1\n"),
        ("a: &x # c\nb: 1\n", "a: &x 5 # c\nb: 1\n"),
        ("{a: , b: 1}\n", "{a: 5, b: 1}\n"),
        ("{a: &x , b: 1}\n", "{a: &x 5 , b: 1}\n"),
        ("{a, b: 1}\n", "{a: 5, b: 1}\n"),
        ("? a\n? b\n", "? a\n: 5\n? b\n"),
        ("? a # c\n", "? a # c\n: 5\n"),
        ("? a", "? a\n: 5"),
        ("? a\n:\n", "? a\n: 5\n"),
        ("a: !!str 7\n", "a: 5\n"),
        ("a: !<tag:yaml.org,2002:str> 7\n", "a: 5\n"),
        ("a: &x !!str 7\n", "a: &x 5\n"),
        ("a: !!str &x 7\n", "a: &x 5\n"),
        ("a: !!null\n", "a: 5\n"),
        ("a: !own 5\n", "a: 5\n"),
        ("{a: !!str 7}\n", "{a: 5}\n"),
        ('{"a":"x","b":1}', '{"a":5,"b":1}'),
        ("a: 'x'# c\n", "a: 5 # c\n"),
        ("a:\n  # c\n  'x'   # d\nb: 1\n", "a:\n  # c\n  5   # d\nb: 1\n"),
        ("a: x\n  y\n\n  z # c\nb: 1\n", "a: 5 # c\nb: 1\n"),
        ("a: 'x\n  y' # c\nb: 1\n", "a: 5 # c\nb: 1\n"),
        ("a: |\n  x\n  # y\n\n# c\nb: 1\n", "a: 5\n\n# c\nb: 1\n"),
        ("a: >-2 # c\n    x\n\nb: 1\n", "a: 5 # c\n\nb: 1\n"),
        ("a: |+\n  x\n\nb: 1\n", "a: 5\nb: 1\n"),
        ("a: |\nb: 1\n", "a: 5\nb: 1\n"),
        ("b: 1\na: |\n  x", "b: 1\na: 5"),
        ("a: [1, 2] # c\n", "a: 5 # c\n"),
        ("a: [1,\n  2 # d\n] # c\n", "a: 5 # c\n"),
        ("a: # c\n  x: 1 # d\n  y: 2 # e\n# f\nb: 1\n", "a: 5 # c\n# f\nb: 1\n"),
        ("a: # c\n  # d\n  x: 1\n    # e\n  # f\nb: 1\n", "a: 5 # c\n  # f\nb: 1\n"),
        ("a:\n- 1\n- 2\nb: 1\n", "a: 5\nb: 1\n"),
        ("a: &x\n- 1\nb: 1\n", "a: &x 5\nb: 1\n"),
        ("a: !!map\n  x: 1\nb: 1\n", "a: 5\nb: 1\n"),
        ("a: *x\n", None),
        ("a: # c\r\n  x: 1\r\nb: 1\r\n", "a: 5 # c\r\nb: 1\r\n"),
        ("a:\n  x: 1", "a: 5"),
    ],
)
def test_a_scalar_takes_the_place_of_anything(old: str, new: str | None) -> None:
    if new is None:
        old, new = "b: &x 1\na: *x # c\n", "b: &x 1\na: 5 # c\n"
    assert apply_edits(old, [SetValue(("a",), 5)]) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- 7 # c\n- b\n", "- 5 # c\n- b\n"),
        ("-\n- b\n", "- 5\n- b\n"),
        ("- # c\n- b\n", "- 5 # c\n- b\n"),
        ("- x: 1 # c\n  y: 2 # d\n- b\n", "- 5\n- b\n"),
        ("- - x\n  - y\n- b\n", "- 5\n- b\n"),
        ("- # c\n  x: 1 # d\n- b\n", "- 5 # c\n- b\n"),
        ("[ 7 , b]", "[ 5 , b]"),
        ("- |\n  x\n- b\n", "- 5\n- b\n"),
    ],
)
def test_a_scalar_takes_the_place_of_an_item(old: str, new: str) -> None:
    assert apply_edits(old, [SetValue((0,), 5)]) == new


def test_strings_in_json_get_double_quotes() -> None:
    text = '{"seed": 1, "clients": [{"id": "a"}]}'
    assert apply_edits(text, [SetValue(("seed",), "x"), SetValue(("clients", 0, "tenant_id"), "t")]) == (
        '{"seed": "x", "clients": [{"id": "a", "tenant_id": "t"}]}'
    )
    text = '{"clients": ["a"]}'
    assert apply_edits(text, [Insert(("clients", 1), {"id": "b"})]) == '{"clients": ["a", {"id": "b"}]}'


# writing collections


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a: 5\nb: 1\n", "a:\n  x: 1\n  k:\n    - 2\nb: 1\n"),
        ("a: 5 # c\nb: 1\n", "a: # c\n  x: 1\n  k:\n    - 2\nb: 1\n"),
        ("a:\nb: 1\n", "a:\n  x: 1\n  k:\n    - 2\nb: 1\n"),
        ("a: # c\nb: 1\n", "a: # c\n  x: 1\n  k:\n    - 2\nb: 1\n"),
        ("a: {}\nb: 1\n", "a:\n  x: 1\n  k:\n    - 2\nb: 1\n"),
        ("a: {z: 0} # c\nb: 1\n", "a: {x: 1, k: [2]} # c\nb: 1\n"),
        ("a: &n 5\nb: 1\n", "a: &n\n  x: 1\n  k:\n    - 2\nb: 1\n"),
        ("a: !!str 5\nb: 1\n", "a:\n  x: 1\n  k:\n    - 2\nb: 1\n"),
        ("a:\n- 3\nb: 1\n", "a:\n  x: 1\n  k:\n  - 2\nb: 1\n"),
        ("a:\n    z: 3\nb: 1\n", "a:\n    x: 1\n    k:\n        - 2\nb: 1\n"),
        ("a: | # c\n  z\n\nb: 1\n", "a: # c\n  x: 1\n  k:\n    - 2\n\nb: 1\n"),
        ("a: z\n  z # c\nb: 1\n", "a: # c\n  x: 1\n  k:\n    - 2\nb: 1\n"),
        ("a:\n   &n z\nb: 1\n", "a:\n   &n\n  x: 1\n  k:\n    - 2\nb: 1\n"),
        ("a:\n   'z'\nb: 1\n", "a:\n   x: 1\n   k:\n     - 2\nb: 1\n"),
        ("? a\n? b\n", "? a\n: {x: 1, k: [2]}\n? b\n"),
        ("? a\n: 5\n? b\n", "? a\n:\n  x: 1\n  k:\n    - 2\n? b\n"),
        ("? a\n: 5\t# c\n? b\n", "? a\n: # c\n  x: 1\n  k:\n    - 2\n? b\n"),
        ("{a: 5, b: 1}", "{a: {x: 1, k: [2]}, b: 1}"),
        ("b: 1\na: 5", "b: 1\na:\n  x: 1\n  k:\n    - 2"),
        ("a: 5\r\n", "a:\r\n  x: 1\r\n  k:\r\n    - 2\r\n"),
    ],
)
def test_a_collection_takes_the_place_of_anything(old: str, new: str) -> None:
    assert apply_edits(old, [SetValue(("a",), {"x": 1, "k": (2,)})]) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- 5\n- b\n", "- x: 1\n  k: {}\n- b\n"),
        ("-\n- b\n", "- x: 1\n  k: {}\n- b\n"),
        ("- 5 # c\n- b\n", "- # c\n  x: 1\n  k: {}\n- b\n"),
        ("- 5\t# c\n- b\n", "- # c\n  x: 1\n  k: {}\n- b\n"),
        ("- # c\n- b\n", "- # c\n  x: 1\n  k: {}\n- b\n"),
        ("- &n 5\n- b\n", "- &n\n  x: 1\n  k: {}\n- b\n"),
        ("- - z\n  - z # c\n- b\n", "- x: 1\n  k: {}\n- b\n"),
        ("-\n   z: 1\n- b\n", "-\n   x: 1\n   k: {}\n- b\n"),
        ("- |\n  z\n- b\n", "-\n  x: 1\n  k: {}\n- b\n"),
        ("- [z]\n- b\n", "- {x: 1, k: {}}\n- b\n"),
    ],
)
def test_a_collection_takes_the_place_of_an_item(old: str, new: str) -> None:
    assert apply_edits(old, [SetValue((0,), {"x": 1, "k": {}})]) == new


def test_an_equal_value_that_is_no_number_is_left_as_it_is_written() -> None:
    text = "a: .NaN\nb: +.INF\nc: ~\nd: 'x'\ne: TRUE\n"
    values = {"a": math.nan, "b": math.inf, "c": None, "d": "x", "e": True}
    assert apply_edits(text, [SetValue((key,), value) for key, value in values.items()]) == text


def test_an_equal_collection_is_left_as_it_is_written() -> None:
    text = "clients:\n- {id: a, params: {x: 1.0}} # c\n"
    assert apply_edits(text, [SetValue(("clients", 0), {"params": {"x": 1}, "id": "a"})]) == text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "seed: 1\n"),
        ("# c\n", "# c\nseed: 1\n"),
        ("# c", "# c\nseed: 1"),
        ("\n\n", "\n\nseed: 1\n"),
        ("---\n# c\n", "---\nseed: 1\n# c\n"),
        ("%YAML 1.1\n---\n...\n", "%YAML 1.1\n---\nseed: 1\n...\n"),
        ("---", "---\nseed: 1"),
        ("{}", "seed: 1"),
        ("{} # c\n", "seed: 1 # c\n"),
        ("--- {}\n", "--- {seed: 1}\n"),
        ("null\n", "seed: 1\n"),
        ("{ # c\n}\n", "{ # c\nseed: 1}\n"),
        ("\ufeff{}\n", "\ufeffseed: 1\n"),
    ],
)
def test_the_first_key_of_a_document(old: str, new: str) -> None:
    assert apply_edits(old, [SetValue(("seed",), 1)]) == new


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("a: 1 # c\nb: 2\n# d\n", {"x": 1}, "x: 1\n# d\n"),
        ("# c\na: 1\n", ["x"], "# c\n- x\n"),
        ("a: 1\n", 5, "5\n"),
        ("[a]\n", {"x": 1}, "x: 1\n"),
        ("--- [a]\n", {"x": 1}, "--- {x: 1}\n"),
        ("x y\n", {}, "{}\n"),
    ],
)
def test_the_whole_document_is_replaced(old: str, value: Any, new: str) -> None:
    assert apply_edits(old, [SetValue((), value)]) == new


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


# inserting items


@pytest.mark.parametrize(
    ("old", "index", "new"),
    [
        ("s:\n- a\n- b\n", 0, "s:\n- new\n- a\n- b\n"),
        ("s:\n- a\n- b\n", 1, "s:\n- a\n- new\n- b\n"),
        ("s:\n- a\n- b\n", 2, "s:\n- a\n- b\n- new\n"),
        ("s:\n  - a # c\n  - b # d\nt: 1\n", 2, "s:\n  - a # c\n  - b # d\n  - new\nt: 1\n"),
        ("s:\n  # c\n  - a\n  # d\n  - b\n", 0, "s:\n  - new\n  # c\n  - a\n  # d\n  - b\n"),
        ("s:\n  # c\n  - a\n  # d\n  - b\n", 1, "s:\n  # c\n  - a\n  - new\n  # d\n  - b\n"),
        ("s:\n  # head\n\n  - a\n", 0, "s:\n  # head\n\n  - new\n  - a\n"),
        ("s:\n- a\n# end\nt: 1\n", 1, "s:\n- a\n- new\n# end\nt: 1\n"),
        ("s:\n- a\n  # more\nt: 1\n", 1, "s:\n- a\n  # more\n- new\nt: 1\n"),
        ("s:\n- a\n\n- b\n\nt: 1\n", 2, "s:\n- a\n\n- b\n\n- new\n\nt: 1\n"),
        ("s:\n- a\n\n- b\n\nt: 1\n", 0, "s:\n- new\n\n- a\n\n- b\n\nt: 1\n"),
        ("s:\n-   a\n", 1, "s:\n-   a\n-   new\n"),
        ("s:\n- 'a'\n", 1, "s:\n- 'a'\n- 'new'\n"),
        ("s:\n- - a\n  - b\n", 1, "s:\n- - a\n  - b\n- new\n"),
        ("s: [a, b]\n", 0, "s: [new, a, b]\n"),
        ("s: [a, b]\n", 1, "s: [a, new, b]\n"),
        ("s: [a, b]\n", 2, "s: [a, b, new]\n"),
        ("s: [a,b]\n", 2, "s: [a,b,new]\n"),
        ("s: [ a , b , ]\n", 2, "s: [ a , b, new , ]\n"),
        ("s: [a, # c\n  b] # d\n", 2, "s: [a, # c\n  b, new] # d\n"),
        ("s: [a, # c\n  b]\n", 1, "s: [a, # c\n  new, b]\n"),
        ("s: [\n  # c\n  a, # d\n]\n", 0, "s: [\n  new,\n  # c\n  a, # d\n]\n"),
        ("s: [\n  # c\n  a, # d\n]\n", 1, "s: [\n  # c\n  a, # d\n  new,\n]\n"),
        ("s: [\n\n  a,\n]\n", 0, "s: [\n\n  new,\n  a,\n]\n"),
        ("s: [\n  # c\n  a # d\n]\n", 1, "s: [\n  # c\n  a, # d\n  new\n]\n"),
        ("s: []\nt: 1\n", 0, "s:\n  - new\nt: 1\n"),
        ("s: [] # c\nt: 1\n", 0, "s: # c\n  - new\nt: 1\n"),
        ("s: [ # c\n ]\nt: 1\n", 0, "s: [ # c\n new]\nt: 1\n"),
        ("s: &x []\n", 0, "s: &x\n  - new\n"),
        ("s: []\nt:\n- a\n", 0, "s:\n- new\nt:\n- a\n"),
        ("{s: [ ]}\n", 0, "{s: [new]}\n"),
        ("s:\nt: 1\n", 0, "s:\n  - new\nt: 1\n"),
        ("s: null # c\n", 0, "s: # c\n  - new\n"),
        ("s: ~\n", 0, "s:\n  - new\n"),
        ("t: 1\n", 0, "t: 1\ns:\n  - new\n"),
        ("{t: 1}", 0, "{t: 1, s: [new]}"),
        ("s:\n- a", 1, "s:\n- a\n- new"),
        ("s:\r\n- a\r\n- b", 1, "s:\r\n- a\r\n- new\r\n- b"),
        ("s:\n- a\r\n- b\n", 1, "s:\n- a\r\n- new\r\n- b\n"),
        ("s:\n- a\n...\n", 1, "s:\n- a\n- new\n...\n"),
        ("s:\n-\n- b\n", 1, "s:\n-\n- new\n- b\n"),
        ("s:\n- x:\n- b\n", 1, "s:\n- x:\n- new\n- b\n"),
        ("s:\n- x:\n  - y: # c\n- b\n", 1, "s:\n- x:\n  - y: # c\n- new\n- b\n"),
        ("s:\n- ? x\n# c\n- b\n", 1, "s:\n- ? x\n- new\n# c\n- b\n"),
        ("s: !!seq\n- a\n", 1, "s: !!seq\n- a\n- new\n"),
    ],
)
def test_an_item_is_inserted_into_any_list(old: str, index: int, new: str) -> None:
    assert apply_edits(old, [Insert(("s", index), "new")]) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("s:\n- a: 1\n", "s:\n- a: 1\n- k: 1\n  l:\n  - 2\n"),
        ("s:\n  -   a: 1\n", "s:\n  -   a: 1\n  -   k: 1\n      l:\n        - 2\n"),
        ("s:\n  - {a: 1}\n", "s:\n  - {a: 1}\n  - {k: 1, l: [2]}\n"),
        ("s:\n  - {}\n", "s:\n  - {}\n  - k: 1\n    l:\n      - 2\n"),
        ("s:\n  -\n    a: 1\n", "s:\n  -\n    a: 1\n  - k: 1\n    l:\n      - 2\n"),
        ("s: [{a: 1}]\n", "s: [{a: 1}, {k: 1, l: [2]}]\n"),
    ],
)
def test_a_block_is_inserted_as_its_neighbours_are_written(old: str, new: str) -> None:
    assert apply_edits(old, [Insert(("s", 1), {"k": 1, "l": [2]})]) == new


def test_an_item_is_inserted_into_a_list_on_the_line_of_its_dash() -> None:
    assert apply_edits("- - a # c\n  - b\n", [Insert((0, 0), "new")]) == "- - new\n  - a # c\n  - b\n"
    assert apply_edits("- - a\n\n  - b\n", [Insert((0, 0), "new")]) == "- - new\n\n  - a\n\n  - b\n"


def test_setting_the_value_behind_the_last_item_adds_one() -> None:
    assert apply_edits("s: [a]\n", [SetValue(("s", 1), "b")]) == "s: [a, b]\n"
    assert "only 1 items" in refusal("s: [a]\n", SetValue(("s", 2), "b"))


# removing


@pytest.mark.parametrize(
    ("old", "index", "new"),
    [
        ("s:\n- a\n- b\n- c\n", 1, "s:\n- a\n- c\n"),
        ("s:\n  # ca\n  - a # a\n  # cb\n  - b # b\n    # more b\n  # end\nt: 1\n", 1, "s:\n  # ca\n  - a # a\n  # end\nt: 1\n"),
        ("s:\n  # ca\n  - a # a\n  # cb\n  - b # b\n", 0, "s:\n  # cb\n  - b # b\n"),
        ("s:\n  # apart\n\n  # ca\n  - a\n  - b\n", 0, "s:\n  # apart\n\n  - b\n"),
        ("s:\n- a\n\n- b\n\n- c\n", 1, "s:\n- a\n\n- c\n"),
        ("s:\n- a\n\n- b\n\n- c\nt: 1\n", 2, "s:\n- a\n\n- b\nt: 1\n"),
        ("s:\n- a\n\n- b\n\nt: 1\n", 0, "s:\n- b\n\nt: 1\n"),
        ("s:\n- a\n\n# apart\n\n- b\n- c\n", 1, "s:\n- a\n\n# apart\n\n- c\n"),
        ("s:\n- a\n- b", 1, "s:\n- a"),
        ("s:\n- a\n\n- b", 1, "s:\n- a"),
        ("s:\n- |\n  a\n- b", 1, "s:\n- |\n  a\n"),
        ("s:\n- |-\n  a\n- b", 1, "s:\n- |-\n  a"),
        ("s:\n- |\n  a\n # c\n- b", 1, "s:\n- |\n  a\n # c"),
        ("s:\n- |+\n  a\n\n- b\n- c\n", 1, "s:\n- |+\n  a\n\n- c\n"),
        ("s: [a, b, c]\n", 0, "s: [b, c]\n"),
        ("s: [a, b, c]\n", 1, "s: [a, c]\n"),
        ("s: [a, b, c]\n", 2, "s: [a, b]\n"),
        ("s: [a, b,]\n", 1, "s: [a,]\n"),
        ("s: [a, # ca\n  # cb\n  b, # bb\n  c]\n", 0, "s: [\n  # cb\n  b, # bb\n  c]\n"),
        ("s: [a, # ca\n  b, # cb\n  c]\n", 1, "s: [a, # ca\n  \n  c]\n"),
        ("s: [a, # ca\n  b]\n", 1, "s: [a # ca\n  ]\n"),
        ("s: [a, # ca\n  b,]\n", 1, "s: [a, # ca\n  ]\n"),
        ("s: [\n  # ca\n  a, # a\n  # cb\n  b # b\n]\n", 0, "s: [\n  # cb\n  b # b\n]\n"),
        ("s: [\n  # ca\n  a, # a\n  # cb\n  b # b\n]\n", 1, "s: [\n  # ca\n  a # a\n]\n"),
        ("s: [\n  a,\n  b,\n]\n", 1, "s: [\n  a,\n]\n"),
        ("- - a # ca\n  # cb\n  - b\n", None, "- # cb\n  - b\n"),
    ],
)
def test_an_item_is_removed_with_its_comments(old: str, index: int | None, new: str) -> None:
    assert apply_edits(old, [Remove((0, 0) if index is None else ("s", index))]) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("s:\n- a # c\nt: 1\n", "s: []\nt: 1\n"),
        ("s: # c\n  # ca\n  - a\n  # end\nt: 1\n", "s: [] # c\n  # end\nt: 1\n"),
        ("s:\n  # apart\n\n  # ca\n  - a\n", "s: []\n  # apart\n\n"),
        ("s: &x\n- a\nt: 1\n", "s: &x []\nt: 1\n"),
        ("s: [a]\n", "s: []\n"),
        ("s: [ a ]\n", "s: [ ]\n"),
        ("s: [a,]\n", "s: []\n"),
        ("s: [\n  a, # c\n]\n", "s: [\n]\n"),
        ("s: [ # c\n  a]\n", "s: [ # c\n  ]\n"),
        ("s:\n- a", "s: []"),
        ("s:\n\n  - a", "s: []"),
        ("s:\n- |\n  a\n\nt: 1\n", "s: []\n\nt: 1\n"),
    ],
)
def test_the_last_item_leaves_an_empty_list(old: str, new: str) -> None:
    assert apply_edits(old, [Remove(("s", 0))]) == new


@pytest.mark.parametrize(
    ("old", "path", "new"),
    [
        ("a: 1\n", ("a",), "{}\n"),
        ("# top\na: |+\n  x\n\n", ("a",), "# top\n{}\n"),
        ("# top\na: 1 # c\nb: 2\n", ("a",), "# top\nb: 2\n"),
        ("a:\n  b: 1 # c\nd: 2\n", ("a", "b"), "a: {}\nd: 2\n"),
        ("- a: 1 # c\n- d\n", (0, "a"), "- {} # c\n- d\n"),
        ("- a: 1\n  b: 2\n", (0, "a"), "- b: 2\n"),
        ("- a: 1\n  b: 2\n", (0, "b"), "- a: 1\n"),
        ("- ? a\n  : 1\n  b: 2\n", (0, "a"), "- b: 2\n"),
        ("{a: 1, b: 2}", ("a",), "{b: 2}"),
        ("{a: 1, b}", ("b",), "{a: 1}"),
        ("? a\n? b\n", ("b",), "? a\n"),
        ("a: &x 1\nb: 2\n", ("a",), "b: 2\n"),
        ("a: *x\n", None, None),
        ("a:\n- 1\n# about b\nb:\n- 2\n# about c\nc: 3\n", ("b",), "a:\n- 1\n# about c\nc: 3\n"),
    ],
)
def test_a_key_is_removed_with_its_comments(old: str, path: problems.Path | None, new: str | None) -> None:
    if path is None or new is None:
        old, path, new = "b: &x 1\na: *x\n", ("a",), "b: &x 1\n"
    assert apply_edits(old, [Remove(path)]) == new


def test_keys_that_are_collections_are_left_alone() -> None:
    assert apply_edits("{a: 1}: 2\nb: 3\n", [Remove(("b",))]) == "{a: 1}: 2\n"
    assert apply_edits("? [a, b]\n: 2\nb: 3\n", [SetValue(("c",), 1)]) == "? [a, b]\n: 2\nb: 3\nc: 1\n"


def test_an_empty_key_is_one_like_others() -> None:
    assert apply_edits("? # c\n: 2\na: 1\n", [Remove(("a",))]) == "? # c\n: 2\n"
    assert apply_edits("? # c\n: 2\na: 1\n", [Remove(("",))]) == "a: 1\n"
    assert apply_edits("? # c\n: 2\na: 1\n", [SetValue(("",), 3)]) == "? # c\n: 3\na: 1\n"
    assert apply_edits("{? : 2, a: 1}\n", [RenameKey(("",), "b")]) == "{?  b: 2, a: 1}\n"


# moving and copying


def test_a_stage_is_moved_with_its_comment_and_the_gaps_stay() -> None:
    new = apply_edits(COMPACT, [Move((*STAGES, 0), 1)])
    assert new == COMPACT.replace(
        "    # warm up\n    - {rate: 8.0, duration: 600}\n\n    # rush hour\n    - {rate: 20.0, duration: 600}\n",
        "    # rush hour\n    - {rate: 20.0, duration: 600}\n\n    # warm up\n    - {rate: 8.0, duration: 600}\n",
    )
    assert apply_edits(new, [Move((*STAGES, 1), 0)]) == COMPACT


@pytest.mark.parametrize(
    ("old", "index", "to", "new"),
    [
        ("s:\n- a\n- b\n- c\n", 0, 2, "s:\n- b\n- c\n- a\n"),
        ("s:\n- a\n- b\n- c\n", 2, 0, "s:\n- c\n- a\n- b\n"),
        ("s:\n- a\n- b\n", 1, 1, "s:\n- a\n- b\n"),
        ("s:\n- a\n- b", 0, 1, "s:\n- b\n- a"),
        ("s:\r\n- a\r\n- b\n- c", 2, 0, "s:\r\n- c\n- a\r\n- b"),
        ("s:\n- a\n\n\n# apart\n\n- b\n", 1, 0, "s:\n- b\n\n\n# apart\n\n- a\n"),
        ("s:\n- |\n  a\n\n- b\n", 1, 0, "s:\n- b\n\n- |\n  a\n"),
        ("s: [a, b, c]\n", 0, 2, "s: [b, c, a]\n"),
        ("s: [ a ,b, # c\n c ]\n", 2, 0, "s: [ c ,a, # c\n b ]\n"),
        ("s: [\n  # ca\n  a, # a\n  # cb\n  b # b\n]\n", 0, 1, "s: [\n  # cb\n  b, # b\n  # ca\n  a # a\n]\n"),
        ("s: [\n  a, # a\n  b\n]\n", 0, 1, "s: [\n  b,\n  a # a\n]\n"),
    ],
)
def test_an_item_is_moved(old: str, index: int, to: int, new: str) -> None:
    assert apply_edits(old, [Move(("s", index), to)]) == new
    assert apply_edits(new, [Move(("s", to), index)]) == old


def test_an_item_is_moved_in_a_list_on_the_line_of_its_dash() -> None:
    assert apply_edits("- - a # c\n  - x: 1\n    y: 2\n- z\n", [Move((0, 0), 1)]) == "- - x: 1\n    y: 2\n  - a # c\n- z\n"
    assert apply_edits("- - a\n  # cb\n  - b\n", [Move((0, 1), 0)]) == "- # cb\n  - b\n  - a\n"


@pytest.mark.parametrize(
    ("old", "index", "new"),
    [
        (
            "s:\n  # c\n  - x: 1 # d\n    # e\n  - b\n",
            0,
            "s:\n  # c\n  - x: 1 # d\n    # e\n  # c\n  - x: 1 # d\n    # e\n  - b\n",
        ),
        ("s:\n- a\n\n- b\n", 1, "s:\n- a\n\n- b\n\n- b\n"),
        ("s:\n- a\n- b", 1, "s:\n- a\n- b\n- b"),
        ("s:\n- &n a\n- *n\n", 0, "s:\n- &n a\n- a\n- *n\n"),
        ("s:\n- &n\n  x: &m 1\n  y: *m\n- *n\n", 0, "s:\n- &n\n  x: &m 1\n  y: *m\n- \n  x: 1\n  y: *m\n- *n\n"),
        ("s:\n- !!str &n a\n", 0, "s:\n- !!str &n a\n- !!str a\n"),
        ("s: [a, b]\n", 1, "s: [a, b, b]\n"),
        ("s: [a,b]\n", 0, "s: [a,a,b]\n"),
        ("s: [&n a, *n ]\n", 0, "s: [&n a, a, *n ]\n"),
        ("s: [\n  # c\n  {x: 1}, # d\n]\n", 0, "s: [\n  # c\n  {x: 1}, # d\n  # c\n  {x: 1}, # d\n]\n"),
        ("s: [\n  # c\n  {x: 1} # d\n]\n", 0, "s: [\n  # c\n  {x: 1}, # d\n  # c\n  {x: 1} # d\n]\n"),
    ],
)
def test_an_item_is_duplicated_as_it_is_written(old: str, index: int, new: str) -> None:
    assert apply_edits(old, [Duplicate(("s", index))]) == new


def test_an_item_is_duplicated_in_a_list_on_the_line_of_its_dash() -> None:
    assert apply_edits("- - a # c\n  - b\n", [Duplicate((0, 0))]) == "- - a # c\n  - a # c\n  - b\n"


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


# what is shared


ANCHORED = """\
base: &base {rate: 1, duration: 2}
alone: &alone {rate: 1}
list: [*base , &item {rate: 3}]
one: *base
two:
  <<: *base
  rate: 5
"""


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (SetValue(("base", "rate"), 2), "base.rate: it is part of the anchor &base (line 1), which is used elsewhere too"),
        (SetValue(("base",), 2), "anchor &base"),
        (Remove(("base",)), "anchor &base"),
        (Remove(("base", "rate")), "anchor &base"),
        (RenameKey(("base", "rate"), "x"), "anchor &base"),
        (SetValue(("one", "rate"), 2), "one.rate: it is part of the alias *base (line 4) and is written elsewhere"),
        (SetValue(("list", 0, "rate"), 2), "alias *base"),
        (SetValue(("one", "new"), 2), "alias *base"),
        (Insert(("one", 0), 2), "alias *base"),
        (Remove(("two", "duration")), "merge (<<)"),
        (Remove(("two", "rate")), "merge (<<)"),
        (RenameKey(("two", "rate"), "x"), "merge (<<)"),
        (RenameKey(("two", "duration"), "x"), "merge (<<)"),
        (SetValue(("two", "duration", "x"), 1), "merge (<<)"),
    ],
)
def test_what_is_used_elsewhere_is_not_edited(edit: Edit, reason: str) -> None:
    assert reason in refusal(ANCHORED, edit)


@pytest.mark.parametrize(
    ("edit", "old", "new"),
    [
        (SetValue(("alone", "rate"), 2), "&alone {rate: 1}", "&alone {rate: 2}"),
        (SetValue(("alone",), 2), "&alone {rate: 1}", "&alone 2"),
        (Remove(("alone",)), "alone: &alone {rate: 1}\n", ""),
        (SetValue(("one",), 2), "one: *base", "one: 2"),
        (Remove(("one",)), "one: *base\n", ""),
        (SetValue(("list", 0), 2), "[*base ,", "[2 ,"),
        (Move(("list", 0), 1), "[*base , &item {rate: 3}]", "[&item {rate: 3} , *base]"),
        (SetValue(("two", "duration"), 9), "rate: 5\n", "rate: 5\n  duration: 9\n"),
        (SetValue(("two", "rate"), 9), "rate: 5\n", "rate: 9\n"),
        (Duplicate(("list", 1)), "&item {rate: 3}]", "&item {rate: 3}, {rate: 3}]"),
        (SetValue(("one",), {"rate": 1, "duration": 2}), "", ""),
    ],
)
def test_what_is_written_here_alone_is_edited(edit: Edit, old: str, new: str) -> None:
    assert apply_edits(ANCHORED, [edit]) == ANCHORED.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "edit", "reason"),
    [
        ("a:\n  b: &x 1\nc: *x\n", Remove(("a",)), "it would part an alias from its anchor"),
        ("a:\n  b: &x 1\nc: *x\n", SetValue(("a",), 5), "it would part an alias from its anchor"),
        ("- &x 1\n- *x\n", Move((0,), 1), "it would part an alias from its anchor"),
        ("- &x 1\n- - &x 2\n- *x\n", Remove((1,)), "other values would change"),
        ("- &x 1\n- &x 2\n- *x\n- a\n", Move((0,), 1), "other values would change"),
        ("a: &x 1\n*x : 2\n", SetValue(("a",), 2), "anchor &x"),
        ("&x a: 1\nb: *x\n", RenameKey(("a",), "c"), "anchor &x"),
        ("&x a: 1\nb: *x\n", Remove(("a",)), "anchor &x"),
        ("a: &x b\n*x : 2\n", RenameKey(("b",), "c"), "its key is the alias *x"),
        ("a: &x\nb: *x\n", SetValue(("a", "c"), 2), "anchor &x"),
        ("a: |\n  x", SetValue(("b",), 1), "other values would change"),
    ],
)
def test_edits_that_would_change_other_values_are_refused(text: str, edit: Edit, reason: str) -> None:
    assert reason in refusal(text, edit)


def test_a_value_under_an_alias_as_key_is_edited() -> None:
    assert apply_edits("a: &x b\n*x : 2\n", [SetValue(("b",), 3)]) == "a: &x b\n*x : 3\n"


# what makes no sense


@pytest.mark.parametrize(
    ("text", "edit", "reason"),
    [
        ("a: 1\n", Remove(("b",)), "b: there is nothing there"),
        ("a: 1\n", Remove(("a", "b")), "a is a single value and holds nothing"),
        ("5\n", SetValue(("a",), 1), "the document is a single value and holds nothing"),
        ("a: 1\n", Remove(()), "only a part of the document"),
        ("a: 1\na: 2\n", SetValue(("a",), 3), "'a' is there more than once"),
        ("a: [1]\n", Move(("a", 0), 1), "it cannot become item 1 of a list of 1"),
        ("a: [1]\n", Move(("a", 0), -1), "it cannot become item -1"),
        ("a: [1]\n", Remove(("a", -1)), "there is nothing there"),
        ("a: [1]\n", Insert(("a", 2), 1), "only 1 items"),
        ("a: [1]\n", Insert(("a", -1), 1), "only 1 items"),
        ("a:\n", Insert(("a", 1), 1), "no items yet"),
        ("a: 1\n", Insert(("b", 1), 1), "no items yet"),
        ("a: 1\n", Insert((), 1), "an item is inserted at an index"),
        ("a: 1\n", Insert(("a",), 1), "an item is inserted at an index"),
        ("a: {b: 1}\n", Insert(("a", 0), 1), "there is no list"),
        ("a: 1\n", Insert(("a", 0), 1), "there is no list"),
        ("a: {b: 1}\n", SetValue(("a", 0), 1), "0 leads nowhere, there is a mapping"),
        ("a: [1]\n", SetValue(("a", "b"), 1), "'b' leads nowhere, there is a list"),
        ("a: 1\n", SetValue(("b", 1), 1), "no items yet"),
        ("a: 1\n", Move(("a",), 0), "not an item of a list"),
        ("a: 1\n", Duplicate(("a",)), "not an item of a list"),
        ("a: [1]\n", RenameKey(("a", 0), "b"), "has no key"),
        ("a: 1\nb: 2\n", RenameKey(("a",), "b"), "there is a key 'b' already"),
        ("a: 1\n", SetValue(("a",), object()), "type object cannot be written"),
        ("a: 1\n", SetValue(("a",), {1: 2}), "keys of a new mapping must be texts"),
        ("a: 1\n", SetValue(("a",), "\ud800"), "could not be read any more"),
        ("a: [\n", SetValue(("a",), 1), "the text must first become readable: YAML syntax"),
        ("a: [b: 1]\n", SetValue(("a", 0, "c"), 1), "a pair without brackets in a list"),
        ("a: [b: 1]\n", Remove(("a", 0, "b")), "a pair without brackets in a list"),
        ("a: [b: 1, ? c : 2]\n", SetValue(("a", 0, "c"), 1), "a pair without brackets in a list"),
        ("? |\n  a\n: 1\n", RenameKey(("a\n",), "b"), "a key that is a block of text"),
        ("--- |\n  a\n", SetValue((), {"a": 1}), "one block of text"),
    ],
)
def test_edits_that_cannot_be_made_say_why(text: str, edit: Edit, reason: str) -> None:
    assert reason in refusal(text, edit)


def test_pairs_without_brackets_are_edited_where_that_is_clear() -> None:
    assert apply_edits("a: [b: 1, c]\n", [SetValue(("a", 0, "b"), 2)]) == "a: [b: 2, c]\n"
    assert apply_edits("a: [b: 1, c]\n", [Remove(("a", 0))]) == "a: [c]\n"
    assert apply_edits("a: [? b : 1, c]\n", [Move(("a", 0), 1)]) == "a: [c, ? b : 1]\n"


def test_values_nested_too_deep_are_refused() -> None:
    value: Any = 1
    for _ in range(5000):
        value = [value]
    assert "nested too deep" in refusal("a: 1\n", SetValue(("a",), value))


# several edits


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


# the whole text


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


def test_what_was_typed_is_written_as_it_stands() -> None:
    assert apply_edits("seed: 1\n", [SetValue(("seed",), Plain("1e"))]) == "seed: 1e\n"
    assert apply_edits("seed: '1' # c\n", [SetValue(("seed",), Plain("12"))]) == "seed: 12 # c\n"
    assert apply_edits("seed: 1 # c\n", [SetValue(("seed",), Plain(""))]) == "seed: # c\n"
    assert apply_edits("seed: # c\n", [SetValue(("seed",), Plain("4"))]) == "seed: 4 # c\n"
    assert apply_edits("a: 1\n", [SetValue(("b",), Plain(""))]) == "a: 1\nb:\n"
    assert apply_edits("a:\n- 1\n", [SetValue(("a", 1), Plain(""))]) == "a:\n- 1\n-\n"
    assert apply_edits("a:\n  b: 1\n", [SetValue(("a",), Plain(""))]) == "a:\n"
    assert apply_edits("a: [b] # c\n", [SetValue(("a",), Plain(""))]) == "a: # c\n"
    assert apply_edits("a: | # c\n  x\n", [SetValue(("a",), Plain(""))]) == "a: # c\n"
    assert apply_edits("{a: x, b: }", [SetValue(("a",), Plain("")), SetValue(("b",), Plain(""))]) == "{a: , b: }"
    assert "could not be read any more" in refusal("[a, b]\n", SetValue((0,), Plain("")))
