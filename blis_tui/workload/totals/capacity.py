"""What a workload asks of a server: requests under way, tokens per second, tokens held, prefixes that can be reused.

All of it follows from the requests and the assumed server: a request is under way from its arrival for `ttft_us` + `itl_us` ×
output tokens, or until its deadline; its prompt is held from its arrival, its output grows by a token an `itl_us` from then on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.requests import Requests
from blis_tui.workload.server import AssumedServer

Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]
_US_PER_S = 1_000_000
_AT_ONCE = 1 << 20


class Level(NamedTuple):
    """Something over time: its time mean, and the most of it at any time."""

    mean: float
    peak: float


class Lengths(NamedTuple):
    """Quantiles of token counts."""

    p50: int
    p90: int
    p99: int
    most: int
    mean: float


class Answers(NamedTuple):
    """When each request begins and ends to be under way, in µs, shape (requests)."""

    start: Int64s
    end: Int64s


def answers(requests: Requests, server: AssumedServer) -> Answers:
    """Return when requests are under way: until they are answered, or until their deadlines."""
    start = requests.arrival_us
    takes = np.minimum(server.ttft_us + server.itl_us * requests.output_tokens.astype(np.float64), 2.0**62).astype(np.int64)
    deadline = requests.deadline_us
    late = deadline > 0
    np.minimum(takes, deadline - start, out=takes, where=late)
    return Answers(start, start + takes)


class UnderWay:
    """The requests under way and the tokens they hold, at any time."""

    def __init__(self, requests: Requests, server: AssumedServer) -> None:
        self._server = server
        self._answers = answers(requests, server)
        order = np.argsort(self._answers.end)
        self._end = self._answers.end[order]
        prompt = requests.input_tokens.astype(np.int64)
        first = np.minimum(self._answers.start + server.ttft_us, self._answers.end)  # who is late before that generates nothing
        self._first = np.sort(first)
        self._prompts, self._ended_prompts = _running(prompt), _running(prompt[order])
        self._firsts, self._ended_firsts = _running(self._first - self._origin), _running(first[order] - self._origin)

    @property
    def _origin(self) -> int:
        return int(self._answers.start[0]) if len(self._answers.start) else 0

    def count(self, times: Int64s) -> Int64s:
        """Return how many requests are under way at ascending times, in µs."""
        return np.searchsorted(self._answers.start, times, side="right") - np.searchsorted(self._end, times, side="right")

    @property
    def mean_us(self) -> float:
        """The time of all answers together, in µs: divided by a span, the mean number under way (Little's law)."""
        return float((self._answers.end - self._answers.start).sum(dtype=np.float64))

    def busy_us(self, start: int, end: int) -> float:
        """Return the time of all answers that is within a span, in µs."""
        within = np.minimum(self._answers.end, end) - np.maximum(self._answers.start, start)
        return float(np.maximum(within, 0).sum(dtype=np.float64))

    def peak(self, start: int, end: int) -> int:
        """Return the most requests under way at any time of a span: it is just after an arrival, or at the start."""
        low, high = np.searchsorted(self._answers.start, [start, end])
        times = self._answers.start[low:high]
        ended = np.searchsorted(self._end, times, side="right")
        most = int((np.arange(low + 1, high + 1) - ended).max(initial=0))
        return max(most, int(self.count(np.array([start]))[0]))

    def tokens(self, times: Int64s) -> Floats:
        """Return how many tokens requests under way hold just before ascending times, in µs: prompts and what is generated."""
        arrived = np.searchsorted(self._answers.start, times, side="left")
        ended = np.searchsorted(self._end, times, side="left")
        held = (self._prompts[arrived] - self._ended_prompts[ended]).astype(np.float64)
        itl = self._server.itl_us
        if itl:
            began = np.searchsorted(self._first, times, side="left")
            since = (times - self._origin).astype(np.float64)
            held += ((began - ended) * since - (self._firsts[began] - self._ended_firsts[ended])) / itl
        return held

    def peak_tokens(self) -> float:
        """Return the most tokens that are held at any time: it is just before an answer ends."""
        return float(
            max((self.tokens(self._end[low : low + _AT_ONCE]).max() for low in range(0, len(self._end), _AT_ONCE)), default=0.0)
        )


def _running(values: Int64s) -> Int64s:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(values)])


def lengths(tokens: NDArray[np.int32]) -> Lengths:
    """Return quantiles of token counts: the smallest count that so many do not exceed."""
    if not len(tokens):
        return Lengths(0, 0, 0, 0, 0.0)
    places = [int(np.ceil(len(tokens) * share)) - 1 for share in (0.5, 0.9, 0.99)]
    ordered = np.partition(tokens, [*places, len(tokens) - 1])
    p50, p90, p99 = (int(ordered[place]) for place in places)
    return Lengths(p50, p90, p99, int(ordered[-1]), float(tokens.mean(dtype=np.float64)))


def gap_variation(arrival_us: Int64s) -> float | None:
    """Return the coefficient of variation of the gaps between arrivals; ``None`` of fewer than two gaps."""
    gaps = np.diff(arrival_us).astype(np.float64)
    if len(gaps) < 2 or not gaps.mean():
        return None
    return float(gaps.std() / gaps.mean())


class Reuse(NamedTuple):
    """Input tokens that a perfect prefix cache holds already: those of shared prefixes, and of earlier rounds."""

    shared: int
    context: int


def reuse(requests: Requests) -> Reuse:
    """Count the input tokens that stood at the beginning of an earlier request: prefixes but for their first, and contexts."""
    prefix, groups = requests.prefix_tokens, requests.prefix_group
    occurring = np.unique(groups[groups >= 0])
    shared = int(prefix.sum(dtype=np.int64)) - int(requests.groups.lengths[occurring].sum())
    context = requests.columns.get("context")
    return Reuse(max(0, shared), 0 if context is None else int(context.sum(dtype=np.int64)))
