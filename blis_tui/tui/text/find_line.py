"""The line below the text in which one types what to find, or the number of a line to go to."""

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
        self.display = False
        self.post_message(self.Closed())


def find(lines: list[str], wanted: str, at: tuple[int, int], *, backwards: bool = False) -> tuple[int, int] | None:
    """Return line and column of the next place after (or before) a place, in any case; the start follows the end."""
    wanted = wanted.casefold()
    row, column = at
    count = len(lines)
    for step in range(count + 1):
        number = (row - step if backwards else row + step) % count
        line = lines[number].casefold()
        if backwards:
            found = line.rfind(wanted, 0, max(column, 0)) if step == 0 else line.rfind(wanted)
        else:
            found = line.find(wanted, column + 1 if step == 0 else 0)
        if found >= 0:
            return number, found
    return None
