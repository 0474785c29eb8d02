"""Draws the requests of all clients, each kind of client in the way that suits it.

Poisson arrivals of fixed lengths are walked through side by side, all clients together; clients whose requests were
dealt to them beforehand are opened many at a time; whatever else there is, one client after the other. A client's
requests depend on its own stream alone, so the order in which clients are drawn, and the number of threads, is free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.clients import Expansion
from blis_tui.workload.lanes import Job, Lanes, lanes_for, opened
from blis_tui.workload.random.source import seed_states
from blis_tui.workload.random.stream import Stream
from blis_tui.workload.rows import Rows, concatenate, empty, gather
from blis_tui.workload.threads import run_threads, usable
from blis_tui.workload.walk import Plan, PoissonWalk

_WORTH_A_THREAD = 1_000_000
"""So many values have to be made before another thread is started for them."""
_JOBS_AT_ONCE = 1 << 16
_SEEDED_AT_ONCE = 64

Progress = Callable[[float], None]
"""Is told, in the calling thread and often, the part that is done, 0 to 1. May raise `Cancelled`."""


class Pulse:
    """Tells a progress callback, in the calling thread, what part of the clients is done."""

    def __init__(self, progress: Progress | None) -> None:
        self.done = 0
        self.clients = 1
        self._progress = progress

    def __call__(self) -> None:
        """Tell what is done."""
        self.also(0)

    def also(self, more: float) -> None:
        """Tell that so many clients more are done than are counted as yet."""
        if self._progress is not None:
            self._progress(min(1.0, (self.done + more) / self.clients))


class Maker(Protocol):
    """Makes the requests of a block's clients."""

    def plan(self) -> Plan | None:
        """Return the walk of each of them, if that is one of Poisson arrivals and fixed lengths."""

    def rows(self, stream: Stream, member: int) -> Rows:
        """Draw the requests of one member from its stream."""


class Drawn(NamedTuple):
    """Rows of all clients, those of a client in the order of its stream, and whose they are."""

    rows: Rows
    client: NDArray[np.int32]


def draw(
    clients: Expansion,
    makers: Sequence[Maker | None],
    seeds: NDArray[np.int64],
    pulse: Pulse,
    threads: int | None = None,
) -> Drawn:
    """Draw the requests of all clients that have makers, from streams of the given seeds."""
    pulse.clients = max(1, len(clients))
    walked = _Walked(clients, pulse, usable(threads))
    lengths = [(0, 0)] * len(makers)
    jobs: list[Job] = []
    others: list[tuple[Rows, NDArray[np.int32]]] = []
    for number, maker in enumerate(makers):
        if maker is None:
            continue
        start, stop = clients.starts[number : number + 2]
        plan = maker.plan()
        if plan is None:
            others.append(_one_by_one(maker, start, seeds[start:stop], pulse))
            continue
        lengths[number], values = plan.lengths, plan.values
        for client in range(start, stop):
            jobs.append(Job(client, int(seeds[client]), plan, values))
            if len(jobs) == _JOBS_AT_ONCE:
                walked.run(jobs)
                jobs.clear()
    walked.run(jobs)
    others += walked.columns(lengths)
    if not others:
        return Drawn(empty(), np.empty(0, np.int32))
    return Drawn(concatenate([rows for rows, _ in others]), np.concatenate([client for _, client in others]))


def _one_by_one(maker: Maker, start: int, seeds: NDArray[np.int64], pulse: Pulse) -> tuple[Rows, NDArray[np.int32]]:
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


class _Walked:
    """The requests of clients that are walked through side by side, by several threads if that is worth it."""

    def __init__(self, clients: Expansion, pulse: Pulse, threads: int) -> None:
        self._clients = clients
        self._pulse = pulse
        self._threads = threads
        self._found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]] = []

    def run(self, jobs: Sequence[Job]) -> None:
        """Walk through some clients."""
        if not jobs:
            return
        values = np.array([job.values for job in jobs])
        threads = max(1, min(self._threads, len(jobs), int(values.sum() / _WORTH_A_THREAD)))
        ordered = sorted(jobs, key=lambda job: -job.values)  # so that all threads have much the same to do
        parts = [ordered[number::threads] for number in range(threads)]
        walks = [Lanes(lanes_for(np.array([job.values for job in part])), PoissonWalk) for part in parts]
        each = len(jobs) / max(float(values.sum()), 1.0)
        run_threads(
            [partial(lanes.run, opened(part)) for lanes, part in zip(walks, parts, strict=True)],
            lambda made: self._pulse.also(min(len(jobs), made * each)),
        )
        for lanes in walks:
            self._found += lanes.walk.found()
        self._pulse.done += len(jobs)

    def columns(self, lengths: Sequence[tuple[int, int]]) -> list[tuple[Rows, NDArray[np.int32]]]:
        """Return the rows found, and whose they are; `lengths` are those of the requests of each block of clients."""
        if not self._found:
            return []
        arrival, place, client = (np.concatenate(column) for column in zip(*self._found, strict=True))
        self._found.clear()
        block = np.searchsorted(self._clients.starts[1:-1], client, side="right")
        fresh, output = (np.array(column, np.int32)[block] for column in zip(*lengths, strict=True))
        return [(Rows(arrival, place, fresh, output), client)]
