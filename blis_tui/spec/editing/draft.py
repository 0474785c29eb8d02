"""A text being edited: edits become splices of the text, and changes of the tree it must then read as."""

from __future__ import annotations

from typing import Any

from blis_tui.problems import Path
from blis_tui.spec.editing.declarations import declared, field_order
from blis_tui.spec.editing.edit_batch import InsertAll
from blis_tui.spec.editing.edit_values import holding, plain
from blis_tui.spec.editing.places import Holder, Places, Spot, demand_not_hiding, demand_not_merged
from blis_tui.spec.editing.sharing import copied
from blis_tui.spec.editing.verification import Copy, Given, Intended, NewKey, reads_as
from blis_tui.spec.editing.writing.block import Block
from blis_tui.spec.editing.writing.emission import is_collection, key_text
from blis_tui.spec.editing.writing.flow import Flow
from blis_tui.spec.editing.writing.habits import Habits, has_plain_numbers, quoting_of
from blis_tui.spec.editing.writing.layout import Layout
from blis_tui.spec.editing.writing.splice import Splice, spliced
from blis_tui.spec.editing.writing.values import anchors_in, emptied, replace_root, replace_value
from blis_tui.spec.edits import Duplicate, Edit, EditRefused, Insert, Move, Remove, SetValue, WriteOut
from blis_tui.spec.format.fields import NUMBER, TEXT
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Node, Tree, key_name
from blis_tui.spec.yaml.recomposing import recompose
from blis_tui.spec.yaml.scalars import Refused
from blis_tui.spec.yaml.scalars import text as text_of


