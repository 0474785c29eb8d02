"""Rows for more than a scalar: a family with its parameters, a part that may be there or not, a name that others have too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.suggester import SuggestFromList

from blis_tui.problems import Path
from blis_tui.spec.edits import Edit, Remove, SetValue
from blis_tui.spec.format.family_conversion import like
from blis_tui.spec.format.fields import Field
from blis_tui.spec.format.model import Arrival, Distribution, WorkloadSpec
from blis_tui.tui.actions import bindings
from blis_tui.tui.document.field_values import typed
from blis_tui.tui.form.field_rows import ChoiceRow, SwitchRow, TextRow
from blis_tui.tui.form.members.new_values import beginning
from blis_tui.tui.form.value_input import ValueInput


class FamilyRow(ChoiceRow):
    """The family of a distribution, or an arrival process: choosing one writes its parameters along with it."""

    def __init__(self, field: Field, path: Path, choices: tuple[str, ...], label: str) -> None:
        super().__init__(field, path, choices, label)
        self._now: Distribution | Arrival = Distribution()
        self._is_there = False
        self._kept: dict[str, Any] = {}
        """Parameters of the families that were there since the cursor came: coming back brings them back."""

    def turn_to(self, path: Path) -> None:
        """Stand for the same field of another record from now on."""
        if path != self.path:
            self._kept = {}
        super().turn_to(path)

    def tell(self, now: Distribution | Arrival, *, is_there: bool) -> None:
        """Take note of what there is, and whether the text has it."""
        self._now, self._is_there = now, is_there
        if isinstance(now, Distribution) and now.type and now.params:
            self._kept[now.type] = dict(now.params)

    def on_focus(self) -> None:
        """Keep what is there now."""
        self._kept = {}
        self.tell(self._now, is_there=self._is_there)

    def edits_for(self, text: str) -> tuple[Edit, ...]:
        """Return the edits that write a choice: the family and its parameters, or nothing at all."""
        place = self.path[:-1]
        if not text and "" in self.choices:
            return (Remove(place),) if self._is_there else ()
        if isinstance(self._now, Arrival):
            return (typed(self.path, self.field, text),)
        params = self._kept.get(text) or like(self._now, text)
        if not self._is_there:
            return (SetValue(place, {"type": text, "params": params}),)
        return SetValue(self.path, text), SetValue((*place, "params"), params)


class PartRow(SwitchRow):
    """A part of a record that may be there or not: switching it on writes it with ordinary values."""

    def __init__(self, field: Field, path: Path, label: str) -> None:
        super().__init__(field, path, label)
        self.spec = WorkloadSpec()

    def draw_value(self) -> Content:
        """Draw the switch."""
        return Content("✓ on" if self.shown.value else "  off")

    def what(self, on: bool) -> str:
        """Name the step that switches it."""
        return f"{'add' if on else 'remove'} {self.label.strip().lower()}"

    def edits_for(self, on: bool) -> tuple[Edit, ...]:
        """Return the edit that writes the part or takes it out."""
        assert self.field.record is not None
        return (SetValue(self.path, beginning(self.field.record, self.spec)) if on else Remove(self.path),)


class NameRow(TextRow):
    """A name of which others of the file have some already: they are offered."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("names")]

    def __init__(self, field: Field, path: Path, label: str) -> None:
        super().__init__(field, path, label)
        self._names: Sequence[str] = ()

    def offer(self, names: Sequence[str]) -> None:
        """Offer some names."""
        if names != self._names:
            self._names = names
            if self._input is not None:
                self._input.suggester = SuggestFromList(names)

    def make_input(self) -> ValueInput:
        """Put the line to type in above what is drawn; it completes what others are called."""
        line = super().make_input()
        line.suggester = SuggestFromList(self._names)
        return line

    def action_take_name(self, steps: int) -> None:
        """Take the next of the names, or the one before."""
        names, now = ["", *self._names], self.input.value
        place = names.index(now) + steps if now in names else steps if steps > 0 else 0
        self.input.value = names[place % len(names)]
        self.input.cursor_position = len(self.input.value)
