"""How many requests each client can be expected to send."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.generation import ORDINARY, generation_path
from blis_tui.spec.format.windows import windows_of
from blis_tui.workload.expansion.clients import ClientBlock, Dealt, Expansion
from blis_tui.workload.expansion.rates import block_rates
from blis_tui.workload.sampling.arrivals import poisson_rate
from blis_tui.workload.totals.counts import Count, add, capped
from blis_tui.workload.totals.expected import block_counts, gap_us


class ExpectedClients(NamedTuple):
    """The expected number of requests of each client, and its standard deviation. Shape of both: (clients).

    They are NaN where it would take more than the spec's rates to know them.
    """

    means: NDArray[np.float64]
    deviations: NDArray[np.float64]


def expect_clients(clients: Expansion, until_us: int | None) -> ExpectedClients:
    """Return what can be expected of each client of a spec whose generation ends at `until_us` (``None`` for no time limit)."""
    if clients.recorded:
        return ExpectedClients(*np.full((2, len(clients)), np.nan))
    split = [part for block in clients.blocks for part in _alike(block)]
    alike = Expansion(clients.spec, split, aggregate_rate=clients.aggregate_rate, category=clients.category)
    until = math.inf if until_us is None else until_us
    totals = block_counts(alike, until)
    if clients.spec.num_requests:
        totals = _limited(alike, totals, clients.spec.num_requests)
    sizes = [block.size for block in split]
    counts = [_each(total, size) for total, size in zip(totals, sizes, strict=True)]
    return ExpectedClients(*(np.repeat(column, sizes) for column in np.array(counts or np.empty((0, 2))).T))


def _alike(block: ClientBlock) -> list[ClientBlock]:
    """Return the block in parts whose members were dealt the same."""
    if block.dealt is None or not 0 < block.dealt.extra < block.size:
        return [block]
    base, extra = block.dealt
    return [
        ClientBlock(block.template, size, block.names, dealt=dealt, exact_rate=block.exact_rate, spread_us=block.spread_us)
        for size, dealt in ((extra, Dealt(base + 1, 0)), (block.size - extra, Dealt(base, 0)))
    ]


def _each(total: Count | None, size: int) -> tuple[float, float]:
    if total is None:
        return math.nan, math.nan
    variance = math.nan if total.variance is None else total.variance / max(size, 1)
    return total.mean / max(size, 1), math.sqrt(variance)


def _limited(clients: Expansion, totals: list[Count | None], most: int) -> list[Count | None]:
    """Return what `num_requests` leaves of the clients' counts: all if it cuts nothing off, else a share if all send alike."""
    known = [total for total in totals if total is not None]
    if len(known) < len(totals):
        return [None] * len(totals)
    whole = add(known)
    left = capped([whole], most)[0]
    if left == whole:
        return totals
    rates = _steady_rates(clients)
    if rates is None or not sum(rates):
        return [None] * len(totals)
    random = all(poisson_rate(block.template.arrival, 1e-6) is not None for block in clients.blocks)
    together = math.fsum(rate * block.size for rate, block in zip(rates, clients.blocks, strict=True))
    counts: list[Count | None] = []
    for block, rate in zip(clients.blocks, rates, strict=True):
        share = rate / together
        spread = (
            left.mean * share * (1.0 - share) + share * share * left.variance if random and left.variance is not None else None
        )
        counts.append(Count(left.mean * share, spread).times(block.size))
    return counts


def _steady_rates(clients: Expansion) -> list[float] | None:
    """Return the arrivals per µs of each block's clients; ``None`` unless all send single requests, at one rate all the time."""
    if generation_path(clients.spec) != ORDINARY:
        return None
    rates = []
    for block, shared in zip(clients.blocks, block_rates(clients), strict=True):
        template = block.template
        if template.turns is not None or template.concurrency or windows_of(template) or block.spread_us is not None:
            return None
        rate = shared if block.exact_rate is None else block.exact_rate
        rates.append(1.0 / gap_us(template.arrival, rate) if rate > 0 else 0.0)
    return rates
