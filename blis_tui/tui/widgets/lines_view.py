"""Many lines of styled text that scroll in both directions: only those on the screen are rendered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from blis_tui.tui.actions import bindings

Run = tuple[str, str]
"""A text, and the name of its style: one of the component classes without ``lines--``."""


class LinesView(ScrollView, can_focus=True):
    """Shows lines. Text is shown literally; it must be printable."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("lines")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--plain",
        "lines--muted",
        "lines--gone",
        "lines--new",
        "lines--warned",
        "lines--title",
    }
    DEFAULT_CSS: ClassVar[str] = """
    LinesView {
        background: transparent; scrollbar-size-vertical: 1;
        & > .lines--muted { color: $foreground 60%; }
        & > .lines--gone { color: $text-error; }
        & > .lines--new { color: $text-success; }
        & > .lines--warned { color: $text-warning; }
        & > .lines--title { text-style: bold; }
    }
    """

    def __init__(self, lines: Sequence[Sequence[Run]] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: Sequence[Sequence[Run]] = ()
        self.show(lines)

    def show(self, lines: Sequence[Sequence[Run]]) -> None:
        """Show other lines, from the top."""
        self._lines = lines
        width = max((sum(cell_len(text) for text, _ in line) for line in lines), default=0)
        self.virtual_size = Size(width, len(lines))
        self.scroll_to(0, 0, animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Render one line of what is in view."""
        across, down = self.scroll_offset
        width, base = self.scrollable_content_region.width, self.rich_style
        line = self._lines[y + down] if y + down < len(self._lines) else ()
        strip = Strip([Segment(text, base + self.get_component_rich_style(f"lines--{name}")) for text, name in line])
        return strip.crop_extend(across, across + width, base)
