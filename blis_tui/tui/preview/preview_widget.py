"""What the app asks of widgets that show the preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

if TYPE_CHECKING:
    from blis_tui.tui.preview.state import Preview


class PreviewWidget(Widget):
    """A widget that shows the preview. What is not visible may put off the work until it is."""

    def show_preview(self, preview: Preview) -> None:
        """Show a state of the preview; called after every change, and once when the widget is mounted."""
        raise NotImplementedError
