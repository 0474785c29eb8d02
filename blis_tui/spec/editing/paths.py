"""Paths and values as people write them: ``inference_perf.stages[0].rate=12``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from blis_tui.problems import Path, format_path
from blis_tui.spec.editing.declarations import declared
from blis_tui.spec.edits import EditRefused
from blis_tui.spec.format import fields
from blis_tui.spec.reading.suggestions import meant_by
from blis_tui.spec.yaml import scalars
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import MAPPING, SCALAR, SEQUENCE, Node

_STEP = re.compile(r'\[(\d{1,9})\]|\["((?:[^"\\]|\\["\\])*)"\]|\.([^\s.\[\]"\'=]+)', re.ASCII)
_READERS: dict[str, Callable[[Node], Any]] = {
    fields.INTEGER: scalars.integer,
    fields.NUMBER: scalars.number,
    fields.BOOLEAN: scalars.boolean,
    fields.TEXT: scalars.text,
}


def parse_path(text: str) -> Path:
    """Read a path as `format_path` writes it; raises `EditRefused` for what is none, or leads to no field."""
    path: list[str | int] = []
    rest = text if text.startswith("[") else f".{text}"
    at = 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        if match is None:
            raise EditRefused((), f"{text!r} is not a path such as inference_perf.stages[0].rate")
        index, quoted, name = match.groups()
        path.append(int(index) if index else re.sub(r"\\(.)", r"\1", quoted) if name is None else name)
        at = match.end()
    _demand_field(tuple(path))
    return tuple(path)


def _demand_field(path: Path) -> None:
    """Refuse a path that the file format does not know."""
    for length in range(1, len(path) + 1):
        if declared(path[:length])[0]:
            continue
        place, step = path[: length - 1], path[length - 1]
        if isinstance(step, int):
            raise EditRefused(path, f"{format_path(place) or 'the file'} is not a list")
        kind, record = declared(place)
        guess = meant_by(step, record.fields) if kind == fields.RECORD and record is not None else None
        meant = f"; did you mean {guess.name!r}?" if guess is not None else ""
        raise EditRefused(path, f"{format_path(place) or 'the file'} has no field {step!r}{meant}")


def value_for(path: Path, text: str) -> Any:
    """Read a value for the field at a path: text as it stands, anything else as YAML, scalars by the field's type.

    What the field cannot hold is returned as what it is; checking the edited text finds it. Raises `EditRefused` for
    what is no YAML.
    """
    if declared(path)[0] == fields.TEXT:
        return text
    tree = compose(text)
    if tree.problems:
        raise EditRefused(path, f"{text!r} is not a valid value: {tree.problems[0].message}")
    return None if tree.root is None else _plain(tree.root, path)


def _plain(node: Node, path: Path) -> Any:
    """Turn what was composed into dicts, lists and scalars."""
    if node.kind == SCALAR:
        return _scalar(node, path)
    if node.tag is not None or node.anchor is not None or node.kind not in (MAPPING, SEQUENCE):
        raise EditRefused(path, "a value given on its own can have no tags, anchors and aliases")
    if node.kind != MAPPING:
        return [_plain(item, (*path, index)) for index, item in enumerate(node.items)]
    found: dict[str, Any] = {}
    for key, value in node.items:
        if key.kind != SCALAR or key.is_merge or key.value in found:
            raise EditRefused(path, "the keys of a block must be texts, each there once")
        found[key.value] = _plain(value, (*path, key.value))
    return found


def _scalar(node: Node, path: Path) -> Any:
    try:
        return _READERS.get(declared(path)[0], _unread)(node)
    except scalars.Refused:
        return _unread(node)


def _unread(node: Node) -> Any:
    """Read a scalar for no field in particular."""
    try:
        return scalars.resolve(node)[1]
    except scalars.Refused:
        return node.value
