"""Edits of collections in block style: whole lines are put in, taken out and moved.

A comment belongs to the entry it stands directly above or after on the same line; comments below an entry belong to it
as long as they are indented deeper than it. What is left between two entries (blank lines, comments set apart) is a gap
and keeps its place. Comments at the very top of a file belong to the file.
"""

from __future__ import annotations

from blis_tui.spec.editing.writing.emission import indent
from blis_tui.spec.editing.writing.layout import Entry, Layout
from blis_tui.spec.editing.writing.splice import Splice, excerpt, lines_spliced
from blis_tui.spec.yaml.nodes import Node


class Block:
    """A non-empty block collection, its entries and the lines that belong to each; only those asked for are looked at."""

    def __init__(self, layout: Layout, node: Node, is_root: bool = False) -> None:
        self.layout = layout
        self.count = len(node.items)
        self._node = node
        self._is_root = is_root
        self.head = self.entry(0).head
        self.column = layout.column(self.head)

    def entry(self, index: int) -> Entry:
        """Return an entry."""
        return self.layout.entry(self._node, index)

    def lead(self, index: int) -> int:
        """Return where the lines of an entry begin, with the comments directly above."""
        floor = self.tail(index - 1) if index else 0
        return _lead(self.layout, self.entry(index).head, floor, self._is_root and index == 0)

    def tail(self, index: int) -> int:
        """Return where the lines of an entry end: after the comments below it that are indented deeper."""
        return _tail(self.layout, self.entry(index), self.column)

    @property
    def end(self) -> int:
        """Where the lines of the last entry end."""
        return self.tail(self.count - 1)

    @property
    def is_inline(self) -> bool:
        """Whether the first entry stands on the line of the dash that holds the collection."""
        return not self.layout.begins_line(self.head)

    def gap(self, index: int) -> str:
        """Return the text between an entry and the next."""
        return self.layout.text[self.tail(index) : self.lead(index + 1)]

    def blank_lines(self, index: int) -> list[str]:
        """Return the gap after an entry as empty lines; none if it is of other things or does not exist."""
        if not 0 <= index < self.count - 1 or self.gap(index).strip():
            return []
        return [""] * len(self.gap(index).splitlines())

    def insert(self, index: int, blocks: list[list[str]]) -> list[Splice]:
        """Put in entries, written in lines from column 0, apart from their neighbours as these are from each other."""
        blocks = [indent(lines, self.column) for lines in blocks]
        if index == 0:
            blank_lines = self.blank_lines(0)
            lines = [line for block in blocks for line in (*block, *blank_lines)]
            if not self.is_inline:
                return [lines_spliced(self.layout, self.lead(0), self.lead(0), lines)]
            text = self.layout.newline_at(self.head).join([*lines, " " * self.column])
            return [Splice(self.head, self.head, text[self.column :])]
        blank_lines = self.blank_lines(min(index - 1, self.count - 2))
        lines = [line for block in blocks for line in (*blank_lines, *block)]
        return [lines_spliced(self.layout, self.tail(index - 1), self.tail(index - 1), lines)]

    def remove(self, index: int) -> list[Splice]:
        """Take out an entry, not the only one, with its comments; of blank lines around it, those before go too."""
        start, end = self.lead(index), self.tail(index)
        if index == 0:
            if self.is_inline:
                return [Splice(start, end + _white(self.layout.text[end:]), "")]
            return [lines_spliced(self.layout, start, self.lead(1) if self.blank_lines(0) else end, [])]
        if self.blank_lines(index - 1) and (index == self.count - 1 or self.blank_lines(index)):
            start = self.tail(index - 1)
        return [lines_spliced(self.layout, start, end, [], self._needs_break(index - 1))]

    def _needs_break(self, index: int) -> bool:
        """Return whether the line end before the next entry is part of this one's value."""
        entry = self.entry(index)
        leaf = self.layout.last_leaf(entry.value)
        if not self.layout.is_block_scalar(leaf) or not leaf.value.endswith("\n"):
            return False
        return not self.layout.text[entry.end : self.lead(index + 1)].strip()

    def move(self, index: int, to: int) -> list[Splice]:
        """Give an entry another place; the gaps between the entries stay where they are."""
        first, last = min(index, to), max(index, to)
        places = range(first, last + 1)
        blocks = [self.layout.text[self.lead(place) : self.tail(place)] for place in places]
        if first == 0 and self.is_inline:
            blocks[0] = " " * self.column + blocks[0]
        ends_open = self.layout.column(self.tail(last)) > 0
        blocks.insert(to - first, blocks.pop(index - first))
        if first == 0 and self.is_inline:
            blocks[0] = blocks[0].lstrip(" \t")
        if ends_open:  # the block that comes last gives its line end to the one that was
            bare = blocks[-1].removesuffix("\n").removesuffix("\r")
            blocks[to - first if index == last else -2] += blocks[-1][len(bare) :]
            blocks[-1] = bare
        gaps = [*(self.gap(place) for place in places[:-1]), ""]
        text = "".join(block + gap for block, gap in zip(blocks, gaps, strict=True))
        return [Splice(self.lead(first), self.tail(last), text)]

    def duplicate(self, index: int, removals: list[Splice]) -> list[Splice]:
        """Put a copy of an entry, comments included, after it; `removals` are the parts the copy goes without."""
        start, end = self.lead(index), self.tail(index)
        text = excerpt(self.layout.text, start, end, removals)
        if start == self.entry(index).head:
            text = " " * self.column + text
        newline = self.layout.newline_at(start)
        blank_lines = "".join(newline for _ in self.blank_lines(min(index, self.count - 2)))
        if self.layout.column(end) > 0:  # the text has no final line end
            return [Splice(end, end, newline + blank_lines + text)]
        return [Splice(end, end, blank_lines + text)]


def _tail(layout: Layout, entry: Entry, column: int) -> int:
    """Return where the lines of a block entry end that begins in `column`: after the comments indented deeper."""
    text, end = layout.text, entry.end
    keeps_breaks = layout.is_block_scalar(layout.last_leaf(entry.value)) and layout.column(end) == 0
    position = found = end if keeps_breaks else layout.next_line(end)
    while position < len(text) and layout.ends_line(position):
        mark = layout.blanks(position)
        is_comment, depth = text.startswith("#", mark), mark - position
        position = layout.next_line(position)
        if is_comment:
            if depth <= column:
                break
            found = position
    return found


def _lead(layout: Layout, head: int, floor: int, is_top: bool) -> int:
    """Return where the lines of a block entry begin: with the comments directly above, none of them before `floor`."""
    if not layout.begins_line(head):
        return head
    own = start = layout.line_start(head)
    while start > floor:
        above = layout.line_start(layout.previous_line_end(start))
        mark = layout.blanks(above)
        if not layout.text.startswith("#", mark) or mark - above > head - own:
            return start
        start = above
    return own if is_top else start


def _white(text: str) -> int:
    return len(text) - len(text.lstrip())
