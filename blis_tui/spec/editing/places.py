"""Finding the place of an edit, and refusing those whose text also stands for other places."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.problems import Path, format_path
from blis_tui.spec.editing.writing.layout import Entry, Layout
from blis_tui.spec.edits import EditRefused, SharedPlace
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Node, Tree, effective, key_name
from blis_tui.spec.yaml.scalars import is_null

_MERGED = "it comes from another place by a merge (<<) and can only be edited there"


class Holder(NamedTuple):
    """A collection on the way to a path, and the place in it that the way goes on at."""

    node: Node
    place: int
    in_flow: bool
    """Whether the collection stands in brackets, its own or those of one around it."""


class Spot(NamedTuple):
    """How far a path leads: through `holders` to `node` (None in an empty text), with the steps `missing` left over."""

    holders: list[Holder]
    node: Node | None
    missing: Path

    @property
    def is_empty(self) -> bool:
        """Whether nothing, or null, is written there."""
        return self.node is None or (self.node.kind == SCALAR and is_null(self.node))

    @property
    def in_flow(self) -> bool:
        """Whether the node stands in brackets around it."""
        return bool(self.holders) and self.holders[-1].in_flow


class Places:
    """The places of a text, by path."""

    def __init__(self, tree: Tree, layout: Layout, *, shared: bool = False) -> None:
        self._tree = tree
        self._layout = layout
        self._shared = shared
        """Whether what an alias stands for may be changed, in all places at once."""

    def spot(self, path: Path) -> Spot:
        """Follow a path through what is written in the text itself; it may end before a key or item that is missing."""
        holders: list[Holder] = []
        here = Spot(holders, self._tree.root, path)
        for taken, step in enumerate(path):
            node = here.node
            if node is None or here.is_empty:
                break
            self.demand_own(node, path)
            if node.kind == SCALAR:
                raise EditRefused(path, f"{format_path(path[:taken]) or 'the document'} is a single value and holds nothing")
            in_flow = here.in_flow or self._layout.is_flow(node)
            place = _place(node, step, path)
            if place is None:
                break
            holders.append(Holder(node, place, in_flow))
            here = Spot(holders, node.items[place] if node.kind == SEQUENCE else node.items[place][1], path[taken + 1 :])
        return here

    def existing(self, path: Path) -> tuple[list[Holder], Node]:
        """Return the way to what stands at a path, and that."""
        if not path:
            raise EditRefused(path, "only a part of the document can be edited so, not the whole")
        spot = self.spot(path)
        if spot.node is None or spot.missing:
            if self._tree.find(path) is None:
                raise EditRefused(path, "there is nothing there")
            raise SharedPlace(path, _MERGED)
        return spot.holders, spot.node

    def item(self, path: Path) -> list[Holder]:
        """Return the way to the item of a list at a path; the list is the last on it."""
        holders, _ = self.existing(path)
        if holders[-1].node.kind != SEQUENCE:
            raise EditRefused(path, "it is not an item of a list")
        return holders

    def demand_own(self, node: Node, path: Path) -> None:
        """Refuse to change what is in a node that is written elsewhere, or is used elsewhere too."""
        if node.kind == ALIAS:
            raise SharedPlace(path, f"it is part of the alias *{node.value} (line {node.line}) and is written elsewhere")
        self.demand_unshared(node, path)

    def demand_unshared(self, node: Node, path: Path) -> None:
        """Refuse to change or remove a node that an alias stands for."""
        if node.aliased and not self._shared:
            raise SharedPlace(path, f"it is part of the anchor &{node.anchor} (line {node.line}), which is used elsewhere too")

    def entry(self, holder: Holder) -> Entry:
        """Return the entry of a collection that a way goes on with."""
        return self._layout.entry(holder.node, holder.place)

    def is_own_scalar(self, path: Path) -> bool:
        """Return whether a path leads to a scalar that is written there."""
        found = self._tree.locate(path)
        return found is not None and found.node.kind == SCALAR and not found.shared


def _place(node: Node, step: str | int, path: Path) -> int | None:
    """Return which entry of a collection a step leads to; None if there is none yet."""
    if isinstance(step, int) != (node.kind == SEQUENCE):
        raise EditRefused(path, f"{step!r} leads nowhere, there is a {'list' if node.kind == SEQUENCE else 'mapping'}")
    if isinstance(step, int):
        return step if 0 <= step < len(node.items) else None
    found = [place for place, (key, _) in enumerate(node.items) if key_name(key) == step and not key.is_merge]
    if len(found) > 1:
        raise EditRefused(path, f"the key {step!r} is there more than once")
    return found[0] if found else None


def is_merged(mapping: Node, key: str | int) -> bool:
    """Return whether a merge brings a key into a mapping, hidden by its own one or not."""
    return mapping.kind == MAPPING and any(
        source is not mapping and name is not None and key_name(name) == key for source, name, _ in effective(mapping)
    )


def demand_not_merged(mapping: Node, path: Path) -> None:
    """Refuse to take away the key that ends a path if another value would come in its place."""
    if is_merged(mapping, path[-1]):
        raise EditRefused(path, "another value would come in its place by a merge (<<)")


def demand_not_hiding(mapping: Node, key: str, path: Path) -> None:
    """Refuse to begin a block that would hide one that a merge brings."""
    if is_merged(mapping, key):
        raise SharedPlace(path, _MERGED)
