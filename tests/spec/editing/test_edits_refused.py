"""Edits that are refused: of what is written for several places, and those that make no sense."""

from __future__ import annotations

from typing import Any

import pytest
from edit_samples import refusal

from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Duplicate, Edit, Insert, Move, Remove, RenameKey, SetValue

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
        ("a: 1\nb: 2\n", RenameKey(("a",), "b"), "there is already a key 'b'"),
        ("a: 1\n", SetValue(("a",), object()), "type object cannot be written"),
        ("a: 1\n", SetValue(("a",), {1: 2}), "keys of a new mapping must be texts"),
        ("a: 1\n", SetValue(("a",), "\ud800"), "could not be read any more"),
        ("a: [\n", SetValue(("a",), 1), "the text must first become readable: this [ is never closed"),
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
