"""The columns of a table of clients. Knows nothing of the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from blis_tui.numbers import counted, duration, rate
from blis_tui.spec.format.facts import is_fitted
from blis_tui.spec.format.generation import ORDINARY, generation_path
from blis_tui.spec.format.model import Distribution
from blis_tui.tui.tables.client_details import arrival_text, span
from blis_tui.tui.widgets.table_rows import Column

if TYPE_CHECKING:
    from blis_tui.spec.format.model import Client
    from blis_tui.workload.expansion.clients import ClientBlock, Expansion

_TITLES = {
    "prefix_group": "prefix group",
    "tenant_id": "tenant",
    "slo_class": "SLO class",
    "model": "model",
    "adapter": "adapter",
}
SEARCHED = ("id", *_TITLES)
"""The fields that a filter looks at."""


def client_columns(clients: Expansion, counts: Sequence[int] | None) -> list[Column]:
    """Return the columns of a table of clients. `counts` holds the requests of each client in the preview, if known."""
    columns = [
        Column("#", lambda row: f"{row + 1:,}", right=True, values=lambda: range(len(clients))),
        Column("client", clients.column("id").__getitem__),
    ]
    if counts is not None:
        columns.append(Column("requests", lambda row: f"{counts[row]:,}", right=True, values=lambda: counts))
    if any(block.template.concurrency for block in clients.blocks):
        columns.append(_users(clients))
    columns += [
        _rates(clients),
        Column("input", _of_block(clients, _input), right=True),
        Column("output", _of_block(clients, lambda client: _short(client.output_distribution)), right=True),
        Column("arrivals", _of_block(clients, lambda client: arrival_text(client.arrival))),
    ]
    if any(block.template.lifecycle is not None for block in clients.blocks):
        columns.append(Column("active", _of_block(clients, _active)))
    for name, title in _TITLES.items():
        if any(getattr(block.template, name) for block in clients.blocks):
            columns.append(Column(title, clients.column(name).__getitem__))
    return columns


def _of_block(clients: Expansion, write: Callable[[Client], str]) -> Callable[[int], str]:
    return lambda row: write(clients.locate(row)[0].template)


def _users(clients: Expansion) -> Column:
    """Return the column of the virtual users of each client, empty where its requests come at a rate."""

    def values() -> Sequence[float]:
        import numpy as np

        blocks = clients.blocks
        return np.repeat([block.template.concurrency for block in blocks], [block.size for block in blocks])  # type: ignore[return-value]

    def write(row: int) -> str:
        users = clients.locate(row)[0].template.concurrency
        return f"{users:,}" if users else ""

    return Column("users", write, right=True, values=values)


def _rates(clients: Expansion) -> Column:
    """Return the column of the clients' shares of the aggregate rate while they are active, or of what they have instead."""

    @cache
    def shares() -> dict[int, float]:
        from blis_tui.workload.expansion.rates import block_rates

        aggregate = clients.aggregate_rate / 1e6
        return {id(block): share / aggregate for block, share in zip(clients.blocks, block_rates(clients), strict=True)}

    by_window = generation_path(clients.spec) != ORDINARY

    def other(block: ClientBlock, member: int) -> str:
        client = block.template
        if block.exact_rate is not None:
            return f"{rate(block.exact_rate * 1e6)} req/s"
        if block.spread_us is not None and block.dealt is not None:
            return f"{counted(block.dealt.of(member), 'request')} in {duration(block.spread_us)}"
        if client.concurrency:
            return "by answers"
        if by_window:
            return "by window" if client.lifecycle is not None and client.lifecycle.windows else "none"
        if is_fitted(client.arrival):
            from blis_tui.workload.totals.expected import gap_us

            return f"{rate(1e6 / gap_us(client.arrival, 1.0))} req/s"
        return "" if clients.aggregate_rate > 0 else "none"

    def write(row: int) -> str:
        block, member = clients.locate(row)
        return other(block, member) or f"{shares()[id(block)] * 100:.3g}%"

    title = "rate" if any(other(block, 0) for block in clients.blocks) else "share"
    return Column(title, write, right=True)


def _input(client: Client) -> str:
    own = "multimodal" if client.multimodal is not None else _short(client.input_distribution)
    return f"{client.prefix_length or 50:,} + {own}" if client.prefix_group else own


def _short(distribution: Distribution) -> str:
    values = distribution.params
    if distribution.type == "constant":
        return f"{values.get('value', 0):,.0f}"
    if "mean" in values:
        return f"{distribution.type} ≈ {values['mean']:,.6g}"
    return distribution.type


def _active(client: Client) -> str:
    windows = client.lifecycle.windows if client.lifecycle is not None else ()
    if not windows:
        return "always"
    first = windows[0]
    return span(first) if len(windows) == 1 else f"{span(first)} and {len(windows) - 1} more"
