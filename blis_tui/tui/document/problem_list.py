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
_LINES_OF_A_HIGH_WINDOW = 5
"""The list has one line of so many of the window's, if that is more."""
_LEAST_MESSAGE = 30
_BEFORE_PLACE = 13
"""Cells for the cursor, the sign and the severity."""


Line = tuple[tuple[str, str], ...]
"""Texts, each with the name of its style."""


class ProblemRows(ScrollView, can_focus=True):
    """One line for each problem, and as many as it takes for the one under the cursor; those outside the screen are not made."""

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
    known = reactive(True, repaint=True)
    """Whether anything is known of the text."""

    class Fitted(Message):
        """The problems take another number of lines."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: Sequence[Problem] = ()
        self._whole: Sequence[Line] = ()
        """The problem under the cursor, as wrapped lines."""
        self._place = 4

    def show(self, problems: Sequence[Problem]) -> None:
        """Show problems; the cursor stays at its problem, wherever that is now."""
        if problems == self.problems:
            return
        before, self.problems = self.selected, problems
        row = _row_of(before, problems)
        self.row = min(self.row, max(0, len(problems) - 1)) if row is None else row
        self._place = max((len(place(problem)) for problem in problems), default=4)
        self.fit()

    @property
    def selected(self) -> Problem | None:
        """The problem under the cursor."""
        return self.problems[self.row] if self.row < len(self.problems) else None

    def fit(self) -> None:
        """Wrap the problem under the cursor for the present width."""
        width = self.scrollable_content_region.width
        self._whole = _wrapped(self.selected, max(width - self._before_message, 1)) if self.selected is not None else ()
        if self.virtual_size.height != self.height_wanted:
            self.post_message(self.Fitted())
        self.virtual_size = Size(0, self.height_wanted)
        self._show_cursor()
        self.refresh()

    @property
    def height_wanted(self) -> int:
        """How many lines all problems take."""
        return max(1, len(self.problems) + max(0, len(self._whole) - 1))

    @property
    def _before_message(self) -> int:
        return _BEFORE_PLACE + self._place + 2

    def row_at(self, line: int) -> int:
        """Return the problem that has a line of the list."""
        return line if line <= self.row else max(self.row, line - max(0, len(self._whole) - 1))

    def render_line(self, y: int) -> Strip:
        """Render one line of a problem."""
        width, base = self.scrollable_content_region.width, self.rich_style
        line = y + self.scroll_offset.y
        if not self.problems and y == 0:
            text, kind = ("✓ No problems", "none") if self.known else ("Checking the file …", "place")
            return Strip([Segment(fitted(text, width), base + self.get_component_rich_style(f"problems--{kind}"))])
        row = self.row_at(line)
        if row >= len(self.problems):
            return Strip.blank(width, base)
        problem, current = self.problems[row], row == self.row
        over = self.get_component_rich_style("problems--cursor" if self.has_focus else "problems--cursor-away", partial=True)
        room = max(width - self._before_message, 1)
        parts = self._whole[line - row] if current and line - row < len(self._whole) else _cut(problem, room)
        told = sum(cell_len(text) for text, _ in parts)
        before = [
            (f"{'▸' if current else ' '} {SIGNS[problem.severity]} {problem.severity:<8} ", problem.severity),
            (f"{place(problem):<{self._place}}  ", "place"),
        ]
        if line > row and current:
            before = [(" " * self._before_message, "")]
        segments = []
        for text, name in [*before, *parts, (" " * max(0, room - told), "")]:
            style = base + self.get_component_rich_style(f"problems--{name}", partial=True) if name else base
            segments.append(Segment(text, style + over if current else style))
        return Strip(segments).crop_extend(0, width, base)

    def watch_row(self) -> None:
        """Show all of the problem under the cursor."""
        self.fit()

    def _show_cursor(self) -> None:
        """Scroll until all of the problem under the cursor is in view, or its beginning if it is too long."""
        height, top = self.scrollable_content_region.height, self.scroll_offset.y
        end = self.row + max(1, len(self._whole))
        if height and not (top <= self.row and end <= top + height):
            self.scroll_to(y=self.row if self.row < top else min(self.row, end - height), animate=False, immediate=True)

    def action_go(self, rows: int) -> None:
        """Move the cursor."""
        self.row = max(0, min(self.row + rows, len(self.problems) - 1))

    def action_jump(self) -> None:
        """Go to the field of the problem."""
        if self.selected is not None:
            self.post_message(JumpRequested(self.selected.path, self.selected.line, self.selected.column))

    def action_show_text(self) -> None:
        """Go to the line of the problem."""
        if self.selected is not None:
            self.post_message(JumpRequested(self.selected.path, self.selected.line, self.selected.column, in_text=True))

    def action_mend(self) -> None:
        """Apply the problem's mend; the app says if there is none."""
        if self.selected is not None:
            self.post_message(MendRequested(self.selected))

    def on_click(self, event: Click) -> None:
        """Select the problem; a second click goes to its field."""
        row = self.row_at(event.y + self.scroll_offset.y)
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
        """Wrap anew."""
        self.fit()


