"""Random edits of random documents: refused, or exactly what was meant and nothing else."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from documents import data, documents, texts, top_data
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from blis_tui.problems import Path
from blis_tui.spec.edits import Duplicate, Edit, EditRefused, Insert, Move, Remove, RenameKey, SetValue, apply_edits
from blis_tui.spec.nodes import ALIAS, MAPPING, SEQUENCE, Node, compose

EXAMPLES = int(os.environ.get("BLIS_TUI_EXAMPLES", "300"))
"""How many documents each property is tried on."""
LINE = re.compile("[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029]|\\Z)")
COMMENT = re.compile(r"# c\d{3}")


def load(text: str) -> Any:
    """Read a text as texts, lists and dicts, nothing shared; what is merged stays under the key <<."""
    tree = compose(text)
    assert not tree.problems
    return built(tree.root)


def built(node: Node | None) -> Any:
    if node is None:
        return None
    if node.kind == ALIAS:
        return built(node.target)
    if node.kind == SEQUENCE:
        return [built(item) for item in node.items]
    if node.kind == MAPPING:
        assert len({built(key) for key, _ in node.items}) == len(node.items)
        return {built(key): built(item) for key, item in node.items}
    return node.value


def unshared(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: unshared(item) for key, item in value.items()}
    return [unshared(item) for item in value] if isinstance(value, list) else value


def agrees(expected: Any, actual: Any) -> bool:
    """Compare intended data, in which new values are typed, with what PyYAML's loader read."""
    if isinstance(expected, dict):
        return isinstance(actual, dict) and list(expected) == list(actual) and all(agrees(expected[key], actual[key]) for key in expected)
    if isinstance(expected, list):
        return isinstance(actual, list) and len(expected) == len(actual) and all(map(agrees, expected, actual))
    if expected is None:
        return actual in ("null", "")
    if isinstance(expected, bool):
        return actual == str(expected).lower()
    if isinstance(expected, (int, float)):
        number = type(expected) if "." not in str(actual) else float
        return isinstance(actual, str) and number(actual) == expected
    return type(actual) is str and actual == expected


