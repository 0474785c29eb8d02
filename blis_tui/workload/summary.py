"""What a workload comes to: per stage and in all, as plain numbers."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.facts import stages_end_us
from blis_tui.workload.bins import Bins, binned
from blis_tui.workload.counts import Count
from blis_tui.workload.expected import Stage, expect
from blis_tui.workload.requests import Requests


class Tally(NamedTuple):
    """Expected against generated requests, or what else is counted. `expected` is ``None`` where it cannot be told beforehand."""

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
    """Something per second: over the whole time, and in the fullest bin."""

    mean: float
    peak: float


class Summary(NamedTuple):
    """The totals of a workload; all tokens and requests are counts.

    `stages` is empty without a compact block. `prefix_tokens` are those of all requests, `unique_prefix_tokens` those
    of each prefix group that occurs, once; `groups` are the groups of all clients. `longest_context` is the most input
    and output tokens of one request. `aggregate_rate` is that of the explicit clients; `target_rate`, in arrivals per
    second, is its mean and peak over the stages or, without stages, the aggregate rate; 0 where the file gives none.
    The other rates are over the time to `bins.end_us`, peaks over whole bins.
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
    target_rate: Rate
    request_rate: Rate
    token_rate: Rate
    bins: Bins

    @property
    def prefix_share(self) -> float:
        """The share of the input tokens that are prefix, 0 to 1."""
        return self.prefix_tokens / self.input_tokens if self.input_tokens else 0.0


def summarise(requests: Requests) -> Summary:
    """Sum up the requests of a workload."""
    clients = requests.clients
    expected = expect(clients, requests.horizon_us)
    inputs, outputs = requests.input_tokens, requests.output_tokens
    groups, sessions = requests.prefix_group, requests.session
    occurring = np.unique(groups[groups >= 0])
    bins = binned(requests, span_us(requests))
    return Summary(
        stages=tuple(
            StageSummary(*stage[:4], Tally(stage.expected, generated))
            for stage, generated in zip(expected.stages, per_stage(requests), strict=True)
        ),
        requests=Tally(expected.total, len(requests)),
        clients=len(clients),
        groups=len(requests.groups),
        sessions=len(np.unique(sessions[sessions >= 0])),
        input_tokens=_sum(inputs),
        output_tokens=_sum(outputs),
        prefix_tokens=_sum(requests.prefix_tokens),
        unique_prefix_tokens=_sum(requests.groups.lengths[occurring]),
        longest_context=int((inputs.astype(np.int64) + outputs).max()) if len(requests) else 0,
        aggregate_rate=clients.aggregate_rate,
        target_rate=_target(clients.aggregate_rate, expected.stages),
        request_rate=Rate(bins.mean(bins.requests), bins.peak(bins.requests)),
        token_rate=Rate(bins.mean(bins.tokens), bins.peak(bins.tokens)),
        bins=bins,
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


def _target(aggregate_rate: float, stages: tuple[Stage, ...]) -> Rate:
    planned = sum(stage.planned_us for stage in stages)
    if not planned:
        return Rate(aggregate_rate, aggregate_rate)
    mean = math.fsum(stage.target_rate * stage.planned_us for stage in stages) / planned
    return Rate(mean, max(stage.target_rate for stage in stages))


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
