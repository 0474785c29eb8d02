"""From one family of distributions to another: what it begins with draws about the same, and is right at once."""

from __future__ import annotations

from itertools import product

import pytest

from blis_tui.spec.check import check
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import SetValue
from blis_tui.spec.format.distributions import FAMILIES
from blis_tui.spec.format.family_conversion import like, moments
from blis_tui.spec.format.model import Distribution

FROM = [
    Distribution(type="gaussian", params={"mean": 500.0, "std_dev": 120.0, "min": 50.0, "max": 1200.0}),
    Distribution(type="exponential", params={"mean": 260.0}),
    Distribution(type="lognormal", params={"mu": 5.6, "sigma": 0.8, "max": 8192.0}),
    Distribution(type="pareto_lognormal", params={"alpha": 1.8, "xm": 300.0, "mu": 5.0, "sigma": 0.7, "mix_weight": 0.1}),
    Distribution(type="empirical", params={"128": 0.5, "512": 0.3, "2048": 0.2}),
    Distribution(type="constant", params={"value": 320.0}),
    Distribution(type="constant", params={"value": 1.0}),
]
TEXT = """\
version: "2"
seed: 1
horizon: 1000000
aggregate_rate: 5.0
clients:
  - id: one
    rate_fraction: 1.0
    arrival: {process: poisson}
    input_distribution: {type: constant, params: {value: 5}}
    output_distribution: {type: constant, params: {value: 5}}
"""


@pytest.mark.parametrize(("old", "family"), list(product(FROM, FAMILIES)), ids=lambda each: getattr(each, "type", each))
def test_another_family_keeps_the_mean(old: Distribution, family: str) -> None:
    before, params = moments(old.type, old.params), like(old, family)
    after = moments(family, {name: float(value) for name, value in params.items()})
    assert before is not None
    assert after is not None
    tolerance = 0.25 if "empirical" in (family, old.type) else 0.02
    assert after.mean == pytest.approx(before.mean, rel=tolerance, abs=0.6)


@pytest.mark.parametrize(
    ("old", "family"), list(product([*FROM, Distribution()], FAMILIES)), ids=lambda each: getattr(each, "type", each)
)
def test_another_family_is_right_at_once(old: Distribution, family: str) -> None:
    path = ("clients", 0, "input_distribution")
    checked = check(apply_edits(TEXT, [SetValue((*path, "type"), family), SetValue((*path, "params"), like(old, family))]))
    assert checked.ok, checked.errors
    assert not [problem for problem in checked.problems if problem.path[:3] == path], checked.problems


@pytest.mark.parametrize(
    "params", [{}, {"mean": -5.0, "std_dev": 1.0}, {"mean": 1e300, "std_dev": 1.0}, {"mean": float("inf"), "std_dev": 0.0}]
)
def test_parameters_that_say_nothing_are_not_kept(params: dict[str, float]) -> None:
    assert like(Distribution(type="gaussian", params=params), "constant") == {"value": 256}
