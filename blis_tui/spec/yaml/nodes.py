"""The YAML text as a tree of nodes that know where they stand, and ways to find them by path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, overload

from blis_tui.problems import Path, Problem
from blis_tui.spec.yaml.source import Source

SCALAR, SEQUENCE, MAPPING, ALIAS = "scalar", "sequence", "mapping", "alias"
MERGE_TAG = "tag:yaml.org,2002:merge"

MAX_DEPTH = 100
"""Lists and mappings inside one another; the format itself needs eight."""


class Node:
    """A value or key of the text.

    `tag` is the full explicit tag or None; `value` the text of a scalar (escapes resolved) or the name of an alias;
    `style` is None (plain), ``'``, ``"``, ``|``, ``>`` for scalars, ``flow`` or ``block`` for lists and mappings.
    `start` and `end` are offsets in the text. `start` includes an anchor and a tag; `end` of a block list or mapping is the
    end of its last item. `items` holds nodes, or (key, value) pairs; `target` is what an alias stands for (None if that is
    undefined or contains the alias itself), `aliased` says that an alias refers to this node.
    """

    __slots__ = ("aliased", "anchor", "end", "items", "kind", "source", "start", "style", "tag", "target", "value")

    def __init__(
        self, kind: str, tag: str | None, value: str, style: str | None, start: int, end: int, anchor: str | None, source: Source
    ) -> None:
        self.kind = kind
        self.tag = tag
        self.value = value
        self.style = style
        self.start = start
        self.end = end
        self.anchor = anchor
        self.source = source
        self.items: Any = ()
        self.target: Node | None = None
        self.aliased = False

    @property
    def position(self) -> tuple[int, int]:
        """Line and column of the start, both from 1."""
        return self.source.position(self.start)

    @property
    def line(self) -> int:
        """Line of the start, from 1."""
        return self.position[0]

    @property
    def column(self) -> int:
        """Column of the start, from 1, in characters."""
        return self.position[1]

    @property
    def is_merge(self) -> bool:
        """Whether this is the key ``<<`` that merges other mappings into its own."""
        return self.kind == SCALAR and self.value == "<<" and (self.style is None if self.tag is None else self.tag == MERGE_TAG)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.value!r} {self.start}:{self.end}>"


def moved(node: Node, shift: int, source: Source, *, deep: bool = True) -> Node:
    """Copy a node that stands `shift` characters further on in another text, with all that is in it if `deep`.

    Not for what aliases refer to.
    """
    copy = Node(node.kind, node.tag, node.value, node.style, node.start + shift, node.end + shift, node.anchor, source)
    if deep and node.items:
        if node.kind == MAPPING:
            copy.items = [(moved(key, shift, source), moved(value, shift, source)) for key, value in node.items]
        else:
            copy.items = [moved(item, shift, source) for item in node.items]
    elif deep and node.kind in (MAPPING, SEQUENCE):
        copy.items = []
    return copy


class Items(Sequence[Node]):
    """The items of a list that were composed in other texts, each moved to its place when it is asked for.

    `kept` has for each item its index in the list of the text before the last change, None if it was changed.
    """

    def __init__(self, source: Source, nodes: list[Node], shifts: list[int], kept: Sequence[int | None]) -> None:
        self._source = source
        self._nodes = nodes
        self._shifts = shifts
        self._made: dict[int, Node] = {}
        self.kept = kept

    @staticmethod
    def parts(items: Sequence[Node]) -> tuple[list[Node], list[int]]:
        """Return the nodes of any list as they were composed, and how far each is to be moved."""
        if isinstance(items, Items):
            return items._nodes, items._shifts
        return list(items), [0] * len(items)

    @property
    def end(self) -> int:
        """Where the last item ends."""
        return self._nodes[-1].end + self._shifts[-1]

    def __len__(self) -> int:
        return len(self._nodes)

    @overload
    def __getitem__(self, index: int) -> Node: ...
    @overload
    def __getitem__(self, index: slice) -> list[Node]: ...
    def __getitem__(self, index: int | slice) -> Node | list[Node]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        node = self._made.get(index)
        if node is None:  # two threads may ask at once: both get the same node
            node = self._made.setdefault(index, moved(self._nodes[index], self._shifts[index], self._source))
        return node


class Location(NamedTuple):
    """Where a path leads.

    `node` is the value with aliases followed, `written` what stands there in the text (an alias, or `node` itself), `key`
    the key before it (None for list items and the top). `shared` says that an alias or a merge was crossed, the last step
    included; `aliased` that the node or one that holds it is what an alias elsewhere refers to.
    """

    node: Node
    key: Node | None
    written: Node
    shared: bool
    aliased: bool


class Tree:
    """A composed text: its top node (None if there is none) and the problems of its syntax.

    `size` is its number of keys, values and ends of values, or more; `linked` says that it has anchors or aliases.
    """

    __slots__ = ("linked", "problems", "root", "size", "source", "text")

    def __init__(
        self, source: Source, root: Node | None, problems: list[Problem], *, size: int = 0, linked: bool = False
    ) -> None:
        self.size = size
        self.linked = linked
        self.source = source
        self.text = source.text
        self.root = root
        self.problems = problems

    def locate(self, path: Path) -> Location | None:
        """Follow `path`, through aliases and merges; None if it leads nowhere."""
        location, length = self._walk(path)
        return location if length == len(path) else None

    def find(self, path: Path) -> Node | None:
        """Return the value at `path`, aliases followed, or None."""
        location = self.locate(path)
        return location.node if location else None

    def position(self, path: Path) -> tuple[int, int] | None:
        """Return line and column of what stands at `path`, or of the nearest thing around it that exists.

        For scalars and aliases that is where the value starts, for lists and mappings their key. None without a root.
        """
        location, _ = self._walk(path)
        if location is None:
            return None
        return (location.key if location.key and location.written.kind in (SEQUENCE, MAPPING) else location.written).position

    def _walk(self, path: Path) -> tuple[Location | None, int]:
        """Follow `path` as far as it goes; return where that is and the number of steps taken."""
        if self.root is None:
            return None, 0
        here = Location(self.root, None, self.root, False, self.root.aliased)
        for taken, step in enumerate(path):
            following = _step(here, step)
            if following is None:
                return here, taken
            here = following
        return here, len(path)


def _step(here: Location, step: str | int) -> Location | None:
    """Go one key or index further."""
    holder, merged = here.node, False
    key: Node | None = None
    if isinstance(step, int):
        if holder.kind != SEQUENCE or not 0 <= step < len(holder.items):
            return None
        written: Node = holder.items[step]
    else:
        for source, name, value in effective(holder):
            if key_name(name) == step:
                key, written, merged = name, value, source is not holder
                break
        else:
            return None
    node = written if written.kind != ALIAS else written.target
    if node is None:
        return None
    shared = here.shared or merged or node is not written
    return Location(node, key, written, shared, here.aliased or node.aliased)


def key_name(key: Node) -> str | None:
    """Return the text of a key, aliases followed; None for a key that is a list or mapping."""
    node = key.target if key.kind == ALIAS else key
    return node.value if node is not None and node.kind == SCALAR else None


def effective(mapping: Node) -> Iterator[tuple[Node, Node, Node]]:
    """Walk a mapping's pairs and then those merged into it, as (mapping it is written in, key, value).

    Merges are walked depth first, in the order of the text. A key may come more than once: the first is the one that holds.
    """
    waiting, seen = [mapping], set()
    while waiting:
        current = waiting.pop()
        if current.kind != MAPPING or id(current) in seen:
            continue
        seen.add(id(current))
        merged: list[Node] = []
        for key, value in current.items:
            if key.is_merge:
                merged = merge_sources(value)
            else:
                yield current, key, value
        waiting.extend(reversed(merged))


def merge_sources(value: Node) -> list[Node]:
    """Return what the value of a merge key refers to, aliases followed, in order; it should all be mappings."""
    written = value.items if value.kind == SEQUENCE else [value]
    followed = [node.target if node.kind == ALIAS else node for node in written]
    return [node for node in followed if node is not None]
