"""Random edits of random documents: refused, or exactly what was meant and nothing else."""

from __future__ import annotations

import os
import re
from typing import Any

from documents import data, documents, spec_data, texts, top_data
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from plain_data import agrees, edited, load, places, same_order
from plain_edits import edits, new_scalars, new_values
from written_places import leaves, touched

from blis_tui.problems import Path
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Duplicate, Edit, EditRefused, Insert, Move, Remove, SetValue
from blis_tui.spec.yaml.composing import compose

EXAMPLES = int(os.environ.get("BLIS_TUI_EXAMPLES", "100"))
"""How many documents each property is tried on."""
LINE_ENDS = re.compile("\r\n|[\r\n]")
COMMENT = re.compile(r"# c\d{3}")

searching = settings(max_examples=EXAMPLES, deadline=None)


@st.composite
def edited_documents(draw: st.DrawFn) -> tuple[str, Edit]:
    """Make a document and an edit of it."""
    text = draw(documents())
    assume(not compose(text).problems)
    return text, draw(edits(load(text)))


@st.composite
def documents_with_lists(draw: st.DrawFn, least: int) -> tuple[str, Path, int]:
    """Make a document, the path of a list in it and its length."""
    with_lists = st.dictionaries(texts, st.lists(data, min_size=least, max_size=5), min_size=1, max_size=2)
    text = draw(documents(with_lists | top_data))
    assume(not compose(text).problems)
    lists = [(path, len(value)) for path, value in places(load(text)) if isinstance(value, list) and len(value) >= least]
    assume(lists)
    return (text, *draw(st.sampled_from(lists)))


def attempt(text: str, edit: Edit) -> str:
    """Make an edit; one that is refused for a good reason is none to go on with."""
    try:
        return apply_edits(text, [edit])
    except EditRefused as refused:
        assert "there is already a key" in refused.reason or re.search("[&|>]", text), "refused without need"
        assume(False)
        raise


@searching
@given(edited_documents())
def test_an_edit_is_refused_or_changes_what_it_says_and_nothing_else(case: tuple[str, Edit]) -> None:
    text, edit = case
    new = attempt(text, edit)
    expected, found = edited(load(text), edit), load(new)
    assert agrees(expected, found), "other data"
    assert isinstance(edit, SetValue) or same_order(expected, found), "another order of keys"
    line_ends = set(LINE_ENDS.findall(text))
    assert not line_ends or set(LINE_ENDS.findall(new)) <= line_ends
    if not text.endswith(("\r", "\n")) and new.endswith(("\r", "\n")):
        assert re.search("[|>]", text), "a final line end, which no block scalar needs"
    check_untouched(text, new, edit)


def check_untouched(text: str, new: str, edit: Edit) -> None:
    """Check that the text before and behind the edited place is the same, and that only its own comments are gone."""
    root, after = compose(text).root, compose(new).root
    assert root is not None
    assert after is not None
    first, last = touched(root, after, edit)
    before = max((end for _, end in leaves(root) if end <= first), default=0)
    behind = min((start for start, _ in leaves(root) if start >= last), default=len(text))
    prefix, suffix = text[:before].rstrip(), text[behind:]
    assert new.startswith(prefix), "the text before"
    assert new.endswith(suffix), "the text behind"
    assert len(prefix) + len(suffix) <= len(new)
    old_comments, new_comments = COMMENT.findall(text), COMMENT.findall(new)
    assert set(new_comments) <= set(old_comments)
    assert isinstance(edit, Duplicate) or len(new_comments) == len(set(new_comments)), "a comment twice"
    lost = [text.index(comment) for comment in old_comments if comment not in new_comments]
    if isinstance(edit, Remove):
        head = text.find("-", before, first)
        assert all(is_of(text, place, head if head >= 0 else first) for place in lost)
        assert all(place < behind for place in lost)
    elif isinstance(edit, SetValue):
        assert all(place >= min(first, next_line(text, before)) and place < behind for place in lost)
    else:
        assert not lost


def is_of(text: str, comment: int, head: int) -> bool:
    """Tell whether a comment stands behind the head of an entry, or on the lines directly above it."""
    if comment >= head:
        return True
    line = max(text.rfind(end, 0, comment) for end in "\r\n") + 1
    return all(part.lstrip().startswith("#") for part in LINE_ENDS.split(text[line:head])[:-1])


def next_line(text: str, place: int) -> int:
    found = LINE_ENDS.search(text, place)
    return found.end() if found else len(text)


@searching
@given(documents_with_lists(2), st.data())
def test_an_item_moved_there_and_back_gives_the_old_text(case: tuple[str, Path, int], choices: st.DataObject) -> None:
    text, path, count = case
    node = compose(text).find(path)
    assert node is not None
    # Comments above the first item stay there at the top of the text, and behind a dash on its line.
    assume("#" not in text or (path and "-" not in LINE_ENDS.split(text[: node.start])[-1]))
    start, end = choices.draw(st.integers(0, count - 1)), choices.draw(st.integers(0, count - 1))
    new = attempt(text, Move((*path, start), end))
    assert apply_edits(new, [Move((*path, end), start)]) == text


@searching
@given(documents_with_lists(0), new_values, st.data())
def test_an_item_inserted_and_removed_gives_the_old_text(case: tuple[str, Path, int], value: Any, choices: st.DataObject) -> None:
    text, path, count = case
    node = compose(text).find(path)
    assert node is not None
    # An empty list loses the spaces between its brackets, and a comment below it may become its item's.
    assume(count or (text[node.start : node.end] == "[]" and "#" not in text))
    place = (*path, choices.draw(st.integers(0, count)))
    new = attempt(text, Insert(place, value))
    assert apply_edits(new, [Remove(place)]) == text


@searching
@given(documents_with_lists(1), st.data())
def test_a_copy_made_and_removed_gives_the_old_text(case: tuple[str, Path, int], choices: st.DataObject) -> None:
    text, path, count = case
    index = choices.draw(st.integers(0, count - 1))
    new = attempt(text, Duplicate((*path, index)))
    assert apply_edits(new, [Remove((*path, index + 1))]) == text


@searching
@given(documents(), texts, new_values, st.data())
def test_a_key_added_and_removed_gives_the_old_text(text: str, key: str, value: Any, choices: st.DataObject) -> None:
    assume(not compose(text).problems)
    mappings = [path for path, there in places(load(text)) if isinstance(there, dict) and there and key not in there]
    assume(mappings)
    place = (*choices.draw(st.sampled_from(mappings)), key)
    new = attempt(text, SetValue(place, value))
    assert apply_edits(new, [Remove(place)]) == text


@searching
@given(documents(spec_data), st.lists(new_scalars, min_size=2, max_size=5), st.data())
def test_edits_made_together_come_out_as_one_after_the_other(text: str, values: list[Any], choices: st.DataObject) -> None:
    assume(not compose(text).problems)
    paths = [path for path, there in places(load(text)) if isinstance(there, str)]
    assume(paths)
    wanted = [SetValue(choices.draw(st.sampled_from(paths)), value) for value in values]
    one_by_one = text
    for edit in wanted:
        one_by_one = attempt(one_by_one, edit)
    assert apply_edits(text, wanted) == one_by_one
