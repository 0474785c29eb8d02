"""The list of problems below the tabs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from blis_tui.problems import Path, Problem, format_path, printable
from blis_tui.tui.actions import bindings
from blis_tui.tui.document.document_widget import DocumentWidget
from blis_tui.tui.document.messages import JumpRequested, MendRequested
from blis_tui.tui.document.severity_marks import SIGNS
from blis_tui.tui.document.workspace import View
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.state import Preview
from blis_tui.tui.widgets.table_rows import fitted

_LINES, _NARROW_LINES = 7, 4
_LEAST_MESSAGE = 30


class ProblemRows(ScrollView, can_focus=True):
    """One line for each problem; those outside the screen are not made."""

    HELP_TITLE = "Problems"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("problems")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"problems--{name}" for name in ("error", "warning", "info", "place", "mend", "cursor", "cursor-away", "none")
    }
    DEFAULT_CSS: ClassVar[str] = """
    ProblemRows {
        background: transparent; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden;
        & > .problems--error { color: $text-error; text-style: bold; }
        & > .problems--warning { color: $text-warning; }
        & > .problems--info { color: $foreground 60%; }
        & > .problems--place { color: $foreground 60%; }
        & > .problems--mend { color: $text-accent; }
        & > .problems--none { color: $text-success; }
        & > .problems--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
        & > .problems--cursor-away { background: $panel; }
    }
    """

    row = reactive(0, repaint=True)
    """The problem under the cursor."""

    class Moved(Message):
        """The cursor is at another problem."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: Sequence[Problem] = ()
        self._place = 4

    def show(self, problems: Sequence[Problem]) -> None:
        """Show problems; the cursor stays at its problem, wherever that is now."""
        if problems == self.problems:
            return
        before, self.problems = self.selected, problems
        row = _row_of(before, problems)
        self.row = min(self.row, max(0, len(problems) - 1)) if row is None else row
        self._place = max((len(place(problem)) for problem in problems), default=4)
        self.virtual_size = Size(0, max(1, len(problems)))
        self._show_cursor()
        self.refresh()

    @property
    def selected(self) -> Problem | None:
        """The problem under the cursor."""
        return self.problems[self.row] if self.row < len(self.problems) else None

    def message_width(self, problem: Problem, width: int) -> tuple[int, int]:
        """Return how many cells of a line of that width the message and the mend get."""
        room = width - 13 - self._place - 2
        mend = cell_len(_mend_text(problem))
        mend = min(mend, max(0, room - min(_LEAST_MESSAGE, cell_len(printable(problem.message)))))
        return max(room - mend, 1), mend

    def render_line(self, y: int) -> Strip:
        """Render one problem."""
        width, base = self.scrollable_content_region.width, self.rich_style
        row = y + self.scroll_offset.y
        if not self.problems and y == 0:
            return Strip([Segment(fitted("✓ No problems", width), base + self.get_component_rich_style("problems--none"))])
        if row >= len(self.problems):
            return Strip.blank(width, base)
        problem = self.problems[row]
        current = row == self.row
        over = self.get_component_rich_style("problems--cursor" if self.has_focus else "problems--cursor-away", partial=True)
        message, mend = self.message_width(problem, width)
        parts = [
            (f"{'▸' if current else ' '} {SIGNS[problem.severity]} {problem.severity:<8} ", problem.severity),
            (f"{place(problem):<{self._place}}  ", "place"),
            (fitted(problem.message, message), ""),
            (fitted(_mend_text(problem), mend), "mend"),
        ]
        segments = []
        for text, name in parts:
            style = base + self.get_component_rich_style(f"problems--{name}", partial=True) if name else base
            segments.append(Segment(text, style + over if current else style))
        return Strip(segments).crop_extend(0, width, base)

    def watch_row(self) -> None:
        """Keep the cursor in view and tell that it moved."""
        self._show_cursor()
        self.post_message(self.Moved())

    def _show_cursor(self) -> None:
        height, top = self.scrollable_content_region.height, self.scroll_offset.y
        if height and not top <= self.row < top + height:
            self.scroll_to(y=self.row if self.row < top else self.row - height + 1, animate=False, immediate=True)

    def action_go(self, rows: int) -> None:
        """Move the cursor."""
        self.row = max(0, min(self.row + rows, len(self.problems) - 1))

    def action_jump(self) -> None:
        """Go to the field of the problem."""
        if self.selected is not None:
            self.post_message(JumpRequested(self.selected.path, self.selected.line, self.selected.column))

    def action_mend(self) -> None:
        """Apply the problem's mend; the app says if there is none."""
        if self.selected is not None:
            self.post_message(MendRequested(self.selected))

    def on_click(self, event: Click) -> None:
        """Select the problem; a second click goes to its field."""
        row = event.y + self.scroll_offset.y
        if row < len(self.problems):
            self.row = row
            if event.chain == 2:
                self.action_jump()

    def on_focus(self) -> None:
        """Show the cursor as active."""
        self.refresh()

    def on_blur(self) -> None:
        """Show the cursor as inactive."""
        self.refresh()

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._show_cursor()


