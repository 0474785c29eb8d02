"""The table of stages as it is drawn, and the cursor in it."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.actions import SkipAction
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from blis_tui.problems import ERROR, WARNING, Path, Problem
from blis_tui.spec.format.fields import Field
from blis_tui.spec.rules.compact_errors import STAGES
from blis_tui.tui.document.messages import StepEnded
from blis_tui.tui.document.severity_marks import SIGNS
from blis_tui.tui.form.stages.stage_rows import CELLS, Row

NUMBER_WIDTH = 5
NARROWEST_CELL, WIDEST_CELL = 6, 14


class StageGrid(Widget, can_focus=True, can_focus_children=True):
    """A line for each stage, of which only those on the screen are drawn, and a cursor on one cell."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "stages--row", "stages--cursor", "stages--here", "stages--muted", "stages--error", "stages--warning",
    }  # fmt: skip
    DEFAULT_CSS = """
    StageGrid { height: auto; }
    StageGrid .stages--here { background: $surface; text-style: bold; }
    StageGrid .stages--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
    StageGrid .stages--muted { color: $foreground-muted; }
    StageGrid .stages--error { color: $text-error; text-style: bold; }
    StageGrid .stages--warning { color: $text-warning; text-style: bold; }
    """

    class Moved(Message):
        """The cursor is on another cell."""

    class Fitted(Message):
        """The columns may have another width."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.rows: list[Row] = []
        self.row = 0
        self.column = 0

    def show(self, rows: list[Row], row: int | None = None) -> None:
        """Show a state of the document, with the cursor on a `row` if one is given."""
        if rows == self.rows and row is None:
            return
        old, self.rows = self.rows, rows
        self.row = min(max(self.row if row is None else row, 0), max(len(rows) - 1, 0))
        if len(old) != len(rows):
            self.refresh(layout=True)
        for index, new in enumerate(rows):
            if index >= len(old) or old[index] != new:
                self.refresh(Region(0, index, self.size.width, 1))
        self._tell()

    def on_resize(self) -> None:
        """Let the head be fitted to the columns."""
        self.post_message(self.Fitted())

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return one line a stage, one at least."""
        return max(len(self.rows), 1)

    @property
    def cell_width(self) -> int:
        """Cells for each column after the number."""
        return min(max((self.size.width - NUMBER_WIDTH) // 3, NARROWEST_CELL), WIDEST_CELL)

    def header(self) -> str:
        """Return the line that stands above the columns."""
        width = self.cell_width
        names = [f"{field.label.lower()} {field.unit}" for _, field in CELLS]
        return "   # " + "".join(_fitted(name, width) for name in [*names, "requests"])

    def render_line(self, y: int) -> Strip:
        """Draw one stage."""
        width = self.size.width
        base = self.rich_style
        if y >= len(self.rows):
            text = "  no stages: press a to add one" if y == 0 else ""
            muted = base + self.get_component_rich_style("stages--muted", partial=True)
            return Strip([Segment(text, muted)]).adjust_cell_length(width, base)
        row, here = self.rows[y], y == self.row
        if here:
            base += self.get_component_rich_style("stages--here", partial=True)
        focused = here and self.has_focus
        segments = [Segment(f"{'▸' if here else ' '}{y + 1:>3} ", base)]
        for index, (name, _) in enumerate(CELLS):
            style = base
            problem = row.problem_of(name)
            if problem is not None and problem.severity in (ERROR, WARNING):
                style += self.get_component_rich_style(f"stages--{problem.severity}", partial=True)
            if focused and index == self.column:
                style += self.get_component_rich_style("stages--cursor", partial=True)
            glyph = SIGNS[problem.severity] if problem else ""
            segments += _cell(row.texts[index], glyph, self.cell_width, base, style)
        muted = base + self.get_component_rich_style("stages--muted", partial=True)
        segments.append(Segment(_fitted(row.requests, self.cell_width), muted))
        return Strip(segments).adjust_cell_length(width, base)

    @property
    def field(self) -> Field:
        """The field of the cursor's column."""
        return CELLS[self.column][1]

    @property
    def path(self) -> Path:
        """The path of the cursor's cell."""
        return (*STAGES, self.row, CELLS[self.column][0])

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of the cursor's cell, and of its stage as a whole."""
        if self.row >= len(self.rows):
            return ()
        ends = (CELLS[self.column][0], self.row)
        return tuple(problem for problem in self.rows[self.row].problems if problem.path[-1] in ends)

    def go_to(self, row: int, column: int) -> None:
        """Put the cursor on a cell."""
        row, column = min(max(row, 0), max(len(self.rows) - 1, 0)), min(max(column, 0), len(CELLS) - 1)
        if (row, column) != (self.row, self.column):
            self.row, self.column = row, column
            self.refresh()
            self._tell()
        self._scroll_to_cursor()

    def _scroll_to_cursor(self) -> None:
        """Bring the cursor's row into view, in the table and in the column that holds it."""
        region = Region(0, self.row, self.size.width, 1)
        for holder in self.ancestors:
            if isinstance(holder, ScrollableContainer):
                holder.scroll_to_region(region, animate=False)
                region = region.translate(-holder.scroll_offset)
            if isinstance(holder, Widget):
                region = region.translate(holder.virtual_region.offset)

    def _tell(self) -> None:
        self.post_message(self.Moved())

    def action_go(self, rows: int, columns: int) -> None:
        """Move the cursor; beyond the first and the last stage are other fields."""
        if rows and not 0 <= self.row + (1 if rows > 0 else -1) < len(self.rows):
            raise SkipAction
        self.app.post_message(StepEnded())
        self.go_to(self.row + rows, self.column + columns)

    def action_end(self, last: bool) -> None:
        """Go to the first or the last stage."""
        self.go_to(len(self.rows) - 1 if last else 0, self.column)


def _fitted(text: str, width: int) -> str:
    """Put a text at the right end of a cell, one blank before it at least; cut it if it is too long."""
    content = Content(text).truncate(width - 1, ellipsis=True)
    return " " * (width - content.cell_length) + content.plain


def _cell(text: str | None, glyph: str, width: int, base: RichStyle, style: RichStyle) -> list[Segment]:
    content = Content(glyph + (text or ("" if glyph else "–"))).truncate(width - 1, ellipsis=True)
    return [Segment(" " * (width - content.cell_length), base), Segment(content.plain, style)]
