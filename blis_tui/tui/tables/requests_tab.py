"""The Requests tab."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult

from blis_tui.tui.jobs import Job
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.state import CANCELLED, FAILED, Preview
from blis_tui.tui.preview.status_line import PreviewStatus
from blis_tui.tui.tables.request_columns import RequestTable, request_table
from blis_tui.tui.widgets.line_table import LineTable
from blis_tui.tui.widgets.table_rows import TableRows
from blis_tui.tui.widgets.visibility import displayed

if TYPE_CHECKING:
    from blis_tui.workload.requests import Requests

_HINTS = {FAILED: "There are no requests: the text has errors.", CANCELLED: "There are no requests yet; F5 makes them."}


class RequestsTab(PreviewWidget):
    """The preview's requests in arrival order; the line above says whether they are all and of the present text."""

    DEFAULT_CSS: ClassVar[str] = "RequestsTab { layout: vertical; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._preview: Preview | None = None
        self._shown: Requests | None = None
        self._wanted: Requests | None = None
        self._job: Job[RequestTable] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the tab."""
        yield PreviewStatus()
        yield LineTable("request")

    def show_preview(self, preview: Preview) -> None:
        """Show a state of the preview; what is not looked at waits."""
        self._preview = preview
        if not displayed(self):
            return
        requests = preview.requests
        if requests is None:
            self._wanted = self._shown = None
            hint = _HINTS.get(preview.state, "The requests are being made …")
            self.query_one(LineTable).show([], 0, None, hint)
        elif requests is not self._wanted:
            self._wanted = requests
            if self._job is not None:
                self._job.cancel()
            self._job = Job(self, lambda _: request_table(requests), self._take, lambda _: None)
        self._mark()

    def _take(self, table: RequestTable) -> None:
        self._job, self._shown = None, self._wanted
        self.query_one(LineTable).show(*table, "No request arrives in that time.")
        self._mark()

    def _mark(self) -> None:
        assert self._preview is not None
        self.query_one(LineTable).set_class(
            self._shown is not None and (self._preview.stale or self._shown is not self._wanted), "-old"
        )

    def on_unmount(self) -> None:
        """Prepare nothing any more."""
        if self._job is not None:
            self._job.cancel()

    @on(TableRows.Chosen)
    def show_client(self, event: TableRows.Chosen) -> None:
        """Show the client of a request, with its requests."""
        event.stop()
        from blis_tui.tui.tables.client_dialog import ClientDialog

        requests = self._shown
        if requests is not None and self._preview is not None:
            self.app.push_screen(ClientDialog(requests.clients, int(requests.client[event.index]), self._preview))