class ProblemList(DocumentWidget, PreviewWidget):
    """Every problem of the text, and what only its preview can tell; each is a jump to its field, and some can be mended."""

    DEFAULT_CSS: ClassVar[str] = """
    ProblemList {
        layout: vertical;
        & > .full { height: auto; padding: 0 0 0 4; color: $text-muted; }
        &.-old ProblemRows { text-style: dim; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "Problems"
        self.rows = ProblemRows()
        self._full: tuple[int, str] | None = None
        """Lines and text of the full message."""
        self._problems: tuple[Problem, ...] = ()
        self._remarks: tuple[Problem, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield self.rows
        yield Static(classes="full", markup=False)

    def show_document(self, view: View) -> None:
        """Show the problems of a view; while a text is being checked, those of the one before it."""
        self.set_class(view.checked is None, "-old")
        if view.checked is not None:
            self._problems = view.checked.problems
            self._show()

    def show_preview(self, preview: Preview) -> None:
        """Show what the preview has to say, as long as it is of the text."""
        remarks = () if preview.stale else preview.remarks
        if remarks != self._remarks:
            self._remarks = remarks
            self._show()

    def _show(self) -> None:
        self.rows.show(in_order(self._problems, self._remarks))
        self._fit()

    def on_problem_rows_moved(self) -> None:
        """Show the full message of the problem under the cursor."""
        self._fit()

    def on_resize(self) -> None:
        """Make the best of the room."""
        self._fit()

    def _fit(self) -> None:
        """Give the rows their height, and show the full text of a problem that does not fit its line."""
        width = self.size.width
        if not width:
            return
        lines = _NARROW_LINES if self.screen.has_class("-narrow") else _LINES
        problem = self.rows.selected
        full, text = 0, ""
        if problem is not None:
            message, mend = self.rows.message_width(problem, width - 1)
            if cell_len(printable(problem.message)) > message or cell_len(_mend_text(problem)) > mend:
                text = _full_text(problem)
                full = min(lines - 2, -(-cell_len(text) // max(1, width - 8)))
        if (full, text) != self._full:
            self._full = full, text
            line = self.query_one(".full", Static)
            line.display = bool(full)
            line.update(Content(text))
            line.styles.max_height = max(1, full)
        self.rows.styles.height = max(1, min(len(self.rows.problems), lines - full))


def in_order(problems: tuple[Problem, ...], remarks: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Put remarks among the problems, in the order of the text."""
    return tuple(sorted((*problems, *remarks), key=lambda each: (each.line or 0, each.column or 0))) if remarks else problems


def place(problem: Problem) -> str:
    """Write where a problem is."""
    return f"{problem.line}:{problem.column}" if problem.line is not None else "–"


def _mend_text(problem: Problem) -> str:
    return f"   m {printable(problem.mend.label)}" if problem.mend is not None else ""


def _full_text(problem: Problem) -> str:
    mend = f" (m: {printable(problem.mend.label)})" if problem.mend is not None else ""
    path = format_path(problem.path)
    return printable(f"{path}: {problem.message}" if path and path not in problem.message else problem.message) + mend


def _row_of(problem: Problem | None, problems: Sequence[Problem]) -> int | None:
    if problem is None:
        return None
    keys: list[tuple[str, Path]] = [(each.code, each.path) for each in problems]
    key = (problem.code, problem.path)
    return keys.index(key) if key in keys else None
