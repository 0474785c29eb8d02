"""The line that is there while a simulation runs: how long it has taken, and how it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.content import Content
from textual.widget import Widget

from blis_tui.tui.preferences.keymap import first_key, resolve

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp


class SimulationLine(Widget):
    """Says that BLIS is at work; there is no telling how far it is. It stands before the line of keys, so that nothing moves."""

    DEFAULT_CSS: ClassVar[str] = """
    SimulationLine {
        dock: bottom; height: 1; padding: 0 1; display: none; background: $panel; color: $text-accent;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    _told = ""

    def tell(self, model: str, seconds: float) -> None:
        """Say which model has been simulated for how long."""
        key = first_key("simulation.cancel", resolve(cast("BaseApp", self.app).settings.keys).keys)
        told = f"⟳ BLIS simulates {model}: {seconds:,.0f} s, {key} cancels"
        self.display = True
        if told != self._told:
            self._told = told
            self.refresh()

    def end(self) -> None:
        """Go away."""
        self.display, self._told = False, ""

    def render(self) -> Content:
        """Write the line."""
        return Content(self._told)
