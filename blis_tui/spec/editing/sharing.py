"""Edits of what an alias or a merge stands for: in one place only, or where it is written, for all places."""

from __future__ import annotations

from typing import Any

from blis_tui.problems import Path
from blis_tui.spec.edits import Edit, Plain, WriteOut, is_plain
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Node, Tree, effective, key_name


def own_copies(tree: Tree, path: Path) -> tuple[Edit, ...]:
    """Return the edits after which what stands at a path is written there alone; none if it is, or its anchor is there."""
    for length in range(1, len(path) + 1):
        here = tree.locate(path[:length])
        if here is None:
            break
        if here.shared:
            return (WriteOut(path[:length]),)
    return ()


def written_path(tree: Tree, path: Path) -> Path:
    """Return the path of the place where what stands at a path is written; as far as nothing is there, it goes on as it is."""
    node: Node | None = tree.root
    here: Path = ()
    for taken, step in enumerate(path):
        found = _entry(node, step) if node is not None else None
        if found is None or tree.root is None:
            return here + path[taken:]
        holder, written = found
        here = (*(here if holder is node else _path_of(tree.root, holder)), step)
        node = written
        if written.kind == ALIAS and written.target is not None:
            node = written.target
            here = _path_of(tree.root, node)
    return here


def everywhere(tree: Tree, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Return edits that are made where what they are about is written."""
    return tuple(edit._replace(path=(*written_path(tree, edit.path[:-1]), edit.path[-1])) for edit in edits)


def _entry(node: Node, step: str | int) -> tuple[Node, Node] | None:
    """Return what a step leads to as it is written, and the collection that it is written in."""
    if isinstance(step, int):
        return (node, node.items[step]) if node.kind == SEQUENCE and 0 <= step < len(node.items) else None
    found = (
        ((holder, value) for holder, key, value in effective(node) if key_name(key) == step) if node.kind == MAPPING else iter(())
    )
    return next(found, None)


def _path_of(root: Node, wanted: Node) -> Path:
    """Return the path at which a node is written."""
    waiting: list[tuple[Node, Path]] = [(root, ())]
    while waiting:
        node, path = waiting.pop()
        if node is wanted:
            return path
        if node.kind == SEQUENCE:
            waiting += [(item, (*path, index)) for index, item in enumerate(node.items)]
        elif node.kind == MAPPING:
            waiting += [(value, (*path, key_name(key) or "")) for key, value in node.items]
    return ()


def copied(node: Node | None) -> Any:
    """Return a node as dicts, lists and scalars, with aliases and merges written out."""
    if node is None:
        return None
    if node.kind == ALIAS:
        return copied(node.target)
    if node.kind == SCALAR:
        return Plain(node.value) if node.style is None and is_plain(node.value) else node.value
    if node.kind == SEQUENCE:
        return [copied(item) for item in node.items]
    values: dict[str, Any] = {}
    for _, key, value in effective(node):
        values.setdefault(key_name(key) or "", copied(value))
    return values
