"""What a workload comes to: per stage and in all, as plain numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.facts import US_PER_S, stages_end_us
from blis_tui.workload.requests import Requests
from blis_tui.workload.totals.bins import Bins, Series, in_a_second, round_width_us, series, short_span_us
from blis_tui.workload.totals.counts import Count
from blis_tui.workload.totals.expected import expect
from blis_tui.workload.totals.targets import Target, target


class Tally(NamedTuple):
    """Expected against generated requests, or what else is counted. `expected` is ``None`` where it is not known beforehand."""

    expected: Count | None
    generated: int

    @property
    def difference(self) -> float | None:
        """How many more were generated than expected."""
        return None if self.expected is None else self.generated - self.expected.mean

    @property
    def deviations(self) -> float | None:
        """The difference in standard deviations; ``None`` where the count is exact or its spread is not known."""
        if self.expected is None or self.expected.exact or not self.expected.deviation:
            return None
        return (self.generated - self.expected.mean) / self.expected.deviation


class StageSummary(NamedTuple):
    """One stage: its span as far as generation goes, its planned length, its target in arrivals per second."""

    start_us: int
    end_us: int
    planned_us: int
    target_rate: float
    requests: Tally


class Rate(NamedTuple):
    """Something per second: over the whole time, in the fullest bin, and in the fullest second."""

    mean: float
    peak: float
    in_a_second: float

    def peaks(self, bin_us: int) -> list[tuple[float, int]]:
        """Return the peaks, each with the µs that it is taken over, the shortest first; bins of a second have one only."""
        over = {US_PER_S: self.in_a_second, bin_us: self.peak}
        return [(over[time_us], time_us) for time_us in sorted(over)]


class Summary(NamedTuple):
    """The totals of a workload; all tokens and requests are counts.

    `stages` is empty without a compact block. `prefix_tokens` are those of all requests, `unique_prefix_tokens` those
    of each prefix group that occurs, once; `groups` are the groups of all clients. `longest_context` is the most input
    and output tokens of one request. `aggregate_rate` is that of the explicit clients; `target` is what the file aims at
    in arrivals per second, ``None`` where that is not known. `over_time` are the requests, `tokens_over_time` their input
    and output tokens; rates are those of both.
    """

    stages: tuple[StageSummary, ...]
    requests: Tally
    clients: int
    groups: int
    sessions: int
    input_tokens: int
    output_tokens: int
    prefix_tokens: int
    unique_prefix_tokens: int
    longest_context: int
    aggregate_rate: float
    target: Target | None
    request_rate: Rate
    token_rate: Rate
    over_time: Series
    tokens_over_time: Series

    @property
    def bins(self) -> Bins:
        """The time, and how it is cut into bins."""
        return self.over_time.bins

    @property
    def prefix_share(self) -> float:
        """The share of the input tokens that are prefix, 0 to 1."""
        return self.prefix_tokens / self.input_tokens if self.input_tokens else 0.0


def summarise(requests: Requests) -> Summary:
    """Sum up the requests of a workload. What is sent is not expected: that depends on answers."""
    clients = requests.clients
    expected = expect(clients, requests.horizon_us)
    inputs, outputs = requests.input_tokens, requests.output_tokens
    end_us = span_us(requests)
    bins = Bins(round_width_us(end_us), end_us)
    short_us = short_span_us(requests.arrival_us, bins)
    tokens = inputs + outputs.astype(np.int64)
    over_time = series(requests.arrival_us, bins, None, short_us)
    tokens_over_time = series(requests.arrival_us, bins, tokens, short_us)
    return Summary(
        stages=tuple(
            StageSummary(*stage[:4], Tally(None if requests.sent else stage.expected, generated))
            for stage, generated in zip(expected.stages, per_stage(requests), strict=True)
        ),
        requests=Tally(None if requests.sent else expected.total, len(requests)),
        clients=len(clients),
        groups=len(requests.groups),
        sessions=requests.session_count,
        input_tokens=_sum(inputs),
        output_tokens=_sum(outputs),
        prefix_tokens=_sum(requests.prefix_tokens),
        unique_prefix_tokens=requests.unique_prefix_tokens,
        longest_context=int(tokens.max(initial=0)),
        aggregate_rate=clients.aggregate_rate,
        target=target(clients, expected.stages, end_us),
        request_rate=_rate(over_time, in_a_second(requests.arrival_us)),
        token_rate=_rate(tokens_over_time, in_a_second(requests.arrival_us, tokens)),
        over_time=over_time,
        tokens_over_time=tokens_over_time,
    )


def span_us(requests: Requests) -> int:
    """Return the time that a workload fills, in µs.

    That is up to the end of the last stage or, without stages, the horizon. It is longer if requests arrive later,
    shorter where the horizon or `num_requests` cuts the workload off.
    """
    spec = requests.spec
    last = int(requests.arrival_us[-1]) + 1 if len(requests) else 0
    if spec.num_requests and len(requests) == spec.num_requests:
        return last
    if spec.inference_perf is None:
        return requests.horizon_us or last
    planned = stages_end_us(spec.inference_perf)
    return max(last, planned if requests.horizon_us is None else min(planned, requests.horizon_us))


def _rate(over_time: Series, in_the_fullest_second: int) -> Rate:
    return Rate(over_time.mean, over_time.peak, float(in_the_fullest_second))


def per_stage(requests: Requests, weights: NDArray[np.generic] | None = None) -> list[int]:
    """Count the requests of each stage: by their clients in version 2, by their arrival in version 1.

    With `weights`, a whole number for each request, these are added up instead.
    """
    compact = requests.spec.inference_perf
    if compact is None:
        return []
    if requests.spec.rules == 2 or len(compact.stages) == 1:
        starts = requests.clients.starts[: len(compact.stages) + 1]
        per_client = np.bincount(requests.client, weights, starts[-1])
        running = np.concatenate([[0], np.cumsum(per_client)])
        return [int(count) for count in np.diff(running[starts])]
    ends = np.cumsum([stage.duration for stage in compact.stages]) * 1_000_000
    places = np.searchsorted(requests.arrival_us, [0, *ends.tolist()])
    if weights is None:
        return [int(count) for count in np.diff(places)]
    return [_sum(weights[start:stop]) for start, stop in pairwise(places.tolist())]


def _sum(numbers: NDArray[np.generic]) -> int:
    return int(numbers.sum(dtype=np.int64))
