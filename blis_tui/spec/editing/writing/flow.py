"""Edits of collections in brackets.

Where every entry has lines of its own, a comment belongs to the entry it stands directly above or after, and new
entries get a line of their own. Else entries are put in and taken out within their line, and only the comment after an
entry goes with it.
"""

from __future__ import annotations

from blis_tui.spec.editing.writing.layout import Layout
from blis_tui.spec.editing.writing.splice import Splice, excerpt
from blis_tui.spec.yaml.nodes import Node


class Flow:
    """A collection in brackets and its entries."""

    def __init__(self, layout: Layout, node: Node) -> None:
        self.layout = layout
        self.entries = layout.entries(node)
        self.open = layout.bare(node) + 1
        self.close = node.end - 1
        self.commas = [self._comma(entry.end) for entry in self.entries]
        pairs = zip(self.entries, self.commas, strict=True)
        self.ends = [entry.end if comma is None else comma + 1 for entry, comma in pairs]
        self.is_vertical = all(map(layout.ends_line, self.ends)) and all(layout.begins_line(entry.head) for entry in self.entries)

    def _comma(self, position: int) -> int | None:
        position = self.layout.gap(position)
        return position if self.layout.text.startswith(",", position) else None

    def lead(self, index: int) -> int:
        """Return where the lines of an entry begin, with the comments directly above."""
        layout = self.layout
        floor = layout.next_line(self.ends[index - 1] if index else self.open)
        start = layout.line_start(self.entries[index].head)
        while start > floor:
            above = layout.line_start(layout.previous_line_end(start))
            if not layout.text.startswith("#", layout.blanks(above)):
                break
            start = above
        return start

    def tail(self, index: int) -> int:
        """Return where the lines of an entry end, the comment after it included."""
        return self.layout.next_line(self.ends[index])

    def insert(self, index: int, texts: list[str]) -> list[Splice]:
        """Put in entries; into empty brackets after the comment that they hold."""
        if not self.entries:
            return [Splice(self.close, self.close, ", ".join(texts))]
        if self.is_vertical:
            return self._insert_lines(index, texts)
        if index < len(self.entries):
            head, space = self.entries[index].head, self._space(max(index, 1))
            return [Splice(head, head, "".join(f"{text},{space}" for text in texts))]
        end, space = self.entries[-1].end, self._space(index - 1)
        return [Splice(end, end, "".join(f",{space}{text}" for text in texts))]

    def _space(self, index: int) -> str:
        """Return the space to put after a comma: what stands before an entry, if that is no comment or line end."""
        if not 0 < index < len(self.entries):
            return " "
        space = self.layout.text[self.ends[index - 1] : self.entries[index].head]
        return space if not space.strip(" ") else " "

    def _insert_lines(self, index: int, texts: list[str]) -> list[Splice]:
        near = self.entries[min(index, len(self.entries) - 1)].head
        margin = self.layout.text[self.layout.line_start(near) : near]
        newline = self.layout.newline_at(near)
        position = self.lead(index) if index < len(self.entries) else self.tail(index - 1)
        lines = Splice(position, position, "".join(f"{margin}{text},{newline}" for text in texts))
        if index < len(self.entries) or self.commas[-1] is not None:
            return [lines]
        end = self.entries[-1].end
        return [Splice(end, end, ","), lines._replace(text=lines.text.removesuffix(f",{newline}") + newline)]

    def remove(self, index: int) -> list[Splice]:
        """Take out an entry, with its comma and comments."""
        start, end = self.entries[index].head, self.ends[index]
        is_last = index == len(self.entries) - 1
        if self.is_vertical:
            return [*self._freed_comma(index), Splice(self.lead(index), self.tail(index), "")]
        if not is_last:
            return [Splice(start, self._after(end), "")]
        if not index:
            left, right = self.layout.text[self.open : start], self.layout.text[end : self.close]
            return [Splice(start, self.close if left == right and not left.strip() else end, "")]
        if self.layout.text[self.ends[index - 1] : start].strip():  # a comment of the entry before
            return [*self._freed_comma(index), Splice(start, end, "")]
        return [Splice(self.entries[index - 1].end, self.entries[index].end, "")]

    def _freed_comma(self, index: int) -> list[Splice]:
        """Take away the comma before an entry, if that would be the last thing in the brackets without it."""
        comma = self.commas[index - 1] if index else None
        if comma is None or index < len(self.entries) - 1 or self.commas[index] is not None:
            return []
        return [Splice(comma, comma + 1, "")]

    def _after(self, end: int) -> int:
        """Return where what belongs to an entry ends after its comma: its comment, or the space before the next one."""
        comment = self.layout.comment(end)
        if comment:
            return comment[1]
        following = self.layout.gap(end)
        return end if self.layout.text[end:following].strip() else following

    def move(self, index: int, to: int) -> list[Splice]:
        """Give an entry another place; commas and spaces keep theirs, comments go along if on lines of their own."""
        first, last = min(index, to), max(index, to)
        targets = [self._parts(place) for place in range(first, last + 1)]
        sources = targets.copy()
        sources.insert(to - first, sources.pop(index - first))
        return [
            Splice(*place, self.layout.text[start:end])
            for target, source in zip(targets, sources, strict=True)
            for place, (start, end) in zip(target, source, strict=True)
        ]

    def _parts(self, index: int) -> list[tuple[int, int]]:
        """Return the spans of what is an entry's own: its text, or the comments above, the text and the comment after."""
        entry = self.entries[index]
        if not self.is_vertical:
            return [(entry.head, entry.end)]
        comment = self.layout.comment(self.ends[index])
        behind = (self.ends[index], comment[1] if comment else self.ends[index])
        return [(self.lead(index), self.layout.line_start(entry.head)), (entry.head, entry.end), behind]

    def duplicate(self, index: int, removals: list[Splice]) -> list[Splice]:
        """Put a copy of an entry after it; on lines of its own with comments. It goes without the parts `removals`."""
        layout, entry, end = self.layout, self.entries[index], self.entries[index].end
        text = excerpt(layout.text, entry.head, end, removals)
        if not self.is_vertical:
            return self.insert(index + 1, [text])
        position = self.tail(index)
        before, behind = layout.text[self.lead(index) : entry.head], layout.text[self.ends[index] : position]
        if self.commas[index] is None:
            return [Splice(end, end, ","), Splice(position, position, f"{before}{text}{behind}")]
        return [Splice(position, position, f"{before}{text},{behind}")]
