"""Edits that take away items and keys, with the comments that are theirs."""

from __future__ import annotations

import pytest

from blis_tui import problems
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Remove, RenameKey, SetValue


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
