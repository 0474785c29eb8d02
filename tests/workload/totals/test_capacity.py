"""What a workload asks of a server: against Little's law, and against counting request by request."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from workload_specs import SECOND, client, compact, compact_specs, constant, explicit, explicit_specs, thorough, turns

from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.totals.bins import Bins
from blis_tui.workload.totals.capacity import UnderWay, capacity, lengths, reuse

SERVERS = st.builds(AssumedServer, st.sampled_from([0, 7, 200_000]), st.sampled_from([0, 1, 20_000]), st.sampled_from([0, 1024]))
SPECS = st.one_of(explicit_specs(), compact_specs("2"), compact_specs("1"))


def spans(requests: Requests, server: AssumedServer) -> list[tuple[int, int, int]]:
    """Return (start, first token, end) of each answer."""
    found = []
    rows = zip(requests.arrival_us.tolist(), requests.output_tokens.tolist(), requests.deadline_us.tolist(), strict=True)
    for start, tokens, deadline in rows:
        end = start + server.ttft_us + server.itl_us * tokens
        end = min(end, deadline) if deadline else end
        found.append((start, min(start + server.ttft_us, end), end))
    return found


@given(SPECS, SERVERS, st.integers(1, 7))
@thorough(60)
def test_bins_of_requests_under_way_are_those_that_are_counted(spec: WorkloadSpec, server: AssumedServer, number: int) -> None:
    requests = generate(spec)
    answers = spans(requests, server)
    end = max((end for _, _, end in answers), default=1) + 1
    bins = Bins(-(-end // number), end)
    under_way = UnderWay(requests, server)
    levels = under_way.over(bins)
    edges = bins.edges.tolist()
    for (low, high), mean, most in zip(pairwise(edges), levels.means.tolist(), levels.most.tolist(), strict=True):
        busy = sum(max(0, min(end, high) - max(start, low)) for start, _, end in answers)
        assert mean == pytest.approx(busy / (high - low), abs=1e-6)
        times = [low, *(start for start, _, _ in answers if low <= start < high)]
        # those that are answered as they arrive are under way for no time, but counted as the peak counts them
        ended = np.array([end for _, _, end in answers])
        started = np.array([start for start, _, _ in answers])
        counts = [int((started <= time).sum() - (ended <= time).sum()) for time in times]
        assert most >= max(counts) and (most == max(counts) or server.ttft_us == 0)
    half = np.arange(len(requests)) % 2 == 0
    both = under_way.means(bins, half) + under_way.means(bins, ~half)
    np.testing.assert_allclose(both, levels.means, atol=1e-6)


@given(SPECS, SERVERS)
@thorough(60)
def test_littles_law(spec: WorkloadSpec, server: AssumedServer) -> None:
    """The mean number under way is the rate × the mean time of an answer, over all time in which any is."""
    requests = generate(spec)
    if not len(requests):
        return
    answers = spans(requests, server)
    start, end = answers[0][0], max(each[2] for each in answers)
    if end == start:
        return
    under_way = UnderWay(requests, server)
    times = np.unique([time for each in answers for time in (each[0], each[2])])
    integral = float((under_way.count(times)[:-1] * np.diff(times)).sum())
    rate, mean_answer = len(requests) / (end - start), sum(each[2] - each[0] for each in answers) / len(answers)
    assert integral / (end - start) == pytest.approx(rate * mean_answer, rel=1e-9)
    assert under_way.busy_us(start, end) == pytest.approx(integral, rel=1e-9)
    assert capacity(requests, server).answer_us == pytest.approx(mean_answer)


@given(SPECS, SERVERS)
@thorough(60)
def test_counting_request_by_request(spec: WorkloadSpec, server: AssumedServer) -> None:
    requests = generate(spec)
    answers, inputs = spans(requests, server), requests.input_tokens.tolist()
    found = capacity(requests, server, [(0, 2 * SECOND)])

    def under_way(time: int) -> int:
        return sum(start <= time < end for start, _, end in answers)

    def held(time: int) -> float:
        """Return the tokens held just before a time."""
        total = 0.0
        for (start, first, end), tokens in zip(answers, inputs, strict=True):
            if start < time <= end:
                total += tokens + (max(0, time - first) / server.itl_us if server.itl_us else 0)
        return total

    starts = [start for start, _, _ in answers if start < found.end_us]
    assert found.under_way.peak == max(map(under_way, starts), default=0)
    assert found.stages[0].under_way.peak == max(map(under_way, [0, *(start for start in starts if start < 2 * SECOND)]))
    assert found.held_tokens == pytest.approx(max((held(end) for _, _, end in answers), default=0), abs=0.51)
    if server.itl_us:
        decoding = [sum(first <= time < end for _, first, end in answers) for _, time, _ in answers]
        assert found.decode_rate is not None
        assert found.decode_rate.peak == pytest.approx(max(decoding, default=0) * 1e6 / server.itl_us)
    else:
        assert found.decode_rate is None
    assert found.held_bytes == (found.held_tokens * server.kv_bytes or None)


def test_what_a_prefix_cache_reuses() -> None:
    requests = generate(compact((4, 5), version="2", prompts=2, users=3, system_prompt_len=7))
    assert reuse(requests) == (7 * len(requests) - 14, 0)
    talk = client("a", reasoning=turns(3, 1000, accumulate=True), input_distribution=constant(5), output_distribution=constant(2))
    requests = generate(explicit(talk, horizon=10**9, num_requests=1))
    assert reuse(requests).context == requests.columns["context"].sum()


@given(st.lists(st.integers(1, 50), min_size=1, max_size=40))
def test_lengths(values: list[int]) -> None:
    found, ordered = lengths(np.array(values, np.int32)), sorted(values)
    for share, value in ((0.5, found.p50), (0.9, found.p90), (0.99, found.p99)):
        assert value == ordered[math.ceil(share * len(values)) - 1]
    assert (found.most, found.mean) == (max(values), pytest.approx(sum(values) / len(values)))


def test_nothing_is_under_way_without_requests() -> None:
    requests = generate(compact((4, 5), version="2", horizon=1))
    found = capacity(requests, AssumedServer(), [(0, 1)])
    assert (len(requests), found.under_way, found.held_tokens, found.gap_variation) == (0, (0.0, 0), 0, None)
