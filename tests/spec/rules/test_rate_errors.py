"""Rates: the aggregate rate, absolute rates without one, and version 1's windows with rates."""

from __future__ import annotations

from typing import Any

import pytest
from spec_samples import CLIENTS, COHORTS, COMPACT, DROP, STAGES, changed, checked, client, only_error, windows

from blis_tui.problems import Path

SPANS = ((0, 5_000_000), (5_000_000, 9_000_000))
RATED = changed(CLIENTS, *((("clients", index, "lifecycle"), windows(*SPANS, trace_rate=2.5)) for index in range(2)))
ABSOLUTE = changed(RATED, (("aggregate_rate",), 0.0))
VERSION_1 = changed(RATED, (("version",), "1"))
"""An expansion of version 1, as the aggregate_rate is the mean of the windows' rates."""
SPIKE = {"start_time_us": 0, "duration_us": 5_000_000, "trace_rate": 4.0}
SPIKES = changed(COHORTS, (("aggregate_rate",), DROP), *((("cohorts", index, "spike"), SPIKE) for index in range(2)))
WINDOW: Path = ("clients", 1, "lifecycle", "windows", 1)


def test_the_samples_have_no_errors() -> None:
    for data in (RATED, ABSOLUTE, VERSION_1, SPIKES, changed(SPIKES, (("version",), "1"))):
        assert checked(data).ok


@pytest.mark.parametrize("data", [CLIENTS, COHORTS])
@pytest.mark.parametrize(
    ("rate", "code", "words"),
    [
        (0.0, "no-rate", "aggregate_rate must be positive, got 0"),
        (DROP, "no-rate", "aggregate_rate is missing: without it every window needs a trace_rate"),
        (-1.0, "out-of-range", "aggregate_rate must be positive, got -1"),
    ],
)
def test_the_aggregate_rate(data: dict[str, Any], rate: Any, code: str, words: str) -> None:
    problem = only_error(data, (("aggregate_rate",), rate))
    assert problem.code == code and words in problem.message


def test_no_aggregate_rate_is_needed_for_virtual_users_alone() -> None:
    users = client("u", concurrency=2)
    del users["rate_fraction"]
    for rate in (DROP, 0.0, -1.0):
        assert checked(CLIENTS, (("clients",), [users]), (("aggregate_rate",), rate)).ok
    assert not checked(CLIENTS, (("clients",), [users, client("a")]), (("aggregate_rate",), 0.0)).ok


def test_no_aggregate_rate_is_needed_for_a_compact_file() -> None:
    for rate in (DROP, 0.0, -1.0, 5.0):
        assert checked(COMPACT, (("aggregate_rate",), 1.0), (("aggregate_rate",), rate)).ok


def test_absolute_rates_are_needed_on_every_window() -> None:
    problem = only_error(ABSOLUTE, ((*WINDOW, "trace_rate"), DROP))
    assert problem.code == "no-trace-rate" and problem.path == (*WINDOW, "trace_rate")
    problem = only_error(ABSOLUTE, (("clients", 0, "lifecycle"), DROP))
    assert problem.path == ("clients", 0, "lifecycle")
    assert checked(ABSOLUTE, ((*WINDOW, "trace_rate"), 0.0), ((*WINDOW[:-1], 0, "trace_rate"), -1.0)).ok


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ([(("cohorts", 1, "spike"), DROP)], ("spike",)),
        ([(("cohorts", 1, "spike", "trace_rate"), DROP)], ("spike", "trace_rate")),
        ([(("cohorts", 1, "spike", "trace_rate"), 0.0)], ("spike", "trace_rate")),
        ([(("cohorts", 1, "spike", "trace_rate"), -1.0)], ("spike", "trace_rate")),
        ([(("cohorts", 1, "drain"), {"start_time_us": 0, "ramp_duration_us": 9})], ("drain",)),
        ([(("cohorts", 1, "diurnal"), {"peak_hour": 0, "peak_to_trough_ratio": 2.0})], ("diurnal",)),
        (
            [
                (("cohorts", 1, "spike"), DROP),
                (("cohorts", 1, "diurnal"), {"peak_hour": 0, "peak_to_trough_ratio": 2.0}),
            ],
            ("diurnal",),
        ),
    ],
)
def test_absolute_rates_of_cohorts(changes: list[tuple[Path, Any]], path: Path) -> None:
    assert only_error(SPIKES, *changes).path == ("cohorts", 1, *path)


def test_a_spike_may_have_any_rate_beside_an_aggregate_rate() -> None:
    assert checked(SPIKES, (("aggregate_rate",), 3.0), (("cohorts", 1, "spike", "trace_rate"), -1.0)).ok


