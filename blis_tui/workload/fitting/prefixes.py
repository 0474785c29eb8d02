"""Which prefixes the requests of a class share: each of a few by itself, many by their length and by how often they occur."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.model import MAX_POPULATION
from blis_tui.workload.requests import Requests

FEW = 8
"""So many prefix groups of a trace keep their names."""
_MOST_BUCKETS = 6
LIKE_CHANCE = 3.0
"""Groups occur equally often where the variance of their numbers is at most so many times their mean."""
_SAME_LENGTH = 1.02


class Prefixes(NamedTuple):
    """Prefix groups of one length that occur about equally often."""

    name: str
    groups: int
    """How many; 0 for requests without a prefix."""
    length: int
    which: NDArray[np.intp]
    """The places, among the requests that were asked for, of those that begin with them."""


def lengths_of_groups(requests: Requests) -> NDArray[np.int64]:
    """Return the prefix tokens of each group of a trace, the mean of its requests'."""
    of = requests.prefix_group
    mine = of >= 0
    number = np.bincount(of[mine])
    sums = np.bincount(of[mine], requests.prefix_tokens[mine])
    return np.rint(sums / np.maximum(number, 1)).astype(np.int64)


def split(name: str, groups: NDArray[np.int32], lengths: NDArray[np.int64], names: dict[int, str]) -> Iterator[Prefixes]:
    """Split requests by their prefix `groups`, shape (requests); `names` has those of groups that keep theirs."""
    nothing = np.flatnonzero(groups < 0)
    if len(nothing):
        yield Prefixes("", 0, 0, nothing)
    used, counts = np.unique(groups[groups >= 0], return_counts=True)
    if not len(used):
        return
    if names:
        for group in used.tolist():
            yield Prefixes(names[group], 1, max(int(lengths[group]), 1), np.flatnonzero(groups == group))
        return
    buckets = _buckets(lengths[used].clip(1), counts)
    place = np.full(int(used.max()) + 1, -1)
    place[used] = buckets
    of = np.where(groups >= 0, place[groups], -1)
    for bucket in range(int(buckets.max()) + 1):
        mine = np.flatnonzero(of == bucket)
        members = used[buckets == bucket]
        weights = counts[buckets == bucket]
        length = round(float((lengths[members] * weights).sum() / weights.sum()))
        title = name if buckets.max() == 0 else f"{name}-{bucket}"
        yield Prefixes(title, min(len(members), MAX_POPULATION), max(length, 1), mine)


def _buckets(lengths: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number groups that are alike; the more different they are, the coarser."""
    for width in (1.0, 2.0, 4.0, 64.0):
        by_length = _steps(lengths, width / 4, lengths.max() <= _SAME_LENGTH * lengths.min())
        by_count = _steps(counts, width, counts.var() <= LIKE_CHANCE * counts.mean())
        _, found = np.unique(by_length * 64 + by_count, return_inverse=True)
        if found.max() < _MOST_BUCKETS:
            break
    return np.asarray(found, np.int64)


def _steps(values: NDArray[np.int64], octaves: float, same: bool) -> NDArray[np.int64]:
    if same:
        return np.zeros(len(values), np.int64)
    return np.asarray(np.floor(np.log2(values / values.min()) / octaves + 1e-9), np.int64)
