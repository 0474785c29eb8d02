"""How BLIS reads the numbers of distributions."""

from __future__ import annotations

import math

import pytest

from blis_tui.spec.format.distributions import (
    BIN,
    FAMILIES,
    Gaussian,
    bin_value,
    go_int,
    read_bins,
    read_params,
    smallest_draw,
    typical_draw,
)
from blis_tui.spec.format.fields import NUMBER
from blis_tui.spec.format.model import DISTRIBUTION_TYPES


def test_every_family_is_declared() -> None:
    assert set(FAMILIES) == set(DISTRIBUTION_TYPES)
    for family in FAMILIES.values():
        assert family.__doc__
        for field in family.fields.values():
            assert field.help.endswith(".")
    assert BIN.kind == NUMBER
    assert Gaussian.fields["std_dev"].allowed == "a number ≥ 0"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (7.0, 7), (7.9, 7), (-7.9, -7), (0.5, 0), (-0.5, 0), (2.0**62, 2**62), (-(2.0**63), -(2**63)),
        (2.0**63, -(2**63)), (1e300, -(2**63)), (-1e300, -(2**63)), (math.inf, -(2**63)), (math.nan, -(2**63)),
    ],
)  # fmt: skip
def test_go_int(value: float, read: int) -> None:
    assert go_int(value) == read


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("36", 36), ("-4", -4), ("+5", 5), ("007", 7), (" 5", 5), ("\t5", 5), ("\u00a05", 5), ("12abc", 12),
        ("7.5", 7), ("1e3", 1), ("0x10", 0), ("1_000", 1), ("9223372036854775807", 2**63 - 1),
        ("", None), ("x", None), ("- 5", None), ("\n5", None), ("\r\n5", None), ("٥", None), ("--5", None),
        ("9223372036854775808", None), ("9" * 5000, None),
    ],
)  # fmt: skip
def test_bin_value(key: str, value: int | None) -> None:
    assert bin_value(key) == value


def test_read_params() -> None:
    assert read_params("gaussian", {"mean": 1.5, "std_dev": 2.0, "min": 1.9, "max": 1e30, "more": 5.0}) == {
        "mean": 1.5,
        "std_dev": 2.0,
        "min": 1,
        "max": -(2**63),
    }
    assert read_params("exponential", {"mean": 4.0}) == {"mean": 4.0, "min": 0, "max": 0}
    assert read_params("lognormal", {"mu": 1.0, "sigma": 2.0, "max": 9.9}) == {"mu": 1.0, "sigma": 2.0, "min": 0, "max": 9}


def test_read_bins() -> None:
    assert read_bins({"9": 0.5, "12": 1.5, "-4": 0.0, "3.7": 1.0}) == [(-4, 0.0), (3, 1.0), (9, 0.5), (12, 1.5)]


@pytest.mark.parametrize(
    ("family", "params", "smallest"),
    [
        ("gaussian", {"min": -3.0, "max": -3.9}, -3),
        ("gaussian", {"min": 0.0, "max": 0.5}, 0),
        ("gaussian", {"min": -3.0, "max": 5.0}, 1),
        ("empirical", {"9": 1.0, "-4": 0.5, "-9": 0.0}, -4),
        ("empirical", {"9": 0.0}, 1),
        ("constant", {"value": -9.0}, 1),
    ],
)
def test_smallest_draw(family: str, params: dict[str, float], smallest: int) -> None:
    assert smallest_draw(family, params) == smallest


@pytest.mark.parametrize(
    ("family", "params", "typical"),
    [
        ("constant", {"value": 9.9}, 9),
        ("constant", {"value": -9.0}, 1),
        ("empirical", {"9": 1.0, "90": 0.1, "900": 0.0}, 90),
        ("empirical", {"9": 0.0}, 1),
        ("gaussian", {"mean": 30.0, "min": 1.0, "max": 20.0}, 20),
        ("gaussian", {"mean": -30.0, "min": 3.0, "max": 20.0}, 3),
        ("gaussian", {"mean": 30.0, "min": -9.0, "max": -3.0}, 1),
        ("exponential", {"mean": 30.0}, 30),
        ("exponential", {"mean": 30.0, "min": 40.0, "max": 50.0}, 40),
        ("exponential", {"mean": 30.0, "max": 20.0}, 20),
        ("exponential", {"mean": 1e30}, 1),
        ("lognormal", {"mu": 2.0}, 7),
        ("lognormal", {"mu": 1e300}, 1),
        ("lognormal", {"mu": -1e300}, 1),
        ("pareto_lognormal", {"xm": 50.0, "mu": 2.0, "mix_weight": 0.9}, 50),
        ("pareto_lognormal", {"xm": 50.0, "mu": 2.0, "mix_weight": 0.1}, 7),
    ],
)
def test_typical_draw(family: str, params: dict[str, float], typical: int) -> None:
    assert typical_draw(family, params) == typical
