"""The editor of the YAML pane: Textual's text area, with our colours, marks of problems, and the app's undo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import BindingType
from textual.color import Color, ColorParseError
from textual.document._document import Document, EditResult, Location
from textual.document._document_navigator import DocumentNavigator
from textual.document._wrapped_document import WrappedDocument
from textual.events import Key
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

from blis_tui.problems import ERROR, INFO, WARNING, Problem
from blis_tui.tui.actions import bindings
from blis_tui.tui.document.messages import LeaveRequested
from blis_tui.tui.document.severity_marks import SIGNS
from blis_tui.tui.text.line_ends import change

MOST_HIGHLIGHTED = 2_000
"""Lines up to which the text is highlighted: beyond, an edit would hold up the screen."""
_THEME = "designer"
_SYNTAX = {
    "yaml.field": "text-primary", "number": "text-accent", "boolean": "text-accent",
    "constant.builtin": "text-accent", "string": "text-success",
}  # fmt: skip
_CHOICE_KEYS = ("up", "down", "pageup", "pagedown", "enter", "tab", "escape")
"""The keys that a list of choices has while it is open."""
_PICTURES = {code: 0x2400 + code for code in range(32) if code != 9} | {127: 0x2421}


def highlighter_is_there() -> bool:
    """Return whether the parser that highlighting needs is installed; Textual does without it and says nothing."""
    from textual._tree_sitter import TREE_SITTER, get_language

    return TREE_SITTER and get_language("yaml") is not None


class _Lines(Document):
    """The lines of a text, for long ones: the text is put together, and lines are measured, as seldom as can be."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text: str | None = None

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = super().text
        return self._text

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        self._text = None
        return super().replace_range(start, end, text)

    def get_size(self, tab_width: int) -> Size:
        widths = (
            len(line) if line.isascii() and "\t" not in line else cell_len(line.expandtabs(tab_width)) for line in self.lines
        )
        return Size(max(widths, default=0), self.line_count)


class _Unwrapped(WrappedDocument):
    """Lines that are not wrapped; Textual's own adds them all up for each line that it draws."""

    @property
    def height(self) -> int:
        return len(self._offset_to_line_info)


