from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from made_traces import staged

from blis_tui.workload.fitting.parts.stages import MOST_STAGES, find_stages
from blis_tui.workload.fitting.parts.times import clock_step, roundest, spread_out


def found(times, end_s, most=MOST_STAGES):
    kind = np.zeros(len(times), np.int32)
    return (find_stages(np.asarray(times, np.int64), kind, 1, int(end_s * 1e6), most) / 1e6).tolist()


@pytest.mark.parametrize("seed", range(8))
def test_a_change_of_rate_is_found_at_its_round_time(seed):
    start, cut, end = found(staged([5, 15], 120, seed), 240)
    assert (start, end) == (0, 240)
    assert cut == pytest.approx(120, abs=1.5)


@pytest.mark.parametrize("seed", range(8))
def test_one_rate_is_one_stage(seed):
    assert found(staged([10], 300, seed), 300) == [0, 300]


@pytest.mark.parametrize("seed", range(8))
def test_bursts_are_no_stages(seed):
    gaps = np.random.default_rng(seed).gamma(1 / 9, 9, 4000)  # a coefficient of variation of 3
    times = np.cumsum(gaps) * 1e5
    assert len(found(times, times[-1] / 1e6 + 1)) <= 3


def test_seventeen_stages_that_differ_are_found():
    rates = [2, 12, 4, 20, 6, 30, 8, 40, 10, 50, 12, 60, 15, 45, 5, 25, 3]
    edges = found(staged(rates, 60), 17 * 60)
    assert edges == pytest.approx([60 * number for number in range(18)], abs=2)


def test_silence_is_a_stage():
    times = np.concatenate([staged([20], 60), staged([20], 60, 2) + 180_000_000])
    assert found(times, 240) == pytest.approx([0, 60, 180, 240], abs=1.5)


def test_kinds_that_take_each_others_place_are_told_though_the_sum_does_not_change():
    times = staged([20], 200)
    kind = (times > 100_000_000).astype(np.int32)
    assert find_stages(times, kind, 2, 200_000_000, MOST_STAGES).tolist() == [0, 100_000_000, 200_000_000]


def test_there_are_no_more_stages_than_are_asked_for():
    edges = found(staged([5, 50] * 10, 30), 600, most=6)
    assert len(edges) == 7
    assert edges == sorted(edges)


def test_few_requests_are_one_stage():
    assert found([0, 1, 2, 5_000_000], 10) == [0, 10]


def test_a_coarse_clock_is_told_by_times_that_many_share_at_even_distances():
    coarse = staged([10], 100) // 1_000_000 * 1_000_000
    assert clock_step(coarse) == 1_000_000
    uneven = coarse + np.unique(coarse, return_inverse=True)[1] % 3 * 1000  # as the clock of mooncake's own trace
    assert clock_step(uneven) == pytest.approx(1_000_000, rel=0.01)
    assert clock_step(np.arange(100) * 500_000) == 0
    assert clock_step(np.sort(np.random.default_rng(1).integers(0, 10**6, 1000))) == 0
    assert clock_step(np.repeat(np.arange(20) * 60_000_000, 50)) == 0  # batches, not a clock


def test_times_of_a_coarse_clock_are_spread_over_its_steps():
    coarse = staged([10], 100) // 1_000_000 * 1_000_000
    spread = spread_out(coarse, 1_000_000)
    assert (np.diff(spread) >= 0).all()
    assert ((spread // 1_000_000 * 1_000_000) == coarse).all()


def test_times_are_as_round_as_can_be():
    assert roundest(598_300_000, 602_000_000) == 600_000_000
    assert roundest(11_200_000, 11_900_000) == 11_500_000
    assert roundest(1_234, 1_300) == 1_300


def test_ten_thousand_years_take_no_more_memory_than_an_hour():
    year_us = 365 * 86_400 * 10**6
    tracemalloc.start()
    try:
        assert roundest(1, 10_000 * year_us) == 3_600_000_000
        times = np.concatenate([np.arange(500) * 19 * year_us, 9_500 * year_us + np.arange(500) * year_us])
        edges = find_stages(times, np.zeros(1000, np.int64), 1, 10_000 * year_us, 24)
        assert tracemalloc.get_traced_memory()[1] < 1 << 23
    finally:
        tracemalloc.stop()
    assert len(edges) == 3 and edges[1] == pytest.approx(9_500 * year_us, rel=0.01)
