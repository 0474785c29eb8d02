"""What a text must mean after an edit, and the check that it does.

The tree of the old text, with the edit made in it, is compared with the tree of the new text: everything the edit left
alone must have come out as the very same node (anchor, tag and quoting included), everything new must read as the value
it was made from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from blis_tui.spec.editing.emit import is_collection
from blis_tui.spec.edits import Plain
from blis_tui.spec.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Node, key_name
from blis_tui.spec.scalars import Refused, resolve


class Given(NamedTuple):
    """A new value in the place of a node; the old node's anchor stays."""

    value: Any
    anchor: str | None = None


class NewKey(NamedTuple):
    """A new key in the place of another, or none."""

    name: str
    anchor: str | None = None


class Copy(NamedTuple):
    """A copy of a node, without the anchors in it."""

    node: Node


def is_as_intended(intended: Any, actual: Node | None) -> bool:
    """Tell whether a tree came out as intended; `intended` is a node in which `Given` and `Copy` may take places."""
    return actual is not None and _matches(intended, actual, {}, False)


def _matches(intended: Any, actual: Node, twins: dict[int, Node], copied: bool) -> bool:
    """Compare two nodes; `twins` holds the anchored nodes met, those in copies have lost their anchors."""
    if isinstance(intended, Given):
        return intended.anchor == actual.anchor and reads_as(actual, intended.value)
    if isinstance(intended, NewKey):
        return intended.anchor == actual.anchor and not actual.is_merge and key_name(actual) == intended.name
    if isinstance(intended, Copy):
        return _matches(intended.node, actual, twins, True)
    if actual.anchor != (None if copied else intended.anchor):
        return False
    if actual.anchor is not None:
        twins[id(intended)] = actual
    return _alike(intended, actual) and _parts_match(intended, actual, twins, copied)


def _alike(intended: Node, actual: Node) -> bool:
    """Compare two nodes by themselves."""
    return (
        intended.kind == actual.kind
        and intended.value == actual.value
        and intended.style == actual.style
        and intended.tag == actual.tag
        and len(intended.items) == len(actual.items)
    )


def _parts_match(intended: Node, actual: Node, twins: dict[int, Node], copied: bool) -> bool:
    """Compare what two nodes, alike by themselves, hold or stand for."""
    if intended.kind == ALIAS:
        return twins.get(id(intended.target)) is actual.target
    if intended.kind == MAPPING:
        return all(
            _matches(old_key, new_key, twins, copied) and _matches(old, new, twins, copied)
            for (old_key, old), (new_key, new) in zip(intended.items, actual.items, strict=True)
        )
    return all(_matches(old, new, twins, copied) for old, new in zip(intended.items, actual.items, strict=True))


def reads_as(node: Node, value: Any) -> bool:
    """Tell whether a node reads as a plain value; whole numbers and floats of the same size are the same."""
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
