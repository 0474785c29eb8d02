"""Undo and redo: a text, and the changes that led to it."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.spec.yaml.source import same_end, same_start

MOST_CHARACTERS = 64 * 1024 * 1024
"""How much text is kept for undo; the oldest goes first."""


class Change(NamedTuple):
    """At `start`, the text `removed` gave way to `inserted`."""

    start: int
    removed: str
    inserted: str

    @classmethod
    def between(cls, old: str, new: str) -> Change:
        """Find what differs between two texts."""
        start = same_start(old, new)
        end = same_end(old, new, start)
        return cls(start, old[start : len(old) - end], new[start : len(new) - end])

    def made(self, text: str) -> str:
        """Make the change in a text."""
        return text[: self.start] + self.inserted + text[self.start + len(self.removed) :]

    def unmade(self, text: str) -> str:
        """Take the change back."""
        return text[: self.start] + self.removed + text[self.start + len(self.inserted) :]

    @property
    def size(self) -> int:
        """The characters it holds."""
        return len(self.removed) + len(self.inserted)


class Step(NamedTuple):
    """A change, and what was done by it."""

    change: Change
    label: str
    merge: str | None = None


class History:
    """The text of a document, and what can be undone and redone in it."""

    def __init__(self, text: str, most_characters: int = MOST_CHARACTERS) -> None:
        self._text = text
        self._most_characters = most_characters
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._size = 0

    @property
    def text(self) -> str:
        """The text at the present place."""
        return self._text

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, if anything."""
        return self._done[-1].label if self._done else None

    @property
    def redo_label(self) -> str | None:
        """What redo would do again, if anything."""
        return self._undone[-1].label if self._undone else None

    def push(self, text: str, label: str, merge: str | None = None) -> None:
        """Add a text. Steps that follow each other with the same `merge` name, such as keystrokes in a field, are one."""
        if text == self._text:
            return
        self._size -= sum(step.change.size for step in self._undone)
        self._undone.clear()
        before = self._text
        if merge is not None and self._done and self._done[-1].merge == merge:
            change = self._done.pop().change
            self._size -= change.size
            before = change.unmade(before)
        self._text = text
        if text == before:  # typed back to where it began: nothing happened
            return
        self._done.append(Step(Change.between(before, text), label, merge))
        self._size += self._done[-1].change.size
        gone = 0
        while self._size > self._most_characters and gone < len(self._done) - 1:
            self._size -= self._done[gone].change.size
            gone += 1
        del self._done[:gone]

    def seal(self) -> None:
        """End a run of merged steps: the next step stands on its own."""
        if self._done:
            self._done[-1] = self._done[-1]._replace(merge=None)

    def undo(self) -> str | None:
        """Go back one step; returns what was taken back."""
        if not self._done:
            return None
        step = self._done.pop()
        self._text = step.change.unmade(self._text)
        self._undone.append(step)
        self.seal()
        return step.label

    def redo(self) -> str | None:
        """Go forward one step; returns what was done again."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._text = step.change.made(self._text)
        self._done.append(step._replace(merge=None))
        return step.label
