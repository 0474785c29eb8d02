"""Choosing the columns of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Checkbox, Static

from blis_tui.problems import printable
from blis_tui.tui.actions import bindings
from blis_tui.tui.widgets.dialog import Dialog
from blis_tui.tui.widgets.table_rows import Column
from blis_tui.tui.widgets.tick_box import TickBox


class ColumnDialog(Dialog[frozenset[str]]):
    """Shows all columns but the first, which stays, with a box to tick each; returns the titles of those that are ticked."""

    CSS_PATH = "column_dialog.tcss"
    AUTO_FOCUS = "Checkbox"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("columns")]

    def __init__(self, columns: Sequence[Column], shown: frozenset[str]) -> None:
        super().__init__()
        self._columns, self._shown = columns[1:], set(shown)

    def compose(self) -> ComposeResult:
        """Lay out the boxes."""
        width = max((len(column.title) for column in self._columns), default=0)
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Columns"
            with VerticalScroll(can_focus=False):
                for column in self._columns:
                    yield TickBox(_label(column, width), column.title in self._shown, name=column.title, compact=True)
            yield Static("Space on or off   ↑↓ choose   Esc done", classes="hint", markup=False)

    @on(Checkbox.Changed)
    def choose(self, event: Checkbox.Changed) -> None:
        """Show a column, or not."""
        change = self._shown.add if event.value else self._shown.discard
        change(event.checkbox.name or "")

    def action_close(self) -> None:
        """Go back to the table."""
        self.dismiss(frozenset(self._shown))

    def action_focus_next(self) -> None:
        """Go to the next box."""
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Go to the box before."""
        self.focus_previous()


def _label(column: Column, width: int) -> Content:
    if column.same is None:
        return Content(column.title)
    same = f"all: {printable(column.same)}" if column.same else "none has any"
    return Content.assemble(f"{column.title:<{width}}   ", Content.styled(same, "$foreground 60%"))
