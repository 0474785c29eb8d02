"""The YAML tab: the text itself."""

from __future__ import annotations

from collections import defaultdict
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.events import DescendantBlur
from textual.timer import Timer
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.text_area import Selection

from blis_tui.numbers import counted
from blis_tui.problems import Problem, printable
from blis_tui.spec.editing.completion import Choice, complete
from blis_tui.tui.document.document_widget import DocumentWidget
from blis_tui.tui.document.messages import StepEnded, TextTyped
from blis_tui.tui.document.severity_marks import COLOURS, SIGNS
from blis_tui.tui.document.workspace import View
from blis_tui.tui.text.choice_popup import ChoicePopup
from blis_tui.tui.text.find_line import LINE_MARK, FindLine, ReplaceLine
from blis_tui.tui.text.finding import Place, find, pattern, replaced
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
        yield ReplaceLine()
        yield ChoicePopup()
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

    def _rewrite(self, label: str, lines: list[str], cursor: Place) -> None:
        """Change the lines in a step of its own, and go somewhere in them."""
        area = self.query_one(YamlArea)
        self._end_step()
        self._text = joined(self._text, lines)
        with self.prevent(TextArea.Changed):
            area.put(self._text)
        self._typed = TextTyped(self._text, label)
        self.post_message(self._typed)
        self.post_message(StepEnded())
        area.move_cursor(cursor)

    def _end_step(self) -> None:
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
            self.post_message(StepEnded())

    @on(DescendantBlur)
    def leave(self) -> None:
        """What is typed next is another step."""
        self._end_step()
        self._close_choices()

    @on(TextArea.SelectionChanged)
    def follow_cursor(self) -> None:
        """Say what is wrong there; the list of choices goes along with what is typed."""
        self._say()
        if self.query_one(YamlArea).choosing:
            self._offer()

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
        """Show the line in which it is typed, and the one for what comes in its place."""
        self.query_one(ReplaceLine).display = event.replace
        self.query_one(FindLine).begin(event.text)
        if event.replace and event.text:
            self.query_one(ReplaceLine).focus()

    @on(FindLine.Wanted)
    def find(self, event: FindLine.Wanted) -> None:
        """Go to the next place, or to the line with a number."""
        area = self.query_one(YamlArea)
        mark, number = event.text[:1], event.text[1:].strip().replace(",", "")
        if mark == LINE_MARK and number.isdecimal():
            area.move_cursor((min(max(int(number), 1), area.document.line_count) - 1, 0), center=True)
            self.go_back()
            return
        self._find(event.text, backwards=event.backwards)

    @on(ReplaceLine.NextWanted)
    def find_without_replacing(self, event: ReplaceLine.NextWanted) -> None:
        """Go to the next place, or the one before."""
        self._find(self.query_one(FindLine).value, backwards=event.backwards)

    def _find(self, wanted: str, *, backwards: bool = False) -> None:
        area = self.query_one(YamlArea)
        row, column = min(area.selection)
        at = (row, column if not area.selection.is_empty or backwards else column - 1)
        place = find(area.document.lines, wanted, at, backwards=backwards) if wanted else None
        if place is None:
            self._say_missing(wanted)
            return
        start, end = place
        area.move_cursor(start, center=True)
        area.selection = Selection(start, end)

    def _say_missing(self, wanted: str) -> None:
        missing = f"“{printable(wanted)}” is not in the text." if wanted else "Type what is to be found first; Tab leads there."
        self.query_one(".said", Static).update(Content.styled(missing, "$text-warning"))

    @on(ReplaceLine.Wanted)
    def replace(self, event: ReplaceLine.Wanted) -> None:
        """Replace the place that is selected and go to the next one, or replace all places."""
        area, wanted = self.query_one(YamlArea), self.query_one(FindLine).value
        if event.everywhere and wanted:
            lines, count = replaced(area.document.lines, wanted, event.by)
            if count:
                self._rewrite("replace all", lines, area.cursor_location)
                self.notify(f"{counted(count, 'place')} replaced; undo takes all of them back.", timeout=4, markup=False)
            else:
                self._say_missing(wanted)
            return
        if wanted and pattern(wanted).fullmatch(area.selected_text):
            (row, start), (_, end) = sorted(area.selection)
            lines = list(area.document.lines)
            lines[row] = lines[row][:start] + event.by + lines[row][end:]
            self._rewrite("replace", lines, (row, start + len(event.by)))
        self._find(wanted)

    @on(FindLine.Closed)
    def go_back(self) -> None:
        """Go on in the text."""
        self.query_one(FindLine).display = self.query_one(ReplaceLine).display = False
        self.query_one(YamlArea).focus()

    @on(YamlArea.CompletionWanted)
    def complete(self) -> None:
        """List what can be written at the cursor; says so if that is nothing."""
        self._offer()
        if not self.query_one(YamlArea).choosing:
            self.query_one(".said", Static).update("Nothing can be completed here: no field is missing, or any value will do.")

    def _offer(self) -> None:
        """Show what can be written at the cursor and begins as what is typed, if there is anything."""
        area = self.query_one(YamlArea)
        row, column = area.cursor_location
        found = complete(area.document.lines, row, column) if area.selection.is_empty else None
        if found is None or found.choices[0].text == area.document.get_line(row)[found.start : found.end]:
            self._close_choices()
        else:
            area.choosing = True
            self.query_one(ChoicePopup).offer(found, area.cursor_screen_offset, column)

    @on(YamlArea.ChoiceKey)
    def choose(self, event: YamlArea.ChoiceKey) -> None:
        """Go up or down in the list, take what is chosen, or close it."""
        popup = self.query_one(ChoicePopup)
        if event.key == "escape":
            self._close_choices()
        elif event.key in ("enter", "tab"):
            self._take(popup.chosen)
        else:
            popup.move(event.key)

    @on(OptionList.OptionSelected)
    def take_clicked(self) -> None:
        """Take what was clicked."""
        self._take(self.query_one(ChoicePopup).chosen)

    def _take(self, choice: Choice) -> None:
        """Write a choice, and list what can come next."""
        area = self.query_one(YamlArea)
        row, column = area.cursor_location
        self._close_choices()
        found = complete(area.document.lines, row, column)
        if found is None:
            return
        lines = list(area.document.lines)
        written = (lines[row][: found.start] + choice.text).split("\n")
        cursor = (row + len(written) - 1, len(written[-1]))
        written[-1] += lines[row][found.end :]
        lines[row : row + 1] = written
        self._rewrite("complete", lines, cursor)
        self.call_after_refresh(self._offer)

    def _close_choices(self) -> None:
        self.query_one(YamlArea).choosing = False
        self.query_one(ChoicePopup).display = False

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
