"""Token ids, drawn slice by slice: a slice of the requests in arrival order is small enough to keep its ids in memory.

For each slice, every client's stream is drawn from where the last slice left it to the client's last request in this
one, many streams side by side; then the requests are put together in arrival order. That needs all streams to go
forward as time does, and no more clients than can have the states of their streams in memory (`spool` serves more).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.assembling import Ids, Piece, Source, assemble
from blis_tui.workload.blocks import Spans, TokenBlock
from blis_tui.workload.lanes import Lanes, Opened, lanes_over_soonest, longest_lane
from blis_tui.workload.random.reader import UPPER_LIMIT, Pulse, make_ids
from blis_tui.workload.random.side_by_side import SideBySide, redraws_of
from blis_tui.workload.random.source import TAP, first_values, seed_states

if TYPE_CHECKING:
    from blis_tui.workload.requests import Requests

Int64s = NDArray[np.int64]
_FIRST_IDS, _LEAST_IDS, _MOST_IDS = 1_100_000, 4_400_000, 1 << 25
"""How many ids a slice has: the first one few, so that they are there soon; the others more if there are many clients."""
_IDS_PER_CLIENT = 1 << 13
_SHORT, _SPARE = 160, 32
"""Streams of which no more values than this are drawn are opened many at a time, with some values to spare."""
_BLOCK_VALUES, _MOST_LANES = 70_000, 16
"""Blocks are turned from rows to streams, which is fast where few streams are side by side in the cache."""
_TOO_WIDE = 1.4
"""Lanes that are by no more than this factor too many are used again: new memory costs more."""
_FAR = 1 << 62
_SEEDED_AT_ONCE = 64


def go_forward(requests: Requests) -> bool:
    """Tell whether every stream goes forward as time does, and gives for a request nothing but its own ids in a row."""
    if any(traits.multimodal or traits.accumulates for traits in requests.traits):
        return False
    lifecycles = (block.template.lifecycle for block in requests.clients.blocks)
    if requests.rows.session is None and all(lifecycle is None or len(lifecycle.windows) < 2 for lifecycle in lifecycles):
        return True
    order = np.argsort(requests.client, kind="stable")
    backwards = np.diff(requests.rows.place[order]) < 0
    return not (backwards & (np.diff(requests.client[order]) == 0)).any()


class Wanted(NamedTuple):
    """Some requests in arrival order: whose they are, where their ids begin in the client's stream, and how many."""

    client: NDArray[np.int32]
    place: Int64s
    size: Int64s


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
            self._rows = np.empty((self._engine.width, capacity + capacity // 8), np.uint32)
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

    def step(self) -> list[int]:
        """Keep the ids of a block; return the lanes whose clients have reached their ends."""
        engine, start = self._engine, self._filled
        self._filled += engine.rows
        if self._filled > self._rows.shape[1]:
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows[:, : max(start // 2, engine.rows)])], axis=1)
        ids = self._rows[:, start : self._filled]
        engine.upper_halves(ids)
        suspect = (ids.max(axis=1) >= UPPER_LIMIT).nonzero()[0].tolist()
        redraws = {lane: (ids[lane] >= UPPER_LIMIT).nonzero()[0].tolist() for lane in suspect}
        make_ids(ids, self._quotient)
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


class Streams:
    """The streams of clients, each at the place up to which it was drawn."""

    def __init__(self, seeds: Int64s, pulse: Pulse) -> None:
        self._seeds = seeds
        self._pulse = pulse
        self._states: dict[int, tuple[NDArray[np.uint64], int]] = {}
        self._lanes: Lanes[_Fill] | None = None

    def draw(self, wanted: Wanted) -> tuple[list[Source], NDArray[np.int64], Int64s]:
        """Draw the ids of requests; return sources, and for each request which one has them, and where."""
        order = np.argsort(wanted.client, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(wanted.client[order])), len(order) - 1)
        last = order[ends]
        clients, places = wanted.client[last], wanted.place[last]
        reached = places + wanted.size[last]
        part, first = np.zeros(len(clients), np.int64), np.zeros(len(clients), np.int64)
        known = np.fromiter((client in self._states for client in clients.tolist()), bool, len(clients))
        short = (reached <= _SHORT) & ~known
        sources: list[Source] = []
        if short.any():
            source, first[short] = _opened(self._seeds[clients[short]], int(reached[short].max()), self._pulse)
            sources.append(source)
        longer = ~short
        if longer.any():
            part[longer] = len(sources)
            first[longer], source = self._long(clients[longer], places[longer], reached[longer])
            sources.append(source)
        member = np.repeat(np.arange(len(clients)), np.diff(ends, prepend=-1))
        which, start = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
        which[order], start[order] = part[member], first[member]
        start += wanted.place
        return sources, which, start

    def _long(self, clients: NDArray[np.int32], places: Int64s, ends: Int64s) -> tuple[Int64s, Source]:
        """Draw streams side by side."""
        jobs = []
        for client, place, end in zip(clients.tolist(), places.tolist(), ends.tolist(), strict=True):
            drawn = self._states[client][1] if client in self._states else 0
            jobs.append(_Reach(client, place, end, end - drawn))
        jobs.sort(key=lambda job: -job.values)  # so that all lanes end at about the same time
        sizes = np.array([job.values for job in jobs], np.int64)
        width, lanes = lanes_over_soonest(sizes, _MOST_LANES), self._lanes
        if lanes is None or not width <= lanes.engine.width <= _TOO_WIDE * width:
            lanes = self._lanes = Lanes(width, _Fill, _BLOCK_VALUES)
        rows, width = lanes.engine.rows, lanes.engine.width
        fill = lanes.walk
        fill.clear(rows * (1 + longest_lane(-(-sizes // rows), width)))
        lanes.run(self._opened(jobs), lambda made: self._pulse())
        drawn_clients, firsts = fill.firsts
        starts = np.empty(len(clients), np.int64)
        starts[np.searchsorted(clients, drawn_clients)] = firsts
        self._states.update(fill.states)
        return starts, fill.source

    def _opened(self, jobs: list[_Reach]) -> Iterator[Opened]:
        for low in range(0, len(jobs), _SEEDED_AT_ONCE):
            part = jobs[low : low + _SEEDED_AT_ONCE]
            new = [job.client for job in part if job.client not in self._states]
            fresh = dict(zip(new, seed_states(self._seeds[new]), strict=True)) if new else {}
            for job in part:
                state = self._states.get(job.client)
                yield (job, fresh[job.client], 0) if state is None else (job, *state)


def _opened(seeds: Int64s, rows: int, pulse: Pulse) -> tuple[Source, Int64s]:
    """Draw the first ids of many streams; return where each stream begins among them."""
    rows = min(TAP, rows + _SPARE)
    ids = np.empty((len(seeds), rows), np.uint32)
    skipped: list[int] = []
    step = max(1, _BLOCK_VALUES // rows)
    for low in range(0, len(seeds), step):
        values = first_values(seeds[low : low + step], rows)
        skipped += [(low + lane) * rows + row for lane, found in redraws_of(values).items() for row in found]
        np.right_shift(values, np.uint64(32), out=values)
        ids[low : low + step] = values.T
        pulse()
    make_ids(ids, np.empty_like(ids))
    return Source(ids.reshape(-1).view(np.int32), np.array(sorted(skipped), np.int64)), np.arange(len(seeds)) * rows


def first_slice(requests: Requests) -> int:
    """Return where the first slice ends."""
    return Spans(requests).cut(0, _FIRST_IDS)[0]


def sliced_blocks(
    requests: Requests, prefixes: Ids, most_tokens: int, pulse: Pulse, behind: int | None = None
) -> Iterator[TokenBlock]:
    """Yield the ids of all requests, or of those before one, at most so many at a time."""
    behind = len(requests) if behind is None else behind
    streams, spans, head = Streams(requests.seeds, pulse), Spans(requests), Source(prefixes, np.empty(0, np.int64))
    start, size = 0, _FIRST_IDS
    while start < behind:
        low = start
        end, blocks = _blocks(spans, start, min(spans.cut(start, size)[0], behind), most_tokens)
        own = own_sizes(requests, slice(low, end))
        sources, which, at = streams.draw(Wanted(requests.client[low:end], requests.rows.place[low:end], own))
        which += 1  # behind the prefixes
        for stop, bounds in blocks:
            part = slice(start - low, stop - low)
            ids = np.empty(int(bounds[-1]), np.int32)
            assemble([head, *sources], [prefix_piece(requests, start, stop), Piece(own[part], which[part], at[part])], ids)
            ids.flags.writeable = False
            yield TokenBlock(start, stop, ids, bounds)
            start = stop
        del sources  # or their memory would not be free if other lanes are taken next
        size = min(max(_LEAST_IDS, _IDS_PER_CLIENT * len(requests.clients)), _MOST_IDS)


def _blocks(spans: Spans, start: int, end: int, most_tokens: int) -> tuple[int, list[tuple[int, Int64s]]]:
    """Cut requests into blocks, without what is left of them behind the last whole one; return where they end, too."""
    blocks = [spans.cut(start, most_tokens)]
    if blocks[0][0] > end:
        return end, [(end, blocks[0][1][: 2 * (end - start) + 1])]
    while (block := spans.cut(blocks[-1][0], most_tokens))[0] <= end and block[0] > blocks[-1][0]:
        blocks.append(block)
    return blocks[-1][0], blocks


def prefix_piece(requests: Requests, start: int, stop: int) -> Piece:
    """Return where the prefixes of some requests are among all prefixes."""
    sizes = requests.prefix_tokens[start:stop].astype(np.int64)
    zeros = np.zeros(len(sizes), np.int64)
    ends = requests.groups.ends[requests.prefix_group[start:stop]] if len(requests.groups) else sizes
    return Piece(sizes, zeros, (ends - sizes).astype(np.int64))


def own_sizes(requests: Requests, which: slice | NDArray[np.intp]) -> Int64s:
    """Return how many tokens are drawn for some requests."""
    sizes = requests.rows.fresh[which].astype(np.int64)
    sizes += requests.rows.output[which]
    return sizes
