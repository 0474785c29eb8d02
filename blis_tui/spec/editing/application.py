"""Applying edits to a text."""

from __future__ import annotations

from collections.abc import Iterable

from blis_tui.problems import Path
from blis_tui.spec.editing.draft import Draft
from blis_tui.spec.editing.edit_batch import joined
from blis_tui.spec.edits import Edit
from blis_tui.spec.yaml.nodes import Tree


def apply_edits(text: str, edits: Iterable[Edit], base: Tree | None = None, *, shared: bool = False) -> str:
    """Return the text with all edits made, one after the other. Raises `EditRefused`, and then none is made.

    The tree of the text, or of a similar one, `base`, makes it faster and changes nothing else. With `shared`, what an
    alias stands for may be changed, for all places at once.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    draft = Draft(text.removeprefix(mark), base if not mark else None, shared=shared)
    path: Path = ()
    for edit in joined(edits):
        if not draft.can_join(edit):
            draft = draft.finish(path)
        draft.add(edit)
        path = edit.path
    return mark + draft.finish(path).text
