"""Requests of fixed lengths at times known beforehand, for many clients side by side: only their places are to be found.

They stand at even distances but for the rare token that is drawn again, so it is enough to note where those are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.lanes import Job
from blis_tui.workload.random.side_by_side import Block

_FAR = 1 << 62


class Span(NamedTuple):
    """Where the tokens of a client's requests are: the place of the first, how many requests, the tokens of each."""

    first: int
    requests: int
    tokens: int


class SpanWalk:
    """The spans of the clients in the lanes of a block."""

    def __init__(self, block: Block, base: NDArray[np.int64]) -> None:
        self._block, self._base = block, base
        self._end = np.full(block.width, _FAR)
        self._clients = [0] * block.width
        self.found: dict[int, list[int]] = {}
        """The places that token draws skip, in ascending order, of each client that has any."""

    def start(self, lane: int, job: Job) -> None:
        """Put a client in a lane, whose next block is the first of its stream."""
        span: Span = job.plan
        self._clients[lane] = job.client
        self._end[lane] = span.first + span.requests * span.tokens

    def step(self) -> list[int]:
        """Go through the block that was just made; return the lanes whose clients are finished."""
        for lane, rows in self._block.redraws.items():
            for row in rows:
                place = int(self._base[lane]) + row
                if place < self._end[lane]:
                    self._end[lane] += 1
                    self.found.setdefault(self._clients[lane], []).append(place)
        over: list[int] = (self._end <= self._base + self._block.rows).nonzero()[0].tolist()
        self._end[over] = _FAR
        return over


def places(span: Span, redraws: list[int]) -> NDArray[np.int64]:
    """Return the places at which the tokens of a span's requests begin."""
    found = span.first + np.arange(span.requests) * span.tokens
    for place in redraws:
        if place >= span.first:
            found[np.searchsorted(found, place, side="right") :] += 1
    return found
