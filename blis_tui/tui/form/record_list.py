"""A list of records of the file, of which one is chosen: items are added, copied, moved and removed here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from rich.segment import Segment
from textual.binding import BindingType
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from blis_tui.problems import ERROR, WARNING, Path
from blis_tui.spec.edits import Edit, Move, Remove
from blis_tui.spec.format.fields import Field
from blis_tui.tui.actions import bindings
from blis_tui.tui.document.messages import JumpRequested, StepEnded
from blis_tui.tui.document.severity_marks import SIGNS
from blis_tui.tui.form.pending_edits import PendingEdits
from blis_tui.tui.widgets.table_rows import fitted

MOST_LINES = 8
"""Items on the screen at once."""
_MARGIN = 3
"""Cells before the first column: the cursor and the glyph of a problem."""


class Cell(NamedTuple):
    """A column of the list: its title, the cells it takes (the first also takes what is left), and what stands in it."""

    title: str
    width: int
    text: Callable[[int], str]
    right: bool = True


class RecordList(ScrollView, can_focus=True):
    """A line for each item, of which only those on the screen are made. The item under the cursor is the chosen one.

    What is done to the items is asked for as an edit of the text; the cursor follows once that is made.
    """

    HELP_TITLE = "List"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("records")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"records--{name}" for name in ("here", "cursor", "muted", "error", "warning")}
    DEFAULT_CSS: ClassVar[str] = """
    RecordList {
        height: 1; padding-right: 1; background: transparent;
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden;
        & > .records--here { background: $surface; text-style: bold; }
        & > .records--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
        & > .records--muted { color: $foreground 60%; }
        & > .records--error { color: $text-error; text-style: bold; }
        & > .records--warning { color: $text-warning; text-style: bold; }
    }
    """

    @dataclass(eq=False)
    class Chosen(Message):
        """Another item is the chosen one, or it shall be edited."""

        records: RecordList
        edit: bool = False

        @property
        def control(self) -> RecordList:
            """The list."""
            return self.records

    def __init__(self, path: Path, field: Field, noun: str, **options: Any) -> None:
        super().__init__(**options)
        self.path = path
        """Where the list stands in the file."""
        self.field = field
        self.noun = noun
        self.row = 0
        self.count = 0
        self.cells: Sequence[Cell] = ()
        self.marks: Mapping[int, str] = {}
        """The worst severity of the problems of each item that has any."""
        self._is_chosen = True
        self._wanted_row: int | None = None
        self._requests = PendingEdits(self)

    def show(self, cells: Sequence[Cell], count: int, marks: Mapping[int, str]) -> None:
        """Show a state of the document; the cursor goes where the last edit wants it once the edit is made."""
        self.cells, self.count, self.marks = cells, count, marks
        if self._wanted_row is not None and not self._requests.pending:
            self.row, self._wanted_row = self._wanted_row, None
            self.post_message(self.Chosen(self))
        self.row = min(max(self.row, 0), max(count - 1, 0))
        lines = min(count, MOST_LINES) + 1
        if self.styles.height is None or self.styles.height.value != lines:
            self.styles.height = lines
        self.virtual_size = Size(0, count + 1)
        self._show_cursor()
        self.refresh()

    def mark(self, chosen: bool) -> None:
        """Show the cursor, or none because an item of another list is the chosen one."""
        if chosen is not self._is_chosen:
            self._is_chosen = chosen
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the head or one item."""
        width, base = self.scrollable_content_region.width, self.rich_style
        muted = base + self.get_component_rich_style("records--muted")
        index = y - 1 + self.scroll_offset.y
        if not self.count:
            text = f"   none yet: press a to add a {self.noun}" if y == 0 else ""
            return Strip([Segment(fitted(text, width), muted)])
        shown = self._shown_cells(width)
        if y == 0:
            return Strip([Segment(fitted(self._line([cell.title for cell in shown], shown, width), width), muted)])
        if index >= self.count:
            return Strip.blank(width, base)
        here = index == self.row and (self._is_chosen or self.has_focus)
        if here:
            base += self.get_component_rich_style(f"records--{'cursor' if self.has_focus else 'here'}", partial=True)
        severity = self.marks.get(index, "")
        mark = base
        if severity in (ERROR, WARNING) and not (self.has_focus and here):
            mark += self.get_component_rich_style(f"records--{severity}", partial=True)
        line = self._line([cell.text(index) for cell in shown], shown, width)[_MARGIN - 1 :]
        glyph = SIGNS.get(severity, " ") if severity else " "
        return Strip([Segment("▸" if here else " ", base), Segment(glyph, mark), Segment(fitted(line, width - 2), base)])

    def _shown_cells(self, width: int) -> Sequence[Cell]:
        """Return the columns that there is room for."""
        room, shown = width - _MARGIN - self.cells[0].width, [self.cells[0]]
        for cell in self.cells[1:]:
            room -= cell.width + 1
            if room < 0:
                break
            shown.append(cell)
        return shown

    def _line(self, texts: Sequence[str], shown: Sequence[Cell], width: int) -> str:
        first = width - _MARGIN - sum(cell.width + 1 for cell in shown[1:])
        rest = (f" {fitted(text, cell.width, cell.right)}" for text, cell in zip(texts[1:], shown[1:], strict=True))
        return " " * _MARGIN + fitted(texts[0], max(first, 1)) + "".join(rest)

    @property
    def item_path(self) -> Path:
        """The path of the chosen item."""
        return (*self.path, self.row)

    @property
    def is_pending(self) -> bool:
        """Whether an edit is still on its way to the document."""
        return self._requests.pending

    def go_to(self, row: int) -> None:
        """Put the cursor on an item."""
        row = min(max(row, 0), max(self.count - 1, 0))
        if self.count and (row != self.row or not self._is_chosen):
            self.row = row
            self.refresh()
            self.post_message(self.Chosen(self))
        self._show_cursor()

    def _show_cursor(self) -> None:
        height, top = min(max(self.count, 1), MOST_LINES), self.scroll_offset.y
        if not top <= self.row < top + height:
            self.scroll_to(y=self.row if self.row < top else self.row - height + 1, animate=False, immediate=True)

    def action_go(self, rows: int) -> None:
        """Move the cursor."""
        self.go_to(self.row + rows)

    def action_end(self, last: bool) -> None:
        """Go to the first or the last item."""
        self.go_to(self.count - 1 if last else 0)

    def action_page(self, pages: int) -> None:
        """Move by what fits on the screen."""
        self.go_to(self.row + pages * (MOST_LINES - 1))

    def action_edit(self) -> None:
        """Go to the fields of the item."""
        if self.count:
            self.post_message(self.Chosen(self, edit=True))

    def action_show_text(self) -> None:
        """Go to the item in the YAML pane."""
        self.post_message(JumpRequested(self.item_path if self.count else self.path, in_text=True))

    def ask(self, label: str, edits: Sequence[Edit], row: int) -> None:
        """Ask for edits, after which the cursor is in a row."""
        self._wanted_row = row
        self._requests.ask(label, edits)
        self.app.post_message(StepEnded())

    def action_add(self) -> None:
        """Add an item below."""
        index = self.row + 1 if self.count else 0
        self.ask(f"add a {self.noun}", self.addition(index), index)

    def action_duplicate(self) -> None:
        """Put a copy of the item, comments included, after it."""
        if self.count:
            self.ask(f"duplicate {self.noun} {self.row + 1}", self.duplication(self.row), self.row + 1)

    def action_remove(self) -> None:
        """Remove the item."""
        if self.count:
            self.ask(f"remove {self.noun} {self.row + 1}", self.removal(self.row), min(self.row, self.count - 2))

    def action_move(self, steps: int) -> None:
        """Move the item up or down."""
        to = self.row + steps
        if 0 <= to < self.count:
            self.ask(f"move {self.noun} {self.row + 1}", (Move(self.item_path, to),), to)

    def addition(self, index: int) -> tuple[Edit, ...]:
        """Return the edits that add an item with this index."""
        raise NotImplementedError

    def duplication(self, index: int) -> tuple[Edit, ...]:
        """Return the edits that put a copy of an item after it."""
        raise NotImplementedError

    def removal(self, index: int) -> tuple[Edit, ...]:
        """Return the edits that remove an item."""
        return (Remove((*self.path, index)),)

    def on_click(self, event: Click) -> None:
        """Choose the item; a second click goes to its fields."""
        row = event.y - 1 + self.scroll_offset.y
        if event.y and row < self.count:
            self.go_to(row)
            if event.chain == 2:
                self.action_edit()

    def on_focus(self) -> None:
        """Show the cursor as active; its item is the chosen one only when it is moved, so that tab can pass by."""
        self.refresh()

    def on_blur(self) -> None:
        """Show the cursor as inactive."""
        self.refresh()
