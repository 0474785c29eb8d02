"""The beginning of a workload is the beginning of all of it, to the bit, or it is not offered."""

from pathlib import Path

import numpy as np
import pytest

from blis_tui.spec.check import check
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.first_requests import beginning_us, expected_total, has_beginning
from blis_tui.workload.generate import generate

pytestmark = pytest.mark.usefixtures("each_kernel")

GOLDEN = Path(__file__).parents[1] / "golden"
SPECS = sorted(path.stem for path in GOLDEN.glob("*.yaml"))


def spec_of(name: str) -> WorkloadSpec:
    spec = check((GOLDEN / f"{name}.yaml").read_bytes()).spec
    assert spec is not None
    return spec


@pytest.mark.parametrize("name", SPECS)
def test_the_first_requests_are_those_of_the_whole(name: str) -> None:
    spec = spec_of(name)
    clients, whole = expand(spec), generate(spec)
    cut = beginning_us(clients, max(len(whole) // 3, 1))
    if cut is None or not has_beginning(clients):
        return
    part = generate(spec.replace(horizon=cut))
    count = len(part)
    assert count < len(whole)
    assert count == np.searchsorted(whole.arrival_us, cut)
    for name in ("arrival_us", "client", "input_tokens", "output_tokens", "session", "round"):
        assert np.array_equal(getattr(part, name), getattr(whole, name)[:count]), name


@pytest.mark.parametrize("name", ["clients-window-proportional", "clients-window-absolute", "cohorts-absolute"])
def test_windows_that_are_stretched_to_the_end_have_no_beginning(name: str) -> None:
    spec = spec_of(name)
    assert not has_beginning(expand(spec))
    whole = generate(spec)
    cut = int(whole.arrival_us[len(whole) // 2])
    part = generate(spec.replace(horizon=cut))
    assert not np.array_equal(part.arrival_us, whole.arrival_us[: len(part)])  # so it would be a lie


def test_most_specs_have_a_beginning() -> None:
    assert sum(has_beginning(expand(spec_of(name))) for name in SPECS) > len(SPECS) * 0.8


def test_the_beginning_holds_about_as_many_as_asked_for() -> None:
    spec = spec_of("canonical-v2")
    clients = expand(spec)
    cut = beginning_us(clients, 5000)
    assert cut is not None
    assert abs(expected_total(clients, cut) - 5000) <= 51
    assert abs(len(generate(spec.replace(horizon=cut))) - 5000) < 400


def test_what_fits_is_not_cut() -> None:
    assert beginning_us(expand(spec_of("canonical-v2")), 20_000) is None
