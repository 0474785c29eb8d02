"""The open document: its text, its history, where it is saved, and what the text says. Knows nothing of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import NamedTuple

from blis_tui.spec.check import Checked, check
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Edit
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.yaml.encoding import UTF_8
from blis_tui.tui.document.history import History

SYNCHRONOUS_SIZE = 16 * 1024
"""Characters up to which a text is checked at once, between two frames."""


class View(NamedTuple):
    """What widgets show: one state of the document. `checked` is ``None`` while a large text is being checked."""

    revision: int
    text: str
    checked: Checked | None
    good: Checked | None
    """The last check that gave a spec; forms show it. ``None`` if there never was one."""
    path: FilePath | None
    dirty: bool
    undo_label: str | None
    redo_label: str | None
    note: str = ""
    """How it stands with the file, in a few words: "new file", "saved 14:02", "changed on disk"."""
    encoding: str = UTF_8

    @property
    def stale(self) -> bool:
        """Whether forms show an older state than the text, because the text cannot be read."""
        return self.checked is None or self.checked.spec is None

    @property
    def spec(self) -> WorkloadSpec | None:
        """The spec that forms show."""
        return self.good.spec if self.good is not None else None


class Workspace:
    """One document and its history."""

    def __init__(self, text: str = "", path: FilePath | None = None, *, saved: bool = True, encoding: str = UTF_8) -> None:
        self.revision = 0
        self.note = ""
        self.open(text, path, saved=saved, encoding=encoding)

    def open(self, text: str, path: FilePath | None, *, saved: bool = True, encoding: str = UTF_8) -> None:
        """Begin with another document; its history is empty. `encoding` is that of its file, in which it is saved."""
        self.path = path
        self.encoding = encoding
        self._history = History(text)
        self._saved_text: str | None = text if saved else None
        self._checked: Checked | None = None
        self._good: Checked | None = None
        self._refresh()

    @property
    def text(self) -> str:
        """The text as it stands."""
        return self._history.text

    @property
    def saved_text(self) -> str | None:
        """The text as it was last read from or written to the file; ``None`` if it never was."""
        return self._saved_text

    @property
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self.text != self._saved_text

    @property
    def view(self) -> View:
        """The present state, for widgets."""
        history = self._history
        return View(
            self.revision,
            self.text,
            self._checked,
            self._good,
            self.path,
            self.dirty,
            history.undo_label,
            history.redo_label,
            self.note,
            self.encoding,
        )

    def edit(self, label: str, edits: Sequence[Edit], merge: str | None = None, *, shared: bool = False) -> None:
        """Make edits as one step of the history. Raises `EditRefused`, and then nothing has changed.

        What aliases stand for may change, for all of them, only if `shared`.
        """
        base = self._checked or self._good
        text = apply_edits(self.text, edits, base.tree if base is not None else None, shared=shared)
        self.write(text, label, merge)

    def write(self, text: str, label: str, merge: str | None = None) -> None:
        """Replace the whole text as one step of the history."""
        if text != self.text:
            self._history.push(text, label, merge)
            self._refresh()

    def seal(self) -> None:
        """End a run of merged steps, for instance because the cursor went elsewhere."""
        self._history.seal()

    def undo(self) -> str | None:
        """Take back one step; returns what it was."""
        label = self._history.undo()
        if label is not None:
            self._refresh()
        return label

    def redo(self) -> str | None:
        """Do again what was taken back; returns what it was."""
        label = self._history.redo()
        if label is not None:
            self._refresh()
        return label

    def saved(self, path: FilePath, text: str) -> None:
        """Note that a text was written to a file."""
        self.path = path
        self._saved_text = text

    def accept(self, revision: int, checked: Checked) -> bool:
        """Take the result of a check made elsewhere; returns whether it was for the present text."""
        if revision != self.revision:
            return False
        self._set_checked(checked)
        return True

    def _refresh(self) -> None:
        self.revision += 1
        self._checked = None
        if len(self.text) <= SYNCHRONOUS_SIZE:
            self._set_checked(check(self.text))

    def _set_checked(self, checked: Checked) -> None:
        self._checked = checked
        if checked.spec is not None:
            self._good = checked
