"""What is shown while a trace is read."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.widgets import Static

from blis_tui.numbers import time_left
from blis_tui.problems import printable
from blis_tui.tui.jobs import PATIENCE_S


class OpeningProgress(Static):
    """Says which trace is read, how far that is, and how long it takes on."""

    DEFAULT_CSS: ClassVar[str] = (
        "OpeningProgress { width: 1fr; height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }"
    )

    def __init__(self, path: Path) -> None:
        super().__init__(markup=False)
        self._name = printable(path.name)
        self._state = ""

    def on_mount(self) -> None:
        """Say nothing of what is done at once."""
        self.set_timer(PATIENCE_S, self._write)

    def tell(self, done: float, seconds_left: float | None) -> None:
        """Show the part that is done, 0 to 1, and what is left."""
        left = "" if seconds_left is None else f", {time_left(seconds_left)} left"
        self._state = f"   {done:.0%}{left}"
        self._write()

    def _write(self) -> None:
        self.update(f"Opening {self._name} …{self._state}\n\nEsc cancels")
