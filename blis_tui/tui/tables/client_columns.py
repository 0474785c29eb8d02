"""The columns of a table of clients. Knows nothing of the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.numbers import counted, duration, mean, rate, roughly, whole
from blis_tui.spec.format.facts import is_fitted
from blis_tui.spec.format.generation import ORDINARY, generation_path
from blis_tui.spec.format.model import Distribution
from blis_tui.tui.tables.client_details import arrival_text
from blis_tui.tui.widgets.table_rows import Column

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from blis_tui.spec.format.model import Client
    from blis_tui.tui.widgets.row_order import Find
    from blis_tui.workload.expansion.clients import ClientBlock, Expansion

_TITLES = {"group": "prefix group", "slo": "SLO"}
"""The titles of columns that are not what is typed to ask for them."""


class ClientNumbers(NamedTuple):
    """What is known of the requests of each client: how many there are, how many were to be expected, and give or take how many.

    The last two are NaN where they are not known.
    """

    counts: NDArray[np.int64] | None = None
    expected: NDArray[np.float64] | None = None
    deviations: NDArray[np.float64] | None = None
    inputs: NDArray[np.float64] | None = None
    """Input tokens of a request on average; with `outputs`, where clients declare no lengths."""
    outputs: NDArray[np.float64] | None = None


class ClientTable(NamedTuple):
    """What a table of clients shows: its columns, how many rows, and what finds rows."""

    columns: list[Column]
    total: int
    find: Find


def client_table(clients: Expansion, numbers: ClientNumbers) -> ClientTable:
    """Return the table of clients, with what is known of their requests."""
    from blis_tui.workload.query.request_fields import OF_CLIENTS
    from blis_tui.workload.query.searches import ClientSearch

    further = {"requests": numbers.counts, "expected": numbers.expected}
    search = ClientSearch(clients, {name: values for name, values in further.items() if values is not None})
    columns = [
        Column("client", clients.column("id").__getitem__),
        Column("number", lambda row: f"{row + 1:,}", right=True, values=lambda: range(len(clients))),
        *_counted(numbers),
        *([] if clients.recorded else _declared(clients)),
    ]
    for name in OF_CLIENTS:
        field = search.fields[name]
        if name != "client" and field.text is not None and field.same is not None:
            columns.append(Column(_TITLES.get(name, name), field.text, same=field.same()))
    columns.append(_of_block(clients, "streaming", lambda client: "yes" if client.streaming else "no"))
    if len(clients) < 2:
        columns = [column._replace(same=None if column.same else column.same) for column in columns]
    return ClientTable(columns, len(clients), search)  # type: ignore[arg-type]


def _declared(clients: Expansion) -> list[Column]:
    """Return the columns of what the file says of the clients' requests."""
    return [
        _of_block(clients, "users", lambda client: f"{client.concurrency:,}" if client.concurrency else "", right=True),
        _rates(clients),
        _of_block(clients, "input", _input, right=True),
        _of_block(clients, "output", lambda client: _short(client.output_distribution), right=True),
        _of_block(clients, "arrivals", lambda client: arrival_text(client.arrival)),
        _of_block(clients, "active", _active),
    ]


def _of_block(clients: Expansion, title: str, write: Callable[[Client], str], *, right: bool = False) -> Column:
    """Return a column in which the clients of a block are the same."""
    texts = {write(block.template) for block in clients.blocks}
    return Column(
        title,
        lambda row: write(clients.locate(row)[0].template),
        right=right,
        same=texts.pop() if len(texts) == 1 else None,
    )


def _counted(numbers: ClientNumbers) -> Iterator[Column]:
    """Yield the columns of requests, as far as they are known."""
    counts, expected, deviations = numbers[:3]
    if counts is not None:
        yield Column("requests", lambda row: f"{counts[row]:,}", right=True, values=lambda: counts)
    for title, means in (("input", numbers.inputs), ("output", numbers.outputs)):
        if means is not None:
            yield _mean(title, means)
    if expected is None or deviations is None:
        return
    yield Column(
        "expected",
        lambda row: mean(expected[row]) if expected[row] == expected[row] else "?",
        right=True,
        values=lambda: expected,
    )
    if counts is None:
        return

    def away(row: int) -> str:
        spread = deviations[row]
        if not spread > 0:
            return "exact" if spread == 0 else ""
        return f"{(counts[row] - expected[row]) / spread:+z.1f}"

    def values() -> NDArray[np.float64]:
        import numpy as np

        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(deviations > 0, (counts - expected) / deviations, 0.0)

    yield Column("±σ", away, right=True, values=values, same=_all_exact(deviations))


def _mean(title: str, means: NDArray[np.float64]) -> Column:
    """Return a column of mean lengths."""
    return Column(title, lambda row: mean(means[row]), right=True, values=lambda: means)


def _all_exact(deviations: NDArray[np.float64]) -> str | None:
    """Say so if all counts are exact; empty if nothing is known of any."""
    import numpy as np

    return "exact" if len(deviations) and not deviations.any() else "" if np.isnan(deviations).all() else None


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
            return "closed loop"
        if by_window:
            return "per window" if client.lifecycle is not None and client.lifecycle.windows else "none"
        if is_fitted(client.arrival):
            from blis_tui.workload.totals.expected import gap_us

            return f"{rate(1e6 / gap_us(client.arrival, 1.0))} req/s"
        return "" if clients.aggregate_rate > 0 else "none"

    def write(row: int) -> str:
        block, member = clients.locate(row)
        return other(block, member) or f"{shares()[id(block)] * 100:.3g}%"

    title = "rate" if any(other(block, 0) for block in clients.blocks) else "share"
    alike = len(clients.blocks) == 1 and (clients.blocks[0].dealt is None or not clients.blocks[0].dealt.extra)
    return Column(title, write, right=True, same=write(0) if alike else None)


def _input(client: Client) -> str:
    own = "multimodal" if client.multimodal is not None else _short(client.input_distribution)
    return f"{client.prefix_length or 50:,} + {own}" if client.prefix_group else own


def _short(distribution: Distribution) -> str:
    values = distribution.params
    if distribution.type == "constant":
        return whole(values.get("value", 0))
    if "mean" in values:
        return f"{distribution.type} ≈ {values['mean']:,.6g}"
    return distribution.type


def _active(client: Client) -> str:
    windows = client.lifecycle.windows if client.lifecycle is not None else ()
    if not windows:
        return "always"
    first = windows[0]
    text = f"{roughly(first.start_us)} – {roughly(first.end_us)}"
    return text if len(windows) == 1 else f"{text} and {len(windows) - 1} more"
