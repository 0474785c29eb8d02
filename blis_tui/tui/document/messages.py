"""What widgets say to the app. Widgets never change the document themselves: they ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from textual.message import Message

from blis_tui.problems import Path, Problem
from blis_tui.spec.edits import Edit


@dataclass(eq=False)
class EditRequested(Message):
    """A widget asks for edits of the text, as one undo step; steps in a row with the same `merge` become one."""

    label: str
    edits: Sequence[Edit]
    merge: str | None = None
    taken: bool = field(default=False, init=False)
    """Whether the app has begun with it: until then, what the document says is older than what was asked for."""


@dataclass(eq=False)
class TextTyped(Message):
    """The text itself was changed in the YAML pane; `label` is what the undo step is called."""

    text: str
    label: str = "type"
    taken: bool = field(default=False, init=False)
    """Whether the app has taken it over: until then, the document is older than what was typed."""

    def can_replace(self, message: Message) -> bool:
        """Only the newest text of one step counts."""
        return isinstance(message, TextTyped) and message.label == self.label


@dataclass(eq=False)
class JumpRequested(Message):
    """Show the place of a path: its field, or its line in the YAML pane; the latter in any case if `in_text`."""

    path: Path
    line: int | None = None
    column: int | None = None
    in_text: bool = False


@dataclass(eq=False)
class RequestsAsked(Message):
    """Show the requests that a query finds."""

    query: str


@dataclass(eq=False)
class MendRequested(Message):
    """Apply the mend of a problem."""

    problem: Problem


class StepEnded(Message):
    """The cursor left a field: what is typed next is an undo step of its own."""


class LeaveRequested(Message):
    """The cursor leaves a part of the screen for the tabs, where nothing is typed and figures choose one."""
