"""Which way of generating a spec takes."""

from __future__ import annotations

from typing import Any

import pytest
from spec_samples import CLIENTS, COHORTS, COMPACT, STAGES, changed, checked, client, windows

from blis_tui.problems import Path
from blis_tui.spec.format.generation import ORDINARY, STEPPED, VARYING, generation_path, has_rate_windows
from blis_tui.spec.format.model import WorkloadSpec

SPANS = ((0, 5_000_000), (6_000_000, 9_000_000))
CONSTANT = {"type": "constant", "params": {"value": 3}}
OLD = (("version",), "1")
ONE_STAGE = (STAGES, [{"rate": 8.0, "duration": 600}])


def of(data: dict[str, Any], *changes: tuple[Path, Any]) -> WorkloadSpec:
    spec = checked(data, *changes).spec
    assert spec is not None
    return spec


@pytest.mark.parametrize("version", ["", "1", "2", "3"])
@pytest.mark.parametrize(
    ("own", "path"),
    [
        ({}, ORDINARY),
        ({"trace_rate": 1.0}, VARYING),
        ({"arrival": {"process": "poisson"}}, VARYING),
        ({"input_distribution": CONSTANT}, VARYING),
        ({"output_distribution": CONSTANT}, VARYING),
    ],
)
def test_what_windows_override(version: str, own: dict[str, Any], path: str) -> None:
    spec = of(CLIENTS, (("clients", 1, "lifecycle"), windows(*SPANS, **own)), (("version",), version))
    assert generation_path(spec) == path
    assert has_rate_windows(spec) is ("trace_rate" in own)


def test_patterns_of_cohorts() -> None:
    rated = (("cohorts", 1, "spike"), {"duration_us": 5, "trace_rate": 1.0})
    assert generation_path(of(COHORTS, rated)) == VARYING and has_rate_windows(of(COHORTS, rated))
    for pattern in ({"spike": {"duration_us": 5}}, {"drain": {"ramp_duration_us": 9}}):
        assert generation_path(of(COHORTS, (("cohorts", 1), client("y", population=2, **pattern)))) == ORDINARY


def test_compact_files() -> None:
    rated = (("cohorts",), [client("x", population=2, spike={"duration_us": 5, "trace_rate": 1.0})])
    assert generation_path(of(COMPACT)) == ORDINARY
    assert generation_path(of(COMPACT, OLD)) == STEPPED
    assert generation_path(of(COMPACT, OLD, ONE_STAGE)) == ORDINARY
    assert generation_path(of(COMPACT, rated)) == VARYING
    assert generation_path(of(COMPACT, rated, OLD)) == STEPPED
    assert generation_path(of(COMPACT, rated, OLD, ONE_STAGE)) == VARYING


RATES = [
    (("clients", 0, "lifecycle"), {"windows": [{"end_us": 2_000_000, "trace_rate": 8.0}, {"start_us": 2_000_000, "end_us": 8_000_000, "trace_rate": 20.0}]}),
    (("clients", 1, "lifecycle"), windows((0, 4_000_000), trace_rate=3.0)),
]  # fmt: skip
MEAN = (8.0 * 2 + 20.0 * 6) / 8 + 3.0


@pytest.mark.parametrize("version", ["", "1"])
@pytest.mark.parametrize(
    ("rate", "path"),
    [(MEAN, STEPPED), (MEAN * (1 + 5e-10), STEPPED), (MEAN * (1 + 2e-9), VARYING), (MEAN - 1, VARYING), (0.0, VARYING)],
)
def test_an_expansion_of_version_1_is_told_by_its_mean_rate(version: str, rate: float, path: str) -> None:
    assert generation_path(of(CLIENTS, *RATES, (("version",), version), (("aggregate_rate",), rate))) == path


def test_version_2_has_no_expansions_of_version_1() -> None:
    assert generation_path(of(CLIENTS, *RATES, (("aggregate_rate",), MEAN))) == VARYING


def test_cohorts_count_in_the_mean() -> None:
    spike = client("x", population=4, spike={"duration_us": 5, "trace_rate": 2.0})
    data = changed(CLIENTS, *RATES, OLD, (("cohorts",), [spike]))
    assert generation_path(of(data, (("aggregate_rate",), MEAN + 2.0))) == STEPPED
    assert generation_path(of(data, (("aggregate_rate",), MEAN))) == VARYING
    drain = (("cohorts", 0, "drain"), {"ramp_duration_us": 9})
    assert generation_path(of(data, (("aggregate_rate",), MEAN + 2.0), drain)) == VARYING


def test_one_window_without_a_rate_makes_it_no_expansion() -> None:
    spec = of(CLIENTS, *RATES, OLD, (("clients", 1, "lifecycle"), windows((0, 4_000_000))), (("aggregate_rate",), MEAN - 3.0))
    assert generation_path(spec) == VARYING


def test_rates_without_bounds_are_no_mean() -> None:
    huge = [(("clients", index, "lifecycle"), windows((0, 4_000_000), trace_rate=1.7e308)) for index in range(2)]
    assert generation_path(of(CLIENTS, *huge, OLD, (("aggregate_rate",), 5.0))) == VARYING
