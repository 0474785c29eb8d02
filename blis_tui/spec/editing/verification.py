"""What a text must mean after an edit, and the check that it does.

The tree of the old text, with the edit made in it, is compared with the tree of the new text: everything the edit left
alone must have come out as the very same node (anchor, tag and quoting included), everything new must read as the value
it was made from.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from blis_tui.spec.editing.writing.emission import is_collection
from blis_tui.spec.edits import Plain
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Items, Node, key_name
from blis_tui.spec.yaml.scalars import Refused, resolve


class Given(NamedTuple):
    """A new value in the place of a node; the old node's anchor stays, and what refers to it refers to the value."""

    value: Any
    anchor: str | None = None
    old: Node | None = None


class NewKey(NamedTuple):
    """A new key in the place of another, or none."""

    name: str
    anchor: str | None = None


class Copy(NamedTuple):
    """A copy of a node, without the anchors in it."""

    node: Node


class Intended:
    """The tree of a text with the changes that edits make in it; the tree itself stays as it is."""

    def __init__(self, root: Node | None) -> None:
        self._root: Any = root
        self._items: dict[Node, list[Any]] = {}

    def replace_root(self, new: Given) -> None:
        """Put a value in the place of the whole."""
        self._root = new

    def items(self, way: Iterable[tuple[Node, int]], node: Node) -> list[Any]:
        """Return what a collection is to hold, to be changed; `way` are the collections around it, each with a place in it.

        A number stands for the item or pair that is there in the text. What takes its place is a node, a `Given` or a
        `Copy`, in a mapping a pair of a node or `NewKey` and one of these.
        """
        for holder, place in way:
            self._opened(holder)[place] = holder.items[place]  # looked into, for what is changed there
        return self._opened(node)

    def _opened(self, node: Node) -> list[Any]:
        return self._items.setdefault(node, [*range(len(node.items))])

    def is_met_by(self, root: Node | None) -> bool:
        """Return whether a tree came out as intended. Nodes that it has in common with the old one are not looked at."""
        return root is not None and _Comparison(self._items).matches(self._root, root)


class _Comparison:
    """Compares nodes of the old text, of which some are to hold other items than they do, with those of the new one."""

    def __init__(self, items: dict[Node, list[Any]]) -> None:
        self._items = items
        self._twins: dict[Node, Node] = {}

    def matches(self, intended: Any, actual: Node, copied: bool = False) -> bool:
        """Compare two nodes; those in copies have lost their anchors."""
        if not isinstance(intended, Node):
            return self._is_new(intended, actual)
        if actual.anchor != (None if copied else intended.anchor):
            return False
        if actual.anchor is not None:
            self._twins[intended] = actual
        if intended.kind != actual.kind or intended.value != actual.value or intended.tag != actual.tag:
            return False
        if intended.kind == SCALAR:
            return intended.style == actual.style
        return self._parts_match(intended, actual, copied)

    def _is_new(self, intended: Any, actual: Node) -> bool:
        """Compare what an edit brought along with a node."""
        if isinstance(intended, Copy):
            return self.matches(intended.node, actual, copied=True)
        if intended.anchor != actual.anchor:
            return False
        if isinstance(intended, NewKey):
            return not actual.is_merge and key_name(actual) == intended.name
        if intended.old is not None:
            self._twins[intended.old] = actual
        return reads_as(actual, intended.value)

    def _parts_match(self, intended: Node, actual: Node, copied: bool) -> bool:
        """Compare what two nodes that are no scalars hold or stand for."""
        if intended.kind == ALIAS:
            return (None if intended.target is None else self._twins.get(intended.target)) is actual.target
        changed = self._items.get(intended)
        entries = range(len(intended.items)) if changed is None else changed
        style = "flow" if changed == [] else intended.style  # without its last entry, a collection is written as brackets
        if style != actual.style or len(entries) != len(actual.items):
            return False
        common = _in_common(intended, entries, actual)
        for place, entry in enumerate(entries):
            if place in common:
                continue
            old, new = intended.items[entry] if isinstance(entry, int) else entry, actual.items[place]
            if intended.kind == SEQUENCE:
                if not self.matches(old, new, copied):
                    return False
            elif not (self.matches(old[0], new[0], copied) and self.matches(old[1], new[1], copied)):
                return False
        return True


def _in_common(intended: Node, entries: Sequence[Any], actual: Node) -> frozenset[int]:
    """Return at which places a list has the very items that were there in the old one, only moved."""
    if not isinstance(actual.items, Items):
        return frozenset()
    old, new = Items.parts(intended.items)[0], Items.parts(actual.items)[0]
    return frozenset(place for place, entry in enumerate(entries) if isinstance(entry, int) and new[place] is old[entry])


def reads_as(node: Node, value: Any) -> bool:
    """Return whether a node reads as a plain value; whole numbers and floats of the same size are the same."""
    if node.kind == ALIAS:
        return node.target is not None and reads_as(node.target, value)
    if isinstance(value, Mapping):
        names = [key_name(key) for key, _ in node.items] if node.kind == MAPPING else []
        if node.kind != MAPPING or node.tag is not None or len(names) != len(value) or set(names) != set(value):
            return False
        return all(not key.is_merge and reads_as(item, value[str(key_name(key))]) for key, item in node.items)
    if is_collection(value):
        if node.kind != SEQUENCE or node.tag is not None or len(node.items) != len(value):
            return False
        return all(reads_as(item, part) for item, part in zip(node.items, value, strict=True))
    return node.kind == SCALAR and _same_scalar(node, value)


def _same_scalar(node: Node, value: Any) -> bool:
    if isinstance(value, Plain):
        return node.style is None and node.tag is None and node.value == value
    try:
        _, found = resolve(node)
    except Refused:
        return False
    if isinstance(value, (bool, str)) or value is None or isinstance(found, (bool, str)) or found is None:
        return type(found) is type(value) and bool(found == value)
    return bool(found == value) or (math.isnan(found) and math.isnan(value))
