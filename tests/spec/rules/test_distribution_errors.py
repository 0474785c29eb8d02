"""Distributions: complete, in order, and nothing that crashes."""

from __future__ import annotations

from typing import Any

import pytest
from spec_samples import CLIENTS, checked, only_error

from blis_tui.problems import Path
from blis_tui.spec.edits import RenameKey
from blis_tui.spec.format.distributions import FAMILIES

PATH: Path = ("clients", 1, "output_distribution")
COMPLETE: dict[str, dict[str, Any]] = {
    "gaussian": {"mean": 30, "std_dev": 5, "min": 1, "max": 60},
    "exponential": {"mean": 30},
    "pareto_lognormal": {"alpha": 2.0, "xm": 9.0, "mu": 3.0, "sigma": 0.5, "mix_weight": 0.3},
    "lognormal": {"mu": 3.0, "sigma": 0.5},
    "constant": {"value": 9},
    "empirical": {"9": 0.5, "12": 1.5},
}


def of(family: str, **params: Any) -> dict[str, Any]:
    return {"type": family, "params": {**COMPLETE[family], **params}}


def test_every_family_is_tried() -> None:
    assert COMPLETE.keys() == FAMILIES.keys()


@pytest.mark.parametrize("family", COMPLETE)
def test_complete_ones_are_fine(family: str) -> None:
    assert checked(CLIENTS, (PATH, of(family))).ok


REQUIRED = [(family, name) for family in COMPLETE for name, field in FAMILIES[family].fields.items() if field.required]


@pytest.mark.parametrize(("family", "name"), REQUIRED)
def test_required_parameters(family: str, name: str) -> None:
    distribution = of(family)
    del distribution["params"][name]
    problem = only_error(CLIENTS, (PATH, distribution))
    assert problem.code == "missing" and problem.path == (*PATH, "params", name)


def test_a_misspelt_parameter_is_hinted_at() -> None:
    distribution = of("gaussian")
    distribution["params"]["std_dv"] = distribution["params"].pop("std_dev")
    problem = only_error(CLIENTS, (PATH, distribution))
    assert 'did you write "std_dv" instead?' in problem.message
    assert problem.mend is not None and problem.mend.edits == (RenameKey((*PATH, "params", "std_dv"), "std_dev"),)


def test_all_missing_parameters_are_told_at_once() -> None:
    result = checked(CLIENTS, (PATH, {"type": "gaussian"}))
    assert [problem.path[-1] for problem in result.errors] == ["mean", "std_dev", "min", "max"]


@pytest.mark.parametrize("family", ["exponential", "lognormal"])
def test_min_above_max(family: str) -> None:
    problem = only_error(CLIENTS, (PATH, of(family, min=9, max=8)))
    assert problem.code == "min-above-max" and problem.path == (*PATH, "params", "min")
    assert "got min 9 and max 8" in problem.message
    assert checked(CLIENTS, (PATH, of(family, min=9, max=9))).ok


def test_bounds_of_zero_or_less_are_none() -> None:
    for family in ("exponential", "lognormal"):
        for bounds in ({"min": 5, "max": 0}, {"min": 5, "max": -3}, {"min": 5, "max": 0.9}, {"min": -2, "max": -9}):
            assert checked(CLIENTS, (PATH, of(family, **bounds))).ok


def test_a_gaussian_with_min_above_max_always_draws_max() -> None:
    """BLIS runs it, so it is a warning."""
    for low, high, drawn in ((9, 8, 8), (5, 0, 1)):
        result = checked(CLIENTS, (PATH, of("gaussian", min=low, max=high)))
        assert result.ok
        (problem,) = [problem for problem in result.problems if problem.code == "min-above-max"]
        assert problem.severity == "warning" and problem.path == (*PATH, "params", "min")
        assert f"got min {low} and max {high}: BLIS makes every draw {drawn}" in problem.message


def test_bounds_are_compared_as_blis_reads_them() -> None:
    assert checked(CLIENTS, (PATH, of("gaussian", min=7.9, max=7.1))).ok


