"""Composes a text again after a change: only the part around the change, where that is sure to give the same tree.

YAML is read from left to right. So where a line begins a key of the top level, or an item of one of its lists, before
and after a change further on, everything before that line stays as it is; and where the next such line after the change
is reached with the same blocks open, everything from there on stays as it is too, only moved. The lines between the two
are composed by themselves, after a line that opens the same blocks and before one that goes on as the text does.
Wherever that is not plainly so, there is no answer and the whole text must be composed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from blis_tui.spec.yaml.composing import MAX_NODES, compose
from blis_tui.spec.yaml.nodes import MAPPING, SCALAR, SEQUENCE, Items, Node, Tree, moved
from blis_tui.spec.yaml.source import Source, has_usual_lines, same_end, same_start

_MARKER = re.compile(r"^(?:---|\.\.\.|%)|\ufeff", re.MULTILINE)
"""What would end the document, or mean something at the start of a text alone."""
_KEY, _NEXT_KEY = "x:", "y:\n"


class _Change(NamedTuple):
    """Between `start` and `end` (in the old text) the texts differ; after it, the new one has `growth` more characters."""

    old: str
    new: str
    start: int
    end: int

    @property
    def growth(self) -> int:
        return len(self.new) - len(self.old)

    def part(self, start: int, end: int) -> str:
        """Return what is in the new text in the place of a part of the old one that holds the change."""
        return self.new[start : end + self.growth]


class _Part(NamedTuple):
    """What the part between two lines is composed of: nodes, how far each is to be moved, and their number of values."""

    nodes: list[Node]
    shift: int
    size: int


def recompose(base: Tree, text: str) -> Tree | None:
    """Compose `text` with the help of the tree of a similar text; None where the whole text must be composed.

    The tree is the one that `compose` would make, and `base` stays as it is. The lists of its top level tell by `kept`
    which item of the list in `base` each of their items was, not changed and only moved.
    """
    root = base.root
    if root is None or base.problems or base.linked or root.kind != MAPPING or root.style != "block":
        return None
    if not (root.items and has_usual_lines(base.text) and has_usual_lines(text)):
        return None
    change = _change(base.text, text)
    tree = _recomposed(base, root, change)
    if tree is None and change.start > 0:  # lines were added: they may belong to what is above them
        tree = _recomposed(base, root, change._replace(start=change.start - 1))
    return tree


def _recomposed(base: Tree, root: Node, change: _Change) -> Tree | None:
    pairs: list[tuple[Node, Node]] = root.items
    keys = [key.start for key, _ in pairs]
    first = bisect_right(keys, change.start) - 1
    last = max(bisect_left(keys, change.end) - 1, first)
    if first < 0:
        return None
    end = keys[last + 1] if last + 1 < len(keys) else None
    if not all(_begins_line(base.text, at) for at in (keys[first], end) if at is not None):
        return None
    tree = Tree(Source(change.new), None, [], size=base.size)
    changed = None
    if first == last:
        changed = _changed_list(tree, change, pairs[first], end)
    if changed is None:
        changed = _changed_pairs(tree, change, keys[first], end, is_first=first == 0)
    if changed is None or tree.size > max(MAX_NODES, len(change.new) // 8):
        return None
    before = [_moved_pair(pair, 0, tree.source) for pair in pairs[:first]]
    after = [_moved_pair(pair, change.growth, tree.source) for pair in pairs[last + 1 :]]
    top = moved(root, 0, tree.source, deep=False)
    top.items = [*before, *changed, *after]
    top.end = top.items[-1][1].end
    tree.root = top
    return tree


def _begins_line(text: str, offset: int) -> bool:
    return offset == 0 or text[offset - 1] == "\n"


def _change(old: str, new: str) -> _Change:
    """Find the lines that differ."""
    start = old.rfind("\n", 0, same_start(old, new)) + 1
    same = same_end(old, new, start)
    end = len(old) - same
    if not _begins_line(old, end) or not _begins_line(new, len(new) - same):
        end = old.find("\n", end) + 1 or len(old)
    return _Change(old, new, start, end)


class _List:
    """A block list of the top level, whose items begin lines of the old text."""

    def __init__(self, change: _Change, value: Node, dash: str) -> None:
        self._change = change
        self.dash = dash
        self.nodes, self.shifts = Items.parts(value.items)
        self._starts = [node.start + shift for node, shift in zip(self.nodes, self.shifts, strict=True)]

    def line(self, index: int) -> int:
        """Return where the line begins that begins an item."""
        return self._change.old.rfind(f"\n{self.dash}", 0, self._starts[index]) + 1

    def changed(self) -> range:
        """Return the items that hold the change, and one more where the first of them does not begin its line any more."""
        change = self._change
        first = bisect_right(self._starts, change.start)
        if first == len(self._starts) or self.line(first) > change.start:
            first -= 1
        if first > 0 and not self.goes_on(self.line(first)):
            first -= 1
        end = max(bisect_left(self._starts, change.end), first + 1)
        if end < len(self._starts) and self.line(end) < change.end:
            end += 1
        return range(first, end)

    def goes_on(self, start: int) -> bool:
        """Return whether a line of the new text, before the change or where it is, begins an item."""
        behind = start + len(self.dash)
        return self._change.new.startswith(self.dash, start) and self._change.new[behind : behind + 1] in (" ", "\n", "\r")


def _list_of(change: _Change, value: Node) -> _List | None:
    if value.kind != SEQUENCE or value.style != "block":
        return None
    margin = change.old[change.old.rfind("\n", 0, value.start) + 1 : value.start]
    return None if margin.strip(" ") or change.old[value.start] != "-" else _List(change, value, f"{margin}-")


def _changed_list(tree: Tree, change: _Change, pair: tuple[Node, Node], following: int | None) -> list[tuple[Node, Node]] | None:
    """Make the pair again whose value is the list that holds the change; `following` is where the next key stands."""
    key, value = pair
    items = _list_of(change, value)
    if items is None:
        return None
    changed = items.changed()
    if changed.start < 0 or not items.goes_on(items.line(changed.start)):
        return None
    start, nodes, shifts = items.line(changed.start), items.nodes, items.shifts
    if changed.stop < len(nodes):
        end, ending = items.line(changed.stop), f"{items.dash}\n"
    elif following is not None:
        end, ending = following, _NEXT_KEY
    else:
        end, ending = len(change.old), ""
    lines = change.part(start, end)
    part = _compose_part(f"{_KEY}\n", lines, ending, start)
    if part is None or len(part.nodes) != 2:
        return None
    _, again = part.nodes
    if again.kind != SEQUENCE or again.start != len(f"{_KEY}\n{items.dash}") - 1:
        return None
    new: list[Node] = again.items[: -1 if changed.stop < len(nodes) else None]
    if not new and lines:
        return None
    tree.size += part.size
    again = moved(value, 0, tree.source, deep=False)
    again.items = Items(
        tree.source,
        [*nodes[: changed.start], *new, *nodes[changed.stop :]],
        [*shifts[: changed.start], *[part.shift] * len(new), *[shift + change.growth for shift in shifts[changed.stop :]]],
        [*range(changed.start), *[None] * len(new), *range(changed.stop, len(nodes))],
    )
    again.end = again.items.end
    return [(moved(key, 0, tree.source), again)]


def _changed_pairs(
    tree: Tree, change: _Change, start: int, following: int | None, *, is_first: bool
) -> list[tuple[Node, Node]] | None:
    """Make the pairs of the top level again that hold the change."""
    end, ending = (len(change.old), "") if following is None else (following, _NEXT_KEY)
    lines = change.part(start, end)
    if len(lines) > len(change.new) // 2:  # not worth it
        return None
    opening = "" if is_first else f"{_KEY} 0\n"
    part = _compose_part(opening, lines, ending, start)
    if part is None:
        return None
    nodes = part.nodes if is_first else part.nodes[2:]
    if (nodes[0].start != len(opening)) if nodes else (lines or not ending):
        return None
    tree.size += part.size
    again = [moved(node, part.shift, tree.source) for node in nodes]
    return list(zip(again[::2], again[1::2], strict=True))


def _compose_part(opening: str, lines: str, ending: str, start: int) -> _Part | None:
    """Compose lines that began at `start`, with what they stand between; return the keys and values of the top."""
    if (ending and lines and not lines.endswith("\n")) or _MARKER.search(lines):
        return None
    text = opening + lines + ending
    tree = compose(text)
    root = tree.root
    if root is None or tree.problems or tree.linked or root.kind != MAPPING or root.style != "block" or root.start:
        return None
    nodes = [node for pair in root.items for node in pair]
    if any(map(_has_tag, nodes)):
        return None
    last = nodes[-1]
    if ending == _NEXT_KEY:
        if nodes[-2].start != len(opening) + len(lines) or nodes[-2].value != "y":
            return None
        nodes = nodes[:-2]
    elif ending:
        last = last.items[-1] if last.kind == SEQUENCE and last.items else last
        if last.kind != SCALAR or last.start != len(text) - 1 or last.end != last.start:
            return None
    return _Part(nodes, start - len(opening), tree.size)


def _has_tag(node: Node) -> bool:
    """Return whether there is a tag, which lines at the start of the text may give a meaning."""
    if node.tag is not None:
        return True
    if node.kind == MAPPING:
        return any(_has_tag(key) or _has_tag(value) for key, value in node.items)
    return any(map(_has_tag, node.items))


def _moved_pair(pair: tuple[Node, Node], shift: int, source: Source) -> tuple[Node, Node]:
    """Move a pair of the top level; the items of a list only when they are asked for."""
    key, value = pair
    if value.kind != SEQUENCE:
        return moved(key, shift, source), moved(value, shift, source)
    again = moved(value, shift, source, deep=False)
    nodes, shifts = Items.parts(value.items)
    again.items = Items(source, nodes, [each + shift for each in shifts], range(len(nodes)))
    return moved(key, shift, source), again
