"""Edits of plain data: what an edit of a text has to come to, and random edits that make sense."""

from __future__ import annotations

from typing import Any

from documents import texts
from hypothesis import assume
from hypothesis import strategies as st

from blis_tui.problems import Path
from blis_tui.spec.edits import Duplicate, Edit, Insert, Move, Remove, RenameKey, SetValue
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, SEQUENCE, Node


def load(text: str) -> Any:
    """Read a text as texts, lists and dicts, nothing shared; what is merged stays under the key <<."""
    tree = compose(text)
    assert not tree.problems
    return _built(tree.root)


def _built(node: Node | None) -> Any:
    if node is None:
        return None
    if node.kind == ALIAS:
        return _built(node.target)
    if node.kind == SEQUENCE:
        return [_built(item) for item in node.items]
    if node.kind == MAPPING:
        found = {key_of(key): _built(item) for key, item in node.items}
        assert len(found) == len(node.items)
        return found
    return node.value


def key_of(key: Node) -> str:
    found = _built(key)
    assert isinstance(found, str)
    return found


def copied(value: Any) -> Any:
    """Copy data; no two places of the copy are the same object."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def agrees(expected: Any, actual: Any) -> bool:
    """Compare intended data, in which new values are typed, with what was read from a text."""
    if isinstance(expected, dict):
        return (
            isinstance(actual, dict)
            and expected.keys() == actual.keys()
            and all(agrees(item, actual[key]) for key, item in expected.items())
        )
    if isinstance(expected, list):
        return isinstance(actual, list) and len(expected) == len(actual) and all(map(agrees, expected, actual))
    if not isinstance(actual, str):
        return False
    if expected is None:
        return actual in ("null", "")
    if isinstance(expected, bool):
        return actual == str(expected).lower()
    if isinstance(expected, (int, float)):
        number = float if "." in actual else type(expected)
        return number(actual) == expected
    return bool(actual == expected)


def same_order(expected: Any, actual: Any) -> bool:
    """Tell whether the keys of data that agree come in the same order."""
    if isinstance(expected, dict):
        return list(expected) == list(actual) and all(same_order(item, actual[key]) for key, item in expected.items())
    return not isinstance(expected, list) or all(map(same_order, expected, actual))


def edited(data: Any, edit: Edit) -> Any:
    """Make the edit in a copy of plain data; new keys come last."""
    data = copied(data)
    *way, last = edit.path
    holder: Any = data
    for step in way:
        holder = holder[step]
    if isinstance(edit, SetValue):
        holder[last] = edit.value
    elif isinstance(edit, Insert):
        holder.insert(last, edit.value)
    elif isinstance(edit, Remove):
        del holder[last]
    elif isinstance(edit, Move):
        holder.insert(edit.to, holder.pop(last))
    elif isinstance(edit, Duplicate):
        holder.insert(last, copied(holder[last]))
    else:
        pairs = [(edit.key if key == last else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(pairs)
    return data


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


new_scalars = texts | st.none() | st.booleans() | st.integers(-(10**6), 10**19) | st.floats(allow_nan=False, allow_infinity=False)
new_values = st.recursive(
    new_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=5
)


@st.composite
def edits(draw: st.DrawFn, data: Any) -> Edit:
    """Make an edit that has a meaning for some data."""
    everywhere = places(data)
    lists = [(path, value) for path, value in everywhere if isinstance(value, list)]
    full = [(path, value) for path, value in lists if value]
    dicts = [path for path, value in everywhere if isinstance(value, dict)]
    entries = [path for path, _ in everywhere if path]
    keyed = [path for path in entries if isinstance(path[-1], str)]
    kinds = ["set"] * 3 * bool(entries) + ["remove"] * 2 * bool(entries) + ["insert"] * 2 * bool(lists)
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