class YamlArea(TextArea):
    """Shows and edits the text. What is no printable character is shown as a picture of one."""

    HELP_TITLE = "Text"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("yaml")]
    DEFAULT_CSS: ClassVar[str] = """
    YamlArea { height: 1fr; border: none; padding: 0; background: transparent; &:focus { border: none; } }
    """

    def __init__(self) -> None:
        super().__init__(soft_wrap=False, show_line_numbers=True, tab_behavior="indent", max_checkpoints=1)
        self.indent_width = 2
        self._marks: Mapping[int, list[Problem]] = {}
        self.choosing = False
        """Whether a list of choices is open, which has some of the keys."""

    def on_mount(self) -> None:
        """Take the app's colours."""
        self._take_colours()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._take_colours())

    def _take_colours(self) -> None:
        variables = self.app.theme_variables
        styles = {name: Style(color=_colour(variables.get(variable))) for name, variable in _SYNTAX.items()}
        styles["comment"] = Style(italic=True, dim=True)
        self.register_theme(TextAreaTheme(name=_THEME, syntax_styles=styles))
        if self.theme == _THEME:
            self._set_theme(_THEME)
            self._line_cache.clear()
            self.refresh()
        else:
            self.theme = _THEME

    def put(self, text: str) -> None:
        """Show another text by changing only what differs: the cursor stays where it is in the text."""
        lines = text.splitlines()
        if not text or text[-1:].splitlines() == [""]:
            lines.append("")
        self._choose_highlighting(len(lines))
        found = change(self.document.lines, lines)
        if found is not None:
            start, end, new = found
            cursor, offset = self.selection, self.scroll_offset
            super().edit(_replacement(start, end, new))
            self.selection = type(cursor)(_moved(cursor.start, start, end, new), _moved(cursor.end, start, end, new))
            self.scroll_to(offset.x, offset.y, animate=False, immediate=True)
            self.history.clear()

    def _set_document(self, text: str, language: str | None) -> None:
        super()._set_document(text, language)
        if type(self.document) is Document:
            self.document = _Lines(text)
        self.wrapped_document = _Unwrapped(self.document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)

    def _choose_highlighting(self, lines: int) -> None:
        language = "yaml" if lines <= MOST_HIGHLIGHTED and highlighter_is_there() else None
        if language != self.language:
            cursor = self.selection
            self.language = language
            self.selection = cursor

    def undo(self) -> None:
        """Undo in the document: its history is the only one."""
        self.app.action_undo()  # type: ignore[attr-defined]

    def redo(self) -> None:
        """Redo in the document."""
        self.app.action_redo()  # type: ignore[attr-defined]

    def _on_key(self, event: Key) -> None:  # type: ignore[override]
        if self.choosing and event.key in _CHOICE_KEYS:
            event.stop()
            event.prevent_default()
            self.post_message(self.ChoiceKey(event.key))
        elif event.key == "escape":  # the text area would go to the next widget
            event.prevent_default()

    def action_leave(self) -> None:
        """Go to the tabs."""
        self.post_message(LeaveRequested())

    class FindWanted(Message):
        """Find something, of which a part may be typed already."""

        def __init__(self, text: str, *, replace: bool = False) -> None:
            super().__init__()
            self.text = text
            self.replace = replace

    def action_find(self, text: str = "") -> None:
        """Ask what to find; what is selected in one line is taken first."""
        selected = self.selected_text
        self.post_message(self.FindWanted(text or (selected if "\n" not in selected else "")))

    def action_replace(self) -> None:
        """Ask what to replace, and by what."""
        selected = self.selected_text
        self.post_message(self.FindWanted(selected if "\n" not in selected else "", replace=True))

    class CompletionWanted(Message):
        """List what can be written at the cursor."""

    class ChoiceKey(Message):
        """A key for the list of choices was pressed."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def action_complete(self) -> None:
        """Ask what can be written here."""
        self.post_message(self.CompletionWanted())

    def action_go_to_end(self, last: bool) -> None:
        """Go to the start or the end of the text."""
        self.move_cursor(self.document.end if last else (0, 0))

    def mark(self, problems: Mapping[int, list[Problem]]) -> None:
        """Mark lines (counted from 0) that have problems."""
        if problems != self._marks:
            self._marks = problems
            self._line_cache.clear()
            self.refresh()

    def get_line(self, line_index: int) -> Text:
        """Return a line, printable, and underlined from where a problem is."""
        text: str = self.document.get_line(line_index)
        if not text.isprintable():
            text = "".join(_picture(character) for character in text)
        line = Text(text, end="", no_wrap=True)
        for problem in self._marks.get(line_index, ()):
            if problem.severity != INFO:
                start = min((problem.column or 1) - 1, max(0, len(text) - 1))
                shown = text[start:].partition(" #")[0].rstrip() or text[start:]  # without a comment after it
                line.stylize(Style(underline=True), start, start + len(shown))
        return line

    def _render_line(self, y: int) -> Strip:
        strip = super()._render_line(y)
        row = y + self.scroll_offset.y
        problems = self._marks.get(row)
        if not problems or row >= self.document.line_count:
            return strip
        worst = next(level for level in (ERROR, WARNING, INFO) if any(problem.severity == level for problem in problems))
        variable = {ERROR: "error", WARNING: "warning"}.get(worst)
        style = Style(color=_colour(self.app.theme_variables.get(variable)) if variable else None, bold=True)
        at = self.gutter_width - 2
        before, after = strip.crop(0, at), strip.crop(at + 1)
        background = next(iter(strip.crop(at, at + 1))).style or Style()
        return Strip([*before, Segment(SIGNS[worst], background + style), *after])


def _replacement(start: tuple[int, int], end: tuple[int, int], text: str):  # type: ignore[no-untyped-def]
    from textual.document._edit import Edit

    return Edit(text, start, end, maintain_selection_offset=True)


def _moved(place: tuple[int, int], start: tuple[int, int], end: tuple[int, int], new: str) -> tuple[int, int]:
    """Return where a place is after a change: after it, it moves along; within what went, it goes to the start."""
    if place <= start:
        return place
    if place < end:
        return start
    lines = new.split("\n")
    row = place[0] - end[0] + start[0] + len(lines) - 1
    if place[0] != end[0]:
        return row, place[1]
    return row, place[1] - end[1] + len(lines[-1]) + (start[1] if len(lines) == 1 else 0)


def _picture(character: str) -> str:
    if character.isprintable() or character == "\t":
        return character
    return chr(_PICTURES.get(ord(character), 0xFFFD))


def _colour(name: str | None) -> str | None:
    """Return a theme's colour in Rich's spelling, if it is a plain one."""
    if name is None:
        return None
    try:
        return Color.parse(name).rich_color.name
    except ColorParseError:
        return None
