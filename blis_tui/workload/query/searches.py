"""Searches of requests and of clients: what was typed, and the rows that meet it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from blis_tui.workload.query.client_fields import client_fields
from blis_tui.workload.query.language import Field, find, parse
from blis_tui.workload.query.request_fields import OF_CLIENTS, request_fields
from blis_tui.workload.query.words import clients_with, requests_with

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.workload.expansion.clients import Expansion
    from blis_tui.workload.progress import Progress
    from blis_tui.workload.requests import Requests


class RequestSearch:
    """Finds requests, or those of the array `rows`."""

    def __init__(self, requests: Requests, rows: NDArray[np.intp] | None = None) -> None:
        self.fields = request_fields(requests, rows)
        self._requests, self._rows = requests, rows

    def __call__(self, typed: str, tick: Progress) -> NDArray[np.int32]:
        """Return the rows that meet what was typed; raises `QueryError`."""
        count = len(self._requests) if self._rows is None else len(self._rows)
        parts = parse(typed, self.fields)
        return find(parts, count, lambda word, tick: requests_with(self._requests, word, self._rows, tick), tick)


class ClientSearch:
    """Finds clients; `numbers` are further columns to ask for them by, one number for each client."""

    def __init__(self, clients: Expansion, numbers: Mapping[str, Any] | None = None) -> None:
        self.fields: dict[str, Field] = client_fields(clients, numbers or {})
        self._clients = clients

    def __call__(self, typed: str, tick: Progress) -> NDArray[np.int32]:
        """Return the rows that meet what was typed; raises `QueryError`."""
        parts = parse(typed, self.fields)
        names = tuple(OF_CLIENTS.values())
        return find(parts, len(self._clients), lambda word, tick: clients_with(self._clients, word, names, tick), tick)
