"""The table of an empirical distribution, as rows in the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from blis_tui.problems import Path
from blis_tui.spec.edits import Edit, Remove, RenameKey, SetValue
from blis_tui.spec.format.fields import INTEGER, NUMBER, Field
from blis_tui.spec.format.model import MAX_LENGTH
from blis_tui.tui.form.record_list import Cell, RecordList
from blis_tui.tui.form.stages.numbers_dialog import NumbersDialog

_VALUE = Field(INTEGER, "What is drawn.", minimum=0, maximum=MAX_LENGTH, label="Value", unit="tokens")
_WEIGHT = Field(NUMBER, "How likely it is; all are normalised.", minimum=0, label="Probability")


class BinDialog(NumbersDialog[tuple[int, float]]):
    """Asks for a value and its probability."""

    HEADING = "A value and its probability"
    DO = "Apply"

    def __init__(self, value: int, weight: float, others: float) -> None:
        super().__init__({"value": (_VALUE, value), "weight": (_WEIGHT, weight)})
        self._others = others

    def outcome(self, values: dict[str, Any]) -> str:
        """Say which part of all draws it will be."""
        total = self._others + values["weight"]
        return f"{values['weight'] / total:.1%} of all draws" if total > 0 else "never drawn"

    def result(self, values: dict[str, Any]) -> tuple[int, float]:
        """Return both."""
        return values["value"], values["weight"]


class BinList(RecordList):
    """The values of an empirical distribution and their probabilities, in the order of the text."""

    HELP_TITLE = "Table of values"

    def __init__(self, path: Path, field: Field, **options: Any) -> None:
        super().__init__(path, field, "value", **options)
        self.bins: Sequence[tuple[str, float]] = ()

    def show_bins(self, path: Path, bins: Mapping[str, float], marks: Mapping[int, str]) -> None:
        """Show the table at a path."""
        if path != self.path:
            self.path, self.row = path, 0
        pairs = self.bins = tuple(bins.items())
        total = sum(share for _, share in pairs if share > 0)
        cells = [
            Cell("value", 12, lambda index: pairs[index][0], right=False),
            Cell("probability", 12, lambda index: f"{pairs[index][1]:g}"),
            Cell("share", 7, lambda index: f"{max(pairs[index][1], 0) / total:.1%}" if total else "–"),
        ]
        self.show(cells, len(pairs), marks)

    @property
    def item_path(self) -> Path:
        """The path of the chosen value."""
        return (*self.path, self.bins[self.row][0])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Values are neither copied nor moved: each is there once, and their order means nothing."""
        return action not in ("move", "duplicate")

    def addition(self, index: int) -> tuple[Edit, ...]:
        """Return the edit that adds a value."""
        return self._written(None, *self._following(index))

    def duplication(self, index: int) -> tuple[Edit, ...]:
        """Return no edit: values are not copied."""
        return ()

    def removal(self, index: int) -> tuple[Edit, ...]:
        """Return the edit that removes a value."""
        return (Remove((*self.path, self.bins[index][0])),)

    def action_add(self) -> None:
        """Ask for another value."""
        value, weight = self._following(len(self.bins))
        self.app.push_screen(BinDialog(value, weight, self._total()), partial(self._write, None))

    def action_edit(self) -> None:
        """Ask for another value or probability in place of those under the cursor."""
        if self.row < len(self.bins):
            name, weight = self.bins[self.row]
            dialog = BinDialog(int(name) if name.isdecimal() else 1, weight, self._total() - weight)
            self.app.push_screen(dialog, partial(self._write, name))

    def _write(self, name: str | None, wanted: tuple[int, float] | None) -> None:
        if wanted is not None:
            row = len(self.bins) if name is None else self.row
            self.ask("add a value" if name is None else f"change value {name}", self._written(name, *wanted), row)

    def _written(self, name: str | None, value: int, weight: float) -> tuple[Edit, ...]:
        key = str(value)
        if name is None or name == key:
            return (SetValue((*self.path, key), weight),)
        return RenameKey((*self.path, name), key), SetValue((*self.path, key), weight)

    def _following(self, index: int) -> tuple[int, float]:
        """Return a value after those that there are, and a usual probability."""
        values = [int(name) for name, _ in self.bins if name.isdecimal()]
        most = max(values, default=0)
        return (2 * most if most else 128), (self.bins[-1][1] if self.bins else 1.0)

    def _total(self) -> float:
        return sum(share for _, share in self.bins if share > 0)
