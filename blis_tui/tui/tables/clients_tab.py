"""The Clients tab."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult

from blis_tui.tui.jobs import Job
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.state import FAILED, Preview
from blis_tui.tui.preview.status_line import PreviewStatus
from blis_tui.tui.tables.client_columns import SEARCHED, client_columns
from blis_tui.tui.widgets.line_table import LineTable
from blis_tui.tui.widgets.table_rows import TableRows
from blis_tui.tui.widgets.visibility import displayed

if TYPE_CHECKING:
    from blis_tui.tui.widgets.row_order import Tick
    from blis_tui.workload.expansion.clients import Expansion
    from blis_tui.workload.requests import Requests


class ClientsTab(PreviewWidget):
    """The clients that the text stands for. They need no generated requests; when there are some, they are counted."""

    DEFAULT_CSS: ClassVar[str] = "ClientsTab { layout: vertical; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._preview: Preview | None = None
        self._clients: Expansion | None = None
        self._requests: Requests | None = None
        self._counted: Requests | None = None
        self._counts: Sequence[int] | None = None
        self._job: Job[Any] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the tab."""
        yield PreviewStatus()
        yield LineTable("client")

    def show_preview(self, preview: Preview) -> None:
        """Show a state of the preview; what is not looked at waits."""
        self._preview = preview
        if not displayed(self):
            return
        table = self.query_one(LineTable)
        table.set_class(preview.clients_stale and preview.clients is not None, "-old")
        current = preview.requests if not preview.stale and not preview.clients_stale else None
        if current is not self._counted:
            self._count(current)
        if preview.clients is None:
            hint = "There are no clients: the text has errors." if preview.state == FAILED else "The clients are being made …"
            table.show([], 0, None, hint)
        elif preview.clients is not self._clients or current is not self._requests:
            self._clients, self._requests = preview.clients, current
            self._show(preview.clients)

    def _show(self, clients: Expansion) -> None:
        def find(words: tuple[str, ...], tick: Tick) -> Sequence[int]:
            from blis_tui.tui.tables.search import client_finder

            return client_finder(clients, SEARCHED)(words, tick)

        self.query_one(LineTable).show(client_columns(clients, self._counts), len(clients), find)

    def _count(self, requests: Requests | None) -> None:
        """Count the requests of each client in the background."""
        if self._job is not None:
            self._job.cancel()
        self._counted, self._counts, self._job = requests, None, None
        if requests is not None:
            self._job = Job(self, lambda _: _counts(requests), self._take_counts, lambda _: None)

    def _take_counts(self, counts: Sequence[int]) -> None:
        self._job, self._counts = None, counts
        if self._clients is not None:
            self._show(self._clients)

    def on_unmount(self) -> None:
        """Count no longer."""
        if self._job is not None:
            self._job.cancel()

    @on(TableRows.Chosen)
    def show_client(self, event: TableRows.Chosen) -> None:
        """Show all of a client."""
        event.stop()
        from blis_tui.tui.tables.client_dialog import ClientDialog

        if self._clients is not None:
            self.app.push_screen(ClientDialog(self._clients, event.index, self._preview))


def _counts(requests: Requests) -> Sequence[int]:
    import numpy as np

    return np.bincount(requests.client, minlength=len(requests.clients))  # type: ignore[return-value]
