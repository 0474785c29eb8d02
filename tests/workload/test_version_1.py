"""Version 1 with several stages has no reference: these tests would catch a wrong rate, window or order of draws."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from blis_tui.spec.model import InferencePerf, SharedPrefix, Stage, WorkloadSpec
from blis_tui.workload.expand import expand
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests

STAGES = ((8.0, 60), (30.0, 40), (2.5, 50))


def compact(stages: tuple[tuple[float, int], ...] = STAGES, *, chat: bool = False, **options: Any) -> WorkloadSpec:
    return WorkloadSpec(
        version="1",
        inference_perf=InferencePerf(
            stages=tuple(Stage(rate=rate, duration=duration) for rate, duration in stages),
            shared_prefix=SharedPrefix(
                num_unique_system_prompts=3,
                num_users_per_system_prompt=2,
                system_prompt_len=10,
                question_len=7,
                output_len=5,
                enable_multi_turn_chat=chat,
            ),
        ),
        **options,
    )


def in_stage(requests: Requests, stages: tuple[tuple[float, int], ...] = STAGES) -> list[int]:
    edges = np.cumsum([0, *(duration * 1_000_000 for _, duration in stages)])
    return np.histogram(requests.arrival_us, edges)[0].tolist()


def same(left: Requests, right: Requests) -> bool:
    columns = ("arrival_us", "client", "input_tokens", "output_tokens", "session", "round", "deadline_us")
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in columns) and all(
        np.array_equal(a, b)
        for one, other in zip(left.tokens(), right.tokens(), strict=True)
        for a, b in zip(one, other, strict=True)
    )


def test_bc_2_each_window_has_its_own_stages_rate_and_not_the_mean() -> None:
    seeds = 40
    totals = np.sum([in_stage(generate(compact(seed=seed))) for seed in range(seeds)], axis=0)
    for (rate, duration), total in zip(STAGES, totals, strict=True):
        expected = rate * duration * seeds
        assert abs(total - expected) < 4 * math.sqrt(expected)


def test_bc_2_counts_vary_as_poisson_counts_do() -> None:
    counts = np.array([in_stage(generate(compact(seed=seed))) for seed in range(60)])
    for (rate, duration), variance in zip(STAGES, counts.var(axis=0, ddof=1), strict=True):
        assert 0.5 < variance / (rate * duration) < 1.7


def test_bc_2_the_aggregate_is_the_weighted_mean_and_the_peak_stands_beside_it() -> None:
    clients = expand(compact(((8.0, 600), (20.0, 600))))
    assert (clients.aggregate_rate, clients.peak_rate) == (14.0, 20.0)


def test_bc_1_windows_are_back_to_back_to_the_microsecond() -> None:
    lifecycle = expand(compact(((8.0, 600), (20.0, 600))))[0].lifecycle
    assert lifecycle is not None
    assert [(window.start_us, window.end_us) for window in lifecycle.windows] == [(0, 600_000_000), (600_000_000, 1_200_000_000)]
    assert expand(compact(((8.0, 600),)))[0].lifecycle is None


def test_nothing_arrives_at_or_past_the_last_window_or_the_horizon() -> None:
    for seed in range(20):
        assert generate(compact(seed=seed)).arrival_us.max() < 150_000_000
        assert generate(compact(seed=seed, horizon=70_000_001)).arrival_us.max() <= 70_000_000


def test_a_silent_gap_of_a_slow_client_crosses_no_window() -> None:
    """A client whose gap leaves a window begins the next one at its start, at its rate."""
    stages = ((0.001, 10), (50.0, 10))
    counts = [in_stage(generate(compact(stages, seed=seed)), stages) for seed in range(30)]
    assert sum(first for first, _ in counts) < 10
    assert abs(sum(second for _, second in counts) - 30 * 500) < 4 * math.sqrt(30 * 500)


@pytest.mark.parametrize("chat", [False, True])
@pytest.mark.parametrize("options", [{}, {"horizon": 90_000_000}, {"num_requests": 300}, {"aggregate_rate": 5.0}])
@pytest.mark.parametrize("stages", [STAGES, ((12.0, 30),)])
def test_the_expansion_generates_the_same_requests(
    stages: tuple[tuple[float, int], ...], options: dict[str, Any], chat: bool
) -> None:
    spec = compact(stages, chat=chat, seed=77, **options)
    requests = generate(spec)
    clients = expand(spec)
    explicit = spec.replace(
        inference_perf=None,
        clients=tuple(clients),
        aggregate_rate=clients.aggregate_rate,
        category=clients.category,
        horizon=requests.horizon_us or 0,
    )
    assert len(requests) > 10
    assert same(requests, generate(explicit))


def test_a_given_aggregate_rate_scales_every_stage() -> None:
    mean = sum(rate * duration for rate, duration in STAGES) / 150
    totals = np.sum([in_stage(generate(compact(seed=seed, aggregate_rate=2 * mean))) for seed in range(20)], axis=0)
    for (rate, duration), total in zip(STAGES, totals, strict=True):
        expected = 2 * rate * duration * 20
        assert abs(total - expected) < 4 * math.sqrt(expected)


def test_a_given_aggregate_rate_that_is_the_mean_changes_nothing() -> None:
    mean = sum(rate * duration for rate, duration in STAGES) / 150
    assert same(generate(compact(seed=5)), generate(compact(seed=5, aggregate_rate=mean * (1 + 1e-12))))


def test_chat_sends_five_rounds_half_a_second_apart_and_drops_what_is_outside() -> None:
    requests = generate(compact(chat=True, seed=3))
    assert int(requests.round.max()) == 4
    first = requests.session == requests.session[0]
    arrivals = requests.arrival_us[first]
    assert np.diff(arrivals).tolist() == [500_000 + 5] * (len(arrivals) - 1)
    assert requests.input_tokens[first].tolist() == [10 + 7 + turn * 12 for turn in range(len(arrivals))]
    assert requests.arrival_us.max() < 150_000_000


def test_num_requests_is_an_upper_bound_and_keeps_the_first() -> None:
    whole, cut = generate(compact(seed=9)), generate(compact(seed=9, num_requests=100))
    assert len(cut) == 100
    assert np.array_equal(cut.arrival_us, whole.arrival_us[:100])
