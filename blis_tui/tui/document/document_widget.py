"""What the app asks of widgets that show the document or its preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

if TYPE_CHECKING:
    from blis_tui.tui.document.workspace import View
    from blis_tui.tui.preview.state import Preview


class DocumentWidget(Widget):
    """A widget that shows the document. It holds no state of the document: `show_document` is called with each view."""

    def show_document(self, view: View) -> None:
        """Show a state of the document; called after every change, and once when the widget is mounted."""
        raise NotImplementedError


class PreviewWidget(Widget):
    """A widget that shows the preview. What is not visible may put off the work until it is."""

    def show_preview(self, preview: Preview) -> None:
        """Show a state of the preview; called after every change, and once when the widget is mounted."""
        raise NotImplementedError


def displayed(widget: Widget) -> bool:
    """Tell whether a widget is not hidden, itself or with what it is in: another tab may be in front."""
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))
