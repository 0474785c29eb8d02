"""A dialog that asks for a few numbers, each declared as a field of the file is, and shows at once what they come to."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Checkbox, Input, Static

from blis_tui.spec.format.fields import Field
from blis_tui.tui.actions import bindings
from blis_tui.tui.document.number_input import NumberInput
from blis_tui.tui.widgets.dialog import Dialog
from blis_tui.tui.widgets.tick_box import TickBox

Result = TypeVar("Result")


class NumbersDialog(Dialog[Result | None], Generic[Result]):
    """Asks for numbers; enter does it, escape leaves everything as it is."""

    AUTO_FOCUS = "NumberInput"
    HEADING = ""
    DO = "Do it"
    CHECK = ""
    """A question with yes or no below the numbers, if there is one."""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog-numbers")]
    DEFAULT_CSS = """
    NumbersDialog { align: center middle; }
    NumbersDialog > Vertical {
        width: 60; max-width: 100%; height: auto; max-height: 100%; padding: 0 1; background: $surface;
        border: round $primary; overflow-y: auto;
    }
    NumbersDialog .row { height: 1; }
    NumbersDialog .row Static { width: 18; }
    NumbersDialog .row .unit { width: 1fr; padding-left: 1; color: $text-muted; }
    NumbersDialog Checkbox { height: 1; background: transparent; margin-top: 1; }
    NumbersDialog #outcome { height: auto; margin: 1 0; }
    NumbersDialog #buttons { height: 1; align-horizontal: right; }
    NumbersDialog Button { border: none; height: 1; min-width: 10; margin-left: 2; }
    """

    def __init__(self, numbers: dict[str, tuple[Field, Any]]) -> None:
        super().__init__()
        self._numbers = numbers

    def compose(self) -> ComposeResult:
        """Lay out a line for each number."""
        with Vertical() as box:
            box.border_title = self.HEADING
            for name, (field, value) in self._numbers.items():
                with Horizontal(classes="row"):
                    yield Static(field.label, markup=False)
                    yield NumberInput(name, field, f"{value:g}" if isinstance(value, float) else str(value))
                    yield Static(field.unit, classes="unit", markup=False)
            if self.CHECK:
                yield TickBox(self.CHECK, compact=True)
            yield Static(id="outcome", markup=False)
            with Horizontal(id="buttons"):
                yield Button(self.DO, id="do", variant="primary", compact=True)
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Show what the first numbers come to."""
        self.show_outcome()

    @property
    def checked(self) -> bool:
        """The answer to the question."""
        return bool(self.CHECK) and self.query_one(Checkbox).value

    def values(self) -> dict[str, Any] | None:
        """Return the numbers by name; ``None`` if one of them is wrong."""
        values = {name: self.query_one(f"#number-{name}", NumberInput).number for name in self._numbers}
        return None if None in values.values() else values

    @on(Input.Changed)
    @on(Checkbox.Changed)
    def show_outcome(self) -> None:
        """Say what the numbers come to, or what is wrong with them."""
        wrong = [
            (f"✗ {number.field.label} {number.complaint}\n", "$text-error")
            for number in self.query(NumberInput)
            if number.complaint
        ]
        values = self.values()
        told = self.outcome(values) if values is not None else ""
        self.query_one("#outcome", Static).update(Content.assemble(*wrong, told))
        self.query_one("#do", Button).disabled = values is None

    @on(Button.Pressed, "#do")
    @on(Input.Submitted)
    def finish(self) -> None:
        """Return the result, if the numbers are right."""
        values = self.values()
        if values is not None:
            self.dismiss(self.result(values))

    def action_finish(self) -> None:
        """Return the result, whatever has the focus."""
        self.finish()

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)

    @abstractmethod
    def outcome(self, values: dict[str, Any]) -> str:
        """Say what the numbers come to."""

    @abstractmethod
    def result(self, values: dict[str, Any]) -> Result:
        """Make of the numbers what was asked for."""
