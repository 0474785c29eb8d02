"""What is shown in place of everything where the window is too small for it."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

LEAST = (60, 18)
"""Columns and rows that the designer needs."""


class TooSmall(Widget):
    """Covers a screen that is too small, and says what size is needed."""

    DEFAULT_CSS: ClassVar[str] = """
    TooSmall {
        layer: over; width: 100vw; height: 100vh; position: absolute; offset: 0 0;
        content-align: center middle; text-align: center; background: $background; display: none;
    }
    """

    _window = Size(0, 0)

    def on_mount(self) -> None:
        """Show itself if need be."""
        self.fit(self.app.size)

    def fit(self, window: Size) -> None:
        """Show or hide, by the size of the window."""
        self._window = window
        self.display = window.width < LEAST[0] or window.height < LEAST[1]
        self.refresh()

    def render(self) -> Content:
        """Say it."""
        here = self._window
        return Content(
            f"blis-tui needs at least {LEAST[0]} × {LEAST[1]}\n(80 × 24 is better).\n"
            f"This window is {here.width} × {here.height}.\n\nMake it larger, or leave with Ctrl+Q."
        )
