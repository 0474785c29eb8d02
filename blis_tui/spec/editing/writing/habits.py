"""How a document is written, so that new text can follow it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from blis_tui.spec.editing.writing.emission import (
    DOUBLE,
    PLAIN,
    Manners,
    block_item,
    block_pair,
    flow_pair,
    flow_text,
    is_collection,
    is_number_like,
    key_text,
)
from blis_tui.spec.editing.writing.layout import Entry, Layout
from blis_tui.spec.yaml.nodes import MAPPING, SCALAR, SEQUENCE, Node, key_name


class Habits:
    """The habits of a document; new entries of its collections are written as their neighbours are."""

    def __init__(self, layout: Layout, root: Node | None) -> None:
        self._layout = layout
        self._root = root

    @cached_property
    def manners(self) -> Manners:
        """The indentation of the first block below a key, and whether the first list below a key is indented."""
        step = indentation = None
        waiting = [iter([self._root] if self._root is not None else [])]
        while waiting and (step is None or indentation is None):
            node = next(waiting[-1], None)
            if node is None:
                waiting.pop()
                continue
            for key, value in self._below(node):
                columns = self._layout.column(value.start) - self._layout.column(key.start)
                if value.kind == MAPPING and step is None and columns > 0:
                    step = columns
                elif value.kind == SEQUENCE and indentation is None and columns >= 0:
                    indentation = columns
            if self._is_block(node):
                waiting.append(iter(node.items) if node.kind == SEQUENCE else (value for _, value in node.items))
        return Manners(step or indentation or 2, indentation != 0)

    def _below(self, node: Node) -> list[tuple[Node, Node]]:
        """Return the keys of a block mapping that have blocks on the lines below them, with these."""
        if node.kind != MAPPING or not self._is_block(node):
            return []
        return [pair for pair in node.items if self._is_block(pair[1]) and self._layout.begins_line(pair[1].start)]

    def _is_block(self, node: Node) -> bool:
        return node.kind in (MAPPING, SEQUENCE) and not self._layout.is_flow(node)

    def flow_entry(self, node: Node, key: str | None, value: Any) -> str:
        """Write a new entry of a collection in brackets: an item, or a value with its key."""
        quotes = _quotes(node)
        return flow_text(value, quotes) if key is None else flow_pair(key, value, quotes, has_plain_numbers(node))

    def block_entry(self, node: Node, neighbour: int, key: str | None, value: Any) -> list[str]:
        """Write a new entry of a block collection, in lines from column 0."""
        in_brackets = is_collection(value) and self._is_bracketed(node, neighbour)
        if key is not None:
            name = key_text(key, _quotes(node), has_plain_numbers(node))
            return [f"{name}: {flow_text(value)}"] if in_brackets else block_pair(name, value, self.manners)
        dash = self._dash(self._layout.entry(node, neighbour))
        if in_brackets:
            return [dash + flow_text(value)]
        return block_item(value, self.manners, dash, quoting_of(node.items[neighbour]))

    def _is_bracketed(self, node: Node, neighbour: int) -> bool:
        """Return whether the collection nearest to an entry, among the values of a block, is written in brackets."""
        for distance in range(len(node.items)):
            for place in (neighbour - distance, neighbour + distance):
                if 0 <= place < len(node.items):
                    item = node.items[place]
                    value = item if isinstance(item, Node) else item[1]
                    if value.kind in (MAPPING, SEQUENCE) and value.items:
                        return self._layout.is_flow(value)
        return False

    def _dash(self, entry: Entry) -> str:
        """Return the dash of an item with the spaces after it."""
        dash = self._layout.text[entry.head : self._layout.bare(entry.value)]
        return dash if dash.strip(" ") == "-" and len(dash) > 1 else "- "


def quoting_of(node: Node) -> str:
    """Return the quotes a node, or else the first key or item in it, is written with."""
    while node.kind in (SEQUENCE, MAPPING) and node.items:
        node = node.items[0] if isinstance(node.items[0], Node) else node.items[0][0]
    return node.style if node.kind == SCALAR and node.style in ("'", '"') else PLAIN


def has_plain_numbers(mapping: Node) -> bool:
    """Return whether keys that look like numbers are written without quotes in a mapping."""
    return any(key.style is None and is_number_like(key_name(key) or "") for key, _ in mapping.items)


def _quotes(node: Node) -> str:
    """Return the quotes for a new key or text in a collection: double ones if all have these, as in JSON."""
    return DOUBLE if node.items and all(_is_json(item) for item in node.items) else PLAIN


def _is_json(item: Node | tuple[Node, Node]) -> bool:
    if not isinstance(item, Node):
        return item[0].style == DOUBLE
    if item.kind == MAPPING:
        return _quotes(item) == DOUBLE
    return item.style == DOUBLE
