"""Expected counts as such: the formulas, against direct simulation of what they describe."""

from __future__ import annotations

import math
from itertools import accumulate, pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blis_tui.workload.totals.counts import NOTHING, Count, add, capped, dealt, poisson, poisson_gap_us, session, sessions

DRAWS = 40_000


def agrees(count: Count, sample: np.ndarray, tolerance: float = 0.03) -> bool:
    """Tell whether mean (to 5 standard errors) and spread of a sample are as expected."""
    assert count.deviation is not None
    error = max(sample.std(), 1e-9) / math.sqrt(len(sample))
    return abs(sample.mean() - count.mean) < 5 * error and math.isclose(
        sample.std(), count.deviation, rel_tol=tolerance, abs_tol=1e-9
    )


@pytest.mark.parametrize("rate", [1e-7, 1e-3, 0.1, 1.0])
def test_mean_gap_is_that_of_whole_microseconds(rate: float) -> None:
    gaps = np.maximum(1, (np.random.default_rng(1).exponential(size=400_000) / rate).astype(np.int64))
    assert math.isclose(poisson_gap_us(rate), gaps.mean(), rel_tol=0.008)


def test_poisson_count_has_its_mean_as_variance() -> None:
    count = poisson(8e-6, 600_000_000)
    assert count.mean == pytest.approx(4800, abs=0.05)
    assert count.variance == count.mean
    assert not count.exact


def test_open_ended_poisson_count_is_without_bound() -> None:
    assert poisson(8e-6, math.inf) == Count(math.inf, 0.0)


@pytest.mark.parametrize("until", [math.inf, 600, 601])
def test_dealt_requests_are_exact_once_the_span_is_over(until: float) -> None:
    assert dealt(20, 600, until) == Count(20.0, 0.0)
    assert dealt(20, 600, until).exact


def test_a_single_dealt_request_stands_at_the_very_end() -> None:
    assert dealt(1, 600, 601) == Count(1.0, 0.0)
    assert dealt(1, 600, 600).deviation is None
    assert dealt(1, 600, 599).mean == 0.0
    assert dealt(0, 600, 600) == NOTHING


def test_a_cut_leaves_a_binomial_share_of_dealt_requests() -> None:
    gaps = np.random.default_rng(2).exponential(size=(DRAWS, 20))
    arrivals = np.cumsum(gaps, axis=1) / gaps.sum(axis=1, keepdims=True)
    assert agrees(dealt(20, 1000, 300), (arrivals < 0.3).sum(axis=1))


@pytest.mark.parametrize(
    ("rate", "rounds", "period", "span"),
    [(1e-3, 8, 500, 4000), (1e-4, 3, 10, 5000), (1e-2, 200, 100, 12_345), (3e-4, 5, 7000, 6000)],
)
def test_rounds_of_the_only_session_that_fit(rate: float, rounds: int, period: int, span: int) -> None:
    starts = np.random.default_rng(3).exponential(size=DRAWS) / rate
    arrivals = starts[:, None] + period * np.arange(rounds)
    assert agrees(session(rate, rounds, period, span), (arrivals < span).sum(axis=1), 0.05)


def test_the_only_session_is_exact_without_an_end_and_nothing_without_time() -> None:
    assert session(1e-3, 8, 500, math.inf) == Count(8.0, 0.0)
    assert session(1e-3, 8, 500, 0) == NOTHING
    assert session(1e-3, 8, 500, 1_000_000).exact


def test_rounds_of_many_sessions_count_where_they_are_sent() -> None:
    generator = np.random.default_rng(4)
    ends, rates, rounds, period, until = [3000, 5000, 9000], [0.002, 0.01, 0.001], 4, 700, 8000
    per_window = np.zeros((4000, 3))
    for trial in range(len(per_window)):
        for start, end, rate in zip([0, *ends], ends, rates, strict=False):
            starts = generator.uniform(start, end, generator.poisson(rate * (end - start)))
            arrivals = (starts[starts < until][:, None] + period * np.arange(rounds)).ravel()
            per_window[trial] += np.histogram(arrivals[arrivals < until], [0, *ends])[0]
    windows, whole = sessions(ends, rates, rounds, period, until)
    for column, count in enumerate(windows):
        assert agrees(count, per_window[:, column], 0.06)
    assert agrees(whole, per_window.sum(axis=1), 0.06)


def slow_count(edges: list[float], rates: list[float], span: tuple[float, float], rounds: int, period: int) -> Count:
    """Add up what is expected of every round, and of every two rounds together."""
    gaps = [poisson_gap_us(rate) for rate in rates]
    started = list(accumulate((np.diff(edges) / gaps).tolist(), initial=0.0))
    mean = variance = 0.0
    for one, other in product(range(rounds), repeat=2):
        first, last = span[0] - min(one, other) * period, span[1] - max(one, other) * period
        both = max(float(np.diff(np.interp([first, last], edges, started))[0]), 0.0)
        variance += both
        mean += both if one == other else 0.0
    return Count(mean, variance)