class Draft:
    """A text with the edits that wait to be made in it.

    They say what the new text must mean: what the tree of the text does, with the changes they ask for. The tree stays
    as it is.
    """

    def __init__(self, text: str, base: Tree | None = None, *, shared: bool = False) -> None:
        """Take up a text; `base` is its tree, or that of a similar text. What aliases stand for may change if `shared`."""
        self.text = text
        self._shared = shared
        self._tree = base if base is not None and base.text == text else _composed(text, base)
        if self._tree.root is None and self._tree.problems:
            raise EditRefused((), f"the text must first become readable: {self._tree.problems[0].message}")
        self._layout = Layout(text)
        self._places = Places(self._tree, self._layout, shared=shared)
        self._habits = Habits(self._layout, self._tree.root)
        self._splices: list[Splice] = []
        self._intended = Intended(self._tree.root)
        self._scalars_only = True
        self._touched: set[Path] = set()

    def can_join(self, edit: Edit | InsertAll) -> bool:
        """Return whether an edit can be made together with those that wait: scalars set at places of their own."""
        if not self._splices:
            return True
        if not self._scalars_only or not isinstance(edit, SetValue) or is_collection(edit.value):
            return False
        if any(edit.path[:length] in self._touched for length in range(len(edit.path) + 1)):
            return False
        return self._places.is_own_scalar(edit.path)

    def add(self, edit: Edit | InsertAll) -> None:
        """Plan an edit; it must be the first one or one that can join. Raises `EditRefused`."""
        waiting = len(self._splices)
        sets_scalar = isinstance(edit, SetValue) and not is_collection(edit.value) and self._places.is_own_scalar(edit.path)
        self._plan(edit)
        if len(self._splices) > waiting:
            self._touched.add(edit.path)
            self._scalars_only = self._scalars_only and sets_scalar

    def finish(self, path: Path) -> Draft:
        """Return the text with the edits made, if it means what it must; `path` is what a refusal is about."""
        if not self._splices:
            return self
        text = spliced(self.text, self._splices)
        tree = _composed(text, self._tree)
        if len(tree.problems) > len(self._tree.problems):
            problem = tree.problems[-1]
            parts = problem.code == "undefined-alias"
            what = "it would part an alias from its anchor" if parts else "the text could not be read any more"
            raise EditRefused(path, f"{what}: {problem.message}")
        if not self._intended.is_met_by(tree.root):
            raise EditRefused(path, "the text there is written in a way that other values would change too")
        return Draft(text, tree, shared=self._shared)

    def _plan(self, edit: Edit | InsertAll) -> None:
        path = edit.path
        if isinstance(edit, SetValue):
            self._set(path, plain(edit.value, path))
        elif isinstance(edit, Insert):
            self._insert(path, [plain(edit.value, path)])
        elif isinstance(edit, InsertAll):
            self._insert(path, [plain(value, path) for value in edit.values])
        elif isinstance(edit, Remove):
            self._remove(path)
        elif isinstance(edit, Move):
            self._move(path, edit.to)
        elif isinstance(edit, Duplicate):
            self._duplicate(path)
        elif isinstance(edit, WriteOut):
            self._write_out(path)
        else:
            self._rename(path, edit.key)

    def _set(self, path: Path, value: Any) -> None:
        spot = self._places.spot(path)
        if spot.missing:
            self._create(spot, path, value)
        elif spot.node is None or not _says(spot.node, path, value):
            self._replace(spot, path, value)

    def _write_out(self, path: Path) -> None:
        node = self._tree.find(path)
        if node is None:
            raise EditRefused(path, "there is nothing there")
        spot = self._places.spot(path)
        if spot.missing:
            self._create(spot, path, copied(node))
        else:
            self._replace(spot, path, copied(node))

    def _replace(self, spot: Spot, path: Path, value: Any) -> None:
        """Write a value in the place of the spot's node."""
        node = spot.node
        if node is not None:
            self._places.demand_unshared(node, path)
        new = Given(value, node.anchor if node is not None else None, node)
        if not spot.holders:
            self._splices += replace_root(self._layout, node, value, self._habits)
            self._intended.replace_root(new)
            return
        holder = spot.holders[-1]
        self._splices += replace_value(
            self._layout,
            self._places.entry(holder),
            value,
            in_flow=holder.in_flow,
            habits=self._habits,
            number_field=declared(path)[0] == NUMBER,
        )
        is_item = holder.node.kind == SEQUENCE
        self._items(spot.holders)[holder.place] = new if is_item else (holder.node.items[holder.place][0], new)

    def _items(self, holders: list[Holder], node: Node | None = None) -> list[Any]:
        """Return what the last of some collections, or one in it, is to hold, to be changed."""
        way = holders if node is not None else holders[:-1]
        return self._intended.items([(holder.node, holder.place) for holder in way], node or holders[-1].node)

    def _create(self, spot: Spot, path: Path, value: Any) -> None:
        """Write a value where there is none yet, with the blocks around it that are missing."""
        first, *rest = spot.missing
        for step in reversed(rest):
            value = holding(step, value, path)
        place = path[: len(path) - len(spot.missing)]
        node = spot.node
        if node is None or spot.is_empty:
            if node is not None:
                self._places.demand_unshared(node, path)
            self._replace(spot, place, holding(first, value, path))
        elif isinstance(first, int):
            if first != len(node.items):
                raise EditRefused(path, f"the list has only {len(node.items)} items")
            self._add(spot, place, first, None, [value])
        else:
            if rest:
                demand_not_hiding(node, first, path)
            self._add(spot, place, _rank(node, place, first), first, [value])

    def _add(self, spot: Spot, path: Path, place: int, key: str | None, values: list[Any]) -> None:
        """Add to the collection of the spot, which `path` leads to: items, or one value with its key."""
        node = spot.node
        assert node is not None
        if not node.items and not self._holds_comment(node):
            self._replace(spot, path, values if key is None else {key: values[0]})
            return
        if self._layout.is_flow(node):
            texts = [self._habits.flow_entry(node, key, value) for value in values]
            self._splices += Flow(self._layout, node).insert(place, texts)
        else:
            _demand_brackets(spot.in_flow, path)
            blocks = [self._habits.block_entry(node, max(place - 1, 0), key, value) for value in values]
            self._splices += Block(self._layout, node, not spot.holders).insert(place, blocks)
        new = [Given(value) if key is None else (NewKey(key), Given(value)) for value in values]
        self._items(spot.holders, node)[place:place] = new

    def _holds_comment(self, node: Node) -> bool:
        return bool(self._layout.text[self._layout.bare(node) + 1 : node.end - 1].strip())

    def _insert(self, path: Path, values: list[Any]) -> None:
        index = path[-1] if path else None
        if not isinstance(index, int):
            raise EditRefused(path, "an item is inserted at an index")
        spot = self._places.spot(path[:-1])
        node = spot.node
        if node is None or spot.missing or spot.is_empty:
            self._set(path[:-1], [*holding(index, values[0], path), *values[1:]])
            return
        self._places.demand_own(node, path)
        if node.kind != SEQUENCE:
            raise EditRefused(path, "there is no list to insert it into")
        if not 0 <= index <= len(node.items):
            raise EditRefused(path, f"the list has only {len(node.items)} items")
        self._add(spot, path[:-1], index, None, values)

    def _remove(self, path: Path) -> None:
        holders, node = self._places.existing(path)
        holder = holders[-1]
        self._places.demand_unshared(node, path)
        if holder.node.kind == MAPPING:
            self._places.demand_unshared(holder.node.items[holder.place][0], path)
            demand_not_merged(holder.node, path)
        if self._layout.is_flow(holder.node):
            self._splices += Flow(self._layout, holder.node).remove(holder.place)
        elif len(holder.node.items) > 1:
            _demand_brackets(holder.in_flow, path)
            self._splices += Block(self._layout, holder.node, len(holders) == 1).remove(holder.place)
        else:
            _demand_brackets(holder.in_flow, path)
            around = self._places.entry(holders[-2]) if len(holders) > 1 else None
            self._splices += emptied(self._layout, holder.node, around)
        del self._items(holders)[holder.place]

    def _move(self, path: Path, to: int) -> None:
        holders = self._places.item(path)
        holder, count = holders[-1], len(holders[-1].node.items)
        if not 0 <= to < count:
            raise EditRefused(path, f"it cannot become item {to} of a list of {count}")
        if to != holder.place:
            self._splices += self._list(holder, path).move(holder.place, to)
            items = self._items(holders)
            items.insert(to, items.pop(holder.place))

    def _duplicate(self, path: Path) -> None:
        holders = self._places.item(path)
        holder = holders[-1]
        node = holder.node.items[holder.place]
        self._splices += self._list(holder, path).duplicate(holder.place, anchors_in(self._layout, node))
        self._items(holders).insert(holder.place + 1, Copy(node))

    def _list(self, holder: Holder, path: Path) -> Flow | Block:
        """Return the list of a holder as its style has it."""
        if self._layout.is_flow(holder.node):
            return Flow(self._layout, holder.node)
        return Block(self._layout, holder.node, len(path) == 1)

    def _rename(self, path: Path, name: str) -> None:
        holders, _ = self._places.existing(path)
        holder = holders[-1]
        if holder.node.kind != MAPPING:
            raise EditRefused(path, "it is an item of a list and has no key")
        key, value = holder.node.items[holder.place]
        if name == key_name(key):
            return
        if key.kind == ALIAS:
            raise EditRefused(path, f"its key is the alias *{key.value}")
        self._places.demand_unshared(key, path)
        demand_not_merged(holder.node, path)
        if any(key_name(other) == name for other, _ in holder.node.items):
            raise EditRefused(path, f"there is already a key {name!r}")
        if self._layout.is_block_scalar(key):
            raise EditRefused(path, "a key that is a block of text cannot be edited safely")
        start = self._layout.bare(key)
        text = key_text(name, quoting_of(key), has_plain_numbers(holder.node))
        self._splices.append(Splice(start, key.end, text if start < key.end else f" {text}"))
        self._items(holders)[holder.place] = (NewKey(name, key.anchor), value)


