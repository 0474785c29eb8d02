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
        self._quotient = np.empty(_MADE_AT_ONCE, np.uint32)

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

    def _long(self, clients: NDArray[np.int32], places: Int64s, ends: Int64s, spare: int = _SPARE) -> tuple[Int64s, Source]:
        """Draw streams in groups of about as many values: all of a group as many as the one that needs most."""
        drawn = np.array([self._states[client][1] if client in self._states else 0 for client in clients.tolist()])
        last, end = places - drawn, ends - drawn
        order = np.argsort(-end)
        groups = list(_groups(end[order] + spare))
        self._make_room(sum((which.stop - which.start) * rows for which, rows in groups))
        firsts, states = np.empty(len(clients), np.int64), dict[int, tuple[NDArray[np.uint64], int]]()
        skipped: list[int] = []
        base = 0
        for which, rows in groups:
            members = order[which]
            ids = self._store[base : base + len(members) * rows].reshape(-1, rows)
            window = Window(len(members), min(rows, max(TAP, _AT_ONCE // len(members))))
            window.states[:] = self._opened(clients[members])
            for begin in range(0, rows, window.length):
                count = min(window.length, rows - begin)
                if begin:
                    window.states[:] = window.values[:, -LENGTH:]
                window.extend(count)
                piece = ids[:, begin : begin + count]
                piece[:] = window.made.view(np.uint32)[:, 1 : 2 * count : 2]
                for index in skipped_rows(piece):
                    lane, row = divmod(index, count)
                    skipped.append(base + lane * rows + begin + row)
                    if last[members[lane]] <= begin + row < end[members[lane]]:
                        end[members[lane]] += 1
                reached = end[members] - begin
                for lane in ((reached > 0) & (reached <= count)).nonzero()[0].tolist():
                    member, state = members[lane], window.values[lane, reached[lane] :][:LENGTH].copy()
                    states[int(clients[member])] = state, int(drawn[member] + end[member])
                self._pulse()
            for low in range(0, ids.size, _MADE_AT_ONCE):
                part = ids.reshape(-1)[low : low + _MADE_AT_ONCE]
                make_ids(part, self._quotient[: len(part)])
            firsts[members] = base + np.arange(len(members)) * rows - drawn[members]
            base += ids.size
        if len(states) < len(clients):  # many ids of a last request were drawn again
            return self._long(clients, places, ends, 8 * spare)
        self._states.update(states)
        return firsts, Source(self._store.view(np.int32), np.sort(np.array(skipped, np.int64)))

    def _make_room(self, size: int) -> None:
        if size > len(self._store):
            self._store = np.empty(size + size // 8, np.uint32)

    def _opened(self, clients: NDArray[np.int32]) -> NDArray[np.uint64]:
        """Return the states of streams, shape (clients, 607)."""
        numbers = clients.tolist()
        new = [client for client in numbers if client not in self._states]
        fresh = dict(zip(new, seed_states(self._seeds[new]), strict=True)) if new else {}
        return np.stack([fresh[client] if client in fresh else self._states[client][0] for client in numbers])


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
        np.right_shift(values, np.uint64(32), out=values)
        ids[low : low + step] = values.T
        pulse()
    make_ids(ids, np.empty_like(ids))
    return Source(ids.reshape(-1).view(np.int32), np.array(sorted(skipped), np.int64)), np.arange(len(seeds)) * rows
