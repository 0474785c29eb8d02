"""The rows of a table: only those on the screen are ever made, so that a million are as quick as fifty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.binding import BindingType
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from blis_tui.problems import printable
from blis_tui.tui.actions import bindings

WIDEST = 40
"""Cells of the widest column; longer texts are cut with an ellipsis."""
_SAMPLE = 200
_MARK, _GAP = "▸ ", "  "


class Column(NamedTuple):
    """One column. `cell` writes the cell of a row of the source; `values` are what it is sorted by, if not its text."""

    title: str
    cell: Callable[[int], str]
    right: bool = False
    values: Callable[[], Sequence[float]] | None = None
    """Makes one number per row (a NumPy array); called in a thread."""


def fitted(text: str, width: int, right: bool = False) -> str:
    """Bring a text to exactly so many cells, wide characters counted as two; what is too long ends in an ellipsis."""
    text = printable(text)
    length = cell_len(text)
    if length > width:
        text = set_cell_size(text, max(width - 1, 0)) + "…"[:width]
        length = cell_len(text)
    space = " " * max(0, width - length)
    return space + text if right else text + space


def sample(count: int) -> list[int]:
    """Return rows to measure: the first, the last and some between."""
    if count <= 2 * _SAMPLE:
        return list(range(count))
    return [*range(_SAMPLE), *range(_SAMPLE, count - 1, max(1, count // _SAMPLE)), count - 1]


class TableRows(ScrollView, can_focus=True):
    """Shows rows of a source, in an order that is given as source row numbers, or as they are.

    The cursor is a row of the table and a column; `order` says which row of the source it is.
    """

    HELP_TITLE = "Table"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("table")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--column",
        "table--cursor",
        "table--cursor-away",
        "table--hint",
    }
    DEFAULT_CSS: ClassVar[str] = """
    TableRows {
        height: 1fr; background: transparent; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1;
        & > .table--header { text-style: bold; color: $foreground 60%; }
        & > .table--column { text-style: bold underline; color: $text-primary; }
        & > .table--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
        & > .table--cursor-away { background: $panel; }
        & > .table--hint { color: $foreground 60%; }
    }
    """

    row = reactive(0, repaint=True)
    """The table's row under the cursor."""
    column = reactive(0, repaint=True)
    """The column that sorting works on."""

    @dataclass(eq=False)
    class Chosen(Message):
        """A row of the source was chosen with Enter or a second click."""

        index: int

    class SortRequested(Message):
        """The column under the cursor shall sort the table, or do so the other way round, or no longer."""

    class FilterRequested(Message):
        """A filter shall be typed."""

    class FilterCleared(Message):
        """All rows shall be shown again."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: Sequence[Column] = ()
        self.order: Sequence[int] = range(0)
        self.sorting: tuple[int, bool] | None = None
        """Column that the rows are sorted by, and whether downwards."""
        self.filtered = False
        """Whether there is a filter that can be dropped."""
        self.hint = ""
        """What is said where there are no rows."""
        self._widths: list[int] = []

    def show(self, columns: Sequence[Column], count: int) -> None:
        """Show another source; its columns get their widths from a sample."""
        self.columns = columns
        rows = sample(count)
        self._widths = []
        for column in columns:
            texts = [column.title + "  ", *(printable(column.cell(row)) for row in rows)]
            self._widths.append(min(WIDEST, max(map(cell_len, texts))))
        self.column = min(self.column, max(0, len(columns) - 1))
        self.put(range(count))

    def put(self, order: Sequence[int]) -> None:
        """Show these rows of the source; the cursor stays in its row as far as there is one."""
        self.order = order
        width = len(_MARK) + sum(self._widths) + len(_GAP) * max(0, len(self._widths) - 1)
        self.virtual_size = Size(width, len(order) + 1)
        if len(order):
            self.row = min(self.row, len(order) - 1)
        self._show_cursor()
        self.refresh()

    @property
    def index(self) -> int | None:
        """The row of the source under the cursor."""
        return int(self.order[self.row]) if self.row < len(self.order) else None

    def render_line(self, y: int) -> Strip:
        """Render the header or one row."""
        across, down = self.scroll_offset
        width, base = self.scrollable_content_region.width, self.rich_style
        if y == 0:
            strip = self._header()
        elif y == 1 and not len(self.order):
            return Strip([Segment(fitted(f"  {self.hint}", width), base + self.get_component_rich_style("table--hint"))])
        elif y + down - 1 < len(self.order):
            return self._line(y + down - 1).crop_extend(across, across + width, None)
        else:
            return Strip.blank(width, base)
        return strip.crop_extend(across, across + width, base)

    def _header(self) -> Strip:
        base = self.rich_style
        plain, here = (base + self.get_component_rich_style(f"table--{name}") for name in ("header", "column"))
        segments = [Segment(" " * len(_MARK), plain)]
        for number, (column, width) in enumerate(zip(self.columns, self._widths, strict=True)):
            arrow = (" ▼" if self.sorting[1] else " ▲") if self.sorting and self.sorting[0] == number else ""
            text = fitted(column.title + arrow, width, column.right)
            segments += [
                Segment(text, here if number == self.column and self.has_focus else plain),
                Segment(_GAP, plain),
            ]
        return Strip(segments)

    def _line(self, row: int) -> Strip:
        index, style = int(self.order[row]), self.rich_style
        current = row == self.row
        if current:
            style += self.get_component_rich_style("table--cursor" if self.has_focus else "table--cursor-away", partial=True)
        cells = (
            fitted(column.cell(index), width, column.right) for column, width in zip(self.columns, self._widths, strict=True)
        )
        text = (_MARK if current else " " * len(_MARK)) + _GAP.join(cells)
        missing = self.scrollable_content_region.width + self.scroll_offset.x - cell_len(text)
        return Strip([Segment(text + " " * max(0, missing), style)])

    def watch_row(self) -> None:
        """Keep the cursor in view."""
        self._show_cursor()

    def _show_cursor(self) -> None:
        if not self.is_mounted or not self.size.height:
            return
        height, top = max(1, self.scrollable_content_region.height - 1), self.scroll_offset.y
        if not top <= self.row < top + height:
            self.scroll_to(y=self.row if self.row < top else self.row - height + 1, animate=False, immediate=True)

    def _show_column(self) -> None:
        start = len(_MARK) + sum(self._widths[: self.column]) + len(_GAP) * self.column
        start = 0 if self.column == 0 else start
        width = (self._widths[self.column] if self._widths else 0) + (len(_MARK) if self.column == 0 else 0)
        self.scroll_to_region(Region(start, self.scroll_offset.y, width, 1), animate=False, immediate=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave escape to what the table is in while there is no filter."""
        return self.filtered if action == "show_all" else True

    def action_go(self, rows: int, columns: int) -> None:
        """Move the cursor."""
        self.row = max(0, min(self.row + rows, len(self.order) - 1))
        if columns and self.columns:
            self.column = max(0, min(self.column + columns, len(self.columns) - 1))
            self._show_column()

    def action_page(self, pages: int) -> None:
        """Move by what fits on the screen."""
        self.action_go(pages * max(1, self.scrollable_content_region.height - 2), 0)

    def action_end(self, last: bool) -> None:
        """Go to the first or the last row."""
        self.row = max(0, len(self.order) - 1) if last else 0

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if self.index is not None:
            self.post_message(self.Chosen(self.index))

    def action_sort(self) -> None:
        """Sort by the column under the cursor."""
        if self.columns:
            self.post_message(self.SortRequested())

    def action_filter(self) -> None:
        """Begin to type a filter."""
        self.post_message(self.FilterRequested())

    def action_show_all(self) -> None:
        """Drop the filter."""
        self.post_message(self.FilterCleared())

    def on_focus(self) -> None:
        """Show the cursor as active."""
        self.refresh()

    def on_blur(self) -> None:
        """Show the cursor as inactive."""
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Put the cursor where the click was; in the header, sort; a double click chooses."""
        if event.y == 0:
            at = event.x + self.scroll_offset.x - len(_MARK)
            for number, width in enumerate(self._widths):
                if at < width + len(_GAP):
                    self.column = number
                    self.action_sort()
                    return
                at -= width + len(_GAP)
            return
        row = event.y - 1 + self.scroll_offset.y
        if row < len(self.order):
            self.row = row
            if event.chain == 2:
                self.action_choose()
