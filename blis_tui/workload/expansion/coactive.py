"""Sums over the clients that are active at some time of a span, for many spans at once.

Each sum runs over the clients in their order, one addition after the other, as the reference makes it: the last bit of a
rate may decide where a gap is truncated. So no prefix sums; instead one client after the other is added to all the sums
it belongs to. These lie side by side: the spans are kept by length, each class up to twice as long as its shortest, and
by start within a class. Then those that overlap a window are a slice, but for a short piece before it which is looked
at one by one. Finding them is n·log n; adding takes a quarter of a nanosecond for each client in each sum. A client with
several windows writes down what it adds, the first window last, before it adds it: so each sum gets one of its windows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int]
"""From when, until when (exclusive), in µs."""
Spans = tuple[Span, ...]
_CHUNK = 1 << 16


class Part(NamedTuple):
    """Like clients: how many, and what each adds to a sum: the weight of its first span that overlaps the sum's."""

    size: int
    spans: Spans
    """In the client's order; none if it is always active."""
    weights: tuple[float, ...]
    """One for each span, or one where there are none."""


def add_up(total: float, value: float, times: int) -> float:
    """Add a value to a total again and again, rounding at every step."""
    while times > 0:
        count = min(times, _CHUNK)
        terms = np.full(count + 1, value)
        terms[0] = total
        total = float(np.cumsum(terms)[-1])
        times -= count
    return total


class _Class:
    """Spans of similar length: the longest is less than twice as long as the shortest."""

    def __init__(self, starts: NDArray[np.int64], ends: NDArray[np.int64], first: int) -> None:
        self._starts = starts
        self._first = first
        self._shortest, self._longest = int((ends - starts).min()), int((ends - starts).max())

    def find(self, windows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where the class's spans that overlap each window stand; both have a line for each window.

        From the first to the second number some of them do, from the second to the third all.
        """
        start, end = windows.T
        behind = np.searchsorted(self._starts, end, side="left")
        sure = np.minimum(np.searchsorted(self._starts, start - self._shortest, side="right"), behind)
        perhaps = np.minimum(np.searchsorted(self._starts, start - self._longest, side="right"), sure)
        return np.stack([perhaps, sure, behind], axis=1) + self._first


class _Sums:
    """The sums, one for each key; a key's spans are lines of a table, sorted by class and start."""

    def __init__(self, keys: Sequence[Spans]) -> None:
        lines = np.array([(*span, key) for key, spans in enumerate(keys) for span in spans], np.int64).reshape(-1, 3)
        classes = np.frexp((lines[:, 1] - lines[:, 0]).astype(np.float64))[1]
        order = np.lexsort((lines[:, 0], classes))
        lines, classes = lines[order], classes[order]
        self._keys = np.ascontiguousarray(lines[:, 2])
        self._ends = np.ascontiguousarray(lines[:, 1])
        edges = [0, *(np.flatnonzero(np.diff(classes)) + 1).tolist(), len(lines)]
        self._classes = [_Class(lines[low:high, 0], lines[low:high, 1], low) for low, high in pairwise(edges)]
        self._by_slices = len(lines) == len(keys)
        """Each key has one span: then sums are kept by line and added to by slices."""
        self._sums = np.zeros(len(keys))
        self._values = np.zeros(len(keys))
        """What the client in hand adds to each sum; 0 again once it is added."""

    def results(self) -> NDArray[np.float64]:
        """Return the sums in the order of the keys."""
        if not self._by_slices:
            return self._sums
        found = np.empty_like(self._sums)
        found[self._keys] = self._sums
        return found

    def add(self, parts: Sequence[Part]) -> None:
        """Add clients to the sums they belong to."""
        windows = np.array([span for part in parts for span in part.spans], np.int64).reshape(-1, 2)
        places = np.stack([each.find(windows) for each in self._classes], axis=1).tolist()
        at = 0
        for part in parts:
            mine = places[at : at + len(part.spans)]
            at += len(part.spans)
            if not part.spans:
                self._add_to_all(part.weights[0], part.size)
            elif len(part.spans) == 1 and part.size == 1 and self._by_slices:
                self._add_to_slices(mine[0], part.spans[0][0], part.weights[0])
            else:
                self._set(part, mine)
                for first, behind in _joined(chain.from_iterable(mine)):
                    self._add_values(slice(first, behind), part.size)

    def _add_to_all(self, weight: float, size: int) -> None:
        if size < len(self._sums):
            for _ in range(size):
                self._sums += weight
        else:
            self._sums[:] = [add_up(total, weight, size) for total in self._sums.tolist()]

    def _add_to_slices(self, places: list[list[int]], start: int, weight: float) -> None:
        sums = self._sums
        for perhaps, sure, behind in places:
            if behind > sure:
                sums[sure:behind] += weight
            if sure > perhaps:
                sums[perhaps:sure] += (self._ends[perhaps:sure] > start) * weight

    def _set(self, part: Part, places: list[list[list[int]]]) -> None:
        """Set the values of a client."""
        found = reversed(list(zip(places, part.weights, part.spans, strict=True)))
        for window, weight, (start, _) in found:  # an earlier span takes the place of a later one
            for perhaps, sure, behind in window:
                if behind > sure:
                    self._values[self._at(slice(sure, behind))] = weight
                if sure > perhaps:
                    some = perhaps + np.flatnonzero(self._ends[perhaps:sure] > start)
                    self._values[some if self._by_slices else self._keys[some]] = weight

    def _at(self, lines: slice) -> slice | NDArray[np.int64]:
        """Return where the values and sums of lines are."""
        return lines if self._by_slices else self._keys[lines]

    def _add_values(self, lines: slice, size: int) -> None:
        """Add the values of lines as often as there are clients, and forget them: so each sum gets them once.

        To add 0 to the others that stand between them changes nothing.
        """
        at = self._at(lines)
        sums, values = self._sums[at], self._values[at]
        if size <= len(sums):
            for _ in range(size):
                sums = sums + values
        else:
            pairs = zip(sums.tolist(), values.tolist(), strict=True)
            sums = np.array([add_up(total, value, size) if value else total for total, value in pairs])
        self._sums[at] = sums
        self._values[at] = 0.0


def _joined(places: Iterable[list[int]]) -> list[tuple[int, int]]:
    """Return the lines where windows' spans may stand as ranges that have nothing in common."""
    ranges: list[tuple[int, int]] = []
    for first, _, behind in sorted(places):
        if ranges and first <= ranges[-1][1]:
            ranges[-1] = ranges[-1][0], max(ranges[-1][1], behind)
        elif first < behind:
            ranges.append((first, behind))
    return ranges


def coactive_sums(keys: Sequence[Spans], parts: Sequence[Part]) -> list[float]:
    """Return, for each key, the sum of the weights of all clients that are active at some time in any of its spans."""
    if not keys:
        return []
    sums = _Sums(keys)
    sums.add(parts)
    found: list[float] = sums.results().tolist()
    return found