GAMMA = {"process": "gamma", "cv": 2.0}
CONSTANT = {"type": "constant", "params": {"value": 3}}


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ([((*WINDOW, "arrival"), GAMMA)], (*WINDOW, "arrival"), "windows override nothing else"),
        ([((*WINDOW, "input_distribution"), CONSTANT)], (*WINDOW, "input_distribution"), "override nothing else"),
        ([((*WINDOW, "output_distribution"), CONSTANT)], (*WINDOW, "output_distribution"), "override nothing else"),
        ([((*WINDOW, "start_us"), 4_999_999)], (*WINDOW, "start_us"), "is inside windows[0]"),
        ([((*WINDOW[:-1], 0, "end_us"), 9_500_000)], (*WINDOW, "start_us"), "is inside windows[0]"),
        (
            [(("clients", 0, "lifecycle"), DROP), (("aggregate_rate",), 2.5)],
            ("clients", 0, "lifecycle"),
            "every client needs such windows",
        ),
        ([(("cohorts",), [client("x", population=2)])], ("cohorts", 0, "spike"), "every client needs such windows"),
    ],
)
def test_version_1_windows_with_rates(changes: list[tuple[Path, Any]], path: Path, words: str) -> None:
    problem = only_error(VERSION_1, *changes)
    assert problem.code == "rate-windows" and problem.path == path and words in problem.message
    assert problem.mend is not None and not problem.mend.safe
    assert problem.mend.edits[0].path == ("version",)
    assert checked(RATED, *changes).ok  # as version 2


def test_windows_in_any_order_and_overlaps_across_several() -> None:
    windows_path = WINDOW[:-1]
    spans = [(8, 9), (0, 6), (2, 3), (6, 8)]
    lifecycle = windows(*spans, trace_rate=2.5)["windows"]
    problem = only_error(VERSION_1, (windows_path, lifecycle))
    assert problem.path == (*windows_path, 2, "start_us") and "is inside windows[1]" in problem.message


@pytest.mark.parametrize(
    "changes",
    [
        [((*WINDOW, "trace_rate"), DROP)],
        [((*WINDOW, "trace_rate"), 2.6)],
        [(("aggregate_rate",), 4.0)],
        [(("aggregate_rate",), 0.0), ((*WINDOW, "arrival"), GAMMA)],
        [(("cohorts",), [client("x", population=2, spike={"duration_us": 9})])],
        [(("cohorts",), [client("x", population=2, spike=SPIKE)])],
        [(("cohorts",), [client("x", population=2, spike=SPIKE, drain={"ramp_duration_us": 9})])],
        [((*WINDOW, "start_us"), 4_999_999), (("aggregate_rate",), 4.0)],
    ],
)
def test_any_other_file_without_version_goes_by_version_2(changes: list[tuple[Path, Any]]) -> None:
    for old in ("1", ""):
        result = checked(VERSION_1, *changes, (("version",), old))
        assert result.ok
        (problem,) = [problem for problem in result.problems if problem.code == "version-1"]
        assert "it generates the same then" in problem.message and problem.mend is not None and problem.mend.safe


def test_version_1_windows_without_any_rate_are_as_in_version_2() -> None:
    lifecycle = windows(*SPANS, arrival=GAMMA)
    data = changed(CLIENTS, (("version",), "1"), (("clients", 0, "lifecycle"), lifecycle))
    assert checked(data).ok


def test_version_1_virtual_users_beside_windows_with_rates() -> None:
    users = client("u", concurrency=2)
    del users["rate_fraction"]
    assert checked(VERSION_1, (("clients",), [*VERSION_1["clients"], users])).ok


def test_version_1_stages_and_cohorts() -> None:
    data = changed(COMPACT, (("version",), "1"))
    rated, plain = client("x", population=2, spike=SPIKE), client("x", population=2)
    assert checked(data, (("cohorts",), [rated])).ok
    for other in ({}, {"spike": {"duration_us": 9}}, {"spike": SPIKE, "drain": {"ramp_duration_us": 9}}):
        assert only_error(data, (("cohorts",), [client("x", population=2, **other)])).code == "rate-windows"
    one_stage = changed(data, (STAGES, [{"rate": 8.0, "duration": 600}]))
    assert checked(one_stage, (("cohorts",), [plain])).ok
    assert checked(one_stage, (("cohorts",), [rated])).ok  # as in version 2, where the stage then sends nothing


def test_no_error_is_told_twice() -> None:
    """A window without its rate breaks the rule of aggregate_rate 0 and that of version 1."""
    problem = only_error(ABSOLUTE, (("version",), "1"), ((*WINDOW, "trace_rate"), DROP))
    assert problem.code == "no-trace-rate"
