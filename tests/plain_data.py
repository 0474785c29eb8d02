"""Edits of plain data: what an edit of a text has to come to, told without this program's own editing."""

from __future__ import annotations

from typing import Any

from blis_tui.problems import Path
from blis_tui.spec.edits import Duplicate, Edit, Insert, Move, Remove, SetValue
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, SEQUENCE, Node, Tree


def load(text: str) -> Any:
    """Read a text as texts, lists and dicts, nothing shared; what is merged stays under the key <<."""
    return built(compose(text))


def built(tree: Tree) -> Any:
    """Read a composed text in the same way."""
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
        return actual in ("null", "Null", "NULL", "~", "")
    if isinstance(expected, bool):
        return actual == str(expected).lower()
    if isinstance(expected, (int, float)):
        number = float if set(".eE") & set(actual) and "x" not in actual.lower() else type(expected)
        try:
            return number(actual) == expected
        except ValueError:
            return False
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
