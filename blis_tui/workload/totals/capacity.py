"""What a workload asks of a server: requests in flight, tokens per second, tokens held, prefixes that can be reused.

All of it follows from the requests and the assumed server: a request is under way from its arrival for `ttft_us` + `itl_us` ×
output tokens, or until its deadline; its prompt is held from its arrival, and its output grows by a token each `itl_us` once
`ttft_us` have passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.requests import Requests
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.totals.bins import Bins, Levels, in_a_second
from blis_tui.workload.totals.summary import span_us

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


class Reuse(NamedTuple):
    """Input tokens that a perfect prefix cache holds already: those of shared prefixes, and of earlier rounds."""

    shared: int
    context: int


class StageCapacity(NamedTuple):
    """What arrives from `start_us` to `end_us`, and what is under way then; rates are per second."""

    start_us: int
    end_us: int
    requests: int
    under_way: Level
    input_rate: Level
    output_rate: Level
    gap_variation: float | None
    """The coefficient of variation of the gaps between arrivals; ``None`` for fewer than two gaps."""


class Capacity(NamedTuple):
    """What requests ask of a server that answers as `server` says.

    Means are over the time from 0 to `end_us`, in which the workload arrives; answers may go on after that. Token rates are per
    second: `input_rate` and `output_rate` count tokens when their request arrives, with the peak in the fullest second;
    `prefill_rate` counts input tokens that a perfect prefix cache does not hold yet, also on arrival; `decode_rate` counts
    output tokens when they are generated.
    """

    server: AssumedServer
    basis: str
    """Of which requests this is (see `Requests.basis`); the plan is the same as what is sent where nothing waits for answers."""
    end_us: int
    answer_us: float
    """The mean time of an answer, or until the deadline."""
    under_way: Level
    input_rate: Level
    output_rate: Level
    prefill_rate: float
    decode_rate: Level | None
    """``None`` if all tokens of an answer come at once (`itl_us` 0)."""
    input_tokens: int
    reuse: Reuse
    held_tokens: int
    """The most tokens that requests in flight hold at any time."""
    input_lengths: Lengths
    output_lengths: Lengths
    gap_variation: float | None
    stages: tuple[StageCapacity, ...]

    @property
    def held_bytes(self) -> int | None:
        """The memory that these tokens take; ``None`` if that of a token is not known."""
        return self.held_tokens * self.server.kv_bytes or None

    @property
    def reusable_share(self) -> float:
        """The share of the input tokens that a perfect prefix cache holds already, 0 to 1."""
        return (self.reuse.shared + self.reuse.context) / self.input_tokens if self.input_tokens else 0.0

    @property
    def shared_share(self) -> float:
        """The share of the input tokens that it holds of shared prefixes alone."""
        return self.reuse.shared / self.input_tokens if self.input_tokens else 0.0


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
    """The requests in flight and the tokens they hold, at any time."""

    def __init__(self, requests: Requests, server: AssumedServer) -> None:
        self._server = server
        self._answers = answers(requests, server)
        order = np.argsort(self._answers.end, kind="stable")  # they are nearly in order, which this kind makes use of
        self._end = self._answers.end[order]
        prompt = requests.input_tokens.astype(np.int64)
        first = np.minimum(self._answers.start + server.ttft_us, self._answers.end)  # who is late before that generates nothing
        self._first = np.sort(first, kind="stable")
        self._prompts, self._ended_prompts = _running(prompt), _running(prompt[order])
        self._firsts, self._ended_firsts = _running(self._first - self._origin), _running(first[order] - self._origin)

    @property
    def _origin(self) -> int:
        return int(self._answers.start[0]) if len(self._answers.start) else 0

    def count(self, times: Int64s) -> Int64s:
        """Return how many requests are under way at ascending times, in µs."""
        return np.searchsorted(self._answers.start, times, side="right") - np.searchsorted(self._end, times, side="right")

    @cached_property
    def _at_arrival(self) -> Int64s:
        """How many requests are under way just after each arrival, shape (requests)."""
        ended = np.searchsorted(self._end, self._answers.start, side="right")
        return np.arange(1, len(ended) + 1) - ended

    @property
    def takes_us(self) -> Int64s:
        """How long each request is under way, shape (requests)."""
        return self._answers.end - self._answers.start

    @property
    def total_us(self) -> float:
        """The time of all answers together, in µs: divided by a span, the mean number under way (Little's law)."""
        return float(self.takes_us.sum(dtype=np.float64))

    def busy_us(self, start: int, end: int) -> float:
        """Return the time of all answers that is within a span, in µs."""
        within = np.minimum(self._answers.end, end) - np.maximum(self._answers.start, start)
        return float(np.maximum(within, 0).sum(dtype=np.float64))

    def decoding(self, until: int) -> Level | None:
        """Return the output tokens generated per second from 0 to a time; ``None`` where each answer comes all at once."""
        itl = self._server.itl_us
        if not itl:
            return None
        within = _sum_until(self._end, until) - _sum_until(self._first, until)
        ended = np.searchsorted(self._end, self._first, side="right")
        most = int((np.arange(1, len(ended) + 1) - ended).max(initial=0))
        return Level(within / itl / (until / _US_PER_S) if until else 0.0, most * _US_PER_S / itl)

    def peak(self, start: int, end: int) -> int:
        """Return the most requests in flight at any time of a span: it is just after an arrival, or at the start."""
        low, high = np.searchsorted(self._answers.start, [start, end])
        most = int(self._at_arrival[low:high].max(initial=0))
        return max(most, int(self.count(np.array([start]))[0]))

    def over(self, bins: Bins) -> Levels:
        """Return the requests in flight in each bin."""
        edges = bins.edges
        most = self.count(edges[:-1])
        places = np.searchsorted(self._answers.start, edges)
        filled = np.flatnonzero(places[1:] > places[:-1])
        if len(filled):
            stops = places[filled[-1] + 1]
            most[filled] = np.maximum(most[filled], np.maximum.reduceat(self._at_arrival[:stops], places[filled]))
        return Levels(bins, self.means(bins), most)

    def means(self, bins: Bins, which: NDArray[np.bool_] | None = None) -> Floats:
        """Return how many requests, or how many of `which`, are under way in each bin on average."""
        start, end = self._answers if which is None else (column[which] for column in self._answers)
        end = self._end if which is None else np.sort(end, kind="stable")
        until = _sums_until(start, bins.edges) - _sums_until(end, bins.edges)
        return np.maximum(-np.diff(until), 0.0) / _US_PER_S / bins.seconds

    def tokens(self, times: Int64s) -> Floats:
        """Return how many tokens requests in flight hold just before ascending times, in µs: prompts and what is generated."""
        return self._held(times, np.searchsorted(self._end, times, side="left"))

    def _held(self, times: Int64s, ended: Int64s) -> Floats:
        """Return the same once so many answers have ended."""
        arrived = np.searchsorted(self._answers.start, times, side="left")
        held = (self._prompts[arrived] - self._ended_prompts[ended]).astype(np.float64)
        itl = self._server.itl_us
        if itl:
            began = np.searchsorted(self._first, times, side="left")
            since = (times - self._origin).astype(np.float64)
            held += ((began - ended) * since - (self._firsts[began] - self._ended_firsts[ended])) / itl
        return held

    def peak_tokens(self) -> float:
        """Return the most tokens that are held at any time: it is just before an answer ends."""
        most = 0.0
        for low in range(0, len(self._end), _AT_ONCE):
            part = self._end[low : low + _AT_ONCE]
            ended = np.arange(low, low + len(part))  # of answers that end together the first one counts
            most = max(most, float(self._held(part, ended).max()))
        return most


def _running(values: Int64s) -> Int64s:
    sums = np.empty(len(values) + 1, np.int64)
    sums[0] = 0
    np.cumsum(values, out=sums[1:])
    return sums


def _sum_until(times: Int64s, until: int) -> float:
    """Add up ascending times, of later ones `until`."""
    before = int(np.searchsorted(times, until))
    return float(times[:before].sum(dtype=np.float64)) + float(until) * (len(times) - before)


def _sums_until(times: Int64s, ends: Int64s) -> Floats:
    """Add up ascending times, of later ones each end."""
    before = np.searchsorted(times, ends)
    exact = not len(times) or len(times) * float(times[-1]) < 2.0**62
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(times, dtype=np.int64 if exact else np.float64)])
    return sums[before] + ends.astype(np.float64) * (len(times) - before)


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


