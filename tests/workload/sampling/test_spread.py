"""How distributions are spread, compared with what the kernel draws of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from blis_tui.spec.format.model import Arrival, Distribution
from blis_tui.workload.kernel import twin
from blis_tui.workload.kernel.records import SAMPLER, Sampler
from blis_tui.workload.sampling.arrivals import gap_sampler
from blis_tui.workload.sampling.lengths import length_sampler
from blis_tui.workload.sampling.spread import Spread, gap_spread, length_spread
from blis_tui.workload.sampling.table import SamplerTable

DRAWS = 20_000
LENGTHS = [
    Distribution(type="gaussian", params={"mean": 500.0, "std_dev": 120.0, "min": 50.0, "max": 1200.0}),
    Distribution(type="gaussian", params={"mean": 30.0, "std_dev": 40.0, "min": 0.0, "max": 60.0}),
    Distribution(type="exponential", params={"mean": 260.0, "min": 8.0, "max": 1000.0}),
    Distribution(type="lognormal", params={"mu": 5.6, "sigma": 0.8, "max": 2000.0}),
    Distribution(type="pareto_lognormal", params={"alpha": 2.8, "xm": 300.0, "mu": 5.0, "sigma": 0.7, "mix_weight": 0.3}),
    Distribution(type="empirical", params={"128": 0.5, "512": 0.3, "2048": 0.2, "4096": 0.0}),
    Distribution(type="constant", params={"value": 320.0}),
]
GAPS = [
    Arrival(process="poisson"),
    Arrival(process="gamma", cv=2.0),
    Arrival(process="gamma", cv=0.3),
    Arrival(process="gamma", cv=6.0),
    Arrival(process="gamma", shape=0.8, scale=520000.0),
    Arrival(process="weibull", cv=1.4),
    Arrival(process="weibull", shape=3.0, scale=90000.0),
    Arrival(process="constant"),
]


def drawn(sampler: Sampler | tuple[tuple[int, float], ...]) -> np.ndarray:
    table = SamplerTable()
    table.add(sampler)
    rows = np.array(table.rows, SAMPLER)
    stream = twin.RandomStream(11)
    return np.sort([stream.sample(rows, table.values, table.shares) for _ in range(DRAWS)])


def assert_alike(spread: Spread, draws: np.ndarray) -> None:
    """The values at which a part of all is reached are those of the draws, up to what chance makes of these."""
    assert list(spread.values) == sorted(spread.values)
    for part in (0.1, 0.5, 0.9, 0.99):
        low, high = (draws[min(max(round((part + shift) * DRAWS), 0), DRAWS - 1)] for shift in (-0.006, 0.006))
        slack = 0.02 * max(abs(high), 10)
        assert low - slack <= spread.quantile(part) <= high + slack, part
    assert spread.mean == pytest.approx(draws.mean(), rel=0.02, abs=4 * draws.std() / math.sqrt(DRAWS))


@pytest.mark.parametrize("distribution", LENGTHS, ids=lambda each: each.type)
def test_lengths_are_spread_as_they_are_drawn(distribution: Distribution) -> None:
    assert_alike(length_spread(distribution), drawn(length_sampler(distribution)))


@pytest.mark.parametrize("arrival", GAPS, ids=repr)
def test_gaps_are_spread_as_they_are_drawn(arrival: Arrival) -> None:
    assert_alike(gap_spread(arrival, 5e-6), drawn(gap_sampler(arrival, 5e-6)))


@pytest.mark.parametrize("cv", [0.001, 0.05, 9.9, 40.0])
@pytest.mark.parametrize("rate", [1e-15, 1e-6, 10.0])
@pytest.mark.parametrize("process", ["gamma", "weibull", "poisson"])
def test_gaps_of_extreme_processes_are_whole_and_at_least_1(process: str, rate: float, cv: float) -> None:
    spread = gap_spread(Arrival(process=process, cv=min(cv, 10.4) if process == "weibull" else cv), rate)
    assert all(isinstance(value, int) and value >= 1 for value in spread.values)
    assert spread.quantile(0.5) <= spread.quantile(0.99)


def test_a_histogram_has_all_that_is_within_its_ends() -> None:
    spread = Spread([1, 2, 3, 10], [1.0, 1.0, 1.0, 1.0])
    assert spread.histogram(3, 1, 3) == [1.0, 1.0, 1.0]
    assert spread.histogram(2, 1, 10) == [3.0, 1.0]
    assert sum(spread.histogram(7, 1, 10)) == 4.0