def _composed(text: str, base: Tree | None) -> Tree:
    """Compose a text, with the help of the tree of a similar one where that is enough."""
    return (recompose(base, text) if base is not None else None) or compose(text)


def _says(node: Node, path: Path, value: Any) -> bool:
    """Return whether a node has a value already: read by itself, or as the text that its field takes it for."""
    if reads_as(node, value):
        return True
    try:
        return node.kind == SCALAR and declared(path)[0] == TEXT and text_of(node) == value
    except Refused:  # its tag says that it is no text
        return False


def _rank(mapping: Node, path: Path, key: str) -> int:
    """Return where among a mapping's keys a new one goes: after the nearest that is declared before it."""
    order = field_order(path)
    places = {key_name(present): place for place, (present, _) in enumerate(mapping.items)}
    if key not in order:
        return len(mapping.items)
    rank = order.index(key)
    for name in reversed(order[:rank]):
        if name in places:
            return places[name] + 1
    return min((places[name] for name in order[rank:] if name in places), default=len(mapping.items))


def _demand_brackets(in_flow: bool, path: Path) -> None:
    """Refuse to change the keys of a mapping without brackets that stands in a list with some: ``[key: value]``."""
    if in_flow:
        raise EditRefused(path, "a pair without brackets in a list cannot be edited safely")
