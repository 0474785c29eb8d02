"""The values that edits bring along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blis_tui.problems import Path
from blis_tui.spec.editing.writing.emission import is_collection
from blis_tui.spec.edits import EditRefused
from blis_tui.spec.yaml.nodes import MAX_DEPTH


def plain(value: Any, path: Path, depth: int = 0) -> Any:
    """Copy a value into dicts, lists and scalars; refuse what is none of these."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if depth >= MAX_DEPTH:
        raise EditRefused(path, "the new value is nested too deep")
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise EditRefused(path, "the keys of a new mapping must be texts")
        return {key: plain(item, path, depth + 1) for key, item in value.items()}
    if is_collection(value):
        return [plain(item, path, depth + 1) for item in value]
    raise EditRefused(path, f"a value of type {type(value).__name__} cannot be written")


def holding(step: str | int, value: Any, path: Path) -> Any:
    """Return the collection that is written around a value where none is there yet."""
    if isinstance(step, str):
        return {step: value}
    if step != 0:
        raise EditRefused(path, "the list has no items yet")
    return [value]
