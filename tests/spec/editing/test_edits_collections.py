"""Edits that write a list or a mapping in the place of something, or as the whole document."""

from __future__ import annotations

import math
from typing import Any

import pytest

from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import SetValue


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
