"""Where the parts of a document stand in its text: lines, comments, and the entries of its collections.

Positions are offsets into the text in characters. Everything between two values of a YAML text is white space, comments
and single characters of punctuation, so it is read here with a few regular expressions, from positions the parser gave.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from blis_tui.spec.yaml.nodes import MAPPING, SCALAR, SEQUENCE, Node

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_GAP = re.compile("(?:[ \t\r\n\x85\u2028\u2029]|#[^\r\n\x85\u2028\u2029]*)*")
_BLANKS = re.compile("[ \t]*")
_PROPERTY = re.compile(r"!<[^>\s]*>|[&!][^\s,\[\]{}]*")
_BLOCK_HEADER = re.compile("[|>][-+0-9]*")
_COMMENT_OR_BLANK = re.compile("[ \t]*(?:#[^\r\n\x85\u2028\u2029]*)?(?=[\r\n\x85\u2028\u2029]|\\Z)")


class Entry(NamedTuple):
    """One item of a sequence, or one key with its value of a mapping."""

    head: int
    """Where it begins: its dash, its question mark or its key; the item itself in flow style."""
    slot: int
    """Where its value can be written: after the dash or colon and the properties; ``end`` if it has no colon."""
    end: int
    """Where its last character has passed."""
    key: Node | None
    value: Node
    colon: bool
    """Whether a mapping's entry has the colon that a value needs."""


