"""Edits that are made in one go, so that the text is read again once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from blis_tui.problems import Path
from blis_tui.spec.edits import Edit, Insert


class InsertAll(NamedTuple):
    """Put items into a list one after the other; the first gets the index that ends the path."""

    path: Path
    values: list[Any]


def joined(edits: Iterable[Edit]) -> Iterator[Edit | InsertAll]:
    """Join edits that put mappings into a list, each after the one before: they are written alike."""
    run: InsertAll | None = None
    for edit in edits:
        if isinstance(edit, Insert) and edit.path and isinstance(edit.value, Mapping) and edit.value:
            *place, index = edit.path
            if run is not None and isinstance(index, int) and run.path == (*place, index - len(run.values)):
                run.values.append(edit.value)
                continue
            following = InsertAll(edit.path, [edit.value])
        else:
            following = None
        if run is not None:
            yield run
        run = following
        if run is None:
            yield edit
    if run is not None:
        yield run
