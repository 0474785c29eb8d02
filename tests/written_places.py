"""Where in a text something is written, and which part of it an edit may touch."""

from __future__ import annotations

from plain_data import key_of

from blis_tui.spec.edits import Duplicate, Edit, Insert, Move, RenameKey, SetValue
from blis_tui.spec.yaml.nodes import MAPPING, SEQUENCE, Node


def leaves(node: Node) -> list[tuple[int, int]]:
    """List the spans of all scalars, aliases and empty collections that take room, in the order of the text."""
    if node.kind in (MAPPING, SEQUENCE) and node.items:
        parts = [part for item in node.items for part in ((item,) if isinstance(item, Node) else item)]
        return [found for part in parts for found in leaves(part)]
    end = node.start + len(node.source.text[node.start : node.end].rstrip())
    return [(node.start, end)] if node.start < node.end else []


def span(item: Node | tuple[Node, Node]) -> tuple[int, int]:
    """Return the span of an item or pair."""
    if not isinstance(item, Node):
        return item[0].start, max(item[0].end, span(item[1])[1])
    if item.style == "flow":
        return item.start, item.end
    return item.start, max([end for _, end in leaves(item)], default=item.start)


def touched(root: Node, after: Node, edit: Edit) -> tuple[int, int]:
    """Return the span of the old text that an edit may touch, made up of whole entries."""
    holder = root
    for step in edit.path[:-1]:
        holder, after = child(holder, step), child(after, step)
    spans = [span(item) for item in holder.items]
    if not spans:
        return span(holder)
    last = edit.path[-1]
    place = last if isinstance(last, int) else place_of(holder, last)
    if isinstance(edit, Move):
        return spans[min(place, edit.to)][0], spans[max(place, edit.to)][1]
    if isinstance(edit, Duplicate):
        return spans[place][1], spans[place][1]
    if isinstance(edit, RenameKey):
        key = holder.items[place][0]
        return key.start, key.end
    if isinstance(edit, Insert) or place < 0:
        place = place if isinstance(edit, Insert) else place_of(after, last)
        return spans[place - 1][1] if place else spans[0][0], spans[place][0] if place < len(spans) else spans[-1][1]
    value = child(holder, last)
    if isinstance(edit, SetValue) and not isinstance(edit.value, (dict, list)) and value.start < value.end:
        is_line = value.kind not in (SEQUENCE, MAPPING) and value.style not in ("|", ">")
        return (value.start, value.end) if is_line else spans[place]
    return spans[place]


def place_of(mapping: Node, name: str | int) -> int:
    return next((place for place, (key, _) in enumerate(mapping.items) if key_of(key) == name), -1)


def child(node: Node, step: str | int) -> Node:
    found = node.items[step] if isinstance(step, int) else node.items[place_of(node, step)][1]
    assert isinstance(found, Node)
    return found
