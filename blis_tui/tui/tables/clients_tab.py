"""The Clients tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from blis_tui.tui.preview.state import FAILED, Preview
from blis_tui.tui.tables.client_columns import ClientNumbers, ClientTable, client_table
from blis_tui.tui.tables.table_tab import TableTab
from blis_tui.tui.widgets.table_rows import TableRows

if TYPE_CHECKING:
    from blis_tui.workload.expansion.clients import Expansion
    from blis_tui.workload.requests import Requests


class ClientsTab(TableTab):
    """The clients that the text stands for. They need no generated requests; when there are some, they are counted."""

    noun = "client"
    example = "requests>100 client~prompt-3 slo=batch"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clients: Expansion | None = None
        self._requests: Requests | None = None

    def fill(self, preview: Preview) -> None:
        """Show the clients at once, and what is counted of them when it is."""
        clients, table = preview.clients, self.table
        table.set_class(preview.clients_stale and clients is not None, "-old")
        current = preview.requests if not preview.stale and not preview.clients_stale else None
        if clients is None:
            hint = "There are no clients: the text has errors." if preview.state == FAILED else "Expanding the clients …"
            table.show([], 0, None, hint)
        elif clients is not self._clients:
            self._clients, self._requests = clients, current
            self.prepare(lambda: client_table(clients, ClientNumbers()), self._take_clients)
        elif current is not self._requests:
            self._requests = current
            self._count()

    def _take_clients(self, made: ClientTable) -> None:
        self.table.show(*made)
        self._count()

    def _count(self) -> None:
        clients, requests = self._clients, self._requests
        assert clients is not None
        self.prepare(lambda: client_table(clients, _numbers(clients, requests)), lambda made: self.table.show(*made))

    def client_at(self, index: int) -> tuple[Expansion, int] | None:
        """Return the client of a row."""
        return None if self._clients is None else (self._clients, index)

    @on(TableRows.Chosen)
    def choose(self, event: TableRows.Chosen) -> None:
        """Show all of a client."""
        event.stop()
        if self._clients is not None and event.index < len(self._clients):  # others may be shown by now
            self.show_client(self._clients, event.index)


def _numbers(clients: Expansion, requests: Requests | None) -> ClientNumbers:
    """Count the requests of each client, and say how many can be expected of what is planned."""
    import numpy as np

    from blis_tui.spec.format.facts import end_us
    from blis_tui.workload.totals.expected_clients import expect_clients

    counts = np.bincount(requests.client, minlength=len(clients)) if requests is not None else None
    if requests is not None and counts is not None and clients.recorded:
        sums = (np.bincount(requests.client, each, len(clients)) for each in (requests.input_tokens, requests.output_tokens))
        inputs, outputs = (total / np.maximum(counts, 1) for total in sums)
        return ClientNumbers(counts, inputs=inputs, outputs=outputs)
    if requests is not None and requests.sent:
        return ClientNumbers(counts)
    until = end_us(clients.spec) if requests is None else requests.horizon_us
    return ClientNumbers(counts, *expect_clients(clients, until))
