"""What is to be known of a trace, below its title."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from blis_tui.problems import printable

_MOST_LINES = 3


class TraceNotes(Widget):
    """The notes on a trace, as many as fit into a few lines; all of them stand in the summary."""

    DEFAULT_CSS: ClassVar[str] = "TraceNotes { height: auto; padding: 0 1; color: $text-muted; text-wrap: nowrap; }"

    def __init__(self) -> None:
        super().__init__()
        self._text = ""

    def show(self, notes: Sequence[str]) -> None:
        """Show notes."""
        self._text = " ".join(printable(note) for note in notes)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take as many lines as there are."""
        return len(self._lines(width))

    def render(self) -> Content:
        """Write them."""
        return Content("\n".join(self._lines(self.content_size.width)))

    def _lines(self, width: int) -> list[str]:
        more = " … more in the Summary"
        return textwrap.wrap(self._text, max(width, len(more)), max_lines=_MOST_LINES, placeholder=more)
