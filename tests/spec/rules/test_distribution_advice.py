"""Advice on distributions: each warning, and that its mend takes it away."""

from __future__ import annotations

from typing import Any

import pytest
from advised import assert_mended
from spec_samples import CLIENTS, CONSTANT, checked, codes, warning

from blis_tui.problems import WARNING, Path
from blis_tui.spec.edits import RenameKey

ONE: Path = ("clients", 1)
OUT: Path = (*ONE, "output_distribution")


@pytest.mark.parametrize(
    ("distribution", "code", "name"),
    [
        ({"type": "constant", "params": {"value": 7.5}}, "fraction-dropped", "value"),
        ({"type": "gaussian", "params": {"mean": 9, "std_dev": 1, "min": 1.5, "max": 20}}, "fraction-dropped", "min"),
        ({"type": "gaussian", "params": {"mean": 9, "std_dev": 1, "min": 1, "max": 20.5}}, "fraction-dropped", "max"),
        ({"type": "exponential", "params": {"mean": 9.5, "min": 1.5}}, "fraction-dropped", "min"),
        ({"type": "lognormal", "params": {"mu": 2.5, "sigma": 1, "max": 7.5}}, "fraction-dropped", "max"),
        ({"type": "constant", "params": {"value": 0}}, "zero-length", "value"),
        ({"type": "constant", "params": {"value": -5}}, "zero-length", "value"),
        ({"type": "constant", "params": {"value": 0.9}}, "zero-length", "value"),
        ({"type": "constant", "params": {"value": 1e19}}, "zero-length", "value"),
        ({"type": "constant", "params": {"value": 5, "mean": 5}}, "not-used", "mean"),
        ({"type": "empirical", "params": {"7.5": 1.0}}, "fraction-dropped", "7.5"),
        ({"type": "empirical", "params": {"12abc": 1.0, "5": 1.0}}, "fraction-dropped", "12abc"),
    ],
)
def test_parameters_with_safe_mends(distribution: dict[str, Any], code: str, name: str) -> None:
    problem = warning(code, CLIENTS, (OUT, distribution))
    assert problem.path == (*OUT, "params", name)
    assert_mended(CLIENTS, problem, (OUT, distribution), safe=True)


def test_a_data_file_that_is_not_read() -> None:
    change = (OUT, {**CONSTANT, "file": "x.csv"})
    problem = warning("not-used", CLIENTS, change)
    assert problem.path == (*OUT, "file")
    assert_mended(CLIENTS, problem, change, safe=True)


@pytest.mark.parametrize(
    ("distribution", "code", "words"),
    [
        ({"type": "gaussian", "params": {"mean": 9, "std_dev": -1, "min": 1, "max": 20}}, "out-of-range", "non-negative"),
        ({"type": "gaussian", "params": {"mean": 9, "std_dev": 1, "min": 0, "max": 0}}, "zero-length", "every length 0"),
        ({"type": "gaussian", "params": {"mean": 9, "std_dev": 1, "min": 1, "max": 1e30}}, "out-of-range", "does not fit"),
        ({"type": "exponential", "params": {"mean": -9}}, "out-of-range", "should be positive, got -9"),
        ({"type": "exponential", "params": {"mean": 9, "min": -1}}, "out-of-range", "BLIS takes no bound"),
        ({"type": "lognormal", "params": {"mu": 512, "sigma": 1}}, "too-long", "e^512 is more than any length"),
        ({"type": "lognormal", "params": {"mu": 3, "sigma": -1}}, "out-of-range", "non-negative"),
        (
            {"type": "pareto_lognormal", "params": {"alpha": 2, "xm": 9, "mu": 3, "sigma": 1, "mix_weight": 1.5}},
            "out-of-range",
            "at most 1, got 1.5",
        ),
        (
            {"type": "pareto_lognormal", "params": {"alpha": 0, "xm": 9, "mu": 3, "sigma": 1, "mix_weight": 0.5}},
            "out-of-range",
            "alpha should be positive",
        ),
        ({"type": "empirical", "params": {"5": 1.0, "6": -0.5}}, "out-of-range", "non-negative probability"),
        ({"type": "empirical", "params": {"5": 1.0, "0": 0.5}}, "zero-length", "gives a length of 0"),
        ({"type": "empirical", "params": {"5": 0.0}}, "no-bins", "always draws 1"),
    ],
)
def test_parameters_that_blis_takes_unchecked(distribution: dict[str, Any], code: str, words: str) -> None:
    problem = warning(code, CLIENTS, (OUT, distribution))
    assert problem.severity == WARNING and words in problem.message


def test_a_misspelt_optional_parameter() -> None:
    change = (OUT, {"type": "exponential", "params": {"mean": 9, "maxx": 20}})
    problem = warning("not-used", CLIENTS, change)
    assert problem.mend is not None and problem.mend.edits == (RenameKey((*OUT, "params", "maxx"), "max"),)
    assert_mended(CLIENTS, problem, change, safe=False)


def test_bins_that_would_coincide_are_not_renamed_unasked() -> None:
    change = (OUT, {"type": "empirical", "params": {"7": 1.0, "7.5": 1.0}})
    problem = warning("fraction-dropped", CLIENTS, change)
    assert problem.mend is not None and not problem.mend.safe


def test_no_advice_on_distributions_that_are_wrong() -> None:
    wrong = {"type": "gaussian", "params": {"mean": 9, "std_dev": -1, "min": 1.5}}
    assert codes(checked(CLIENTS, (OUT, wrong))) == ["missing"]
    assert codes(checked(CLIENTS, (OUT, {"type": "x", "params": {"value": 0}, "file": "y"}))) == ["unknown-choice"]
