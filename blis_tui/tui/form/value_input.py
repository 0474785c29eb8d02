"""The line in which a value is typed.

A line that has the focus rests at first, with all of its value selected: arrows go on to other fields, and of a number
plus and minus change it. A character begins the value anew; Enter opens what stands there, and then up and down change it.
Whatever is typed is in the document at once, so there is nothing to confirm, and Escape only ends the typing.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.events import Focus, Key
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input
from textual.widgets.input import Selection

from blis_tui.problems import Path
from blis_tui.spec.format.fields import INTEGER, NUMBER, Field
from blis_tui.tui.actions import bindings
from blis_tui.tui.document.field_values import as_written, step_name, typed
from blis_tui.tui.document.increments import nudged
from blis_tui.tui.document.messages import StepEnded
from blis_tui.tui.form.pending_edits import PendingEdits

BEGIN_A_NUMBER = "0123456789."
"""What begins a number anew where one is at rest; other characters are keys."""
_RESTING, _TYPING, _OPENED = range(3)


def placeholder(field: Field) -> str:
    """Return what stands in a field that is not given: its default, if it has one."""
    if field.required:
        return ""
    return "not set" if field.default is None else str(field.default)


class ValueInput(Input):
    """A line in which the characters of one scalar are edited; every change of them asks for an edit at once."""

    HELP_TITLE = "Field"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("field")]
    DEFAULT_CSS = """
    ValueInput, ValueInput:focus {
        border: none; height: 1; padding: 0; width: 11; background: $surface; background-tint: transparent 0%;
    }
    ValueInput:focus { background: $boost; text-style: none; }
    ValueInput.-opened:focus { background: $primary-muted; }
    """

    virtual_size = Reactive(Size(0, 0), layout=False)
    """How far it scrolls, which follows what is typed; its own size does not, so that nothing need be laid out anew."""

    _state = _RESTING

    def __init__(self, field: Field, path: Path, label: str, *, text: str | None = None, is_cell: bool = False) -> None:
        self._quiet = True
        super().__init__(text, placeholder=placeholder(field), select_on_focus=True)
        self.field = field
        self.path = path
        self.label = label
        self._text = text
        self._is_cell = is_cell
        self.edited = False
        """Whether anything was typed since the cursor came."""
        self._requests = PendingEdits(self)
        self._quiet = False

    def show_text(self, text: str | None) -> None:
        """Show what the text says, unless what was typed since is still on its way there."""
        if self._requests.pending:
            return
        self._text = text
        if as_written(self.field, self.value) != (text or "") or (self.is_resting and self.value.strip() != (text or "")):
            at_end = self.cursor_at_end
            self.set_quietly(text or "")
            if self.has_focus and self.is_resting:
                self.select_all()
            elif at_end or not self.has_focus:
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
        text = as_written(self.field, value)
        if text != (self._text or ""):
            self._text = text
            self.edited = True
            self._requests.ask(f"change {self.label}", (typed(self.path, self.field, text),), step_name(self.path))

    def on_focus(self, event: Focus) -> None:
        """Rest, with everything selected; a cell is there only while it is edited."""
        if not self._is_cell and not event.from_app_focus:
            self._turn_to(_RESTING)
            self.edited = False

    @property
    def is_resting(self) -> bool:
        """Whether nothing was typed or opened here since the cursor came."""
        return self._state == _RESTING

    @property
    def is_opened(self) -> bool:
        """Whether the value was opened with Enter, so that up and down change it."""
        return self._state == _OPENED

    def watch_selection(self, selection: Selection) -> None:
        """Note that the cursor was put among the characters, with a key or the mouse."""
        if self._state == _RESTING and self.has_focus and not self._quiet and set(selection) != {0, len(self.value)}:
            self._state = _TYPING

    def on_key(self, event: Key) -> None:
        """Let characters that are keys here be handled as such."""
        if event.is_printable and not self.check_consume_key(event.key, event.character):
            event.prevent_default()
        elif event.is_printable:
            self._state = self._state or _TYPING

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether a character is typed: where a number rests, only what begins one is."""
        if self._state == _RESTING and self.field.kind in (INTEGER, NUMBER):
            return character is not None and character in BEGIN_A_NUMBER
        return super().check_consume_key(key, character)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Change the value with up and down only while it is opened; end only what has begun."""
        if action == "change":
            return self.is_opened
        return not (action == "rest" and self.is_resting)

    def on_blur(self) -> None:
        """Show the number that was written of what was said."""
        self._turn_to(_RESTING)
        self.show_text(self._text)

    def begin(self, field: Field, path: Path, label: str, text: str | None) -> None:
        """Turn to another value, to be edited."""
        self.field, self.path, self.label = field, path, label
        self._text = text
        self.set_quietly(text or "")
        self.cursor_position = len(self.value)
        self._turn_to(_TYPING)
        self.edited = False

    @property
    def pending(self) -> bool:
        """Whether something that was typed is still on its way to the document."""
        return self._requests.pending

    def open(self) -> None:
        """Edit what stands here: up and down change it from now on, and any character takes its place."""
        self._turn_to(_OPENED)
        self.select_all()

    def rest(self) -> None:
        """Select what stands in the text, as when the cursor came."""
        self._turn_to(_RESTING)
        self.show_text(self._text)
        self.select_all()

    def _turn_to(self, state: int) -> None:
        self._state = state
        self.set_class(state == _OPENED, "-opened")

    def action_submit(self) -> None:  # type: ignore[override]
        """Open what stands here; if it was edited already, go on to the next field."""
        if self.is_resting:
            self.open()
        else:
            self.screen.focus_next()

    def action_rest(self) -> None:
        """Stop typing; what was typed stays, as an undo step."""
        self.rest()
        self.app.post_message(StepEnded())

    def action_change(self, steps: int) -> None:
        """Make an opened number a step larger or smaller."""
        self.action_nudge(steps)

    def action_nudge(self, steps: int, large: bool = False) -> None:
        """Make the number a step larger or smaller."""
        text = nudged(self.field, as_written(self.field, self.value), steps, large)
        if text is None:
            return
        resting = self.is_resting
        self.value = text
        self.cursor_position = len(text)
        if resting:
            self.rest()