@given(
    st.lists(st.tuples(st.integers(1, 3000), st.sampled_from([1e-9, 1e-4, 0.01, 0.5])), min_size=1, max_size=4),
    st.integers(1, 9),
    st.one_of(st.integers(1, 20), st.integers(1, 4000)),
    st.one_of(st.just(math.inf), st.integers(1, 9000)),
)
@settings(max_examples=150, deadline=None)
def test_rounds_of_many_sessions_are_those_added_up_pair_by_pair(
    stages: list[tuple[int, float]], rounds: int, period: int, until: float
) -> None:
    ends, rates = list(accumulate(length for length, _ in stages)), [rate for _, rate in stages]
    edges = [0.0, *(min(end, until) for end in ends)]
    spans = [*pairwise(edges), (0.0, edges[-1])]
    windows, whole = sessions(ends, rates, rounds, period, until)
    for count, span in zip([*windows, whole], spans, strict=True):
        assert tuple(count) == pytest.approx(slow_count(edges, rates, span, rounds, period), rel=1e-9, abs=1e-9)


def test_millions_of_rounds_are_added_up_without_going_through_them() -> None:
    rounds, span = 10**7, 10**8
    (window,), whole = sessions([span], [1e-6], rounds, 1, math.inf)
    first_rounds = rounds * (rounds - 1) // 2
    squares = (rounds - 1) * rounds * (2 * rounds - 1) // 6
    assert window == whole
    assert whole.mean * poisson_gap_us(1e-6) == pytest.approx(rounds * span - first_rounds)
    assert whole.variance is not None
    assert whole.variance * poisson_gap_us(1e-6) == pytest.approx(rounds * rounds * span - 2 * squares - first_rounds)


def test_the_only_session_of_countless_rounds_is_cut_where_time_ends() -> None:
    rate, span = 1e-12, 10**13  # Σ (1 − e^(−ρ(L − k))) and Σ (2k + 1) (…) over k < L are nearly integrals
    whole = rate * span
    count = session(rate, 10**15, 1, span)
    square = span**2 * (1 - 2 * (whole - 1 + math.exp(-whole)) / whole**2)
    assert count.mean == pytest.approx(span * (1 - (1 - math.exp(-whole)) / whole), rel=1e-6)
    assert count.variance == pytest.approx(square - count.mean**2, rel=1e-6)


def test_one_round_per_session_is_plain_poisson() -> None:
    windows, whole = sessions([1_000_000, 3_000_000], [8e-6, 2e-6], 1, 1, 2_000_000)
    assert windows[0].mean == pytest.approx(8, rel=1e-4)
    assert windows[1].mean == windows[1].variance == pytest.approx(2, rel=1e-4)
    assert whole.mean == pytest.approx(10, rel=1e-4)


@pytest.mark.parametrize("most", [80, 100, 118, 130, 160, 400])
def test_a_limit_leaves_what_earlier_spans_have_not_used(most: int) -> None:
    generator = np.random.default_rng(5)
    first, second = generator.normal(90, math.sqrt(90), DRAWS), generator.normal(40, math.sqrt(40), DRAWS)
    left = capped([Count(90, 90), Count(40, 40)], most)
    assert agrees(left[0], np.minimum(first, most), 0.04)
    after = np.minimum(second, np.maximum(most - first, 0))
    assert left[1].mean == pytest.approx(after.mean(), abs=0.15)
    assert left[1].deviation == pytest.approx(after.std(), abs=0.15)


def test_a_limit_far_below_what_would_come_is_exact() -> None:
    assert capped([Count(1e9, 1e9), Count(10, 10)], 1000) == [Count(1000.0, 0.0), NOTHING]
    assert capped([Count(math.inf, 0.0), Count(5, 5)], 1000) == [Count(1000.0, 0.0), NOTHING]


def test_exact_counts_stay_exact_under_a_limit() -> None:
    assert capped([Count(10, 0.0), Count(7, 0.0), Count(3, 0.0)], 15) == [Count(10, 0.0), Count(5.0, 0.0), NOTHING]


def test_counts_of_unknown_spread_are_cut_at_their_mean() -> None:
    assert capped([Count(10, None), Count(7, 7)], 15) == [Count(10.0, None), Count(5.0, None)]
    assert add([Count(10, None), Count(7, 7)]) == Count(17.0, None)
    assert Count(10, None).times(3) == Count(30, None)
    assert Count(10, None).times(0) == NOTHING
