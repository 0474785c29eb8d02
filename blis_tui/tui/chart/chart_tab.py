"""The Chart tab: the stages' target rate, the generated arrivals over it, and a table of both."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from blis_tui.tui.chart.chart_view import ChartView
from blis_tui.tui.document.document_widget import DocumentWidget
from blis_tui.tui.document.workspace import View
from blis_tui.tui.preview.status_line import PreviewStatus


class ChartTab(DocumentWidget):
    """The chart, and a line that says what it is worth."""

    DEFAULT_CSS: ClassVar[str] = "ChartTab { layout: vertical; } ChartTab ChartView { height: 1fr; }"

    def compose(self) -> ComposeResult:
        """Lay out the tab."""
        yield PreviewStatus()
        yield ChartView()

    def show_document(self, view: View) -> None:
        """Show a state of the document."""
        self.query_one(ChartView).show_document(view)
