"""The rows of a table: only those on the screen are ever made, so that a million are as quick as fifty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from blis_tui.problems import printable
from blis_tui.tui.actions import bindings

if TYPE_CHECKING:
    from blis_tui.tui.widgets.row_order import Values

WIDEST = 40
"""Cells of the widest column; longer texts are cut with an ellipsis."""
_SAMPLE = 200
_MARK, _GAP = "▸ ", "  "


class Column(NamedTuple):
    """One column. `cell` writes the cell of a row of the source; `values` are what it is sorted by, if not its text."""

    title: str
    cell: Callable[[int], str]
    right: bool = False
    values: Values | None = None
    same: str | None = None
    """What all rows have in it, empty for nothing; ``None`` if they differ."""


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
    """Shows rows of a source, in an order that is given as source row numbers, or as they are. The first column stays in view.

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

    class ColumnsRequested(Message):
        """It shall be chosen which columns are shown."""

    class WriteRequested(Message):
        """The rows shall be written to a file."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: Sequence[Column] = ()
        self.order: Sequence[int] = range(0)
        self.sorting: tuple[int, bool] | None = None
        """Column that the rows are sorted by, and whether downwards."""
        self.filtered = False
        """Whether there is a filter that can be dropped."""
        self.can_be_written = False
        """Whether there is a way to write the rows to a file."""
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

    @property
    def _frozen(self) -> int:
        """How many cells on the left stay in view: mark and first column, unless these take more than half of the room."""
        width = len(_MARK) + self._widths[0] + len(_GAP) if self._widths else 0
        return width if 2 * width <= self.scrollable_content_region.width else 0

    def render_line(self, y: int) -> Strip:
        """Render the header or one row."""
        down = self.scroll_offset.y
        width, base = self.scrollable_content_region.width, self.rich_style
        if y == 0:
            return self._in_view(self._header(), base)
        if y == 1 and not len(self.order):
            return Strip([Segment(fitted(f"  {self.hint}", width), base + self.get_component_rich_style("table--hint"))])
        if y + down - 1 < len(self.order):
            return self._in_view(*self._line(y + down - 1))
        return Strip.blank(width, base)

    def _in_view(self, strip: Strip, style: Style) -> Strip:
        """Return what is in view of a line: what stays there, and a part of the rest."""
        frozen, across, width = self._frozen, self.scroll_offset.x, self.scrollable_content_region.width
        rest = strip.crop_extend(frozen + across, across + width, style)
        return Strip.join([strip.crop(0, frozen), rest]) if frozen else rest

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

    def _line(self, row: int) -> tuple[Strip, Style]:
        index, style = int(self.order[row]), self.rich_style
        current = row == self.row
        if current:
            style += self.get_component_rich_style("table--cursor" if self.has_focus else "table--cursor-away", partial=True)
        cells = (
            fitted(column.cell(index), width, column.right) for column, width in zip(self.columns, self._widths, strict=True)
        )
        return Strip([Segment((_MARK if current else " " * len(_MARK)) + _GAP.join(cells), style)]), style

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
        """Scroll sideways until the column under the cursor is in view, beside what stays there."""
        frozen, across = self._frozen, self.scroll_offset.x
        start = len(_MARK) + sum(self._widths[: self.column]) + len(_GAP) * self.column
        end, room = start + self._widths[self.column], self.scrollable_content_region.width
        if self.column == 0:
            across = 0
        elif start - across < frozen:
            across = start - frozen
        elif end - across > room:
            across = min(end - room, start - frozen)
        self.scroll_to(x=across, animate=False, immediate=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave escape to what the table is in while there is no filter."""
        return {"show_all": self.filtered, "write": self.can_be_written}.get(action, True)

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
        """Clear the filter."""
        self.post_message(self.FilterCleared())

    def action_columns(self) -> None:
        """Begin to choose columns."""
        if self.columns:
            self.post_message(self.ColumnsRequested())

    def action_write(self) -> None:
        """Write the rows."""
        self.post_message(self.WriteRequested())

    def on_focus(self) -> None:
        """Show the cursor as active."""
        self.refresh()

    def on_blur(self) -> None:
        """Show the cursor as inactive."""
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Put the cursor where the click was; in the header, sort; a double click chooses."""
        if event.y == 0:
            at = event.x + (self.scroll_offset.x if event.x >= self._frozen else 0) - len(_MARK)
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
