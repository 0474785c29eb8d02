"""All there is to say about one client: its fields, its windows, and its requests in the preview."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from blis_tui.problems import printable
from blis_tui.tui.actions import bindings
from blis_tui.tui.document.messages import JumpRequested
from blis_tui.tui.jobs import Job
from blis_tui.tui.preview.state import Preview
from blis_tui.tui.tables.client_details import client_lines
from blis_tui.tui.tables.client_places import place_of
from blis_tui.tui.tables.request_columns import RequestTable, request_table
from blis_tui.tui.widgets.dialog import Dialog
from blis_tui.tui.widgets.line_table import LineTable
from blis_tui.tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from blis_tui.workload.expansion.clients import Expansion
    from blis_tui.workload.requests import Requests

_NAME = 28


class ClientDialog(Dialog[None]):
    """Shows one client of an expansion, as it was when the dialog was opened."""

    CSS_PATH = "client_dialog.tcss"
    AUTO_FOCUS = "TableRows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("client"), *bindings("client-rows")]

    def __init__(self, clients: Expansion, index: int, preview: Preview | None) -> None:
        super().__init__()
        self._client = clients[index]
        self._recorded = clients.recorded
        self._place = None if self._recorded else place_of(clients, index)
        self._index = index
        same = preview is not None and preview.requests is not None and preview.requests.clients.spec == clients.spec
        cut = preview is not None and preview.cut_us is not None and preview.clients is clients and not preview.stale
        self._requests = preview.requests if preview is not None and (same or cut) else None
        self._cut = cut
        self._job: Job[RequestTable] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(printable(f"Client {self._index + 1:,}: {self._client.id or 'without an id'}"))
            with VerticalScroll():
                yield Static(self._facts(), classes="facts", markup=False)
            yield Static(
                f"Its requests{', of the first part that the preview has' if self._cut else ''}", classes="title", markup=False
            )
            yield LineTable("request")
            source = "f form   e YAML   " if self._place is not None else ""
            yield Static(f"{source}↑↓ requests   Tab facts   Esc close", classes="hint", markup=False)

    def _facts(self) -> Content:
        lines = []
        for name, value in client_lines(self._client, recorded=self._recorded):
            title = Content.styled(f"{name:<{_NAME}}", "$foreground-muted" if value else "bold")
            lines.append(title + Content(f" {value}"))
        return Content("\n").join(lines)

    def on_mount(self) -> None:
        """Look for the client's requests."""
        requests, index = self._requests, self._index
        if requests is None:
            self._say("There is no up-to-date preview to take requests from.")
            return
        self._say("Looking for its requests…")
        self._job = Job(
            self, lambda _: _requests_of(requests, index), self._take, lambda _: self._say("They could not be found.")
        )

    def _say(self, hint: str) -> None:
        self.query_one(LineTable).show([], 0, None, hint)

    def _take(self, table: RequestTable) -> None:
        self.query_one(LineTable).show(*table, "It has none.")

    @on(TableRows.Chosen)
    def stay(self, event: TableRows.Chosen) -> None:
        """There is nothing more to show of a request."""
        event.stop()

    def action_show_source(self, in_text: bool) -> None:
        """Leave for the form of the client, or for its text."""
        if self._place is not None:
            self.action_close()
            self.app.post_message(JumpRequested(self._place, in_text=in_text))

    def action_close(self) -> None:
        """Go back."""
        if self._job is not None:
            self._job.cancel()
        self.dismiss(None)


def _requests_of(requests: Requests, index: int) -> RequestTable:
    import numpy as np

    return request_table(requests, np.flatnonzero(requests.client == index))
