"""Lengths and gaps of both kernels against the slow reference, and at the edges of what numbers can hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import samplers as slow
from reference.go_rand import Rand
from streams import NEARLY_1, SPECIAL, drawing, leading_to, opened, pair
from workload_specs import ODD_LENGTHS, arrivals, compact, constant, dist, distributions, seeds, thorough

from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.format.model import Arrival, Distribution
from blis_tui.workload import kernel
from blis_tui.workload.client_programs import programs_of
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.kernel import RandomStream
from blis_tui.workload.kernel.records import DONE, GAUSSIAN, POISSON, SPREAD, Programs, Sampler, Sheet
from blis_tui.workload.kernel.twin.samplers import exp, power, rounded
from blis_tui.workload.sampling.arrivals import gap_sampler, poisson_rate
from blis_tui.workload.sampling.lengths import fixed_length, length_sampler
from blis_tui.workload.sampling.table import Bins, SamplerTable

pytestmark = pytest.mark.usefixtures("each_kernel")


def same_draws(sampler: Sampler | Bins, reference: slow.Draw, stream: RandomStream, rand: Rand, count: int = 200) -> None:
    draw = drawing(sampler)
    for _ in range(count):
        assert draw(stream) == reference(rand)
    assert stream.place == rand.taken


@given(distributions(), seeds)
@thorough(150)
def test_lengths(distribution: Distribution, seed: int) -> None:
    same_draws(length_sampler(distribution), slow.length(distribution), kernel.RandomStream(seed), Rand(seed), 60)


@given(arrivals(), st.floats(1e-18, 10.0), seeds)
@thorough(150)
def test_gaps(arrival: Arrival, rate: float, seed: int) -> None:
    same_draws(gap_sampler(arrival, rate), slow.gap(arrival, rate), kernel.RandomStream(seed), Rand(seed), 60)


@pytest.mark.parametrize("distribution", ODD_LENGTHS, ids=repr)
def test_odd_lengths(distribution: Distribution) -> None:
    same_draws(length_sampler(distribution), slow.length(distribution), kernel.RandomStream(5), Rand(5))


@pytest.mark.parametrize("process", ["poisson", "gamma", "weibull", "constant"])
@pytest.mark.parametrize("cv", [None, 0.01, 1.0, 9.999, 10.0, 10.01])
@pytest.mark.parametrize("rate", [1e-300, 1e-15, 1e-6, 1.0, 1e9])
def test_odd_gaps(process: str, cv: float | None, rate: float) -> None:
    arrival = Arrival(process=process, cv=cv)
    same_draws(gap_sampler(arrival, rate), slow.gap(arrival, rate), kernel.RandomStream(5), Rand(5), 40)


@pytest.mark.parametrize("scale", [1e-9, 1e18, 1e300])
@pytest.mark.parametrize("shape", [0.001, 0.4, 1.0, 7.0])
@pytest.mark.parametrize("process", ["gamma", "weibull"])
def test_fitted_gaps(process: str, shape: float, scale: float) -> None:
    arrival = Arrival(process=process, shape=shape, scale=scale, cv=3.0)
    same_draws(gap_sampler(arrival, 1e-6), slow.gap(arrival, 1e-6), kernel.RandomStream(5), Rand(5), 60)


@pytest.mark.parametrize("value", SPECIAL)
@pytest.mark.parametrize("kind", ["gamma", "weibull", "gaussian", "lognormal", "exponential", "pareto_lognormal", "empirical"])
def test_draws_at_the_ends_of_the_range(kind: str, value: int) -> None:
    start = leading_to([value, value, 1, value], 0)
    stream, rand = pair(start)
    if kind in ("gamma", "weibull"):
        arrival = Arrival(process=kind, cv=3.0)
        same_draws(gap_sampler(arrival, 1e-5), slow.gap(arrival, 1e-5), stream, rand, 8)
        return
    params = {
        "gaussian": {"mean": 20, "std_dev": 9, "min": 1, "max": 99},
        "lognormal": {"mu": 1, "sigma": 1},
        "exponential": {"mean": 20},
        "pareto_lognormal": {"alpha": 1, "xm": 1, "mu": 1, "sigma": 1, "mix_weight": 0.5},
        "empirical": {"1": 1, "5": 2, "7": 0},
    }
    distribution = dist(kind, **params[kind])
    same_draws(length_sampler(distribution), slow.length(distribution), stream, rand, 8)


def test_nearly_1_is_drawn_again() -> None:
    stream = opened(leading_to([NEARLY_1, NEARLY_1, 2**62], 0))
    assert stream.float64() == 0.5
    assert stream.place == 3


@pytest.mark.parametrize(("low", "high", "drawn"), [(8, 3, 3), (8, 1, 1), (8, 0, 1), (2, -7, 1)])
def test_a_gaussian_whose_min_is_above_its_max_gives_max(low: int, high: int, drawn: int) -> None:
    """As in BLIS, where a draw is raised to min and then lowered to max; no length is below 1."""
    distribution = dist("gaussian", mean=5, std_dev=9, min=low, max=high)
    draw, reference, stream, rand = (
        drawing(length_sampler(distribution)),
        slow.length(distribution),
        kernel.RandomStream(5),
        Rand(5),
    )
    assert {draw(stream) for _ in range(99)} == {reference(rand) for _ in range(99)} == {drawn}
    assert stream.place == rand.taken >= 99


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


HALVES = {0.5: 1, 1.5: 2, 2.5: 3, -0.5: -1, -2.5: -3, 0.49999999999999994: 0, 2.0**52 + 1: 2**52 + 1, -3.2: -3, 0.0: 0}


def test_rounding_is_gos() -> None:
    assert {value: rounded(value) for value in HALVES} == HALVES
    for value in (1e300, 2.0**63, math.nan, math.inf, -math.inf):  # as Go converts what does not fit
        assert rounded(value) == -(2**63)


@pytest.mark.parametrize("value", HALVES)
def test_a_length_without_any_spread_is_rounded_alike(value: float) -> None:
    sampler = Sampler(GAUSSIAN, value, low=-(2**62), high=2**62)
    assert drawing(sampler)(kernel.RandomStream(1)) == max(1, HALVES[value])


def test_lengths_near_a_half_are_rounded_alike() -> None:
    for value in range(1, 60):
        near = dist("lognormal", mu=math.log(value + 0.5), sigma=0)
        same_draws(length_sampler(near), slow.length(near), kernel.RandomStream(5), Rand(5), 3)


def test_powers_and_exponentials_may_be_infinite() -> None:
    assert power(10.0, 400.0) == power(0.0, -1.0) == exp(800.0) == math.inf
    assert power(2.0, -1.0) == 0.5
    assert exp(0.0) == 1.0


@pytest.mark.parametrize("rate", [1e-7, 0.3, 1e-300, 5e-324, 0.0])
def test_gaps_at_rates_as_they_are(rate: float) -> None:
    """Stages of version 2 have rates that no rule keeps from vanishing; a gap that does not fit int64 becomes 1 µs."""

    def reference(rand: Rand) -> int:
        value = rand.exp()
        return max(1, slow.to_int(value / rate if rate > 1e-300 else math.inf))

    same_draws(Sampler(POISSON, rate), reference, kernel.RandomStream(3), Rand(3), 3000)


def test_equal_samplers_are_kept_once() -> None:
    table = SamplerTable()
    some = [length_sampler(distribution) for distribution in ODD_LENGTHS]
    numbers = [table.add(sampler) for sampler in some]
    assert [table.add(sampler) for sampler in some] == numbers
    assert len(table.rows) == len(set(some)) == max(numbers) + 1


def test_bursty_gamma_arrivals_fall_back_to_poisson() -> None:
    assert poisson_rate(Arrival(process="gamma", cv=10.5), 2.0) == 2.0
    assert poisson_rate(Arrival(process="gamma", cv=9.5), 2.0) is None
    assert poisson_rate(Arrival(process="gamma", cv=10.5, shape=1.0, scale=1.0), 2.0) is None
    assert poisson_rate(Arrival(process="gamma", cv=10.5, shape=1.0), 2.0) == 2.0
    assert poisson_rate(Arrival(process="poisson"), 1e-20) == 1e-15


def spreading(count: int, span_us: int) -> Programs:
    """Return the programs of nine clients that each spread some requests over a span."""
    spec = compact((9.0, 1), version="2", prompts=3, users=3, question_len=1, output_len=1)
    programs = programs_of(expand(spec), INT64_MAX, INT64_MAX)
    assert programs.legs["kind"].tolist() == [SPREAD]
    programs.legs["gaps"], programs.legs["span"] = count, span_us
    return programs


@pytest.mark.parametrize(("count", "span"), [(1, 1000), (7, 1_000_000), (48, 900), (900, 901), (5000, 10**12)])
def test_spread_gaps_fill_the_span(count: int, span: int) -> None:
    walk = kernel.Walk(spreading(count, span), np.arange(9), np.zeros(1, np.int32))
    sheet = Sheet(9 * count + 1, chat=False, media=False)
    walk.begin(0, 9)
    assert walk.fill(sheet) == DONE
    columns = sheet.filled()
    assert columns["client"].tolist() == [client for client in range(9) for _ in range(count)]
    arrival = columns["arrival"].reshape(9, count)
    assert (np.diff(arrival, axis=1, prepend=0) >= 1).all()
    assert (abs(arrival[:, -1] - span) <= count).all()