def edited(data: Any, edit: Edit) -> Any:
    """Make the edit in plain data. New keys come at their place in the text, which is not this function's business."""
    *way, last = edit.path
    data = unshared(data)
    holder = data
    for step in way:
        holder = holder[step]
    if isinstance(edit, SetValue):
        if isinstance(holder, list) and last == len(holder):
            holder.append(edit.value)
        else:
            holder[last] = edit.value
    elif isinstance(edit, Insert):
        holder.insert(last, edit.value)
    elif isinstance(edit, Remove):
        del holder[last]
    elif isinstance(edit, Move):
        holder.insert(edit.to, holder.pop(last))
    elif isinstance(edit, Duplicate):
        holder.insert(last, unshared(holder[last]))
    else:
        pairs = [(edit.key if key == last else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(pairs)
    return data


new_scalars = texts | st.none() | st.booleans() | st.integers(-(10**6), 10**19) | st.floats(allow_nan=False, allow_infinity=False)
new_values = st.recursive(
    new_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=5
)


def places(data: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    """List every path of some data with what is there."""
    found = [(path, data)]
    if isinstance(data, dict):
        for key, item in data.items():
            found += places(item, (*path, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            found += places(item, (*path, index))
    return found


@st.composite
def edits(draw: st.DrawFn, data: Any) -> Edit:
    """Make an edit that has a meaning for some data."""
    everywhere = places(data)
    lists = [(path, value) for path, value in everywhere if isinstance(value, list)]
    full = [(path, value) for path, value in lists if value]
    entries = [path for path, _ in everywhere if path]
    keyed = [path for path in entries if isinstance(path[-1], str)]
    dicts = [path for path, value in everywhere if isinstance(value, dict)]
    kinds = ["set"] * 3 * bool(entries) + ["insert"] * 2 * bool(lists) + ["remove"] * 2 * bool(entries)
    kinds += ["move", "move", "duplicate"] * bool(full) + ["rename"] * bool(keyed) + ["new", "new"] * bool(dicts)
    assume(kinds)
    kind = draw(st.sampled_from(kinds))
    if kind == "set":
        return SetValue(draw(st.sampled_from(entries)), draw(new_values))
    if kind == "new":
        return SetValue((*draw(st.sampled_from(dicts)), draw(texts)), draw(new_values))
    if kind == "remove":
        return Remove(draw(st.sampled_from(entries)))
    if kind == "rename":
        return RenameKey(draw(st.sampled_from(keyed)), draw(texts))
    path, items = draw(st.sampled_from(lists if kind == "insert" else full))
    index = draw(st.integers(0, len(items) - (kind != "insert")))
    if kind == "insert":
        return Insert((*path, index), draw(new_values))
    if kind == "duplicate":
        return Duplicate((*path, index))
    return Move((*path, index), draw(st.integers(0, len(items) - 1)))


@st.composite
def edited_documents(draw: st.DrawFn, **options: Any) -> tuple[str, Any, Edit]:
    text = draw(documents(**options))
    assume(not compose(text).problems)
    data = load(text)
    return text, data, draw(edits(data))


@pytest.mark.filterwarnings("error")
@settings(max_examples=EXAMPLES, deadline=None)
@given(edited_documents())
def test_an_edit_is_refused_or_changes_what_it_says_and_nothing_else(case: tuple[str, Any, Edit]) -> None:
    text, data, edit = case
    try:
        new = apply_edits(text, [edit])
    except EditRefused:
        return
    found = load(new)
    expected = edited(data, edit)
    if isinstance(edit, SetValue):
        assert agrees(expected, reordered(found, expected)), "other data"
    else:
        assert agrees(expected, found), "other data"
    kinds = set(re.findall("\r\n|\r|\n", text))
    assert not kinds or set(re.findall("\r\n|\r|\n", new)) <= kinds
    if not text.endswith(("\r", "\n")) and new.endswith(("\r", "\n")):
        assert re.search("[|>]", text), "the final line end, which no block scalar needs"
    check_untouched(text, new, edit)


def reordered(found: Any, expected: Any) -> Any:
    """Put the keys of read data in the order of other data, where they are the same."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        return {key: reordered(found[key], expected[key]) for key in expected}
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        return [reordered(item, other) for item, other in zip(found, expected, strict=True)]
    return found


def check_untouched(text: str, new: str, edit: Edit) -> None:
    """Check that the text before and behind the edited place is the same, and that comments are."""
    root = compose(text).root
    assert root is not None
    first, last = touched(root, new, edit)
    before = [end for start, end, path in leaves(root, text) if end <= first]
    behind = [start for start, end, path in leaves(root, text) if start >= last]
    prefix = text[: max(before, default=0)].rstrip()
    suffix = text[min(behind) :] if behind else ""
    assert new.startswith(prefix), "the text before"
    assert new.endswith(suffix), "the text behind"
    assert len(prefix) + len(suffix) <= len(new)
    old_comments, new_comments = COMMENT.findall(text), COMMENT.findall(new)
    if not isinstance(edit, Duplicate):
        assert len(new_comments) == len(set(new_comments)), "a comment twice"
    lost = [comment for comment in old_comments if comment not in new_comments]
    assert set(new_comments) <= set(old_comments)
    if isinstance(edit, Remove):
        head = text.find("-", max(before, default=0), first)
        for comment in lost:
            assert belongs(text, comment, first if head < 0 else head, last), comment
    elif isinstance(edit, SetValue):
        for comment in lost:
            place = text.index(comment)
            assert place >= first or place >= LINE.match(text, max(before, default=0)).end(), comment
            assert place < min(behind, default=len(text)), comment
    else:
        assert not lost


def belongs(text: str, comment: str, first: int, last: int) -> bool:
    """Tell whether a comment belongs to the entry from `first` to `last`."""
    place = text.index(comment)
    line = max(text.rfind(end, 0, place) for end in "\r\n") + 1
    if first <= place < last:
        return True
    if place < first:
        between = LINE.findall(text[line:first])
        return all(part.lstrip(" \t").startswith("#") for part in between[:-2] if part)
    return True


def leaves(node: Node, text: str) -> list[tuple[int, int, Path]]:
    """List the spans of all scalars, aliases and empty collections that take room, in the order of the text."""
    found: list[tuple[int, int, Path]] = []
    if node.kind in (MAPPING, SEQUENCE) and node.items:
        for item in node.items:
            for part in (item,) if isinstance(item, Node) else item:
                found += leaves(part, text)
        return found
    if node.start < node.end:
        found.append((node.start, node.start + len(text[node.start : node.end].rstrip()), ()))
    return found


def span(node: Node, text: str) -> tuple[int, int]:
    inside = leaves(node, text)
    return (node.start, max([end for _, end, _ in inside], default=node.start)) if node.style != "flow" else (node.start, node.end)


def touched(root: Node, new: str, edit: Edit) -> tuple[int, int]:
    """Return the span of the entries an edit may touch."""
    text = root.source.text
    holder, node = root, root
    for step in edit.path[:-1]:
        holder = child(holder, step)
    spans = [span(item, text) if isinstance(item, Node) else (item[0].start, max(span(item[1], text)[1], item[0].end)) for item in holder.items]
    assert holder.kind != ALIAS
    whole = span(holder, text)
    if not spans:
        return whole
    last = edit.path[-1]
    if isinstance(edit, Insert):
        return (spans[last - 1][1] if last else spans[0][0], spans[last][0] if last < len(spans) else spans[-1][1])
    if isinstance(edit, Duplicate):
        return spans[last][1], spans[last][1]
    if isinstance(edit, Move):
        return spans[min(last, edit.to)][0], spans[max(last, edit.to)][1]
    index = last if isinstance(last, int) else next((n for n, (key, _) in enumerate(holder.items) if built(key) == last), -1)
    if index < 0 or index >= len(spans):
        after = compose(new).root
        for step in edit.path[:-1]:
            after = child(after, step)
        index = len(spans) if isinstance(last, int) else next(n for n, (key, _) in enumerate(after.items) if built(key) == last)
        return (spans[index - 1][1] if index else spans[0][0], spans[index][0] if index < len(spans) else spans[-1][1])
    if isinstance(edit, RenameKey):
        key = holder.items[index][0]
        return key.start, key.end
    if isinstance(edit, SetValue):
        node = child(holder, last)
        if node.kind not in (SEQUENCE, MAPPING) and node.style not in ("|", ">") and not isinstance(edit.value, (dict, list)) and node.start < node.end:
            return node.start, node.end
        return spans[index]
    return spans[index]


def child(node: Node, step: Any) -> Node:
    if isinstance(step, int):
        return node.items[step]
    return next(value for key, value in node.items if built(key) == step)


def count_breaks(text: str) -> int:
    return len(re.findall("\r\n|[\r\n]", text))


@st.composite
def lists_with_places(draw: st.DrawFn, least: int = 0) -> tuple[str, Path, int]:
    """Make a document, the path of a list in it and its length."""
    text = draw(documents(st.dictionaries(texts, st.lists(data, min_size=least, max_size=5), min_size=1, max_size=2) | top_data))
    assume(not compose(text).problems)
    lists = [(path, len(value)) for path, value in places(load(text)) if isinstance(value, list) and len(value) >= least]
    assume(lists)
    return (text, *draw(st.sampled_from(lists)))


def keeps_comments(text: str, path: Path) -> bool:
    """Tell whether comments above the first item stay there: at the top of the text, and behind a dash on its line."""
    node = compose(text).find(path)
    assert node is not None
    return "#" in text and (not path or "-" in text[: node.start].splitlines()[-1])


@settings(max_examples=EXAMPLES, deadline=None)
@given(lists_with_places(2), st.data())
def test_an_item_moved_there_and_back_gives_the_old_text(case: tuple[str, Path, int], choices: st.DataObject) -> None:
    text, path, count = case
    assume(not keeps_comments(text, path))
    start, end = choices.draw(st.integers(0, count - 1)), choices.draw(st.integers(0, count - 1))
    there, back = Move((*path, start), end), Move((*path, end), start)
    try:
        new = apply_edits(text, [there])
        assert apply_edits(new, [back]) == text
    except EditRefused:
        return


@settings(max_examples=EXAMPLES, deadline=None)
@given(lists_with_places(), new_values, st.data())
def test_an_item_inserted_and_removed_gives_the_old_text(case: tuple[str, Path, int], value: Any, choices: st.DataObject) -> None:
    text, path, count = case
    node = compose(text).find(path)
    assume(count or (node and text[node.start : node.end] == "[]" and "#" not in text))
    place = (*path, choices.draw(st.integers(0, count)))
    try:
        new = apply_edits(text, [Insert(place, value)])
        assert apply_edits(new, [Remove(place)]) == text
    except EditRefused:
        return


@settings(max_examples=EXAMPLES, deadline=None)
@given(lists_with_places(1), st.data())
def test_a_copy_removed_gives_the_old_text(case: tuple[str, Path, int], choices: st.DataObject) -> None:
    text, path, count = case
    index = choices.draw(st.integers(0, count - 1))
    try:
        new = apply_edits(text, [Duplicate((*path, index))])
        assert apply_edits(new, [Remove((*path, index + 1))]) == text
    except EditRefused:
        return
