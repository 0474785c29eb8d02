"""Edits of lists: an item is inserted, moved and copied."""

from __future__ import annotations

import pytest
from edit_samples import COMPACT, STAGES, refusal

from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Duplicate, Insert, Move, SetValue

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
