"""The Chart tab: the stages' target rate, the generated arrivals over it, a table of both, and what that asks of a server."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.events import Resize

from blis_tui.tui.capacity.capacity_pane import CapacityPane
from blis_tui.tui.chart.chart_view import ChartView
from blis_tui.tui.document.document_widget import DocumentWidget
from blis_tui.tui.document.workspace import View
from blis_tui.tui.preview.status_line import PreviewStatus


class ChartTab(DocumentWidget):
    """The chart, a line that says what it is worth, and the capacity."""

    DEFAULT_CSS: ClassVar[str] = "ChartTab { layout: vertical; } ChartTab ChartView { height: 1fr; }"

    def compose(self) -> ComposeResult:
        """Lay out the tab."""
        yield PreviewStatus()
        yield ChartView()
        yield CapacityPane()

    def on_resize(self, event: Resize) -> None:
        """Give the capacity its room."""
        self.query_one(CapacityPane).fit(event.size.height)

    def show_document(self, view: View) -> None:
        """Show a state of the document."""
        self.query_one(ChartView).show_document(view)
