"""The columns of a table of requests: of all of a preview, or of one client's. Knows nothing of the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from blis_tui.tui.widgets.table_rows import Column

if TYPE_CHECKING:
    from blis_tui.tui.widgets.row_order import Find
    from blis_tui.workload.requests import Requests


class RequestTable(NamedTuple):
    """What a table of requests shows: its columns, how many rows, and what finds rows by words."""

    columns: list[Column]
    total: int
    find: Find


def request_table(requests: Requests, rows: Any = None) -> RequestTable:
    """Return the table of all requests or of the ones in the array `rows`. Takes a while for millions."""
    from blis_tui.tui.tables.search import request_finder

    clients = requests.clients
    client, group = requests.client, requests.prefix_group
    ids, groups = clients.column("id"), clients.column("prefix_group")
    sessions, users, rounds = requests.session, requests.user, requests.round
    count = len(requests) if rows is None else len(rows)

    def place(row: int) -> int:
        return row if rows is None else int(rows[row])

    def numbers(title: str, values: Any, write: Callable[[int], str] = "{:,}".format) -> Column:
        picked = values if rows is None else values[rows]
        return Column(title, lambda row: write(int(picked[row])), right=True, values=lambda: picked)

    def name(row: int) -> str:
        return ids[int(client[place(row)])]

    def prefix(row: int) -> str:
        request = place(row)
        return groups[int(client[request])] if group[request] >= 0 else ""

    columns = [
        Column("request", lambda row: f"request_{place(row)}", values=lambda: range(count)),
        numbers("arrival s", requests.arrival_us, lambda value: f"{value / 1e6:,.6f}"),
    ]
    if rows is None:
        columns.append(Column("client", name))
    if len(requests.groups):
        columns.append(Column("prefix group", prefix))
        columns.append(numbers("prefix", requests.prefix_tokens))
    columns += [numbers("input", requests.input_tokens), numbers("output", requests.output_tokens)]
    in_sessions, of_users = bool((sessions >= 0).any()), bool((users >= 0).any())
    if in_sessions:
        columns.append(numbers("session", sessions, lambda value: f"sess_{value}" if value >= 0 else ""))
    if of_users:
        columns.append(numbers("user", users, lambda value: f"user_{value}" if value >= 0 else ""))
    if in_sessions or of_users:
        columns.append(numbers("round", rounds))
    slo_classes = clients.column("slo_class")
    if any(block.template.slo_class for block in clients.blocks):
        columns.append(Column("SLO class", lambda row: slo_classes[int(client[place(row)])]))

    return RequestTable(columns, count, request_finder(requests, rows))
