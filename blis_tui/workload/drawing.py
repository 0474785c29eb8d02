"""Draws the requests of all clients, each kind of client in the way that suits it.

Poisson arrivals of fixed lengths are walked through side by side, all clients together; clients whose requests were
dealt to them beforehand are opened many at a time; whatever else there is, one client after the other. A client's
requests depend on its own stream alone, so the order in which clients are drawn is free.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.clients import Expansion
from blis_tui.workload.dealt import Deal
from blis_tui.workload.progress import Pulse
from blis_tui.workload.random.source import seed_states
from blis_tui.workload.random.stream import Stream
from blis_tui.workload.rows import Rows, concatenate, empty, gather
from blis_tui.workload.sampled import Sampled
from blis_tui.workload.sampled_walk import SampledPlan
from blis_tui.workload.walk import Plan
from blis_tui.workload.walked import Walked

_SEEDED_AT_ONCE = 64


class Maker(Protocol):
    """Makes the requests of a block's clients."""

    def plan(self) -> Plan | None:
        """Return the walk of each of them, if that is one of Poisson arrivals and fixed lengths."""

    def sampled(self) -> SampledPlan | None:
        """Return the walk of each of them, if that is one of Poisson arrivals and sampled lengths that have formulas."""

    def deal(self) -> Deal | None:
        """Return what they have to spread over a stage, if that was dealt to them and its lengths are fixed."""

    def rows(self, stream: Stream, member: int) -> Rows:
        """Draw the requests of one member from its stream."""


Part = tuple[Rows, NDArray[np.int32]]


class Drawn:
    """Rows of all clients, those of a client in the order of its stream, and whose they are. They are given away once."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = parts

    def take(self) -> Part:
        """Return all rows, and keep none."""
        parts, self._parts = self._parts, []
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return empty(), np.empty(0, np.int32)
        return concatenate([rows for rows, _ in parts]), np.concatenate([client for _, client in parts])


def draw(
    clients: Expansion,
    makers: Sequence[Maker | None],
    seeds: NDArray[np.int64],
    pulse: Pulse,
) -> Drawn:
    """Draw the requests of all clients that have makers, from streams of the given seeds."""
    pulse.clients = max(1, len(clients))
    walked, drawn = Walked(clients, pulse), Sampled(pulse)
    others: list[Part] = []
    for number, maker in enumerate(makers):
        if maker is None:
            continue
        start, stop = clients.starts[number : number + 2]
        plan, sampled, deal = maker.plan(), maker.sampled(), maker.deal()
        if plan is not None:
            walked.walk(number, plan, seeds[start:stop])
        elif sampled is not None:
            drawn.walk(start, sampled, seeds[start:stop])
        elif deal is not None:
            walked.spread(number, deal, seeds[start:stop])
        else:
            others.append(_one_by_one(maker, start, seeds[start:stop], pulse))
    return Drawn(others + walked.columns() + drawn.columns())


def _one_by_one(maker: Maker, start: int, seeds: NDArray[np.int64], pulse: Pulse) -> Part:
    """Draw the requests of one client after the other."""
    counts: list[int] = []

    def drawn() -> Iterator[Rows]:
        for low in range(0, len(seeds), _SEEDED_AT_ONCE):
            for member, state in enumerate(seed_states(seeds[low : low + _SEEDED_AT_ONCE]), low):
                rows = maker.rows(Stream(state, pulse=pulse), member)
                counts.append(len(rows.arrival))
                pulse.done += 1
                yield rows

    rows = gather(drawn())
    return rows, np.repeat(np.arange(start, start + len(seeds), dtype=np.int32), counts)
