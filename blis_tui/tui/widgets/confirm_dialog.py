"""A question with a few answers, each of which has a key."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from blis_tui.problems import printable
from blis_tui.tui.widgets.dialog import Dialog


class Answer(NamedTuple):
    """One answer: what the dialog returns, the key that gives it, and what its button says."""

    id: str
    key: str
    label: str
    variant: str = "default"


SAVE = Answer("save", "s", "Save", "primary")
DISCARD = Answer("discard", "d", "Discard", "error")
COMPARE = Answer("compare", "p", "Compare")
CANCEL = Answer("cancel", "c", "Cancel")


class ConfirmDialog(Dialog[str]):
    """Asks; returns the id of the answer, ``cancel`` on escape. Text is shown literally."""

    CSS_PATH = "confirm_dialog.tcss"
    AUTO_FOCUS = "Button"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer('cancel')", "Cancel", show=False),
        Binding("left,up,h,k", "app.focus_previous", "Previous", show=False),
        Binding("right,down,l,j", "app.focus_next", "Next", show=False),
    ]

    def __init__(self, question: str, details: str, answers: tuple[Answer, ...]) -> None:
        super().__init__()
        self._question = question
        self._details = details
        self._answers = answers

    def compose(self) -> ComposeResult:
        """Lay out the question over its answers."""
        with Vertical(classes="dialog"):
            yield Static(printable(self._question), classes="question", markup=False)
            yield Static("\n".join(map(printable, self._details.split("\n"))), classes="details", markup=False)
            with Horizontal(classes="answers"):
                for answer in self._answers:
                    yield Button(f"{answer.label} ({answer.key})", id=answer.id, variant=answer.variant)  # type: ignore[arg-type]

    def on_key(self, event: events.Key) -> None:
        """Take an answer's own key."""
        for answer in self._answers:
            if event.key == answer.key:
                event.stop()
                self.dismiss(answer.id)
                return

    @on(Button.Pressed)
    def take(self, event: Button.Pressed) -> None:
        """Take the answer of a button."""
        self.dismiss(event.button.id)

    def action_answer(self, answer: str) -> None:
        """Give an answer."""
        self.dismiss(answer)