class ProblemList(DocumentWidget, PreviewWidget):
    """Every problem of the text, and what only its preview can tell; each is a jump to its field, and some can be mended."""

    DEFAULT_CSS: ClassVar[str] = """
    ProblemList {
        layout: vertical;
        &.-old ProblemRows { text-style: dim; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "Problems"
        self.rows = ProblemRows()
        self._problems: tuple[Problem, ...] = ()
        self._remarks: tuple[Problem, ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield self.rows

    def show_document(self, view: View) -> None:
        """Show the problems of a view; while a text is being checked, those of the one before it."""
        self.rows.known = not view.unknown
        self.set_class(view.checked is None, "-old")
        if view.checked is not None or view.unknown:
            self._problems = view.checked.problems if view.checked is not None else ()
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

    def on_problem_rows_fitted(self) -> None:
        """Give the problems the room that they take."""
        self._fit()

    def on_resize(self) -> None:
        """Make the best of the room."""
        self._fit()

    def _fit(self) -> None:
        """Give the rows their height."""
        least = _NARROW_LINES if self.screen.has_class("-narrow") else _LINES
        lines = max(least, self.screen.size.height // _LINES_OF_A_HIGH_WINDOW if least == _LINES else least)
        self.styles.max_height = lines + 1
        self.rows.styles.height = min(self.rows.height_wanted, lines)


def in_order(problems: tuple[Problem, ...], remarks: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Put remarks among the problems, in the order of the text."""
    return tuple(sorted((*problems, *remarks), key=lambda each: (each.line or 0, each.column or 0))) if remarks else problems


def place(problem: Problem) -> str:
    """Write where a problem is."""
    return f"{problem.line}:{problem.column}" if problem.line is not None else "–"


def _mend_text(problem: Problem) -> str:
    return f"   m {printable(problem.mend.label)}" if problem.mend is not None else ""


def _cut(problem: Problem, room: int) -> Line:
    """Write a problem on one line: as much of its message as there is room for beside its mend."""
    message = printable(problem.message)
    mend = min(cell_len(_mend_text(problem)), max(0, room - min(_LEAST_MESSAGE, cell_len(message))))
    return ((fitted(message, max(room - mend, 1)), ""), (fitted(_mend_text(problem), mend), "mend"))


def _wrapped(problem: Problem, room: int) -> Sequence[Line]:
    """Write a problem on as many lines as it takes, with its mend at the end of the last line or on lines of its own."""
    mend, path = _mend_text(problem), format_path(problem.path)
    if cell_len(printable(problem.message)) + cell_len(mend) <= room:
        return (_cut(problem, room),)
    message = problem.message if not path or path in problem.message else f"{path}: {problem.message}"
    lines: list[Line] = [((line.plain, ""),) for line in Content(printable(message)).wrap(room)]
    if cell_len(lines[-1][0][0]) + cell_len(mend) <= room:
        lines[-1] = (*lines[-1], (mend, "mend"))
        return lines
    return [*lines, *(((line.plain, "mend"),) for line in Content(mend.strip()).wrap(room))]


def _row_of(problem: Problem | None, problems: Sequence[Problem]) -> int | None:
    if problem is None:
        return None
    keys: list[tuple[str, Path]] = [(each.code, each.path) for each in problems]
    key = (problem.code, problem.path)
    return keys.index(key) if key in keys else None
