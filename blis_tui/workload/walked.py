"""The requests of fixed lengths that clients make side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.clients import Expansion
from blis_tui.workload.dealt import Deal, spread_clients
from blis_tui.workload.lanes import MOST_LANES, Job, Lanes, W, lanes_over_soonest, opened
from blis_tui.workload.progress import Pulse
from blis_tui.workload.random.side_by_side import Block, Opening
from blis_tui.workload.random.source import TAP
from blis_tui.workload.rows import Rows
from blis_tui.workload.spans import Span, SpanWalk, places
from blis_tui.workload.walk import Plan, PoissonWalk

_JOBS_AT_ONCE = 1 << 15
_SHORT = 160
"""Walks of so few values are tried with the first values of their streams alone, many at a time."""
_OPENED_VALUES = 1 << 18
_BLOCK_VALUES, _LEAST_ROWS = 750_000, 300
"""About how many values of all streams are made together: few enough for a cache, and enough for NumPy."""
_ALIKE = 4
"""A walk that takes less than one part in so many of the values of another would waste most of a block made for that."""
_MOST_VALUES = 2.0**40
"""Of longer walks it does not matter how long they are."""


Making = Callable[[Block, NDArray[np.int64]], W]
"""Makes a walk through a block, given at which place of each stream it begins."""


def run(jobs: Sequence[Job], walk: Making[W], pulse: Pulse, most_lanes: int = MOST_LANES) -> Iterator[W]:
    """Run jobs side by side, those that take about as long together, and yield what was made of them."""
    jobs = sorted(jobs, key=lambda job: -job.values)
    values = np.minimum([job.values for job in jobs], _MOST_VALUES).astype(np.int64)
    low = 0
    while low < len(jobs):
        high = int(np.searchsorted(-values, -(values[low] // _ALIKE), side="right"))
        yield _run_together(jobs[low:high], values[low:high], walk, pulse, most_lanes)
        low = high


def _run_together(jobs: Sequence[Job], values: NDArray[np.int64], walk: Making[W], pulse: Pulse, most_lanes: int) -> W:
    width = lanes_over_soonest(values, most_lanes)
    rows = max(_LEAST_ROWS, min(_BLOCK_VALUES // width, int(values[0] * 1.1)))
    lanes = Lanes(width, rows, walk)
    each = len(jobs) / max(float(values.sum()), 1.0)
    lanes.run(opened(jobs), lambda made: pulse.also(min(len(jobs), made * each)))
    pulse.done += len(jobs)
    return lanes.walk


class Walked:
    """Collects clients until there are many, walks through them, and collects their requests."""

    def __init__(self, clients: Expansion, pulse: Pulse) -> None:
        self._clients = clients
        self._pulse = pulse
        self._jobs: list[Job] = []
        self._lengths = [(0, 0)] * len(clients.blocks)
        self._found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]] = []

    def walk(self, number: int, plan: Plan, seeds: NDArray[np.int64]) -> None:
        """Walk through the clients of a block, now or later."""
        self._lengths[number] = plan.lengths
        start, values = self._clients.starts[number], plan.values
        left = range(len(seeds)) if values > _SHORT or len(seeds) < 8 else self._opened(start, plan, seeds)
        for member in left:
            self._jobs.append(Job(start + member, int(seeds[member]), plan, values))
            if len(self._jobs) == _JOBS_AT_ONCE:
                self._walk()

    def _opened(self, start: int, plan: Plan, seeds: NDArray[np.int64]) -> list[int]:
        """Walk through short walks; return the members whose walks turn out to be longer."""
        rows = min(TAP, int(plan.values * 1.5) + 32)
        step, left = max(1, _OPENED_VALUES // rows), list[int]()
        for low in range(0, len(seeds), step):
            block = Opening(seeds[low : low + step], rows)
            walk = PoissonWalk(block, np.zeros(block.width, np.int64))
            walk.start_all(start + low, plan)
            walk.step()
            longer = np.array(walk.unfinished, np.int64) + low
            left += longer.tolist()
            for arrival, place, client in walk.found():
                done = ~np.isin(client, longer + start) if len(longer) else slice(None)
                self._found.append((arrival[done], place[done], client[done]))
            self._pulse.done += block.width - len(longer)
            self._pulse()
        return left

    def spread(self, number: int, deal: Deal, seeds: NDArray[np.int64]) -> None:
        """Spread the requests dealt to the clients of a block."""
        self._lengths[number] = deal.lengths
        start = self._clients.starts[number]
        for spread in spread_clients(deal, start, seeds):
            skipped = [each for walk in run(spread.jobs, SpanWalk, self._pulse) for each in walk.found.items()]
            for client, rows in skipped:
                lane = client - int(spread.client[0])
                span = Span(int(spread.place[0, lane]), len(spread.place), sum(deal.lengths))
                spread.place[:, lane] = places(span, rows)
            sent = (np.arange(len(spread.arrival))[:, None] < spread.sent).T
            self._found.append((spread.arrival.T[sent], spread.place.T[sent], spread.client.repeat(spread.sent)))
            self._pulse.done += len(spread.client) - len(spread.jobs)
            self._pulse()

    def _walk(self) -> None:
        for walk in run(self._jobs, PoissonWalk, self._pulse):
            self._found += walk.found()
        self._jobs = []

    def columns(self) -> list[tuple[Rows, NDArray[np.int32]]]:
        """Walk through the clients that are left; return all requests, and whose they are."""
        self._walk()
        if not self._found:
            return []
        columns = [list(column) for column in zip(*self._found, strict=True)]
        self._found.clear()
        client = np.concatenate(columns.pop())
        place = np.concatenate(columns.pop())
        arrival = np.concatenate(columns.pop())
        if len(self._lengths) == 1:
            fresh, output = (np.full(len(client), length, np.int32) for length in self._lengths[0])
        else:
            block = np.searchsorted(self._clients.starts[1:-1], client, side="right").astype(np.int32)
            fresh, output = (np.array(column, np.int32)[block] for column in zip(*self._lengths, strict=True))
        return [(Rows(arrival, place, fresh, output), client)]
