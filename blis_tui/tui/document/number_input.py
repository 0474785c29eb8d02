"""The line in which a number is typed that is not of the document."""

from __future__ import annotations

import math
from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import Input

from blis_tui.spec.format.fields import INTEGER, Field
from blis_tui.spec.format.ranges import demand, is_in_range
from blis_tui.spec.yaml.scalars import INTEGER as READ_INTEGER
from blis_tui.spec.yaml.scalars import NUMBER as READ_NUMBER
from blis_tui.spec.yaml.scalars import resolve_plain
from blis_tui.tui.actions import bindings
from blis_tui.tui.document.field_values import as_written
from blis_tui.tui.document.increments import nudged


class NumberInput(Input):
    """A line for one number that is not of the document."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("number")]
    DEFAULT_CSS = """
    NumberInput, NumberInput:focus { border: none; height: 1; padding: 0 1; width: 16; background: $panel; }
    """

    def __init__(self, name: str, field: Field, text: str) -> None:
        super().__init__(text, id=f"number-{name}")
        self.field = field

    @property
    def number(self) -> float | int | None:
        """The number that is typed, if it is one that the field can hold."""
        value = read_number(self.field, self.value)
        return value if not isinstance(value, str) else None

    @property
    def complaint(self) -> str:
        """What is wrong with what is typed; empty if nothing is."""
        value = read_number(self.field, self.value)
        return value if isinstance(value, str) else ""

    def action_nudge(self, steps: int, large: bool = False) -> None:
        """Make the number a step larger or smaller."""
        text = nudged(self.field, as_written(self.field, self.value), steps, large)
        if text is not None:
            self.value = text
            self.cursor_position = len(text)


def read_number(field: Field, text: str) -> float | int | str:
    """Return the number that a text says, or what is wrong with it; an empty one is the default, if there is one."""
    text = as_written(field, text)
    if not text and field.default is not None:
        default: float | int = field.default
        return default
    kind, value = resolve_plain(text) if text else ("", 0)
    if kind not in (READ_INTEGER, READ_NUMBER) or not math.isfinite(value):
        return f"must be {field.allowed}"
    if field.kind == INTEGER and value != math.floor(value):
        return "must be a whole number"
    number: float | int = int(value) if field.kind == INTEGER else float(value)
    return number if is_in_range(field, number) else f"must {demand(field, number)}"
