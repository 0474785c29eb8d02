"""What the app asks of widgets that show the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

if TYPE_CHECKING:
    from blis_tui.tui.document.workspace import View


class DocumentWidget(Widget):
    """A widget that shows the document. It holds no state of the document: `show_document` is called with each view."""

    def show_document(self, view: View) -> None:
        """Show a state of the document; called after every change, and once when the widget is mounted."""
        raise NotImplementedError
