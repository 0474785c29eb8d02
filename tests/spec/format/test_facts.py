"""What follows from a spec without generating it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from spec_samples import CHAT, CLIENTS, COHORTS, COMPACT, DROP, STAGES, changed, checked, client, sessions, windows

from blis_tui.problems import Path
from blis_tui.spec.format.facts import (
    client_count,
    end_us,
    expected_requests,
    is_fitted,
    mean_rate,
    overrun,
    stage_requests,
    stages_end_us,
)
from blis_tui.spec.format.model import Arrival, Stage, WorkloadSpec

ONE_STAGE = changed(COMPACT, (STAGES, [{"rate": 8.0, "duration": 600}]), (("horizon",), 600_000_000))
SPANS = ((0, 5_000_000), (6_000_000, 9_000_000))


def of(data: dict[str, Any], *changes: tuple[Path, Any]) -> WorkloadSpec:
    spec = checked(data, *changes).spec
    assert spec is not None
    return spec


@pytest.mark.parametrize(("rate", "requests"), [(8.0, 4800), (8.3335, 5000), (1e-9, 0), (1e300, -(2**63))])
def test_stage_requests(rate: float, requests: int) -> None:
    assert stage_requests(Stage(rate=rate, duration=600)) == requests


def test_client_count() -> None:
    assert client_count(of(COMPACT)) == 90
    assert client_count(of(COMPACT, (("version",), "1"))) == 45
    assert client_count(of(COMPACT, (("cohorts",), [client("x", population=7)]))) == 97
    assert client_count(of(CLIENTS)) == 2
    assert client_count(of(COHORTS)) == 6
    assert client_count(WorkloadSpec()) == 0


def test_the_mean_rate_and_the_end_of_the_stages() -> None:
    compact = of(COMPACT).inference_perf
    assert compact is not None
    assert mean_rate(compact) == 14.0 and stages_end_us(compact) == 1_200_000_000
    one = of(ONE_STAGE, ((*STAGES, 0, "rate"), 0.1)).inference_perf
    assert one is not None and mean_rate(one) == 0.1


def test_the_end() -> None:
    assert end_us(of(COMPACT)) == 1_200_000_000
    assert end_us(of(COMPACT, (("horizon",), DROP))) is None
    assert end_us(of(COMPACT, (("horizon",), DROP), (("version",), "1"))) == 1_200_000_000
    assert end_us(of(COMPACT, (("horizon",), DROP), (("version",), "1"), (("num_requests",), 5))) is None
    assert end_us(of(CLIENTS)) == 20_000_000


def test_fitted_arrivals() -> None:
    assert is_fitted(Arrival(process="gamma", shape=1.0, scale=2.0))
    assert not is_fitted(Arrival(process="poisson", shape=1.0, scale=2.0))
    assert not is_fitted(Arrival(process="gamma", shape=1.0))
    assert not is_fitted(Arrival(process="weibull", shape=-1.0, scale=1.0))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], 4800 + 12_000),
        ([(("horizon",), 900_000_000)], 4800 + 6000),
        ([(("horizon",), DROP)], 4800 + 12_000),
        ([(("num_requests",), 1000)], 1000),
        ([(CHAT, True)], 4800 + 12_000),
        ([(("version",), "1")], 4800 + 12_000),
        ([(("version",), "1"), (("aggregate_rate",), 28.0)], 2 * (4800 + 12_000)),
        ([(("version",), "1"), (CHAT, True), (("horizon",), 900_000_000)], 5 * (4800 + 6000)),
        ([((*STAGES, 0, "rate"), 1e12)], 45e6 * 600 + 12_000),
        ([((*STAGES, 0, "rate"), 1e-300)], 45e6 * 600 + 12_000),
        ([(("version",), "1"), ((*STAGES, 0, "rate"), 1e-300)], 12_000),
    ],
)
def test_expected_requests_of_stages(changes: list[tuple[Path, Any]], expected: float) -> None:
    assert expected_requests(of(COMPACT, *changes)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], 4800),
        ([(("horizon",), 5)], 4800),
        ([(("version",), "1")], 4800),
        ([(("version",), "1"), (("horizon",), 1_200_000_000)], 9600),
        ([(("version",), "1"), (("horizon",), DROP)], 4800),
        ([(("version",), "1"), (("horizon",), DROP), (("num_requests",), 7)], 7),
        ([(("version",), "1"), (("aggregate_rate",), 16.0), (CHAT, True)], 5 * 9600),
    ],
)
def test_expected_requests_of_one_stage(changes: list[tuple[Path, Any]], expected: float) -> None:
    assert expected_requests(of(ONE_STAGE, *changes)) == pytest.approx(expected)


USERS = client("u", concurrency=2)
del USERS["rate_fraction"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], 100),
        ([(("num_requests",), 7)], 7),
        ([(("horizon",), DROP), (("num_requests",), 7)], 7),
        ([(("clients",), [USERS])], 0),
        ([(("clients", 1, "lifecycle"), windows(*SPANS))], 50 + 2.5 * 8),
        ([(("clients", 1, "arrival"), {"process": "gamma", "shape": 2.0, "scale": 1e6})], 50 + 10),
        ([(("clients", 1, "arrival"), {"process": "weibull", "shape": 2.0, "scale": 1e6})], 50 + 20 / math.gamma(1.5)),
        ([(("clients", 1, "arrival"), {"process": "weibull", "shape": 0.005, "scale": 1e6})], 50),
        ([(("aggregate_rate",), 1e9)], 40e6),
        ([(("clients", 1, "lifecycle"), windows(*SPANS, trace_rate=9.0))], 2.5 * 8),
    ],
)
def test_expected_requests_of_clients(changes: list[tuple[Path, Any]], expected: float) -> None:
    assert expected_requests(of(CLIENTS, *changes)) == pytest.approx(expected)


def test_no_client_sends_less_than_blis_lets_it() -> None:
    changes = [(("aggregate_rate",), 1e-11), (("horizon",), 10**17)]
    assert expected_requests(of(CLIENTS, *changes)) == pytest.approx(100 * len(of(CLIENTS).clients))


def test_expected_requests_of_windows_with_rates() -> None:
    rates = [(("clients", index, "lifecycle"), windows(*SPANS, trace_rate=2.0 - 4 * index)) for index in range(2)]
    absolute = [*rates, (("aggregate_rate",), 0.0)]
    assert expected_requests(of(CLIENTS, *absolute)) == pytest.approx(16)
    assert expected_requests(of(CLIENTS, *absolute, (("horizon",), 7_000_000))) == pytest.approx(12)
    assert expected_requests(of(CLIENTS, *absolute, (("num_requests",), 3))) == pytest.approx(16)  # makes all, then cuts
    stepped = [(("clients", index, "lifecycle"), windows(*SPANS, trace_rate=2.0 - index)) for index in range(2)]
    stepped += [(("version",), "1"), (("aggregate_rate",), 3.0)]
    assert expected_requests(of(CLIENTS, *stepped)) == pytest.approx(24)
    assert expected_requests(of(CLIENTS, *stepped, (("num_requests",), 3))) == pytest.approx(3)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({}, 100),
        ({"spike": {"start_time_us": 15_000_000, "duration_us": 9_000_000}}, 50 + 2.5 * 5),
        ({"drain": {"start_time_us": 2_000_000, "ramp_duration_us": 4_000_000}}, 50 + 2.5 * 4),
        ({"diurnal": {"peak_hour": 0, "peak_to_trough_ratio": 2.0}}, 50 + 2.5 * 20 * 0.75),
        ({"spike": {"duration_us": 5_000_000, "trace_rate": 1.0}}, 2.5 * 5),
    ],
)
def test_expected_requests_of_cohorts(pattern: dict[str, Any], expected: float) -> None:
    changes = [(("cohorts", 1, name), value) for name, value in pattern.items()]
    assert expected_requests(of(COHORTS, *changes)) == pytest.approx(expected)


def test_expected_requests_of_absolute_spikes() -> None:
    spike = {"duration_us": 5_000_000, "trace_rate": 3.0}
    data = {"version": "2", "horizon": 20_000_000, "cohorts": [client("x", population=4, spike=spike)]}
    assert expected_requests(of(data)) == pytest.approx(15)


def test_expected_requests_that_never_end() -> None:
    assert expected_requests(of(CLIENTS, (("horizon",), DROP))) == math.inf
    assert expected_requests(WorkloadSpec()) == 0


TALK = (("clients", 1, "reasoning"), sessions(max_rounds=4))
TWENTY = [(("num_requests",), 20), (("horizon",), DROP)]


@pytest.mark.parametrize(
    ("data", "changes", "expected"),
    [
        (CLIENTS, [TALK, *TWENTY], (20, 4)),
        (CLIENTS, [TALK, (("num_requests",), 20)], (20, 4)),
        (CLIENTS, [TALK, *TWENTY, (("clients", 1, "closed_loop"), True)], (20, 4)),
        (CLIENTS, [(("clients", 1, "reasoning"), sessions(max_rounds=4, single_session=True)), *TWENTY], (1, 4)),
        (COHORTS, [(("cohorts", 0, "reasoning"), sessions(max_rounds=3, single_session=True)), *TWENTY], (4, 3)),
        (COMPACT, [(CHAT, True), *TWENTY], (20, 267)),
        (COMPACT, [(CHAT, True), (("num_requests",), 200)], (90, 267)),
        (COMPACT, [(CHAT, True), *TWENTY, (("version",), "1")], (20, 5)),
        (ONE_STAGE, [(CHAT, True), (("num_requests",), 10**6), (("horizon",), DROP), (("version",), "1")], (10**6, 5)),
        (COMPACT, [(CHAT, True), (("num_requests",), 16_799), (("horizon",), DROP)], (90, 267)),
    ],
)
def test_how_far_sessions_go_past_num_requests(data: dict[str, Any], changes: list[tuple[Path, Any]], expected: Any) -> None:
    assert overrun(of(data, *changes)) == expected


@pytest.mark.parametrize(
    ("data", "changes"),
    [
        (CLIENTS, TWENTY),
        (CLIENTS, [TALK]),
        (CLIENTS, [TALK, *TWENTY, (("clients", 1, "closed_loop"), False)]),
        (CLIENTS, [(("clients", 1, "reasoning"), sessions(max_rounds=1)), *TWENTY]),
        (CLIENTS, [TALK, (("num_requests",), 10**6)]),
        (COMPACT, TWENTY),
        (COMPACT, [(CHAT, True), (("num_requests",), 16_800), (("horizon",), DROP)]),
        (ONE_STAGE, [(CHAT, True), (("num_requests",), 4800), (("horizon",), DROP)]),
    ],
)
def test_where_num_requests_is_a_limit(data: dict[str, Any], changes: list[tuple[Path, Any]]) -> None:
    assert overrun(of(data, *changes)) is None
