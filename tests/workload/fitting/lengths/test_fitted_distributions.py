from __future__ import annotations

import numpy as np
import pytest

from blis_tui.spec.format.model import Distribution
from blis_tui.workload.fitting.choices import EMPIRICAL, FAMILY
from blis_tui.workload.fitting.lengths.distributions import fit_lengths
from blis_tui.workload.fitting.lengths.families import shares
from blis_tui.workload.sampling.spread import length_spread

DRAWS = np.random.default_rng(1)
COUNT = 20_000


def whole(values):
    return np.maximum(np.rint(values), 1).astype(np.int32)


def tailed():
    tail = 300 * (1 - DRAWS.random(COUNT)) ** (-1 / 1.8)
    return np.where(DRAWS.random(COUNT) < 0.1, tail, np.exp(DRAWS.normal(5, 0.7, COUNT)))


SAMPLES = {
    "gaussian": whole(DRAWS.normal(500, 120, COUNT)),
    "gaussian, clamped": whole(DRAWS.normal(500, 400, COUNT).clip(50, 700)),
    "exponential": whole(DRAWS.exponential(260, COUNT).clip(8, 4096)),
    "lognormal": whole(np.exp(DRAWS.normal(5.6, 0.8, COUNT))),
    "pareto_lognormal": whole(tailed()),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_family_is_found_again_with_its_quantiles(name):
    sample = SAMPLES[name]
    fitted = fit_lengths(sample, FAMILY)
    assert fitted.type == name.partition(",")[0]
    spread = length_spread(fitted)
    assert spread.mean == pytest.approx(sample.mean(), rel=0.02)
    for part in (0.5, 0.9, 0.99):
        assert spread.quantile(part) == pytest.approx(np.quantile(sample, part), rel=0.04)


def test_the_parameters_are_found_again():
    params = fit_lengths(SAMPLES["lognormal"], FAMILY).params
    assert params["mu"] == pytest.approx(5.6, rel=0.01)
    assert params["sigma"] == pytest.approx(0.8, rel=0.02)
    clamped = fit_lengths(SAMPLES["gaussian, clamped"], FAMILY).params
    assert (clamped["min"], clamped["max"]) == (50, 700)
    assert clamped["mean"] == pytest.approx(500, rel=0.03)
    assert clamped["std_dev"] == pytest.approx(400, rel=0.05)


@pytest.mark.parametrize("name", [*SAMPLES, "two peaks"])
def test_a_table_has_the_mean_and_the_quantiles(name):
    peaks = np.where(DRAWS.random(COUNT) < 0.4, DRAWS.normal(100, 10, COUNT), DRAWS.normal(2000, 200, COUNT))
    sample = SAMPLES[name] if name in SAMPLES else whole(peaks)
    fitted = fit_lengths(sample, EMPIRICAL)
    assert fitted.type == "empirical"
    assert len(fitted.params) <= 50
    spread = length_spread(fitted)
    assert spread.mean == pytest.approx(sample.mean(), rel=0.005)
    for part in (0.5, 0.9, 0.95, 0.99):
        assert spread.quantile(part) == pytest.approx(np.quantile(sample, part), rel=0.03)


def test_no_bin_reaches_from_one_peak_to_another():
    sample = whole(np.where(DRAWS.random(COUNT) < 0.4, DRAWS.normal(100, 10, COUNT), DRAWS.normal(2000, 200, COUNT)))
    values = [int(value) for value in fit_lengths(sample, EMPIRICAL).params]
    assert not [value for value in values if 160 < value < 1200]


@pytest.mark.parametrize("how", [EMPIRICAL, FAMILY])
def test_lengths_that_are_all_the_same_are_constant(how):
    assert fit_lengths(np.full(7, 12), how) == Distribution(type="constant", params={"value": 12.0})
    assert fit_lengths(np.zeros(3, np.int32), how).params == {"value": 1.0}


@pytest.mark.parametrize("how", [EMPIRICAL, FAMILY])
@pytest.mark.parametrize("sample", [[1, 2], [1, 2, 3], [5, 5, 5, 6, 1000], [1, 2**30], list(range(1, 2000))])
def test_any_lengths_give_a_distribution_that_can_be_drawn(how, sample):
    fitted = fit_lengths(np.array(sample, np.int64), how)
    assert min(sample) <= length_spread(fitted).quantile(0.5) <= max(sample)


def test_shares_are_those_of_what_is_drawn():
    for name, sample in SAMPLES.items():
        fitted = fit_lengths(sample, FAMILY)
        spread = length_spread(fitted)
        values = np.array([spread.quantile(part) for part in (0.1, 0.5, 0.9)])
        reached = [
            sum(w for v, w in zip(spread.values, spread.weights, strict=True) if v <= value) / sum(spread.weights)
            for value in values
        ]
        assert shares(fitted.type, fitted.params, values) == pytest.approx(reached, abs=0.01), name


def test_a_value_that_many_lengths_have_keeps_its_share():
    sample = np.where(DRAWS.random(COUNT) < 0.25, 64, whole(DRAWS.lognormal(4.4, 0.6, COUNT)))
    fitted = fit_lengths(sample, EMPIRICAL)
    assert fitted.params["64"] == pytest.approx((sample == 64).mean(), abs=1e-5)
