"""Blocks of input tokens as serving engines hash them: which requests begin with the same ones.

A block has an id, and two blocks have the same id if they and all blocks before them hold the same tokens. What requests
share is the prefix of their group and, in sessions whose rounds repeat the conversation so far, the round before. A last
block that is not full is no other's. Ids are given out in order of arrival, those of prefixes first.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.problems import ERROR, Problem, SpecError
from blis_tui.workload.requests import Requests

LARGEST_ID = 2**31 - 1
_SHORT = 2
"""Tokens of a last block of which there are only so many different ones."""
Int64s = NDArray[np.int64]


class Blocks:
    """The ids of all requests' blocks."""

    def __init__(self, requests: Requests, size: int) -> None:
        self.size = size
        inputs = requests.input_tokens.astype(np.int64)
        self._counts = -(-inputs // size)
        groups = requests.groups
        shared = _shared_lengths(requests)
        self._prefix_starts = np.cumsum(groups.lengths // size) - groups.lengths // size if len(groups) else np.zeros(1, np.int64)
        self._group = requests.prefix_group
        self._in_prefix = np.minimum(shared // size, inputs // size)
        """How many blocks are the prefix's."""
        self.lost = int((shared - self._in_prefix * size).sum())
        """Tokens of prefixes that are shared, but in no whole block."""
        self.alike = _most_alike(inputs, size, self._in_prefix, self._group)
        """Of how many requests at most the last block has one or two tokens, as many, and comes after the same blocks."""
        self._chains = _Chains(requests, inputs // size, self._in_prefix)
        new = np.maximum(self._counts - np.maximum(self._in_prefix, self._chains.known), 0)
        first = int((groups.lengths // size).sum()) if len(groups) else 0
        self._starts = np.cumsum(new) - new + first
        """The first id that each request is the first to have."""
        self._chains.number(self._starts)
        self.count = first + int(new.sum())
        if self.count > LARGEST_ID:
            text = f"{self.count:,} blocks of {size:,} tokens are more than ids there are for them; take a larger block size"
            raise SpecError([Problem("too-many-blocks", ERROR, (), text)])

    def ids(self, start: int, stop: int) -> tuple[Int64s, Int64s]:
        """Return the ids of the requests `start` … `stop` − 1 end to end, and where each request's begin and the last end."""
        counts, prefix = self._counts[start:stop], self._in_prefix[start:stop]
        bounds = np.concatenate([[0], np.cumsum(counts)])
        block = np.arange(bounds[-1]) - np.repeat(bounds[:-1], counts)
        known = np.maximum(prefix, self._chains.known[start:stop])
        ids = block + np.repeat(self._starts[start:stop] - known, counts)
        inside = block < np.repeat(prefix, counts)
        ids[inside] = block[inside] + np.repeat(self._prefix_starts[self._group[start:stop]], counts)[inside]
        earlier = np.flatnonzero(~inside & (block < np.repeat(known, counts)))
        if len(earlier):
            session = np.repeat(self._chains.session[start:stop], counts)[earlier]
            ids[earlier] = self._chains.ids(session, block[earlier])
        return ids, bounds


def _most_alike(inputs: Int64s, size: int, in_prefix: Int64s, group: NDArray[np.integer[Any]]) -> int:
    rest = inputs % size
    here = np.flatnonzero((rest > 0) & (rest <= _SHORT) & (inputs // size <= in_prefix))
    after = np.where(in_prefix[here] > 0, group[here], -1).astype(np.int64)
    return int(np.unique(after * (_SHORT + 1) + rest[here], return_counts=True)[1].max(initial=0))


def _shared_lengths(requests: Requests) -> Int64s:
    """Return how many tokens each request has in common with all others of its prefix group."""
    lengths = requests.groups.lengths
    extra = [min(each.length, int(lengths[each.group])) if each.group >= 0 else 0 for each in requests.extra_prefixes]
    of = np.concatenate([lengths, np.array([*extra, 0], np.int64)])
    prefix = requests.columns.get("prefix", requests.prefix_group)
    return np.asarray(of[prefix], np.int64)


class _Segments(NamedTuple):
    """Runs of blocks of a session that a round was the first to have, by session and block."""

    keys: Int64s
    rows: NDArray[np.intp]
    blocks: Int64s


class _Chains:
    """Sessions whose rounds repeat the ones before: which whole blocks an earlier round had.

    `session` numbers these sessions, -1 for other requests; `known` says how many blocks of a request an earlier round had.
    """

    def __init__(self, requests: Requests, whole: Int64s, in_prefix: Int64s) -> None:
        self.session = _chained(requests)
        self.known = np.zeros(len(requests), np.int64)
        rows = np.flatnonzero(self.session >= 0)
        rows = rows[np.argsort(self.session[rows], kind="stable")]  # rounds in order of arrival
        session = self.session[rows]
        ends = np.maximum(whole[rows], in_prefix[rows])
        before = np.zeros(len(rows), np.int64)
        again = session[1:] == session[:-1]
        before[1:][again] = ends[:-1][again]  # a round has all blocks of the one before
        self.known[rows] = before
        first = np.maximum(before, in_prefix[rows])
        new = ends > first
        self._segments = _Segments(session[new] << 32 | first[new], rows[new], first[new])
        self._starts = np.empty(0, np.int64)

    def number(self, starts: Int64s) -> None:
        """Take the first new id of every request."""
        self._starts = starts[self._segments.rows]

    def ids(self, session: Int64s, block: Int64s) -> Int64s:
        """Return the ids of blocks that some round of their session is the first to have."""
        where = np.searchsorted(self._segments.keys, session << 32 | block, side="right") - 1
        return np.asarray(self._starts[where] + block - self._segments.blocks[where], np.int64)


def _chained(requests: Requests) -> Int64s:
    """Number the sessions in which rounds repeat earlier ones; a first round that is not repeated as it was has none."""
    none = np.full(len(requests), -1, np.int64)
    if "context" not in requests.columns or not requests.columns["context"].any():
        return none
    session = requests.session
    repeats = np.unique(session[(requests.columns["context"] > 0) & (session >= 0)])
    where = np.searchsorted(repeats, session)
    inside = np.flatnonzero((where < len(repeats)) & (repeats[np.minimum(where, len(repeats) - 1)] == session))
    none[inside] = where[inside]
    if requests.sent:
        odd = np.zeros(len(repeats), np.bool_)
        prefix = requests.columns["prefix"]
        odd[where[inside][(requests.columns["drop"][inside] > 0) | (prefix[inside] >= len(requests.groups))]] = True
        changed = inside[odd[where[inside]] & ~requests.follow_up[inside]]
        none[changed] = -1
    return none
