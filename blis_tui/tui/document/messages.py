"""What widgets say to the app. Widgets never change the document themselves: they ask for it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message

from blis_tui.problems import Path, Problem
from blis_tui.spec.edits import Edit


class EditRequested(Message):
    """A widget asks for edits of the text, as one undo step; steps in a row with the same `merge` become one."""

    def __init__(self, label: str, edits: Sequence[Edit], merge: str | None = None) -> None:
        super().__init__()
        self.label = label
        self.edits = tuple(edits)
        self.merge = merge
        self.taken = False
        """Whether the app has begun with it: until then, what the document says is older than what was asked for."""


class TextTyped(Message):
    """The text itself was changed in the YAML pane."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.taken = False
        """Whether the app has taken it over: until then, the document is older than what was typed."""

    def can_replace(self, message: Message) -> bool:
        """Only the newest text counts."""
        return isinstance(message, TextTyped)


class JumpRequested(Message):
    """Show the place of a path: its field, or its line in the YAML pane."""

    def __init__(self, path: Path, line: int | None = None, column: int | None = None) -> None:
        super().__init__()
        self.path = path
        self.line = line
        self.column = column


class MendRequested(Message):
    """Apply the mend of a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem


class StepEnded(Message):
    """The cursor left a field: what is typed next is an undo step of its own."""
