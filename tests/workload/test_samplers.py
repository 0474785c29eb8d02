"""Lengths and gaps against the slow reference, and at the edges of what numbers can hold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import samplers as slow
from reference.go_rand import Rand
from test_random import NEARLY_1, SPECIAL, leading_to, pair, shifted
from workload_specs import arrivals, constant, dist, distributions, seeds

from blis_tui.spec.fields import INT64_MAX
from blis_tui.spec.model import Arrival, Distribution
from blis_tui.workload.activity import Activity, Limits
from blis_tui.workload.arrivals import gap_sampler, gaps, poisson_rate, truncated, whole
from blis_tui.workload.clients import Dealt
from blis_tui.workload.dealt import Deal, spread_clients
from blis_tui.workload.lengths import exp, fixed_length, length_sampler, power, round_half_away
from blis_tui.workload.random.stream import Stream


def same_draws(fast: Any, reference: Any, stream: Stream, rand: Rand, count: int = 200) -> None:
    for _ in range(count):
        assert fast(stream) == reference(rand)
    assert stream.at == rand.taken


@given(distributions(), seeds)
@settings(max_examples=150, deadline=None)
def test_lengths(distribution: Distribution, seed: int) -> None:
    same_draws(length_sampler(distribution), slow.length(distribution), Stream.seeded(seed), Rand(seed), 60)


@given(arrivals(), st.floats(1e-18, 10.0), seeds)
@settings(max_examples=150, deadline=None)
def test_gaps(arrival: Arrival, rate: float, seed: int) -> None:
    same_draws(gap_sampler(arrival, rate), slow.gap(arrival, rate), Stream.seeded(seed), Rand(seed), 60)


ODD = [
    dist("lognormal", mu=800, sigma=0),
    dist("lognormal", mu=800, sigma=0, min=4),
    dist("lognormal", mu=3, sigma=300, max=50),
    dist("lognormal", mu=math.log(7.5), sigma=0),
    dist("lognormal", mu=43.0, sigma=1.0),
    dist("exponential", mean=1e300),
    dist("exponential", mean=1e300, max=9),
    dist("exponential", mean=0, min=3),
    dist("gaussian", mean=1e308, std_dev=1e308, min=1, max=9),
    dist("gaussian", mean=6.5, std_dev=0, min=1, max=9),
    dist("gaussian", mean=-2, std_dev=9, min=-50, max=0),
    dist("gaussian", mean=5, std_dev=1, min=2.2, max=2.9),
    dist("pareto_lognormal", alpha=0.001, xm=1, mu=1, sigma=1, mix_weight=0.9),
    dist("pareto_lognormal", alpha=1, xm=2, mu=900, sigma=0, mix_weight=0.5),
    dist("empirical", **{"4": 0.0, "5": 0.0}),
    dist("empirical", **{"4": 0.1, "5": -1.0, "9": 0.3}),
    dist("empirical", **{str(value): 0.1 for value in range(10)}),
]


@pytest.mark.parametrize("distribution", ODD, ids=repr)
def test_odd_lengths(distribution: Distribution) -> None:
    same_draws(length_sampler(distribution), slow.length(distribution), Stream.seeded(5), Rand(5))


@pytest.mark.parametrize("process", ["poisson", "gamma", "weibull", "constant"])
@pytest.mark.parametrize("cv", [None, 0.01, 1.0, 9.999, 10.0, 10.01])
@pytest.mark.parametrize("rate", [1e-300, 1e-15, 1e-6, 1.0, 1e9])
def test_odd_gaps(process: str, cv: float | None, rate: float) -> None:
    arrival = Arrival(process=process, cv=cv)
    same_draws(gap_sampler(arrival, rate), slow.gap(arrival, rate), Stream.seeded(5), Rand(5), 40)


@pytest.mark.parametrize("scale", [1e-9, 1e18, 1e300])
@pytest.mark.parametrize("shape", [0.001, 0.4, 1.0, 7.0])
@pytest.mark.parametrize("process", ["gamma", "weibull"])
def test_fitted_gaps(process: str, shape: float, scale: float) -> None:
    arrival = Arrival(process=process, shape=shape, scale=scale, cv=3.0)
    same_draws(gap_sampler(arrival, 1e-6), slow.gap(arrival, 1e-6), Stream.seeded(5), Rand(5), 60)


@pytest.mark.parametrize("value", SPECIAL)
@pytest.mark.parametrize("kind", ["gamma", "weibull", "lognormal", "exponential", "pareto_lognormal", "empirical"])
def test_draws_at_the_ends_of_the_range(kind: str, value: int) -> None:
    start = leading_to([value, value, 1, value], 0)
    stream, rand = pair(start)
    if kind in ("gamma", "weibull"):
        arrival = Arrival(process=kind, cv=3.0)
        same_draws(gap_sampler(arrival, 1e-5), slow.gap(arrival, 1e-5), stream, rand, 8)
        return
    params = {
        "lognormal": {"mu": 1, "sigma": 1},
        "exponential": {"mean": 20},
        "pareto_lognormal": {"alpha": 1, "xm": 1, "mu": 1, "sigma": 1, "mix_weight": 0.5},
        "empirical": {"1": 1, "5": 2, "7": 0},
    }
    distribution = dist(kind, **params[kind])
    same_draws(length_sampler(distribution), slow.length(distribution), stream, rand, 8)


def test_nearly_1_is_drawn_again() -> None:
    stream = Stream(shifted(leading_to([NEARLY_1, NEARLY_1, 2**62], 0)))
    assert stream.float64() == 0.5
    assert stream.at == 3


def test_what_draws_nothing_is_known_beforehand() -> None:
    assert fixed_length(constant(7.9)) == 7
    assert fixed_length(constant(-2)) == 1
    assert fixed_length(dist("gaussian", mean=9, std_dev=3, min=4.1, max=4.9)) == 4
    assert fixed_length(dist("gaussian", mean=9, std_dev=3, min=0, max=0)) == 0
    assert fixed_length(dist("gaussian", mean=9, std_dev=0, min=1, max=99)) is None
    assert fixed_length(dist("empirical", **{"9": 0.3, "3": 0})) == 9
    assert fixed_length(dist("empirical", **{"9": 0.0})) == 1
    assert fixed_length(dist("empirical", **{"9": 0.3, "3": 1})) is None
    assert fixed_length(dist("exponential", mean=3)) is None


def test_rounding_is_gos() -> None:
    values = [0.5, 1.5, 2.5, -0.5, -2.5, 0.49999999999999994, 2.0**52 + 1, 1e300, -3.2, 0.0]
    assert [round_half_away(value) for value in values] == [1, 2, 3, -1, -3, 0, 2.0**52 + 1, 1e300, -3, 0]
    assert math.isnan(round_half_away(math.nan))
    assert round_half_away(-math.inf) == -math.inf


def test_powers_and_exponentials_may_be_infinite() -> None:
    assert power(10.0, 400.0) == power(0.0, -1.0) == exp(800.0) == math.inf
    assert power(2.0, -1.0) == 0.5
    assert exp(0.0) == 1.0


def test_truncating_to_int64() -> None:
    values = np.array([1.9, -1.9, 2.0**63, -(2.0**63), 1e300, math.inf, -math.inf, math.nan, 9.2e18])
    low = -(2**63)
    assert truncated(values).tolist() == [1, -1, low, low, low, low, low, low, 9_200_000_000_000_000_000]
    assert whole(values).tolist() == [1, 1, 1, 1, 1, 1, 1, 1, 9_200_000_000_000_000_000]


def test_many_gaps_at_once_are_those_drawn_one_by_one() -> None:
    for rate in (1e-7, 0.3, 1e-300, 5e-324):
        rand = Rand(3)
        expected = [max(1, slow.to_int(rand.exp() / rate if rate > 1e-300 else math.inf)) for _ in range(3000)]
        assert gaps(Stream.seeded(3).exponentials(3000), rate).tolist() == expected


def test_bursty_gamma_arrivals_fall_back_to_poisson() -> None:
    assert poisson_rate(Arrival(process="gamma", cv=10.5), 2.0) == 2.0
    assert poisson_rate(Arrival(process="gamma", cv=9.5), 2.0) is None
    assert poisson_rate(Arrival(process="gamma", cv=10.5, shape=1.0, scale=1.0), 2.0) is None
    assert poisson_rate(Arrival(process="gamma", cv=10.5, shape=1.0), 2.0) == 2.0
    assert poisson_rate(Arrival(process="poisson"), 1e-20) == 1e-15


def test_spread_gaps_fill_the_span() -> None:
    limits = Limits(Activity(()), INT64_MAX, INT64_MAX)
    for count, span in ((1, 1000), (7, 1_000_000), (48, 900), (900, 901), (5000, 10**12)):
        for spread in spread_clients(Deal(Dealt(count, 0), span, (1, 1), limits), 0, np.arange(9)):
            drawn = np.diff(spread.arrival, axis=0, prepend=0)
            assert drawn.shape == (count, 9)
            assert (drawn >= 1).all()
            assert (abs(spread.arrival[-1] - span) <= count).all()
