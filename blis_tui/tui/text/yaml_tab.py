"""The YAML tab: the text itself."""

from __future__ import annotations

from collections import defaultdict
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.events import DescendantBlur
from textual.timer import Timer
from textual.widgets import Static, TextArea
from textual.widgets.text_area import Selection

from blis_tui.problems import Problem, printable
from blis_tui.tui.document.document_widget import DocumentWidget
from blis_tui.tui.document.messages import StepEnded, TextTyped
from blis_tui.tui.document.severity_marks import COLOURS, SIGNS
from blis_tui.tui.document.workspace import View
from blis_tui.tui.text.find_line import LINE_MARK, FindLine, find
from blis_tui.tui.text.line_ends import joined
from blis_tui.tui.text.yaml_area import MOST_HIGHLIGHTED, YamlArea, highlighter_is_there

_REST_S = 1.5
"""After a rest as long as this, typing begins another undo step."""


class YamlTab(DocumentWidget):
    """The text of the document, editable; below it what is wrong with the cursor's line."""

    DEFAULT_CSS: ClassVar[str] = """
    YamlTab {
        layout: vertical;
        & > .said { height: auto; min-height: 1; max-height: 4; padding: 0 1; color: $text-muted; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = ""
        self._target: tuple[int, int] | None = None
        """Where to go once there is a text."""
        self._filled = False
        self._typed: TextTyped | None = None
        self._marks: dict[int, list[Problem]] = {}
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the tab."""
        yield YamlArea()
        yield FindLine()
        yield Static(classes="said", markup=False)

    def show_document(self, view: View) -> None:
        """Show the text, unless something newer was typed here, and mark its problems once it is checked."""
        if self._typed is not None and not self._typed.taken:
            return
        area = self.query_one(YamlArea)
        if view.text != self._text:
            self._text = view.text
            with self.prevent(TextArea.Changed):
                area.put(view.text)
        self._filled = True
        self._go_to_target()
        if view.checked is not None:
            marks = defaultdict(list)
            for problem in view.checked.problems:
                marks[(problem.line or 1) - 1].append(problem)
            self._marks = dict(marks)
            area.mark(self._marks)
        self._say()

    @on(TextArea.Changed)
    def pass_on(self) -> None:
        """Tell the app what was typed; lines that were not touched keep their ends."""
        area = self.query_one(YamlArea)
        area.history.clear()
        text = joined(self._text, area.document.lines)
        if text == self._text:
            return
        self._text = text
        self._typed = TextTyped(text)
        self.post_message(self._typed)
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(_REST_S, self._end_step)

    def _end_step(self) -> None:
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
            self.post_message(StepEnded())

    @on(DescendantBlur)
    def leave(self) -> None:
        """What is typed next is another step."""
        self._end_step()

    @on(TextArea.SelectionChanged)
    def _say(self) -> None:
        """Say what is wrong with the cursor's line, or where the cursor is."""
        area = self.query_one(YamlArea)
        row, column = area.cursor_location
        problems = self._marks.get(row, [])
        lines = [
            Content.styled(f"{SIGNS[each.severity]} {each.severity}: {printable(each.message)}", COLOURS.get(each.severity, ""))
            for each in problems
        ]
        if not lines:
            plain = "" if area.is_syntax_aware else f", {_why_plain(area)}"
            lines = [Content(f"line {row + 1:,} of {area.document.line_count:,}, column {column + 1}{plain}")]
        self.query_one(".said", Static).update(Content("\n").join(lines))

    @on(YamlArea.FindWanted)
    def ask_what_to_find(self, event: YamlArea.FindWanted) -> None:
        """Show the line in which it is typed."""
        self.query_one(FindLine).begin(event.text)

    @on(FindLine.Wanted)
    def find(self, event: FindLine.Wanted) -> None:
        """Go to the next place, or to the line with a number."""
        area = self.query_one(YamlArea)
        mark, number = event.text[:1], event.text[1:].strip().replace(",", "")
        if mark == LINE_MARK and number.isdecimal():
            area.move_cursor((min(max(int(number), 1), area.document.line_count) - 1, 0), center=True)
            self.query_one(FindLine).action_close()
            return
        row, column = min(area.selection)
        at = (row, column if not area.selection.is_empty or event.backwards else column - 1)
        place = find(list(area.document.lines), event.text, at, backwards=event.backwards)
        if place is None:
            self.query_one(".said", Static).update(
                Content.styled(f"“{printable(event.text)}” is not in the text.", "$text-warning")
            )
            return
        area.move_cursor(place, center=True)
        area.selection = Selection(place, (place[0], place[1] + len(event.text)))

    @on(FindLine.Closed)
    def go_back(self) -> None:
        """Go on in the text."""
        self.query_one(YamlArea).focus()

    def go_to(self, line: int, column: int) -> None:
        """Put the cursor at a place and the focus here, once the text is."""
        self._target = (line - 1, column - 1)
        if self._filled:
            self._go_to_target()

    def _go_to_target(self) -> None:
        if self._target is not None:
            area = self.query_one(YamlArea)
            area.focus()
            area.move_cursor(self._target, center=True)
            self._target = None


def _why_plain(area: YamlArea) -> str:
    if area.document.line_count > MOST_HIGHLIGHTED:
        return f"not highlighted beyond {MOST_HIGHLIGHTED:,} lines"
    return "not highlighted" if highlighter_is_there() else "not highlighted: tree-sitter or tree-sitter-yaml is missing"
