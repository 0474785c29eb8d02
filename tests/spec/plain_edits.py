"""Random edits of plain data that make sense."""

from __future__ import annotations

from typing import Any

from documents import texts
from hypothesis import assume
from hypothesis import strategies as st
from plain_data import places

from blis_tui.spec.edits import Duplicate, Edit, Insert, Move, Remove, RenameKey, SetValue

new_scalars = texts | st.none() | st.booleans() | st.integers(-(10**6), 10**19) | st.floats(allow_nan=False, allow_infinity=False)
new_values = st.recursive(
    new_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=5
)


@st.composite
def edits(draw: st.DrawFn, data: Any) -> Edit:
    """Make an edit that has a meaning for some data."""
    everywhere = places(data)
    lists = [(path, value) for path, value in everywhere if isinstance(value, list)]
    full = [(path, value) for path, value in lists if value]
    dicts = [path for path, value in everywhere if isinstance(value, dict)]
    entries = [path for path, _ in everywhere if path]
    keyed = [path for path in entries if isinstance(path[-1], str)]
    kinds = ["set"] * 3 * bool(entries) + ["remove"] * 2 * bool(entries) + ["insert"] * 2 * bool(lists)
    kinds += ["move", "move", "duplicate"] * bool(full) + ["rename"] * bool(keyed) + ["new", "new"] * bool(dicts)
    assume(kinds)
    kind = draw(st.sampled_from(kinds))
    if kind == "set":
        return SetValue(draw(st.sampled_from(entries)), draw(new_values))
    if kind == "new":
        return SetValue((*draw(st.sampled_from(dicts)), draw(texts)), draw(new_values))
    if kind == "remove":
        return Remove(draw(st.sampled_from(entries)))
    if kind == "rename":
        return RenameKey(draw(st.sampled_from(keyed)), draw(texts))
    path, items = draw(st.sampled_from(lists if kind == "insert" else full))
    index = draw(st.integers(0, len(items) - (kind != "insert")))
    if kind == "insert":
        return Insert((*path, index), draw(new_values))
    if kind == "duplicate":
        return Duplicate((*path, index))
    return Move((*path, index), draw(st.integers(0, len(items) - 1)))
