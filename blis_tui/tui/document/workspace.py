"""The open document: its text, its history, where it is saved, and what the text says. Knows nothing of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path as FilePath
from typing import NamedTuple

from blis_tui.problems import Problem
from blis_tui.spec.check import Checked, check
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Edit, EditRefused, SetValue
from blis_tui.spec.format.facts import ends_with_stages, stages_end_us
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.rules.compact_advice import HORIZON
from blis_tui.spec.rules.compact_errors import STAGES, TOP
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
    def unknown(self) -> bool:
        """Whether nothing is known of the text yet, because it is large and was just opened."""
        return self.checked is None and self.good is None

    @property
    def spec(self) -> WorkloadSpec | None:
        """The spec that forms show."""
        return self.good.spec if self.good is not None else None


class Workspace:
    """One document and its history."""

    def __init__(self, text: str = "", path: FilePath | None = None, *, saved: bool = True, encoding: str = UTF_8) -> None:
        self.revision = 0
        self.document = 0
        """The number of the document: another one than before a wait is another document, with another file."""
        self.note = ""
        self.open(text, path, saved=saved, encoding=encoding)

    def open(
        self,
        text: str,
        path: FilePath | None,
        *,
        saved: bool = True,
        encoding: str = UTF_8,
        origin: FilePath | None = None,
        notes: Sequence[Problem] = (),
    ) -> None:
        """Begin with another document; its history is empty. `encoding` is that of its file, in which it is saved.

        `origin` is the file of another tool that the text was made from, and `notes` what is to be said about that: they
        are told with the problems of the text, where their paths are in it.
        """
        self.document += 1
        self.path = path
        self.origin = origin
        self._notes = tuple(notes)
        self.encoding = encoding
        self._history = History(text)
        self._saved_text: str | None = text if saved else None
        self._ends_with_stages = False
        """Whether the horizon is where the stages end, and so goes along with them."""
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
        """Make edits as one step of the history; a horizon at the stages' end goes along with it.

        What aliases stand for may change, for all of them, only if `shared`. Raises `EditRefused`, and then nothing has changed.
        """
        base = self._checked or self._good
        text = apply_edits(self.text, edits, base.tree if base is not None else None, shared=shared)
        if self._ends_with_stages and any(edit.path[:2] in (TOP, STAGES) for edit in edits):
            text = _ended_with_stages(text, base)
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
        self.origin = None
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
        if self._notes:
            notes = sorted((_placed(note, checked) for note in self._notes), key=lambda note: (note.line or 0, note.column or 0))
            checked = checked._replace(problems=(*checked.problems, *notes))
        self._checked = checked
        if checked.spec is not None:
            self._good = checked
            if not _is_unclear(checked):
                self._ends_with_stages = ends_with_stages(checked.spec)


def _is_unclear(checked: Checked) -> bool:
    """Return whether there are errors by which the end of the stages cannot be told: half a number, say."""
    return any(problem.path[:2] == STAGES and problem.path[3:] in ((), ("duration",)) for problem in checked.errors)


def _ended_with_stages(text: str, base: Checked | None) -> str:
    """Put the horizon of a text where its stages end, if that can be told and done."""
    checked = check(text, base=base)
    compact = checked.spec.inference_perf if checked.spec is not None else None
    if compact is None or not compact.stages or _is_unclear(checked):
        return text
    try:
        return apply_edits(text, [SetValue(HORIZON, stages_end_us(compact))], checked.tree)
    except EditRefused:  # an alias, say: the horizon then stays, and advice tells about it
        return text


def _placed(note: Problem, checked: Checked) -> Problem:
    """Return a note with its line and column in a text; the first line if it is about nothing in it."""
    tree = checked.tree
    place = tree.position(note.path) if note.path and tree.locate(note.path[:1]) else None
    line, column = place or (1, 1)
    return note._replace(line=line, column=column)
