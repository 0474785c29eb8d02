"""A table of any number of rows that can be filtered and sorted in the background, with the columns that one wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from blis_tui.numbers import counted
from blis_tui.problems import printable
from blis_tui.tui.actions import bindings
from blis_tui.tui.jobs import Job
from blis_tui.tui.widgets.column_dialog import ColumnDialog
from blis_tui.tui.widgets.row_order import MOST_SORTED_TEXTS, Find, Wanted, ordered
from blis_tui.tui.widgets.table_rows import Column, TableRows

_TOO_MANY = f"Not sorted: text columns sort at most {MOST_SORTED_TEXTS:,} rows; filter first."
_KEPT = 10_000
"""Rows up to which an old order stays on the screen until the new one is there."""


class FilterInput(Input):
    """The line in which a filter is typed."""

    HELP_TITLE = "Filter"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("filter")]

    def action_leave(self, clear: bool) -> None:
        """Go back to the rows, with the filter or without it."""
        if clear:
            self.value = ""
        table = self.parent
        assert isinstance(table, LineTable)
        table.rows.focus()
        table.show_filter(bool(self.value))


class LineTable(Widget):
    """Rows, a line to filter them by, and a line that says how many there are, and what is the same in all of them.

    A column in which all rows are the same is left out until it is asked for.
    """

    DEFAULT_CSS: ClassVar[str] = """
    LineTable {
        layout: vertical; height: 1fr;
        & > FilterInput { display: none; height: 1; border: none; padding: 0 1; background: $boost; }
        &.-filtered > FilterInput { display: block; }
        & > FilterInput.-textual-compact { padding: 0 2; }
        & > .foot { height: 1; padding: 0 2; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        &.-wrong > .foot { height: auto; max-height: 4; color: $text-error; text-wrap: wrap; }
        &.-old TableRows { text-style: dim; }
    }
    """

    def __init__(self, noun: str, *, example: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows = TableRows()
        self._noun, self._example = noun, example
        self._columns: Sequence[Column] = ()
        self._chosen: dict[str, bool] = {}
        """The titles of columns that were chosen to be shown, or not to be."""
        self._count = 0
        self._find: Find | None = None
        self._job: Job[Sequence[int]] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the table."""
        yield self.rows
        yield FilterInput(placeholder=f"words{f', or {self._example}' if self._example else ''}", compact=True)
        yield Static(classes="foot", markup=False)

    def show(self, columns: Sequence[Column], count: int, find: Find | None, hint: str = "") -> None:
        """Show a source of `count` rows. The filter, the order, the cursor's row and the choice of columns stay as they are."""
        self._columns, self._count, self._find = columns, count, find
        self.rows.hint = hint
        self._show_columns()

    def _show_columns(self) -> None:
        """Show the columns that are chosen, or differ from row to row; the first in any case."""
        rows = self.rows
        shown = [column for number, column in enumerate(self._columns) if number == 0 or self._is_shown(column)]
        titles = [column.title for column in shown]
        if rows.sorting is not None:
            title, down = rows.columns[rows.sorting[0]].title, rows.sorting[1]
            rows.sorting = (titles.index(title), down) if title in titles else None
        order = rows.order
        rows.show(shown, self._count)
        if self.typed or rows.sorting:
            rows.put(order if len(order) <= _KEPT and max(order, default=0) < self._count else range(0))
        self._arrange()

    def _is_shown(self, column: Column) -> bool:
        return self._chosen.get(column.title, column.same is None)

    @on(TableRows.ColumnsRequested)
    def choose_columns(self) -> None:
        """Let it be chosen which columns are shown."""
        shown = frozenset(column.title for column in self._columns if self._is_shown(column))
        self.app.push_screen(ColumnDialog(self._columns, shown), self._take_columns)

    def _take_columns(self, shown: frozenset[str] | None) -> None:
        if shown is None:
            return
        for column in self._columns:
            if (column.title in shown) != self._is_shown(column):
                self._chosen[column.title] = column.title in shown
        self._show_columns()

    @property
    def typed(self) -> str:
        """What rows are filtered by."""
        value: str = self.query_one(FilterInput).value
        return value.strip()

    @property
    def is_busy(self) -> bool:
        """Whether rows are still being looked for."""
        return self._job is not None

    def show_filter(self, shown: bool) -> None:
        """Show or hide the line of the filter."""
        self.set_class(shown, "-filtered")
        self.rows.filtered = shown

    def ask(self, query: str) -> None:
        """Show the rows that a query finds."""
        self.query_one(FilterInput).value = query
        self.show_filter(True)

    @on(TableRows.FilterRequested)
    def begin_filter(self) -> None:
        """Let a filter be typed."""
        self.show_filter(True)
        self.query_one(FilterInput).focus()

    @on(TableRows.FilterCleared)
    def clear_filter(self) -> None:
        """Show all rows again."""
        self.query_one(FilterInput).value = ""
        self.show_filter(False)

    @on(Input.Changed)
    def change_filter(self, event: Input.Changed) -> None:
        """Look for what was typed so far."""
        event.stop()
        self._arrange()

    @on(Input.Submitted)
    def end_filter(self, event: Input.Submitted) -> None:
        """Go to the matching rows."""
        event.stop()
        self.query_one(FilterInput).action_leave(False)

    @on(TableRows.SortRequested)
    def sort(self) -> None:
        """Sort upwards, then downwards, then no longer."""
        rows = self.rows
        if self._too_many(rows.column, len(rows.order)):
            self._say(_TOO_MANY)
            return
        if rows.sorting == (rows.column, True):
            rows.sorting = None
        else:
            rows.sorting = (rows.column, rows.sorting == (rows.column, False))
        self._arrange()

    def _too_many(self, column: int, count: int) -> bool:
        return self.rows.columns[column].values is None and count > MOST_SORTED_TEXTS

    def on_unmount(self) -> None:
        """Look no further."""
        self._stop()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = None

    def _arrange(self) -> None:
        self._stop()
        rows, typed = self.rows, self.typed
        if not typed and rows.sorting is None:
            rows.put(range(self._count))
            self._tell()
            return
        wanted = Wanted(self._count, typed, self._find)
        if rows.sorting is not None:
            column = rows.columns[rows.sorting[0]]
            wanted = wanted._replace(sorted=True, down=rows.sorting[1], values=column.values, text=column.cell)
        self._job = Job(self, lambda job: ordered(job, wanted), self._take, self._fail, self._tell_part)

    def _tell_part(self, part: float, _: float | None) -> None:
        self._say(f"Looking for rows … {part:.0%}")

    def _take(self, order: Sequence[int]) -> None:
        self._job = None
        rows = self.rows
        unsorted = rows.sorting is not None and self._too_many(rows.sorting[0], len(order))
        if unsorted:
            rows.sorting = None
        rows.put(order)
        self._tell()
        if unsorted:
            self._say(_TOO_MANY)

    def _fail(self, error: Exception) -> None:
        self._job = None
        told = str(error) if isinstance(error, ValueError) else f"The rows could not be arranged: {type(error).__name__}"
        self._say(printable(f"✗ {told}"), wrong=True)

    def _tell(self) -> None:
        shown = len(self.rows.order)
        text = counted(self._count, self._noun)
        if self.typed:
            text = f"{shown:,} of {text} match"
        rows = self.rows
        if rows.sorting is not None:
            text += f", by {rows.columns[rows.sorting[0]].title}{' descending' if rows.sorting[1] else ''}"
        same = [f"{column.title} {column.same}" for column in self._columns if column.same and column not in rows.columns]
        if same:
            text += f" · all: {printable(', '.join(same))}"
        self._say(text)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self.set_class(wrong, "-wrong")
        self.query_one(".foot", Static).update(Content(text))
