from __future__ import annotations

import numpy as np
import pytest

from blis_tui.workload.fitting.parts.arrivals import fit_arrivals, relative_gaps, variation


def gaps(name, shape, count=6000):
    draws = np.random.default_rng(2)
    found = {"gamma": draws.gamma(shape, 1 / shape, count), "weibull": draws.weibull(shape, count)}[name]
    return found / found.mean()


@pytest.mark.parametrize(("name", "shape"), [("gamma", 0.25), ("gamma", 4.0), ("weibull", 0.7), ("weibull", 3.0)])
def test_a_process_is_found_again_with_its_variation(name, shape):
    sample = gaps(name, shape)
    fitted = fit_arrivals(sample)
    assert fitted.arrival.process == name
    assert fitted.arrival.cv == pytest.approx(variation(sample), abs=0.001)
    assert fitted.distance < 0.02


def test_gaps_of_chance_are_poisson():
    assert fit_arrivals(gaps("gamma", 1.0)).arrival.process == "poisson"


def test_even_gaps_are_constant():
    fitted = fit_arrivals(np.ones(50))
    assert (fitted.arrival.process, fitted.arrival.cv) == ("constant", None)


def test_few_gaps_say_nothing():
    assert fit_arrivals(np.array([0.1, 3.0, 0.2])).arrival.process == "poisson"
    assert fit_arrivals(np.empty(0)).arrival.process == "poisson"


def test_bursts_stay_within_what_blis_draws():
    assert fit_arrivals(gaps("gamma", 0.004)).arrival.cv == 9.9


def test_gaps_are_parts_of_the_mean_of_their_stage():
    times = np.array([0, 10, 20, 40, 1000, 2000, 3000])
    stage = np.array([0, 0, 0, 0, 1, 1, 1])
    assert relative_gaps(times, stage) == pytest.approx([0.75, 0.75, 1.5, 1, 1])
