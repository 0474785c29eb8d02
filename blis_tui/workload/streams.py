"""The streams of clients, each drawn as far as its requests of one slice after the other reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.assembling import Source
from blis_tui.workload.random.reader import Pulse, make_ids, skipped_rows
from blis_tui.workload.random.side_by_side import redraws_of
from blis_tui.workload.random.source import LENGTH, TAP, first_values, seed_states
from blis_tui.workload.random.window import Window

Int64s = NDArray[np.int64]
_SHORT, _SPARE = 160, 32
"""Streams of which no more values than this are drawn are opened many at a time, with some values to spare."""
_AT_ONCE = 1 << 18
"""About how many values are made together."""
_MADE_AT_ONCE = 1 << 16
"""How many ids are made together, in the cache."""
_ALIKE, _FEW = 16, 1 << 10
"""Streams are drawn together if one part in so many, or so few values, are made in vain at most."""


class Wanted(NamedTuple):
    """Some requests in arrival order: whose they are, where their ids begin in the client's stream, and how many."""

    client: NDArray[np.int32]
    place: Int64s
    size: Int64s


class Streams:
    """The streams of clients, each at the place up to which it was drawn."""

    def __init__(self, seeds: Int64s, pulse: Pulse) -> None:
        self._seeds = seeds
        self._pulse = pulse
        self._states: dict[int, tuple[NDArray[np.uint64], int]] = {}
        self._store = np.empty(0, np.uint32)

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
            first[longer], source = self._long(clients[longer], places[longer], reached[longer], _SPARE)
            sources.append(source)
        member = np.repeat(np.arange(len(clients)), np.diff(ends, prepend=-1))
        which, start = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
        which[order], start[order] = part[member], first[member]
        start += wanted.place
        return sources, which, start

    def _long(self, clients: NDArray[np.int32], places: Int64s, ends: Int64s, spare: int) -> tuple[Int64s, Source]:
        """Draw streams in groups of about as many values: of each as many as of the one that needs most, and some to spare."""
        drawn = np.array([self._states[client][1] if client in self._states else 0 for client in clients.tolist()])
        order = np.argsort(drawn - ends)
        groups = list(_groups((ends - drawn)[order] + spare))
        bases = np.cumsum([0] + [(which.stop - which.start) * rows for which, rows in groups]).tolist()
        if bases[-1] > len(self._store):
            self._store = np.empty(bases[-1] + bases[-1] // 8, np.uint32)
        firsts, states = np.empty(len(clients), np.int64), dict[int, tuple[NDArray[np.uint64], int]]()
        skipped: list[int] = []
        for (which, rows), base, end in zip(groups, bases, bases[1:], strict=False):
            members = order[which]
            group = _Group(clients[members], self._opened(clients[members]), drawn[members], places[members], ends[members])
            group.draw(self._store[base:end].reshape(-1, rows), self._pulse)
            states.update(group.reached)
            skipped += [base + index for index in group.skipped]
            firsts[members] = base + np.arange(len(members)) * rows - drawn[members]
        if len(states) < len(clients):  # many ids of a last request were drawn again
            return self._long(clients, places, ends, 8 * (spare + 1))
        self._states.update(states)
        return firsts, Source(self._store.view(np.int32), np.sort(np.array(skipped, np.int64)))

    def _opened(self, clients: NDArray[np.int32]) -> NDArray[np.uint64]:
        """Return the states of streams, shape (clients, 607)."""
        numbers = clients.tolist()
        new = [client for client in numbers if client not in self._states]
        fresh = dict(zip(new, seed_states(self._seeds[new]), strict=True)) if new else {}
        return np.stack([fresh[client] if client in fresh else self._states[client][0] for client in numbers])


class _Group:
    """Streams that are drawn together: to the ends of last requests, of which it is known at which places they begin."""

    def __init__(
        self, clients: NDArray[np.int32], states: NDArray[np.uint64], drawn: Int64s, places: Int64s, ends: Int64s
    ) -> None:
        self._clients, self._states, self._drawn = clients.tolist(), states, drawn.tolist()
        self._last, self._end = (places - drawn).tolist(), ends - drawn
        self.skipped: list[int] = []
        """Indexes of ids that token draws skip."""
        self.reached: dict[int, tuple[NDArray[np.uint64], int]] = {}
        """For each client whose end was reached, the state of its stream there, and the place."""

    def draw(self, ids: NDArray[np.uint32], pulse: Pulse) -> None:
        """Fill `ids`, of shape (clients, ids of each)."""
        streams, rows = ids.shape
        window = Window(streams, min(rows, max(TAP, _AT_ONCE // streams)))
        window.states[:] = self._states
        for begin in range(0, rows, window.length):
            count = min(window.length, rows - begin)
            if begin:
                window.advance(count)
            else:
                window.extend(count)
            piece = ids[:, begin : begin + count]
            piece[:] = window.made.view(np.uint32)[:, 1 : 2 * count : 2]
            for index in skipped_rows(piece):
                lane, row = divmod(index, count)
                self.skipped.append(lane * rows + begin + row)
                if self._last[lane] <= begin + row < self._end[lane]:
                    self._end[lane] += 1
            reached = self._end - begin
            for lane in ((reached > 0) & (reached <= count)).nonzero()[0].tolist():
                state = window.values[lane, reached[lane] :][:LENGTH].copy()
                self.reached[self._clients[lane]] = state, self._drawn[lane] + int(self._end[lane])
            pulse()
        flat, quotient = ids.reshape(-1), np.empty(min(ids.size, _MADE_AT_ONCE), np.uint32)
        for low in range(0, ids.size, _MADE_AT_ONCE):
            part = flat[low : low + _MADE_AT_ONCE]
            make_ids(part, quotient[: len(part)])


def _groups(needed: Int64s) -> Iterator[tuple[slice, int]]:
    """Cut streams, those of which most values are needed first, into groups that are drawn together."""
    low = 0
    while low < len(needed):
        rows = int(needed[low])
        alike = int(np.searchsorted(-needed, max(rows // _ALIKE, _FEW) - rows, side="right"))
        high = min(max(alike, low + 1), low + max(1, _AT_ONCE // rows))
        yield slice(low, high), rows
        low = high


def _opened(seeds: Int64s, rows: int, pulse: Pulse) -> tuple[Source, Int64s]:
    """Draw the first ids of many streams; return where each stream begins among them."""
    rows = min(TAP, rows + _SPARE)
    ids = np.empty((len(seeds), rows), np.uint32)
    skipped: list[int] = []
    step = max(1, _AT_ONCE // rows)
    for low in range(0, len(seeds), step):
        values = first_values(seeds[low : low + step], rows)
        skipped += [(low + lane) * rows + row for lane, found in redraws_of(values).items() for row in found]
        ids[low : low + step] = values.view(np.uint32)[:, 1::2].T
        pulse()
    make_ids(ids, np.empty_like(ids))
    return Source(ids.reshape(-1).view(np.int32), np.array(sorted(skipped), np.int64)), np.arange(len(seeds)) * rows
