"""The fields of the form: each shows what the text says at its path, and asks for an edit when something is typed."""

from __future__ import annotations

import re
from typing import Any, ClassVar, NamedTuple

from textual.binding import BindingType
from textual.content import Content
from textual.events import Click, Resize
from textual.widget import Widget

from blis_tui.numbers import shortened
from blis_tui.problems import ERROR, Path, Problem
from blis_tui.spec.edits import Edit, SetValue
from blis_tui.spec.format.fields import BOOLEAN, TEXT, Field
from blis_tui.tui.actions import bindings
from blis_tui.tui.document.field_values import short_message, step_name, typed
from blis_tui.tui.document.severity_marks import COLOURS, SIGNS
from blis_tui.tui.form.pending_edits import PendingEdits
from blis_tui.tui.form.value_input import ValueInput, placeholder

LABEL_WIDTH = 17
"""Cells before the value: the problem's glyph and the label."""
NARROWEST_VALUE, WIDEST_VALUE = 11, 18
WIDEST_TEXT = 32
NOTE_WIDTH = 10
"""Cells after the value for its unit or how it reads, if there is room."""
INLINE_ROOM = 28
"""With so many cells after the value a problem is told in a sentence; with fewer, only what would be right."""

_LIMIT = re.compile(r"([<>≤≥] )([\d,]+)((?: [a-z]+)?)")


class Shown(NamedTuple):
    """What a field shows."""

    text: str | None
    """The characters that stand in the text; ``None`` if nothing does."""
    value: Any = None
    """What they are read as, the field's default if they cannot be."""
    note: str = ""
    """The unit, or how the value reads."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with it, errors first."""


def _brief(problem: Problem, note: str, room: int) -> str:
    """Return the most important about a problem in a few cells: what would be right, else how the value reads."""
    if problem.severity != ERROR:
        return note or short_message(problem)
    allowed = problem.allowed or short_message(problem)
    kind, _, limits = allowed.partition("number ")
    if kind not in ("a ", "a whole "):
        return _in_room(allowed.removeprefix("a "), room)
    return limits if len(limits) <= room else _in_room(limits.partition(" and ")[0], room)


def _in_room(limit: str, room: int) -> str:
    """Return a limit such as ``≤ 10,000,000 users`` as far as there is room: its number in short, and without its noun."""
    found = _LIMIT.fullmatch(limit)
    if len(limit) <= room or found is None:
        return limit
    short = f"{found[1]}{shortened(int(found[2].replace(',', '')))}"
    return f"{short}{found[3]}" if len(short + found[3]) <= room else short