def reuse(requests: Requests) -> Reuse:
    """Count the input tokens that stood at the beginning of an earlier request: prefixes but for their first, and contexts."""
    shared = int(requests.prefix_tokens.sum(dtype=np.int64)) - requests.unique_prefix_tokens
    context = requests.columns.get("context")
    return Reuse(max(0, shared), 0 if context is None else int(context.sum(dtype=np.int64)))


def capacity(requests: Requests, server: AssumedServer, stages: Sequence[tuple[int, int]] = ()) -> Capacity:
    """Sum up what requests ask of a server, in all and for each of some (start, end) in µs."""
    under_way, end_us = UnderWay(requests, server), span_us(requests)
    with ThreadPoolExecutor(1) as beside:  # about half of the work
        held, decoding = beside.submit(under_way.peak_tokens), beside.submit(under_way.decoding, end_us)
        return _capacity(requests, under_way, held, decoding, server, end_us, stages)


def _capacity(
    requests: Requests,
    under_way: UnderWay,
    held: Future[float],
    decoding: Future[Level | None],
    server: AssumedServer,
    end_us: int,
    stages: Sequence[tuple[int, int]],
) -> Capacity:
    arrival, inputs, outputs = requests.arrival_us, requests.input_tokens, requests.output_tokens
    again, total = reuse(requests), int(inputs.sum(dtype=np.int64))

    def stage(start: int, end: int) -> StageCapacity:
        low, high = np.searchsorted(arrival, [start, end]).tolist()
        mine, span = slice(low, high), max(end - start, 1)
        return StageCapacity(
            start,
            end,
            high - low,
            Level(under_way.busy_us(start, end) / span, under_way.peak(start, end)),
            _rate(arrival[mine], inputs[mine], span),
            _rate(arrival[mine], outputs[mine], span),
            gap_variation(arrival[mine]),
        )

    whole = stage(0, end_us)
    return Capacity(
        server=server,
        basis=requests.basis,
        end_us=end_us,
        answer_us=under_way.total_us / len(requests) if len(requests) else 0.0,
        under_way=whole.under_way,
        input_rate=whole.input_rate,
        output_rate=whole.output_rate,
        prefill_rate=(total - again.shared - again.context) / (max(end_us, 1) / _US_PER_S),
        decode_rate=decoding.result(),
        input_tokens=total,
        reuse=again,
        held_tokens=round(held.result()),
        input_lengths=lengths(inputs),
        output_lengths=lengths(outputs),
        gap_variation=whole.gap_variation,
        stages=tuple(stage(start, end) for start, end in stages),
    )


def _rate(arrival_us: Int64s, tokens: NDArray[np.int32], span: int) -> Level:
    return Level(int(tokens.sum(dtype=np.int64)) / (span / _US_PER_S), float(in_a_second(arrival_us, tokens)))