@pytest.mark.parametrize("family", ["normal", "Gaussian", ""])
def test_unknown_families(family: str) -> None:
    problem = only_error(CLIENTS, (PATH, {"type": family, "params": {"mean": 1}}))
    assert problem.path == (*PATH, "type")
    assert problem.code == ("unknown-choice" if family else "missing")


@pytest.mark.parametrize("key", ["x", "", "- 5", "1e", "\n5", "99999999999999999999", "٥"])
def test_bins_that_are_no_integers(key: str) -> None:
    result = checked(CLIENTS, (PATH, {"type": "empirical", "params": {key: 1.0}}))
    assert (key == "1e") == result.ok
    if not result.ok:
        assert [problem.code for problem in result.errors] == ["bad-bin"]


@pytest.mark.parametrize("key", ["12abc", "7.5", " +12", "0x10", "1_000", "007"])
def test_bins_that_blis_reads_somehow(key: str) -> None:
    assert checked(CLIENTS, (PATH, {"type": "empirical", "params": {key: 1.0}})).ok


def test_bins_that_mean_the_same() -> None:
    problem = only_error(CLIENTS, (PATH, {"type": "empirical", "params": {"7": 1.0, "7.5": 2.0}}))
    assert problem.path == (*PATH, "params", "7.5") and '"7"' in problem.message
    assert checked(CLIENTS, (PATH, {"type": "empirical", "params": {"7": 1.0, "7.5": 1.0}})).ok


@pytest.mark.parametrize("more", [{}, {"params": {}}, {"file": "lengths.csv"}])
def test_no_bins(more: dict[str, Any]) -> None:
    problem = only_error(CLIENTS, (PATH, {"type": "empirical", **more}))
    assert problem.code == "no-bins"
    assert ("does not read the file" in problem.message) == ("file" in more)


def test_negative_lengths() -> None:
    problem = only_error(CLIENTS, (PATH, of("gaussian", min=-3, max=-3)))
    assert problem.code == "negative-length" and problem.path == (*PATH, "params", "max")
    problem = only_error(CLIENTS, (PATH, {"type": "empirical", "params": {"5": 1.0, "-4": 0.1}}))
    assert problem.path == (*PATH, "params", "-4")


def test_negative_numbers_that_are_never_drawn() -> None:
    assert checked(CLIENTS, (PATH, of("gaussian", min=-3, max=-2))).ok
    assert checked(CLIENTS, (PATH, {"type": "empirical", "params": {"5": 1.0, "-4": 0.0}})).ok
    assert checked(CLIENTS, (PATH, of("constant", value=-5))).ok
    assert checked(CLIENTS, (PATH, of("exponential", mean=-5))).ok


@pytest.mark.parametrize(
    "distribution",
    [
        of("constant", value=2**31),
        of("empirical", **{"3000000000": 1.0}),
        of("gaussian", min=2**31, max=2**32),
        of("gaussian", mean=1e10, max=1e11),
        of("exponential", mean=1e10),
        of("exponential", min=2**31),
        of("lognormal", mu=25.0),
        of("pareto_lognormal", xm=1e10, mix_weight=0.9),
    ],
)
def test_lengths_beyond_int32(distribution: dict[str, Any]) -> None:
    problem = only_error(CLIENTS, (PATH, distribution))
    assert problem.code == "too-long" and "at most 2,147,483,647" in problem.message


@pytest.mark.parametrize(
    "distribution",
    [
        of("constant", value=2**31 - 1),
        of("constant", value=1e19),  # leaves int64, and is 1 then
        of("empirical", **{"3000000000": 0.0}),
        of("gaussian", mean=1e10),
        of("gaussian", max=1e30),
        of("exponential", mean=1e10, max=1e5),
        of("exponential", mean=1e30),
        of("lognormal", mu=1000.0),
        of("lognormal", mu=25.0, max=100),
        of("pareto_lognormal", xm=1e10),
    ],
)
def test_lengths_that_stay_in_bounds_mostly(distribution: dict[str, Any]) -> None:
    assert checked(CLIENTS, (PATH, distribution)).ok
