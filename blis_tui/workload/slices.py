"""Token ids, drawn slice by slice: a slice of the requests in arrival order is small enough to keep its ids in memory.

For each slice, every client's stream is drawn from where the last slice left it to the client's last request in this
one, many streams side by side; then the requests are put together in arrival order. That needs all streams to go
forward as time does, and no more clients than can have the states of their streams in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.assembling import Ids, Piece, Source, assemble
from blis_tui.workload.blocks import Spans, TokenBlock
from blis_tui.workload.lanes import Lanes, Opened, lanes_for, longest_lane
from blis_tui.workload.random.reader import VOCABULARY
from blis_tui.workload.random.side_by_side import Redraws, SideBySide
from blis_tui.workload.random.source import seed_states
from blis_tui.workload.threads import run_threads, usable

if TYPE_CHECKING:
    from blis_tui.workload.requests import Requests

Int64s = NDArray[np.int64]
_LEAST_IDS, _MOST_IDS = 1 << 21, 1 << 25
"""How many ids a slice has: more if there are many clients."""
_IDS_PER_CLIENT = 1 << 13
_MOST_CLIENTS = 20_000
_WORTH_A_THREAD = 1_000_000
_BLOCK_VALUES = 140_000
_FAR = 1 << 62
_SEEDED_AT_ONCE = 64


def in_slices(requests: Requests) -> bool:
    """Tell whether the token ids of some requests can be drawn slice by slice."""
    if len(requests.clients) > _MOST_CLIENTS or any(traits.multimodal or traits.accumulates for traits in requests.traits):
        return False
    return requests.rows.session is None


class _Reach(NamedTuple):
    """How far a client's stream is to be drawn: to the end of its last request of a slice, which begins at `last`."""

    client: int
    last: int
    end: int
    values: int


