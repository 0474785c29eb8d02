"""The Requests tab."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on

from blis_tui.tui.preview.state import CANCELLED, FAILED, Preview
from blis_tui.tui.tables.request_columns import RequestTable, request_table
from blis_tui.tui.tables.table_tab import TableTab
from blis_tui.tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.workload.expansion.clients import Expansion
    from blis_tui.workload.requests import Requests

_HINTS = {FAILED: "There are no requests: the text has errors.", CANCELLED: "There are no requests yet; F5 generates them."}


class RequestsTab(TableTab):
    """The preview's requests in arrival order; the line above says whether they are all and of the present text."""

    noun = "request"
    example = "input>1000 client~gam 30s..60s slo=batch"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: Requests | None = None
        self._wanted: Requests | None = None

    def fill(self, preview: Preview) -> None:
        """Show the requests as soon as their table is made."""
        requests = preview.requests
        if requests is None:
            self.stop()
            self._wanted = self._shown = None
            self.table.show([], 0, None, _HINTS.get(preview.state, "Generating the requests …"))
        elif requests is not self._wanted:
            self._wanted = requests
            self.prepare(lambda: request_table(requests), self._take)
        self._mark()

    def _take(self, made: RequestTable) -> None:
        self._shown = self._wanted
        self.table.show(*made, "No request arrives in that time.")
        self._mark()

    def _mark(self) -> None:
        assert self.preview is not None
        old = self._shown is not None and (self.preview.stale or self._shown is not self._wanted)
        self.table.set_class(old, "-old")
        self.table.rows.can_be_written = self._shown is not None

    def client_at(self, index: int) -> tuple[Expansion, int] | None:
        """Return the client of a row's request."""
        return None if self._shown is None else (self._shown.clients, int(self._shown.client[index]))

    @on(TableRows.Chosen)
    def choose(self, event: TableRows.Chosen) -> None:
        """Show the client of a request, with its requests."""
        event.stop()
        if self._shown is not None and event.index < len(self._shown):  # others may be shown by now
            self.show_client(self._shown.clients, int(self._shown.client[event.index]))

    @on(TableRows.WriteRequested)
    def write(self) -> None:
        """Write the rows shown to a file."""
        from blis_tui.tui.tables.write_dialog import ask_and_write

        app = cast("BaseApp", self.app)
        if self._shown is not None and self.preview is not None and not self.table.is_busy:
            source = self.preview.trace or app.workspace.path
            app.do(ask_and_write(app, source, self._shown, self.table.rows.order), "write rows")
