"""From a spec to its requests: BLIS's `GenerateRequests`, and the version-1 rules beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blis_tui.problems import ERROR, SpecError
from blis_tui.spec.facts import end_us
from blis_tui.spec.fields import INT64_MAX
from blis_tui.spec.generation import STEPPED, VARYING, generation_path
from blis_tui.spec.model import Client, WorkloadSpec
from blis_tui.spec.validate import generation_problems
from blis_tui.workload.clients import ClientBlock, Expansion, windowed
from blis_tui.workload.content import checked
from blis_tui.workload.drawing import Drawn, Maker, draw
from blis_tui.workload.expand import expand
from blis_tui.workload.ordinary import OrdinaryClients
from blis_tui.workload.prefixes import PrefixGroups
from blis_tui.workload.progress import Progress, Pulse
from blis_tui.workload.rates import WindowRates, block_rates
from blis_tui.workload.requests import DEFAULT_TIMEOUT_US, Requests, Traits
from blis_tui.workload.root import root_stream
from blis_tui.workload.rows import Rows
from blis_tui.workload.stepped import SteppedClients
from blis_tui.workload.tokens import iterate_blocks
from blis_tui.workload.varying import VaryingClients


def generate(spec: WorkloadSpec, *, progress: Progress | None = None, threads: int | None = None) -> Requests:
    """Return the requests BLIS makes of a spec, without their token ids (these come from `Requests.token_blocks`).

    With more than one of `threads`, by default where there are several processors, token ids are made while those before
    them are used, if using them takes long enough; they are the same.
    Raises `SpecError` if the spec has errors, and what `progress` raises.
    """
    problems = [problem for problem in generation_problems(spec) if problem.severity == ERROR]
    if problems:
        raise SpecError(problems)
    clients = expand(spec)
    horizon = end_us(spec)
    until = INT64_MAX if horizon is None else horizon
    most = 2 * spec.num_requests or INT64_MAX
    groups = PrefixGroups(clients)
    pulse = Pulse(progress)
    root = root_stream(spec.seed, pulse)
    root.skip_tokens(groups.total_tokens)
    makers = _makers(clients, until, most)
    seeds = np.zeros(len(clients), np.int64)
    for maker, start, stop in zip(makers, clients.starts, clients.starts[1:], strict=False):
        if maker is not None:
            seeds[start:stop] = root.int63s(stop - start)
    sent, hidden = _merge(draw(clients, makers, seeds, pulse), spec.num_requests)
    _check_longest(sent[0], groups)
    if progress is not None:
        progress(1.0)
    return Requests(
        clients,
        *sent,
        hidden=hidden,
        seeds=seeds,
        traits=[_traits(block, isinstance(maker, VaryingClients)) for block, maker in zip(clients.blocks, makers, strict=True)],
        groups=groups,
        horizon_us=horizon,
        threads=threads,
        draw_ids=iterate_blocks,
    )


def _makers(clients: Expansion, until: int, most: int) -> list[Maker | None]:
    """Choose how each block's requests are made; ``None`` for clients that make none and take no seed."""
    path = generation_path(clients.spec)
    if path == STEPPED:
        return [SteppedClients(block, until, most) for block in clients.blocks]
    if path == VARYING:
        rates = WindowRates(clients, until)
        return [VaryingClients(block, rates, until) if windowed(block.template) else None for block in clients.blocks]
    return [
        OrdinaryClients(block, rate, until, most) if rate > 0 else None
        for block, rate in zip(clients.blocks, block_rates(clients), strict=True)
    ]


def _merge(drawn: Drawn, num_requests: int) -> tuple[tuple[Rows, NDArray[np.int32]], tuple[Rows, NDArray[np.int32]]]:
    """Sort the clients' rows by arrival, clients in their order where arrivals are equal; split off hidden rounds.

    What was drawn is taken column by column, so that no more than one column is there twice.
    """
    rows, client = drawn.take()
    order = _in_order(rows.arrival, client)
    if rows.hidden is not None:
        order = order[~rows.hidden[order]]
    if num_requests:
        order = order[:num_requests]
    repeated = np.empty(0, np.intp)
    if rows.context is not None:
        sent = np.zeros(len(client), bool)
        sent[order] = True
        repeated = rows.repeated(sent)
    hidden = (rows._replace(hidden=None).take(repeated), client[repeated])
    columns: list[NDArray[Any] | None] = [*rows._replace(hidden=None), client]
    del rows, client
    for number, column in enumerate(columns):
        columns[number] = None if column is None else column[order]
        del column
    *sorted_columns, sorted_client = columns
    return (Rows(*sorted_columns), sorted_client), hidden  # type: ignore[arg-type,return-value]


def _in_order(arrival: NDArray[np.int64], client: NDArray[np.int32]) -> NDArray[np.intp]:
    """Return the order by arrival, then client, then row. Equal arrivals are rare and ordered on their own."""
    order = np.argsort(arrival)
    times = arrival[order]
    tied = np.zeros(len(order) + 1, bool)
    np.equal(times[1:], times[:-1], out=tied[1:-1])
    places = (tied[1:] | tied[:-1]).nonzero()[0]
    rows = order[places]
    order[places] = rows[np.lexsort((rows, client[rows], arrival[rows]))]
    return order


def _check_longest(rows: Rows, groups: PrefixGroups) -> None:
    """Raise `SpecError` if an input of a prefix, earlier rounds and a request's own tokens might be too long."""
    context = 0 if rows.context is None else int(rows.context.max(initial=0))
    checked(int(groups.lengths.max(initial=0)) + context + int(rows.fresh.max(initial=0)))


def _traits(block: ClientBlock, varying: bool) -> Traits:
    """Return what holds for a block's requests. On the time-varying path BLIS forgets some of it."""
    client = block.template
    turns = client.reasoning.multi_turn if client.reasoning is not None else None
    chat = turns is not None
    return Traits(
        prefixed=bool(client.prefix_group) and (chat or not varying),
        streaming=client.streaming and not chat,
        multimodal=client.multimodal is not None and not chat and not varying,
        accumulates=turns is not None and turns.context_growth == "accumulate",
        timeout_us=_timeout_us(client, chat) if chat or not varying else 0,
        slo_target_us=0 if chat and varying else client.slo_target_us or 0,
    )


def _timeout_us(client: Client, chat: bool) -> int:
    if client.timeout is not None:
        return client.timeout
    closed_loop = client.closed_loop if client.closed_loop is not None and not chat else chat
    return DEFAULT_TIMEOUT_US if closed_loop else 0
