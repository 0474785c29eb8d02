"""Undo and redo: a stack of texts."""

from __future__ import annotations

from typing import NamedTuple

MOST_BYTES = 256 * 1024 * 1024
"""How much text is kept for undo; the oldest goes first."""


class Step(NamedTuple):
    """A text, and what was done to get it."""

    text: str
    label: str
    merge: str | None = None


class History:
    """The texts of a document, with a place among them. It has always at least one."""

    def __init__(self, text: str) -> None:
        self._done = [Step(text, "open")]
        self._undone: list[Step] = []

    @property
    def text(self) -> str:
        """The text at the present place."""
        return self._done[-1].text

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, if anything."""
        return self._done[-1].label if len(self._done) > 1 else None

    @property
    def redo_label(self) -> str | None:
        """What redo would do again, if anything."""
        return self._undone[-1].label if self._undone else None

    def push(self, text: str, label: str, merge: str | None = None) -> None:
        """Add a text. Steps that follow each other with the same `merge` name, such as keystrokes in a field, are one."""
        if text == self.text:
            return
        self._undone.clear()
        if merge is not None and len(self._done) > 1 and self._done[-1].merge == merge:
            self._done.pop()
            if text == self.text:  # typed back to where it began: nothing happened
                return
        self._done.append(Step(text, label, merge))
        size = sum(len(step.text) for step in self._done) if len(self._done) % 64 == 0 else 0
        while size > MOST_BYTES and len(self._done) > 2:
            size -= len(self._done.pop(0).text)

    def seal(self) -> None:
        """End a run of merged steps: the next step stands on its own."""
        self._done[-1] = self._done[-1]._replace(merge=None)

    def undo(self) -> str | None:
        """Go back one step; returns what was taken back."""
        if len(self._done) < 2:
            return None
        step = self._done.pop()
        self._undone.append(step)
        self.seal()
        return step.label

    def redo(self) -> str | None:
        """Go forward one step; returns what was done again."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step._replace(merge=None))
        return step.label
