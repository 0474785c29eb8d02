"""Putting a value in the place of another one, or where there was none."""

from __future__ import annotations

import re
from typing import Any

from blis_tui.spec.editing.writing.block import Block
from blis_tui.spec.editing.writing.emission import DOUBLE, Manners, block_lines, flow_text, indent, is_collection, scalar_text
from blis_tui.spec.editing.writing.habits import Habits, quoting_of
from blis_tui.spec.editing.writing.layout import Entry, Layout
from blis_tui.spec.editing.writing.splice import Splice, lines_spliced
from blis_tui.spec.edits import EditRefused
from blis_tui.spec.yaml.nodes import MAPPING, SCALAR, SEQUENCE, Node

_TAG = re.compile(r"[ \t]?!(?:<[^>\s]*>|[^\s,\[\]{}]*)")


def replace_value(
    layout: Layout, entry: Entry, value: Any, *, in_flow: bool, habits: Habits, number_field: bool = False
) -> list[Splice]:
    """Write `value` as the value of an entry of a collection; its anchor stays, its tag goes."""
    node = entry.value
    untagged = _without_tag(layout, node)
    keeps_brackets = node.kind in (SEQUENCE, MAPPING) and layout.is_flow(node) and bool(node.items)
    if in_flow or keeps_brackets or not is_collection(value) or not value:
        return untagged + _written_inline(layout, entry, _text(layout, entry, value, in_flow, number_field), in_flow)
    if not entry.colon:
        return _written_inline(layout, entry, flow_text(value), in_flow)
    return untagged + _written_as_block(layout, entry, value, habits.manners)


def replace_root(layout: Layout, root: Node | None, value: Any, habits: Habits) -> list[Splice]:
    """Write `value` as the whole of the document."""
    lines = block_lines(value, habits.manners) if is_collection(value) and value else [flow_text(value)]
    if root is None or layout.is_absent(root):
        position = _document_start(layout)
        return [lines_spliced(layout, position, position, lines)]
    if root.kind in (SEQUENCE, MAPPING) and not layout.is_flow(root):
        block = Block(layout, root, is_root=True)
        return [lines_spliced(layout, block.lead(0), block.end, lines)]
    if layout.is_block_scalar(root):
        raise EditRefused((), "a document that is one block of text cannot be edited safely")
    if layout.begins_line(root.start):
        return [Splice(root.start, root.end, layout.newline_at(root.start).join(lines))]
    return [Splice(root.start, root.end, flow_text(value))]


def _document_start(layout: Layout) -> int:
    """Return where the content of an empty document goes: after its ``---``, or at the end of the text."""
    marker = re.search(r"^---(?=\s|\Z)", layout.text, re.MULTILINE)
    return layout.next_line(marker.start()) if marker else len(layout.text)


def _text(layout: Layout, entry: Entry, value: Any, in_flow: bool, number_field: bool) -> str:
    """Write a value on one line, in the quoting style of the node it replaces, or in that of JSON."""
    node = entry.value
    quotes = quoting_of(node)
    if in_flow and entry.key is not None and entry.key.style == DOUBLE:
        quotes = quotes or DOUBLE
    if is_collection(value):
        return flow_text(value, quotes)
    old = layout.text[layout.bare(node) : node.end] if node.kind == SCALAR else ""
    return scalar_text(value, quotes, old, number_field)


def emptied(layout: Layout, node: Node, entry: Entry | None) -> list[Splice]:
    """Take the only entry out of a block collection, leaving empty brackets; `entry` is the one that holds it."""
    block = Block(layout, node, is_root=entry is None)
    text = "[]" if node.kind == SEQUENCE else "{}"
    only = block.entry(0)
    if entry is None or block.is_inline:
        end = only.end if layout.column(only.end) > 0 else layout.previous_line_end(only.end)
        return [Splice(only.head, end, text)]
    below = layout.next_line(entry.slot)
    start = block.lead(0) if layout.text[below : block.lead(0)].strip() else below
    return [Splice(entry.slot, entry.slot, f" {text}"), lines_spliced(layout, start, block.end, [])]


def anchors_in(layout: Layout, node: Node) -> list[Splice]:
    """Return the splices that take away the anchors of a node and of all that is in it."""
    found = []
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node.anchor is not None:
            start = layout.text.index(f"&{node.anchor}", node.start)
            end = start + len(node.anchor) + 1
            behind = layout.blanks(end)
            found.append(Splice(start, behind, "") if behind > end else Splice(start, end, ""))
        for item in node.items:
            waiting += [item] if isinstance(item, Node) else item
    return found


def _without_tag(layout: Layout, node: Node) -> list[Splice]:
    if node.tag is None:
        return []
    position = node.start
    if layout.text[position] != "!":  # the anchor comes first
        position = layout.text.index("!", position)
    found = _TAG.match(layout.text, position - 1) or _TAG.match(layout.text, position)
    return [Splice(found.start(), found.end(), "")] if found else []


