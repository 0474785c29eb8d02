"""Which prefixes the requests of a class share: each of a few by itself, many by their length and by how often they occur."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.model import MAX_POPULATION
from blis_tui.workload.requests import Requests

_ALL = 64.0
FEW = 8
"""So many prefix groups of a trace keep their names."""
_MOST_BUCKETS = 16
_WIDTHS = ((0.25, 1.0), (0.5, 1.0), (0.5, 3.0), (0.5, _ALL), (1.0, _ALL), (2.0, _ALL), (_ALL, _ALL))
"""How many octaves of lengths, and of numbers of requests, are alike; the first of which there are few enough is taken."""
LIKE_CHANCE = 3.0
"""Groups occur equally often where the variance of their numbers is at most so many times their mean."""
_SAME_LENGTH = 1.02
_STEPS = 128
"""More than there are half octaves of lengths."""
_FAR = 2**62


class Prefixes(NamedTuple):
    """Prefix groups of one length that occur about equally often."""

    name: str
    groups: int
    """How many; 0 for requests without a prefix."""
    length: int
    which: NDArray[np.intp]
    """The places, among the requests that were asked for, of those that begin with them."""


class PrefixUse(NamedTuple):
    """Which prefix each request of a trace begins with, as far as a workload can say it: prefixes of one length each.

    `group`, shape (requests), is -1 for none; `lengths` and `names`, shape (groups), say what each is. Names are empty where
    there are many groups.
    """

    group: NDArray[np.int32]
    lengths: NDArray[np.int64]
    names: Sequence[str]


def prefixes_of(requests: Requests) -> PrefixUse:
    """Return which prefix each request begins with. What a trace's group shares in several lengths becomes a group for each."""
    whole = requests.prefix_group
    mine = np.flatnonzero((whole >= 0) & (requests.prefix_tokens > 0))
    group = np.full(len(requests), -1, np.int32)
    if not len(mine):
        return PrefixUse(group, np.empty(0, np.int64), ())
    sizes = requests.prefix_tokens[mine].astype(np.int64)
    key = whole[mine].astype(np.int64) * _STEPS
    number = int(whole.max()) + 1
    low, high = np.full(number, _FAR), np.zeros(number, np.int64)
    np.minimum.at(low, whole[mine], sizes)
    np.maximum.at(high, whole[mine], sizes)
    differs = (high > _SAME_LENGTH * low)[whole[mine]]
    key[differs] += 1 + np.floor(2 * np.log2(sizes[differs])).astype(np.int64)
    _, first, of = np.unique(key, return_index=True, return_inverse=True)
    group[mine] = of
    lengths = np.rint(np.bincount(of, sizes) / np.bincount(of)).astype(np.int64)
    names = _names(requests, mine[first]) if len(first) <= FEW else [""] * len(first)
    return PrefixUse(group, lengths, names)


def _names(requests: Requests, first: NDArray[np.intp]) -> list[str]:
    """Return a name for each group, of which the `first` request is given: what the trace calls it, if that is one group."""
    clients = [requests.clients.locate(client) for client in requests.client[first].tolist()]
    given = [block.value("prefix_group", member) for block, member in clients]
    return [name if name and given.count(name) == 1 else f"{name or 'prefix'}-{place}" for place, name in enumerate(given)]


def split(name: str, which: NDArray[np.intp], use: PrefixUse) -> Iterator[Prefixes]:
    """Split some requests by what they begin with; many prefixes get names that begin with `name`."""
    groups = use.group[which]
    nothing = np.flatnonzero(groups < 0)
    if len(nothing):
        yield Prefixes("", 0, 0, nothing)
    used, counts = np.unique(groups[groups >= 0], return_counts=True)
    if not len(used):
        return
    if len(use.lengths) <= FEW:
        for group in used.tolist():
            yield Prefixes(use.names[group], 1, int(use.lengths[group]), np.flatnonzero(groups == group))
        return
    buckets = _buckets(use.lengths[used], counts)
    place = np.full(len(use.lengths), -1)
    place[used] = buckets
    of = np.where(groups >= 0, place[groups], -1)
    for bucket in range(int(buckets.max()) + 1):
        mine = buckets == bucket
        length = round(float((use.lengths[used[mine]] * counts[mine]).sum() / counts[mine].sum()))
        title = name if buckets.max() == 0 else f"{name}-{bucket}"
        yield Prefixes(title, min(int(mine.sum()), MAX_POPULATION), length, np.flatnonzero(of == bucket))


def _buckets(lengths: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number groups that are alike; the more different they are, the coarser, and lengths matter more than numbers."""
    found = np.zeros(len(lengths), np.int64)
    for by_length, by_count in _WIDTHS:
        length = _steps(lengths, by_length, lengths.max() <= _SAME_LENGTH * lengths.min())
        number = _steps(counts, by_count, counts.var() <= LIKE_CHANCE * counts.mean())
        found = np.unique(length * _STEPS + number, return_inverse=True)[1]
        if found.max() < _MOST_BUCKETS:
            break
    return found


def _steps(values: NDArray[np.int64], octaves: float, same: bool) -> NDArray[np.int64]:
    if same:
        return np.zeros(len(values), np.int64)
    return np.asarray(np.floor(np.log2(values / values.min()) / octaves + 1e-9), np.int64)