class _Fill:
    """Keeps the ids of all that lanes make, each lane in a row of its own, clients one behind the other."""

    def __init__(self, engine: SideBySide, base: Int64s) -> None:
        self._engine, self._base = engine, base
        self._jobs: list[_Reach | None] = [None] * engine.width
        self._last = np.full(engine.width, _FAR)
        self._end = np.full(engine.width, _FAR)
        self._quotient = np.empty((engine.width, engine.rows), np.uint32)
        self._rows = np.empty((engine.width, 0), np.uint32)
        self.clear(0)

    def clear(self, capacity: int) -> None:
        """Begin anew, with room for so many ids in each lane at first."""
        if capacity > self._rows.shape[1]:
            self._rows = np.empty((self._engine.width, capacity), np.uint32)
        self._filled = 0
        self.first: dict[int, tuple[int, int]] = {}
        """For each client its lane, and where in it the place 0 of its stream would be."""
        self.states: dict[int, tuple[NDArray[np.uint64], int]] = {}
        """For each client the state of its stream behind what was drawn, and the place of that."""
        self._skipped: list[tuple[int, int]] = []

    def start(self, lane: int, job: _Reach) -> None:
        """Put a client in a lane."""
        self._jobs[lane] = job
        self._last[lane], self._end[lane] = job.last, job.end
        self.first[job.client] = (lane, self._filled - int(self._base[lane]))

    def step(self, redraws: Redraws) -> list[int]:
        """Keep the ids of a block; return the lanes whose clients have reached their ends."""
        engine, start = self._engine, self._filled
        self._filled += engine.rows
        if self._filled > self._rows.shape[1]:
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows[:, : max(start // 2, engine.rows)])], axis=1)
        ids = self._rows[:, start : self._filled]
        engine.upper_halves(ids)
        quotient = np.floor_divide(ids, np.uint32(VOCABULARY), out=self._quotient)  # NumPy vectorises this, not `%`
        quotient *= np.uint32(VOCABULARY)
        ids -= quotient
        for lane, rows in redraws.items():
            for row in rows:
                self._skipped.append((lane, start + row))
                if self._last[lane] <= self._base[lane] + row < self._end[lane]:
                    self._end[lane] += 1
        over: list[int] = (self._end <= self._base + engine.rows).nonzero()[0].tolist()
        for lane in over:
            job, end = self._jobs[lane], int(self._end[lane])
            assert job is not None
            self.states[job.client] = (engine.state(lane, end - int(self._base[lane])), end)
        self._last[over] = self._end[over] = _FAR
        return over

    @property
    def source(self) -> Source:
        """All ids, and where skipped ones are."""
        pitch = self._rows.shape[1]
        skipped = np.array([lane * pitch + row for lane, row in self._skipped], np.int64)
        return Source(self._rows.reshape(-1).view(np.int32), np.sort(skipped))

    @property
    def firsts(self) -> tuple[NDArray[np.intp], Int64s]:
        """The clients, and where in `source` the place 0 of each one's stream would be."""
        lanes, firsts = np.array(list(self.first.values()), np.int64).reshape(-1, 2).T
        return np.fromiter(self.first, np.intp, len(self.first)), lanes * self._rows.shape[1] + firsts


class _Streams:
    """The streams of all clients, each at the place up to which it was drawn."""

    def __init__(self, requests: Requests) -> None:
        count = len(requests.clients)
        self._requests = requests
        self._threads = usable(requests.threads)
        self._states: dict[int, tuple[NDArray[np.uint64], int]] = {}
        self._lanes: dict[int, Lanes[_Fill]] = {}
        self.part = np.zeros(count, np.int64)
        """Which source holds a client's ids."""
        self.first = np.zeros(count, np.int64)
        """Where in its source the place 0 of a client's stream would be."""

    def draw(self, start: int, stop: int) -> list[Source]:
        """Draw all ids of a slice of the requests."""
        jobs = sorted(self._jobs(start, stop), key=lambda job: -job.values)
        values = np.array([job.values for job in jobs], np.float64)
        threads = max(1, min(self._threads, len(jobs), int(values.sum() / _WORTH_A_THREAD)))
        fills, works = [], []
        for number in range(threads):
            mine, sizes = jobs[number::threads], values[number::threads]
            width = lanes_for(sizes)
            lanes = self._lanes.get(number)
            if lanes is None or lanes.engine.width != width:
                lanes = self._lanes[number] = Lanes(width, _Fill, _BLOCK_VALUES)
            rows = lanes.engine.rows
            lanes.walk.clear(rows * (1 + longest_lane(-(-sizes.astype(np.int64) // rows), width)))
            fills.append(lanes.walk)
            works.append(partial(lanes.run, self._opened(mine)))
        run_threads(works, lambda done: None)
        for number, fill in enumerate(fills):
            clients, firsts = fill.firsts
            self.part[clients], self.first[clients] = number, firsts
            self._states.update(fill.states)
        return [fill.source for fill in fills]

    def _jobs(self, start: int, stop: int) -> Iterator[_Reach]:
        """Return how far the clients of a slice have to go."""
        rows, client = self._requests.rows, self._requests.client[start:stop]
        order = np.argsort(client, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(client[order])), len(order) - 1)
        last = start + order[ends]
        places = rows.place[last]
        stops = places + rows.fresh[last] + rows.output[last]
        for number, place, end in zip(client[order[ends]].tolist(), places.tolist(), stops.tolist(), strict=True):
            drawn = self._states[number][1] if number in self._states else 0
            yield _Reach(number, place, end, end - drawn)

    def _opened(self, jobs: list[_Reach]) -> Iterator[Opened]:
        for low in range(0, len(jobs), _SEEDED_AT_ONCE):
            part = jobs[low : low + _SEEDED_AT_ONCE]
            new = [job.client for job in part if job.client not in self._states]
            fresh = dict(zip(new, seed_states(self._requests.seeds[new]), strict=True)) if new else {}
            for job in part:
                state = self._states.get(job.client)
                yield (job, fresh[job.client], 0) if state is None else (job, *state)


def sliced_blocks(requests: Requests, prefixes: Ids, most_tokens: int) -> Iterator[TokenBlock]:
    """Yield the ids of all requests, at most so many at a time."""
    streams, spans, head = _Streams(requests), Spans(requests), Source(prefixes, np.empty(0, np.int64))
    size = min(max(_LEAST_IDS, _IDS_PER_CLIENT * len(requests.clients)), _MOST_IDS)
    start = 0
    while start < len(requests):
        end, _ = spans.cut(start, size)
        sources = [head, *streams.draw(start, end)]
        while start < end:
            stop, bounds = spans.cut(start, most_tokens)
            if stop > end:
                stop, bounds = end, bounds[: 2 * (end - start) + 1]
            ids = np.empty(int(bounds[-1]), np.int32)
            assemble(sources, [_prefix(requests, start, stop), _own(requests, streams, start, stop)], ids)
            ids.flags.writeable = False
            yield TokenBlock(start, stop, ids, bounds)
            start = stop


def _prefix(requests: Requests, start: int, stop: int) -> Piece:
    """Return where the prefixes of some requests are among all prefixes."""
    sizes = requests.prefix_tokens[start:stop].astype(np.int64)
    zeros = np.zeros(len(sizes), np.int64)
    ends = requests.groups.ends[requests.prefix_group[start:stop]] if len(requests.groups) else sizes
    return Piece(sizes, zeros, (ends - sizes).astype(np.int64))


def _own(requests: Requests, streams: _Streams, start: int, stop: int) -> Piece:
    """Return where the own tokens of some requests are among what was drawn."""
    rows, client = requests.rows, requests.client[start:stop]
    sizes = rows.fresh[start:stop].astype(np.int64)
    sizes += rows.output[start:stop]
    return Piece(sizes, streams.part[client] + 1, streams.first[client] + rows.place[start:stop])