class FieldRow(Widget):
    """One field: glyph, label, value, and its unit or how it reads, or in short what would be right.

    All that there is to say about a problem stands below the form, when the field has the focus, and among the problems. A
    row never changes its height: what is typed would be laid out anew with everything else.
    """

    DEFAULT_CSS = """
    FieldRow { height: 1; layout: horizontal; }
    FieldRow:focus-within { background: $boost; }
    FieldRow:focus { background: $boost; }
    FieldRow ValueInput { margin-left: 18; }
    FieldRow:disabled { opacity: 60%; }
    """

    def __init__(self, field: Field, path: Path, label: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.field = field
        self.path = path
        self.label = label or field.label
        self.shown = Shown(None)

    def turn_to(self, path: Path) -> None:
        """Stand for the same field of another record from now on."""
        self.path = path

    def show(self, shown: Shown) -> None:
        """Show a state of the document; does nothing if it is the one that is shown."""
        if shown == self.shown:
            return
        self.shown = shown
        self._fit()
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        """Fit what is shown to the room there is."""
        self._fit()

    @property
    def value_width(self) -> int:
        """Cells for the value."""
        return min(max(self.size.width - LABEL_WIDTH - 3 - NOTE_WIDTH, NARROWEST_VALUE), WIDEST_VALUE)

    def _fit(self) -> None:
        """Fit child widgets to the room there is."""

    def render(self) -> Content:
        """Draw everything but what is typed."""
        shown, width = self.shown, self.size.width
        worst = shown.problems[0] if shown.problems else None
        colour = COLOURS.get(worst.severity, "") if worst else ""
        label_style = "bold" if self.has_focus_within or self.has_focus else ""
        bracket = "bold $text-accent" if label_style else "$foreground-muted"
        parts: list[Any] = [
            (SIGNS[worst.severity] if worst else " ", f"bold {colour}".strip()),
            Content.styled(self.label, label_style).truncate(LABEL_WIDTH - 1, ellipsis=True, pad=True),
            ("[", bracket),
            self.draw_value().truncate(self.value_width, ellipsis=True, pad=True),
            ("] ", bracket),
        ]
        room = width - LABEL_WIDTH - self.value_width - 3
        note = Content.styled(shown.note, "$foreground-muted")
        if note.cell_length > room and shown.note == self.field.unit:
            note = Content("")  # the unit is told below too
        note = note.truncate(max(room, 0), ellipsis=True)
        if worst is None:
            return Content.assemble(*parts, note)
        if room < INLINE_ROOM:
            return Content.assemble(
                *parts, Content.styled(_brief(worst, shown.note, room), colour).truncate(max(room, 0), ellipsis=True)
            )
        if shown.note:
            parts += [note, "  "]
            room -= note.cell_length + 2
        more = f" (+{len(shown.problems) - 1})" if len(shown.problems) > 1 else ""
        return Content.assemble(*parts, Content.styled(short_message(worst) + more, colour).truncate(max(room, 0), ellipsis=True))

    def draw_value(self) -> Content:
        """Draw the value; nothing where a child widget does."""
        return Content("")

    def take_focus(self) -> None:
        """Put the focus here."""
        self.focus()

    @property
    def pending(self) -> bool:
        """Whether what was asked for here is still on its way to the document."""
        return False


class TextRow(FieldRow):
    """A field that is typed. What stands in it is drawn; the line to type in comes above that after the first frame."""

    def __init__(self, field: Field, path: Path, label: str = "", **options: Any) -> None:
        super().__init__(field, path, label, **options)
        self._input: ValueInput | None = None

    def turn_to(self, path: Path) -> None:
        """Stand for the same field of another record from now on."""
        if path != self.path:
            super().turn_to(path)
            if self._input is not None:
                self._input.begin(self.field, path, self.label.strip(), self._input.value)

    @property
    def has_input(self) -> bool:
        """Whether the line to type in is there."""
        return self._input is not None

    def make_input(self) -> ValueInput:
        """Put the line to type in above what is drawn, if it is not there yet."""
        if self._input is None:
            self._input = ValueInput(self.field, self.path, self.label.strip(), text=self.shown.text)
            self._fit()
            self.mount(self._input)
        return self._input

    def show(self, shown: Shown) -> None:
        """Show a state of the document."""
        if self._input is not None:
            self._input.show_text(shown.text)
        super().show(shown)

    @property
    def input(self) -> ValueInput:
        """The line to type in."""
        return self.make_input()

    @property
    def pending(self) -> bool:
        """Whether something that was typed is still on its way to the document."""
        return self._input is not None and self._input.pending

    def draw_value(self) -> Content:
        """Draw the value as the line to type in shows it."""
        text, width = self.shown.text, self.value_width
        unset = placeholder(self.field)
        content = Content(text) if text else Content.styled(unset, "$text-disabled")
        return content.truncate(width, ellipsis=True, pad=True).stylize_before("on $surface")

    @property
    def value_width(self) -> int:
        """Cells for the value; a text has no unit after it and takes what there is."""
        if self.field.kind != TEXT:
            return super().value_width
        return min(max(self.size.width - LABEL_WIDTH - 3, NARROWEST_VALUE), WIDEST_TEXT)

    def _fit(self) -> None:
        width, line = self.value_width, self._input
        if self.size.width and line is not None and (line.styles.width is None or line.styles.width.value != width):
            line.styles.width = width

    def on_click(self, event: Click) -> None:
        """A click on the label goes to the field."""
        self.take_focus()

    def take_focus(self) -> None:
        """Put the focus into the line to type in, and select what stands there, as coming to it with tab does."""
        self.input.focus()
        self.input.rest()


class ChoiceRow(FieldRow, can_focus=True):
    """A field whose values are chosen from a few."""

    HELP_TITLE = "Choice"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("choice")]

    def __init__(self, field: Field, path: Path, choices: tuple[str, ...] = (), label: str = "", **options: Any) -> None:
        super().__init__(field, path, label, **options)
        self.choices = choices or field.choices
        self._requests = PendingEdits(self)
        self._wanted: str | None = None

    @property
    def pending(self) -> bool:
        """Whether a choice is still on its way to the document."""
        return self._requests.pending

    @property
    def value_width(self) -> int:
        """Cells for the value; a long choice takes room from what stands after it."""
        room = max(self.size.width - LABEL_WIDTH - 3, NARROWEST_VALUE)
        return min(max(super().value_width, len(self.shown.text or "") + 4), room)

    def draw_value(self) -> Content:
        """Draw the choice between the arrows that change it."""
        text = self.shown.text
        if not text:
            return Content.assemble(("‹", "$foreground-muted"), (" none ", "$foreground-muted"), ("›", "$foreground-muted"))
        return Content.assemble(("‹ ", "$foreground-muted"), text, (" ›", "$foreground-muted"))

    def action_cycle(self, steps: int) -> None:
        """Go to another of the choices."""
        now = self._wanted if self._requests.pending else self.shown.text
        index = self.choices.index(now or "") + steps if (now or "") in self.choices else 0
        text = self.choices[index % len(self.choices)]
        if text != (now or ""):
            self._wanted = text
            self._requests.ask(f"change {self.label.strip()}", self.edits_for(text), step_name(self.path))

    def edits_for(self, text: str) -> tuple[Edit, ...]:
        """Return the edits that write a choice."""
        return (typed(self.path, self.field, text),)

    def on_click(self, event: Click) -> None:
        """A click on an arrow goes that way, one elsewhere on the value goes on."""
        where = event.get_content_offset(self)
        if where is not None and where.y == 0 and LABEL_WIDTH <= where.x <= LABEL_WIDTH + self.value_width:
            self.action_cycle(-1 if where.x <= LABEL_WIDTH + 1 else 1)


