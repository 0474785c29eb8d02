"""What is shown while a trace is read."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.widgets import Static

from blis_tui.problems import printable
from blis_tui.tui.jobs import PATIENCE_S


class OpeningProgress(Static):
    """Says which trace is read, and for how long already: how much is left is not known of a file."""

    DEFAULT_CSS: ClassVar[str] = (
        "OpeningProgress { width: 1fr; height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }"
    )

    def __init__(self, path: Path) -> None:
        super().__init__(markup=False)
        self._name = printable(path.name)
        self._seconds = 0

    def on_mount(self) -> None:
        """Say nothing of what is done at once."""
        self.set_timer(PATIENCE_S, self._write)
        self.set_interval(1.0, self._count)

    def _count(self) -> None:
        self._seconds += 1
        self._write()

    def _write(self) -> None:
        self.update(f"Opening {self._name} …   {self._seconds} s\n\nEsc cancels")