def _written_inline(layout: Layout, entry: Entry, text: str, in_flow: bool) -> list[Splice]:
    """Write a value, or with an empty text none, after its dash or colon."""
    node, slot = entry.value, entry.slot
    if layout.is_absent(node):
        return _written_anew(layout, entry, text, in_flow) if text else []
    if node.kind in (SEQUENCE, MAPPING) and not layout.is_flow(node):
        return _in_place_of_block(layout, entry, text)
    start = layout.bare(node)
    if not text and not in_flow and start > slot and layout.text[start - 1] == " ":
        start -= 1  # so that a value put in later finds the line as it was
    if layout.is_block_scalar(node):
        header = layout.header_end(node)
        return [Splice(start, header, text), lines_spliced(layout, *_content_lines(layout, node), [])]
    if start == node.end and text:
        return [Splice(start, start, f" {text}")]
    space = " " if layout.text.startswith("#", node.end) else ""
    return [Splice(start, node.end, text + space)]


def _written_anew(layout: Layout, entry: Entry, text: str, in_flow: bool) -> list[Splice]:
    """Write a value where there is none, with its colon if that is missing too."""
    slot = entry.slot
    if not entry.colon and in_flow:
        return [Splice(slot, slot, f": {text}")]
    if not entry.colon:
        position = layout.next_line(slot)
        return [lines_spliced(layout, position, position, indent([f": {text}"], layout.column(entry.head)))]
    behind = layout.text[slot : slot + 2]
    if in_flow and behind[:1] == " " and behind[1:] != "#":
        return [Splice(slot + 1, slot + 1, text)]
    return [Splice(slot, slot, f" {text}")]


def _in_place_of_block(layout: Layout, entry: Entry, text: str) -> list[Splice]:
    block = Block(layout, entry.value)
    if block.is_inline:
        return [Splice(block.head, _last_line_end(layout, block), text)]
    lines = lines_spliced(layout, layout.next_line(entry.slot), block.end, [])
    return [Splice(entry.slot, entry.slot, f" {text}" if text else ""), lines]


def _last_line_end(layout: Layout, block: Block) -> int:
    """Return the end of a block's last line, its line end not counted."""
    position = block.end
    return position if layout.column(position) > 0 else layout.previous_line_end(position)


def _content_lines(layout: Layout, node: Node) -> tuple[int, int]:
    """Return the span of the lines of a block scalar below its header."""
    first, end = layout.next_line(layout.header_end(node)), layout.end(node)
    return first, max(first, end if layout.column(end) == 0 else layout.next_line(end))


def _written_as_block(layout: Layout, entry: Entry, value: Any, manners: Manners) -> list[Splice]:
    """Write a non-empty collection on lines of its own, or after the dash of its item."""
    node, slot = entry.value, entry.slot
    outer = layout.column(entry.head)
    column = outer + (2 if entry.key is None else manners.step)
    if entry.key is not None and isinstance(value, list) and not manners.indented_items:
        column = outer
    lines = block_lines(value, manners)
    if node.kind in (SEQUENCE, MAPPING) and not layout.is_flow(node):
        block = Block(layout, node)
        if block.is_inline:
            text = _joined(layout, lines, block.column, slot)
            return [Splice(block.head, _last_line_end(layout, block), text)]
        column = block.column if block.column > outer else column
        return [lines_spliced(layout, layout.next_line(slot), block.end, indent(lines, column))]
    if layout.is_block_scalar(node):
        return [
            _cut(layout, entry, layout.header_end(node)),
            lines_spliced(layout, *_content_lines(layout, node), indent(lines, column)),
        ]
    end = slot if layout.is_absent(node) else node.end
    behind_dash = entry.key is None and slot == entry.head + 1
    start = end if layout.is_absent(node) else layout.bare(node)
    if slot < start and layout.next_line(slot) <= start:  # on a line below its key
        return [Splice(start, end, _joined(layout, lines, layout.column(start), slot))]
    if behind_dash and layout.comment(end) is None:
        return [Splice(slot, end, " " + _joined(layout, lines, column, slot))]
    position = layout.next_line(end)
    return [_cut(layout, entry, end), lines_spliced(layout, position, position, indent(lines, column))]


def _cut(layout: Layout, entry: Entry, end: int) -> Splice:
    """Take the value, which goes up to `end`, out of its line; no tab may follow a dash or the colon of a ``?`` key."""
    comment = layout.comment(end)
    is_simple = entry.key is not None and entry.head == entry.key.start
    if comment and not is_simple and "\t" in layout.text[end : comment[0]]:
        return Splice(entry.slot, comment[0], " ")
    return Splice(entry.slot, end, "")


def _joined(layout: Layout, lines: list[str], column: int, near: int) -> str:
    return (layout.newline_at(near) + " " * column).join(lines)