class Layout:
    """A text with the positions of what is in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._breaks = [character for character in "\n\r\x85\u2028\u2029" if character in text]
        self._entries: dict[Node, list[Entry]] = {}

    # lines

    def line_start(self, position: int) -> int:
        """Return the start of the line that holds `position`."""
        return max((self.text.rfind(character, 0, position) + 1 for character in self._breaks), default=0)

    def line_end(self, position: int) -> int:
        """Return where the line of `position` ends, its line end not counted."""
        found = _BREAK.search(self.text, position)
        return found.start() if found else len(self.text)

    def next_line(self, position: int) -> int:
        """Return the start of the next line, or the end of the text."""
        found = _BREAK.search(self.text, position)
        return found.end() if found else len(self.text)

    def newline_at(self, position: int) -> str:
        """Return the end of the line of `position`, or else of the line before."""
        found = _BREAK.search(self.text, position) or _BREAK.search(self.text, self.previous_line_end(position))
        return found.group() if found else "\n"

    def newline_above(self, position: int) -> str:
        """Return the end of the line before that of `position`, or else of this one."""
        return self.newline_at(self.previous_line_end(position))

    def previous_line_end(self, position: int) -> int:
        """Return the position of the line end before the line of `position`; 0 on the first line."""
        start = self.line_start(position)
        return max(start - (2 if self.text[start - 2 : start] == "\r\n" else 1), 0)

    def column(self, position: int) -> int:
        """Return how many characters stand before `position` on its line."""
        return position - self.line_start(position)

    def begins_line(self, position: int) -> bool:
        """Return whether only white space precedes on the line."""
        return not self.text[self.line_start(position) : position].strip(" \t")

    def ends_line(self, position: int) -> bool:
        """Return whether only white space and a comment follow on the line."""
        return bool(_COMMENT_OR_BLANK.match(self.text, position))

    def comment(self, position: int) -> tuple[int, int] | None:
        """Return the span of the comment that follows on the line after white space only, without its line end."""
        start = self.blanks(position)
        return (start, self.line_end(start)) if self.text[start : start + 1] == "#" else None

    def blanks(self, position: int) -> int:
        """Skip spaces and tabs."""
        return _end(_BLANKS, self.text, position)

    def gap(self, position: int) -> int:
        """Skip white space, line ends and comments."""
        return _end(_GAP, self.text, position)

    # nodes

    def bare(self, node: Node) -> int:
        """Return where a node begins after its anchor and tag."""
        position = self._behind_properties(node, node.start)
        return position if position in (node.start, node.end) else self.gap(position)

    def _behind_properties(self, node: Node, position: int) -> int:
        """Skip the anchor and the tag of a node, which come next."""
        for _ in range((node.anchor is not None) + (node.tag is not None)):
            position = _end(_PROPERTY, self.text, self.gap(position))
        return position

    def is_flow(self, node: Node) -> bool:
        """Return whether a collection is written in brackets; a pair in a list of such style may have none."""
        return node.style == "flow" and self.text[self.bare(node)] == ("[" if node.kind == SEQUENCE else "{")

    def is_absent(self, node: Node) -> bool:
        """Return whether a node is an empty scalar that takes no room in the text."""
        return node.kind == SCALAR and node.start == node.end

    def is_block_scalar(self, node: Node) -> bool:
        """Return whether a node is a literal or folded scalar."""
        return node.kind == SCALAR and node.style in ("|", ">")

    def header_end(self, node: Node) -> int:
        """Return where the header of a block scalar ends."""
        return _end(_BLOCK_HEADER, self.text, self.bare(node))

    def end(self, node: Node) -> int:
        """Return where the text of a node ends, white space and comments after it not counted."""
        leaf = self.last_leaf(node)
        if self.is_block_scalar(leaf):
            return self._block_scalar_end(leaf)
        if leaf is not node and self.is_absent(leaf):
            return self.entry(node, len(node.items) - 1).end
        return leaf.end

    def _block_scalar_end(self, node: Node) -> int:
        header = self.header_end(node)
        if "+" in self.text[self.bare(node) : header]:
            return node.end
        content = self.text[header : node.end].rstrip(" \t\r\n\x85\u2028\u2029")
        return self.line_end(header + len(content)) if content else header

    def last_leaf(self, node: Node) -> Node:
        """Return the scalar, alias or empty collection that ends a node."""
        while node.kind in (SEQUENCE, MAPPING) and node.items and not self.is_flow(node):
            last = node.items[-1]
            node = last if isinstance(last, Node) else last[1]
        return node

    # entries

    def entries(self, node: Node) -> list[Entry]:
        """Return the entries of a collection, in the order of the text."""
        if node not in self._entries:
            self._entries[node] = self._find_entries(node)
        return self._entries[node]

    def entry(self, node: Node, index: int) -> Entry:
        """Return one entry of a collection; for that of a block list, those far from it are not looked at."""
        if node.kind != SEQUENCE or self.is_flow(node) or node in self._entries:
            return self.entries(node)[index]
        first = index
        while first > 0 and self.is_absent(node.items[first - 1]):  # only what is before it tells where its dash is
            first -= 1
        position = self.end(node.items[first - 1]) if first else node.start
        found = [self._block_item(node, node.items[first], position)]
        for item in node.items[first + 1 : index + 1]:
            found.append(self._block_item(node, item, found[-1].end))
        return found[-1]

    def _find_entries(self, node: Node) -> list[Entry]:
        flow = self.is_flow(node)
        position = self.bare(node) + 1 if flow else node.start
        found = []
        for item in node.items:
            if isinstance(item, Node):
                entry = self._flow_item(item) if flow else self._block_item(node, item, position)
            else:
                key, value = item
                entry = self._pair(key, value, position)
            found.append(entry)
            position = entry.end
            if flow:
                comma = self.gap(position)
                position = comma + 1 if self.text[comma : comma + 1] == "," else position
        return found

    def _flow_item(self, item: Node) -> Entry:
        return Entry(item.start, self.bare(item), self.end(item), None, item, True)

    def _block_item(self, parent: Node, item: Node, position: int) -> Entry:
        dash = self.bare(parent) if position == parent.start else self.gap(position)
        slot, end = self._value(item, dash + 1)
        return Entry(dash, slot, end, None, item, True)

    def _pair(self, key: Node, value: Node, position: int) -> Entry:
        head = self.gap(position)
        while head < key.start and self.text[head] in "&!":  # the mapping's own properties
            head = self.gap(_end(_PROPERTY, self.text, head))
        if self.text[head] != "?":
            head = key.start
        key_end = self.end(key)
        colon = self.gap(key_end)
        if self.text[colon : colon + 1] != ":":
            return Entry(head, key_end, key_end, key, value, False)
        slot, end = self._value(value, colon + 1)
        return Entry(head, slot, end, key, value, True)

    def _value(self, value: Node, position: int) -> tuple[int, int]:
        if self.is_absent(value):
            return position, position
        return self._behind_properties(value, position), self.end(value)


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position
