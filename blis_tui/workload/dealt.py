"""Clients that spread exactly the requests dealt to them over a stage (BLIS's `NormalizedExponentialSampler`).

Each draws its gaps from a stream of their own, which is seeded by the first value of the client's. Clients with few
requests take few values of both streams, so only these are made, for many clients at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.activity import Limits
from blis_tui.workload.arrivals import whole
from blis_tui.workload.clients import Dealt
from blis_tui.workload.content import checked
from blis_tui.workload.lanes import Job
from blis_tui.workload.random.side_by_side import redraws_of
from blis_tui.workload.random.source import TAP, first_values, seed_states
from blis_tui.workload.random.stream import Stream, at_first
from blis_tui.workload.spans import Span, places

_FIRST = 1
"""The place of a client's first token: one value of its stream seeds the gaps."""
_FEW = 48
"""So many gaps are drawn for many clients at once; of more, too many would hold one that takes several values."""
_AT_ONCE = 1 << 19
_SEEDED_AT_ONCE = 64
Int64s = NDArray[np.int64]


class Deal(NamedTuple):
    """What the members of a block have to spread: how many requests, over how many µs, and of what lengths."""

    dealt: Dealt
    span_us: int
    lengths: tuple[int, int]
    limits: Limits


class Spread(NamedTuple):
    """Requests of some clients with as many each: shape (requests, clients), a client's in the order of its stream.

    `sent` counts the first of each client that are in time. Places are right but for clients in `jobs`, whose redraws
    are to be found first.
    """

    arrival: Int64s
    place: Int64s
    client: NDArray[np.int32]
    sent: Int64s
    jobs: list[Job]


def spread_clients(deal: Deal, start: int, seeds: Int64s) -> Iterator[Spread]:
    """Draw the requests of a block's clients, of which `start` is the number of the first."""
    low = 0
    for count, stop in ((deal.dealt.base + 1, deal.dealt.extra), (deal.dealt.base, len(seeds))):
        step = max(1, _AT_ONCE // max(count, 1))
        while low < min(stop, len(seeds)):
            high = min(low + step, stop)
            yield _spread(deal, start + low, seeds[low:high], count)
            low = high


def _spread(deal: Deal, start: int, seeds: Int64s, count: int) -> Spread:
    raw = _exponentials((first_values(seeds, 1)[0] >> np.uint64(1)).view(np.int64), count)
    raw /= float(count) / float(deal.span_us)
    gaps = whole(raw * (float(deal.span_us) / np.cumsum(raw, axis=0)[-1]))
    arrival = np.cumsum(gaps, axis=0)
    sent = np.minimum((arrival < deal.limits.until).sum(axis=0), deal.limits.most)
    if sent.any():
        checked(max(deal.lengths))
    client = np.arange(start, start + len(seeds), dtype=np.int32)
    tokens = sum(deal.lengths)
    place = np.repeat(_FIRST + np.arange(count)[:, None] * tokens, len(seeds), axis=1)
    jobs: list[Job] = []
    needed = _FIRST + count * tokens
    if count > 1 and needed <= TAP:
        for lane, rows in redraws_of(first_values(seeds, needed)).items():
            place[:, lane] = places(Span(_FIRST, count, tokens), rows)
    elif count > 1:
        spans = [Span(_FIRST, number, tokens) for number in sent.tolist()]
        numbers = zip(client.tolist(), seeds.tolist(), spans, strict=True)
        jobs = [Job(number, seed, span, float(span.requests * tokens)) for number, seed, span in numbers]
    return Spread(arrival, place, client, sent, jobs)


def _exponentials(seeds: Int64s, count: int) -> NDArray[np.float64]:
    """Return the first exponential variates of many streams, shape (count, seeds)."""
    if count <= _FEW:
        variates, refused = at_first(first_values(seeds, count))
        lanes = np.any(refused, axis=0).nonzero()[0]
    else:
        variates, lanes = np.empty((count, len(seeds))), np.arange(len(seeds))
    for low in range(0, len(lanes), _SEEDED_AT_ONCE):
        part = lanes[low : low + _SEEDED_AT_ONCE]
        for lane, state in zip(part.tolist(), seed_states(seeds[part]), strict=True):
            variates[:, lane] = Stream(state).exponentials(count)
    return variates
