"""The lines below the text in which one types what to find, or the number of a line to go to, and what to put in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from blis_tui.tui.actions import bindings

LINE_MARK = ":"
"""What a number of a line begins with."""


class FindLine(Input):
    """Hidden until something is to be found; Enter finds the next place, Escape goes back to the text."""

    HELP_TITLE = "Find"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("find")]
    DEFAULT_CSS: ClassVar[str] = """
    FindLine, FindLine:focus { border: none; height: 1; padding: 0 1; background: $panel; }
    """

    @dataclass(eq=False)
    class Wanted(Message):
        """Find a text, backwards if need be."""

        text: str
        backwards: bool = False

    class Closed(Message):
        """Go back to the text."""

    def __init__(self) -> None:
        super().__init__(placeholder="text to find, or : and the number of a line   ⏎ next   ↑ previous   Esc back to the text")
        self.display = False

    def begin(self, text: str) -> None:
        """Show itself, with something typed already."""
        self.display = True
        self.value = text
        self.focus()
        if text == LINE_MARK:
            self.call_after_refresh(self.action_end)

    def action_find(self, backwards: bool = False) -> None:
        """Ask for the next place, or the one before."""
        if self.value:
            self.post_message(self.Wanted(self.value, backwards))

    def action_close(self) -> None:
        """Hide again."""
        self.post_message(self.Closed())


class ReplaceLine(Input):
    """Below the line with what to find, where that is to be replaced: Enter replaces the place that was found."""

    HELP_TITLE = "Replace"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("replace")]
    DEFAULT_CSS: ClassVar[str] = """
    ReplaceLine, ReplaceLine:focus { border: none; height: 1; padding: 0 1; background: $panel; }
    """

    @dataclass(eq=False)
    class Wanted(Message):
        """Replace the place that was found, or all."""

        by: str
        everywhere: bool = False

    @dataclass(eq=False)
    class NextWanted(Message):
        """Go to the next place and leave this one, or go to the one before."""

        backwards: bool = False

    def __init__(self) -> None:
        super().__init__(
            placeholder="text to put in its place   ⏎ replace   Alt+A replace all   ↓ next   Tab what to find   Esc back"
        )
        self.display = False

    def action_replace(self, everywhere: bool = False) -> None:
        """Ask for the place to be replaced."""
        self.post_message(self.Wanted(self.value, everywhere))

    def action_find(self, backwards: bool = False) -> None:
        """Ask for the next place, or the one before."""
        self.post_message(self.NextWanted(backwards))

    def action_close(self) -> None:
        """Hide again."""
        self.post_message(FindLine.Closed())
