"""From a spec to its requests: BLIS's `GenerateRequests`, and the version-1 rules beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from blis_tui.problems import ERROR, SpecError
from blis_tui.spec.advice import generation_problems
from blis_tui.spec.fields import INT64_MAX
from blis_tui.spec.model import Client, WorkloadSpec
from blis_tui.workload.clients import ClientBlock, Expansion, windowed
from blis_tui.workload.expand import US_PER_S, expand
from blis_tui.workload.ordinary import OrdinaryClients
from blis_tui.workload.prefixes import PrefixGroups
from blis_tui.workload.random.source import seed_states
from blis_tui.workload.random.stream import Stream
from blis_tui.workload.rates import WindowRates, block_rates
from blis_tui.workload.requests import DEFAULT_TIMEOUT_US, Requests, Traits
from blis_tui.workload.rows import Rows, concatenate, empty
from blis_tui.workload.stepped import SteppedClients
from blis_tui.workload.varying import VaryingClients

Progress = Callable[[float], None]
"""Is told the part that is done, 0 to 1, and may raise `Cancelled`."""

_SUBSYSTEM = "workload-gen"
_SEEDED_AT_ONCE = 64


class _Maker(Protocol):
    def rows(self, stream: Stream, member: int) -> Rows: ...


def generate(spec: WorkloadSpec, *, progress: Progress | None = None) -> Requests:
    """Return the requests BLIS makes of a spec, without their token ids (these come from `Requests.tokens`).

    Raises `SpecError` if the spec has errors, and what `progress` raises.
    """
    problems = [problem for problem in generation_problems(spec) if problem.severity == ERROR]
    if problems:
        raise SpecError(problems)
    clients = expand(spec)
    horizon = effective_horizon(spec)
    until = INT64_MAX if horizon is None else horizon
    most = 2 * spec.num_requests or INT64_MAX
    groups = PrefixGroups(clients)
    root = root_stream(spec.seed)
    root.skip_tokens(groups.total_tokens)
    makers = _makers(clients, until, most)
    seeds = np.zeros(len(clients), np.int64)
    parts: list[Rows] = []
    owners: list[int] = []
    for done, (client, rows) in enumerate(_drawn(clients, makers, root, seeds)):
        if progress is not None and done % _SEEDED_AT_ONCE == 0:
            progress(client / len(clients))
        if len(rows.arrival):
            parts.append(rows)
            owners.append(client)
    sent, hidden = _merge(parts, owners, spec.num_requests)
    if progress is not None:
        progress(1.0)
    return Requests(
        clients,
        *sent,
        hidden=hidden,
        seeds=seeds,
        traits=[
            _traits(block, isinstance(maker, VaryingClients))
            for block, maker in zip(clients.blocks, makers, strict=True)
        ],
        groups=groups,
        horizon_us=horizon,
    )


def effective_horizon(spec: WorkloadSpec) -> int | None:
    """Return when generation ends, in µs: the file's horizon, or where a version-1 compact spec's stages end."""
    if spec.horizon > 0:
        return spec.horizon
    if spec.rules == 1 and spec.inference_perf is not None and not spec.num_requests:
        return sum(stage.duration for stage in spec.inference_perf.stages) * US_PER_S
    return None


def root_stream(seed: int) -> Stream:
    """Open the stream from which prefix tokens and the clients' seeds are drawn."""
    mixed = (seed ^ fnv1a64(_SUBSYSTEM)) & (2**64 - 1)
    return Stream.seeded(mixed - 2**64 if mixed >= 2**63 else mixed)


def fnv1a64(text: str) -> int:
    """Hash a text by FNV-1a (Fowler, Noll and Vo), 64 bits."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & (2**64 - 1)
    return value


def _makers(clients: Expansion, until: int, most: int) -> list[_Maker | None]:
    """Choose how each block's requests are made; ``None`` for clients that make none and take no seed."""
    path = _path(clients)
    if path == "stepped":
        return [SteppedClients(block, until, most) for block in clients.blocks]
    if path == "varying":
        rates = WindowRates(clients)
        return [VaryingClients(block, rates, until) if windowed(block.template) else None for block in clients.blocks]
    return [
        OrdinaryClients(block, rate, until, most) if rate > 0 else None
        for block, rate in zip(clients.blocks, block_rates(clients), strict=True)
    ]


def _path(clients: Expansion) -> str:
    windows = [
        window
        for block in clients.blocks
        if block.template.lifecycle is not None
        for window in block.template.lifecycle.windows
    ]
    if clients.spec.rules == 1 and any(window.trace_rate is not None for window in windows):
        return "stepped"
    if any(
        own is not None
        for window in windows
        for own in (window.trace_rate, window.arrival, window.input_distribution, window.output_distribution)
    ):
        return "varying"
    return "ordinary"


def _drawn(
    clients: Expansion, makers: list[_Maker | None], root: Stream, seeds: NDArray[np.int64]
) -> Iterator[tuple[int, Rows]]:
    """Draw the requests of one client after the other, as (client, rows), and note their seeds."""
    for block, maker, start in zip(clients.blocks, makers, clients.starts, strict=False):
        if maker is None:
            continue
        for low in range(0, block.size, _SEEDED_AT_ONCE):
            count = min(_SEEDED_AT_ONCE, block.size - low)
            mine = root.int63s(count)
            seeds[start + low : start + low + count] = mine
            for member, state in enumerate(seed_states(mine), low):
                yield start + member, maker.rows(Stream(state), member)


def _merge(
    parts: list[Rows], owners: list[int], num_requests: int
) -> tuple[tuple[Rows, NDArray[np.int32]], tuple[Rows, NDArray[np.int32]]]:
    """Merge the clients' rows by arrival, clients in their order where arrivals are equal; split off hidden rounds."""
    if not parts:
        return (empty(), np.empty(0, np.int32)), (empty(), np.empty(0, np.int32))
    client = np.repeat(np.array(owners, np.int32), [len(part.arrival) for part in parts])
    rows = concatenate(parts)
    parts.clear()
    none = np.zeros(0, np.intp)
    hidden = none if rows.hidden is None else np.flatnonzero(rows.hidden)
    order = np.argsort(rows.arrival, kind="stable")
    if len(hidden):
        order = order[~rows.hidden[order]]  # type: ignore[index]
    if num_requests:
        order = order[:num_requests]
    rows = rows._replace(hidden=None)
    return (rows.take(order), client[order]), (rows.take(hidden), client[hidden])


def _traits(block: ClientBlock, varying: bool) -> Traits:
    """Return what holds for a block's requests. On the time-varying path BLIS forgets some of it."""
    client = block.template
    chat = client.reasoning is not None and client.reasoning.multi_turn is not None
    return Traits(
        prefixed=bool(client.prefix_group) and (chat or not varying),
        streaming=client.streaming and not chat,
        timeout_us=_timeout_us(client, chat) if chat or not varying else 0,
        slo_target_us=0 if chat and varying else client.slo_target_us or 0,
    )


def _timeout_us(client: Client, chat: bool) -> int:
    if client.timeout is not None:
        return client.timeout
    closed_loop = client.closed_loop if client.closed_loop is not None and not chat else chat
    return DEFAULT_TIMEOUT_US if closed_loop else 0
