"""Edits that write a number, a text or another single value: one example for each way it can be written."""

from __future__ import annotations

import math
from typing import Any

import pytest
from edit_samples import STAGES

from blis_tui.spec.check import check
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Insert, SetValue


@pytest.mark.parametrize("value", ["5", "2", None])
@pytest.mark.parametrize("old", ["!x 5", "!!int x", "!!null x"])
def test_what_cannot_be_read_is_replaced(old: str, value: str | None) -> None:
    assert check(apply_edits(f"version: {old} # c\n", [SetValue(("version",), value)])).tree.problems == []


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