class SwitchRow(FieldRow, can_focus=True):
    """A field that is on or off."""

    HELP_TITLE = "Switch"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("switch")]

    def __init__(self, field: Field, path: Path, label: str = "", **options: Any) -> None:
        super().__init__(field, path, label, **options)
        self._requests = PendingEdits(self)
        self._wanted = False

    def draw_value(self) -> Content:
        """Draw the switch; what is neither on nor off is drawn as it stands."""
        if any(problem.severity == ERROR for problem in self.shown.problems):
            return Content(self.shown.text or "")
        return Content("✓ on" if self.shown.value else "  off")

    def action_switch(self) -> None:
        """Switch it on or off."""
        self._wanted = not (self._wanted if self._requests.pending else self.shown.value)
        self._requests.ask(self.what(self._wanted), self.edits_for(self._wanted))

    def what(self, on: bool) -> str:
        """Name the step that switches it."""
        return f"switch {self.label.strip()} {'on' if on else 'off'}"

    def edits_for(self, on: bool) -> tuple[Edit, ...]:
        """Return the edits that switch it."""
        return (SetValue(self.path, on),)

    def on_click(self, event: Click) -> None:
        """A click on the value switches it."""
        where = event.get_content_offset(self)
        if where is not None and where.y == 0 and where.x >= LABEL_WIDTH:
            self.action_switch()


def make_row(field: Field, path: Path, choices: tuple[str, ...] = (), label: str = "") -> FieldRow:
    """Make the row for a field as it is declared; `choices` are those of a text that may also be another."""
    if choices or (field.kind == TEXT and field.choices):
        return ChoiceRow(field, path, choices, label)
    return SwitchRow(field, path, label) if field.kind == BOOLEAN else TextRow(field, path, label)
