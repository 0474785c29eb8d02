"""The line in which a value is typed."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.events import Focus
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from blis_tui.problems import Path
from blis_tui.spec.format.fields import Field
from blis_tui.tui.actions import bindings
from blis_tui.tui.document.field_values import step_name, typed
from blis_tui.tui.document.increments import nudged
from blis_tui.tui.form.pending_edits import PendingEdits


def placeholder(field: Field) -> str:
    """Return what stands in a field that is not given: its default, if it has one."""
    if field.required:
        return ""
    return "not given" if field.default is None else str(field.default)


class ValueInput(Input):
    """A line in which the characters of one scalar are edited; every change of them asks for an edit at once."""

    HELP_TITLE = "Field"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("field")]
    DEFAULT_CSS = """
    ValueInput, ValueInput:focus {
        border: none; height: 1; padding: 0; width: 11; background: $surface; background-tint: transparent 0%;
    }
    ValueInput:focus { background: $boost; text-style: none; }
    """

    virtual_size = Reactive(Size(0, 0), layout=False)
    """How far it scrolls, which follows what is typed; its own size does not, so that nothing need be laid out anew."""

    def __init__(self, field: Field, path: Path, label: str, *, text: str | None = None, is_cell: bool = False) -> None:
        self._quiet = True
        super().__init__(text, placeholder=placeholder(field), select_on_focus=True)
        self.field = field
        self.path = path
        self.label = label
        self._text = text
        self._is_cell = is_cell
        self._at_focus = ""
        self.edited = False
        """Whether anything was typed since the cursor came."""
        self._requests = PendingEdits(self)
        self._quiet = False

    def show_text(self, text: str | None) -> None:
        """Show what the text says, unless what was typed since is still on its way there."""
        if self._requests.pending:
            return
        self._text = text
        if self.value.strip() != (text or ""):
            at_end = self.cursor_at_end
            self.set_quietly(text or "")
            if at_end or not self.has_focus:
                self.cursor_position = len(self.value)

    def set_quietly(self, text: str) -> None:
        """Put in characters that come from the document."""
        self._quiet = True
        with self.prevent(Input.Changed):
            self.value = text
        self._quiet = False

    def watch_value(self, value: str) -> None:
        """Ask for the edit that writes what was typed."""
        if self._quiet or not self.is_mounted:
            return
        text = value.strip()
        if text != (self._text or ""):
            self._text = text
            self.edited = True
            self._requests.ask(f"change {self.label}", (typed(self.path, self.field, text),), step_name(self.path))

    def on_focus(self, event: Focus) -> None:
        """Remember what to come back to."""
        if not self._is_cell:
            self._at_focus = self.value
            self.edited = False

    def begin(self, field: Field, path: Path, label: str, text: str | None) -> None:
        """Turn to another value."""
        self.field, self.path, self.label = field, path, label
        self._text = text
        self.set_quietly(text or "")
        self.cursor_position = len(self.value)
        self._at_focus = self.value
        self.edited = False

    @property
    def pending(self) -> bool:
        """Whether something that was typed is still on its way to the document."""
        return self._requests.pending

    def action_submit(self) -> None:  # type: ignore[override]
        """Go on to the next field."""
        self.screen.focus_next()

    def action_revert(self) -> None:
        """Bring back what stood here when the cursor came."""
        if self.value != self._at_focus:
            self.value = self._at_focus
            self.cursor_position = len(self.value)

    def action_nudge(self, steps: int, large: bool = False) -> None:
        """Make the number a step larger or smaller."""
        text = nudged(self.field, self.value.strip(), steps, large)
        if text is not None:
            self.value = text
            self.cursor_position = len(text)
