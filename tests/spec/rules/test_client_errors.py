"""Explicit clients and cohorts: each rule of BLIS's, one at a time."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from spec_samples import (
    CLIENTS,
    COHORTS,
    CONSTANT,
    DROP,
    changed,
    checked,
    client,
    only_error,
    sessions,
    windows,
)

from blis_tui.problems import Path

INT64_MAX = 2**63 - 1
ONE: Path = ("clients", 1)
WITH_WINDOWS = changed(CLIENTS, ((*ONE, "lifecycle"), windows((0, 5_000_000), (6_000_000, 9_000_000))))
CHAT = changed(CLIENTS, ((*ONE, "reasoning"), sessions()))
USERS = changed(CLIENTS, ((*ONE, "rate_fraction"), DROP), ((*ONE, "concurrency"), 3))


def test_the_samples_have_no_errors() -> None:
    for data in (CLIENTS, COHORTS, WITH_WINDOWS, CHAT, USERS):
        assert checked(data).ok


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("rate_fraction", 0.0, "must be positive, got 0.0"),
        ("rate_fraction", -0.5, "must be positive, got -0.5"),
        ("rate_fraction", DROP, "is missing"),
        ("slo_class", "gold", 'must be one of critical, standard, sheddable, batch, background, got "gold"'),
        ("concurrency", -1, "must be non-negative, got -1"),
        ("think_time_us", -1, "must be non-negative, got -1"),
        ("prefix_length", -1, "must be non-negative, got -1"),
        ("prefix_length", 2**31, "must be at most 2,147,483,647"),
        ("timeout", -1, "must be non-negative, got -1"),
        ("slo_target_us", -1, "must be non-negative, got -1"),
        ("input_distribution", DROP, "is missing"),
        ("output_distribution", {"params": {"value": 1}}, ".type is missing"),
    ],
)
def test_fields_of_a_client(field: str, value: Any, words: str) -> None:
    assert words in only_error(CLIENTS, ((*ONE, field), value)).message


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("population", 0, "must be positive, got 0"),
        ("population", 100_001, "must be at most 100,000, got 100001"),
        ("population", DROP, "is missing"),
        ("rate_fraction", 0.0, "must be positive, got 0.0"),
        ("rate_fraction", DROP, "is missing"),
        ("slo_class", "gold", "must be one of critical"),
        ("prefix_length", -1, "must be non-negative, got -1"),
        ("prefix_sharing", "none", 'must be one of shared, per_member, got "none"'),
        ("timeout", -1, "must be non-negative, got -1"),
        ("slo_target_us", -1, "must be non-negative, got -1"),
        ("arrival", DROP, ".process is missing"),
        ("diurnal", {"peak_hour": 24, "peak_to_trough_ratio": 2.0}, "peak_hour must be at most 23, got 24"),
        ("diurnal", {"peak_hour": -1, "peak_to_trough_ratio": 2.0}, "peak_hour must be non-negative, got -1"),
        ("diurnal", {"peak_hour": 3, "peak_to_trough_ratio": 0.5}, "must be at least 1, got 0.5"),
        ("diurnal", {"peak_hour": 3}, "peak_to_trough_ratio is missing"),
        ("spike", {"start_time_us": -1, "duration_us": 5}, "start_time_us must be non-negative, got -1"),
        ("spike", {"start_time_us": 0, "duration_us": 0}, "duration_us must be positive, got 0"),
        ("spike", {"start_time_us": 1, "duration_us": INT64_MAX}, "leaves the range of a 64-bit integer"),
        ("drain", {"start_time_us": -1, "ramp_duration_us": 5}, "start_time_us must be non-negative, got -1"),
        ("drain", {"start_time_us": 0}, "ramp_duration_us is missing"),
        ("drain", {"start_time_us": INT64_MAX, "ramp_duration_us": 5}, "leaves the range of a 64-bit integer"),
    ],
)
def test_fields_of_a_cohort(field: str, value: Any, words: str) -> None:
    assert words in only_error(COHORTS, (("cohorts", 1, field), value)).message


def test_a_drain_is_as_long_as_its_ten_steps() -> None:
    assert checked(COHORTS, (("cohorts", 1, "drain"), {"start_time_us": 1000, "ramp_duration_us": INT64_MAX})).ok


def test_per_member_prefixes_need_a_group() -> None:
    problem = only_error(COHORTS, (("cohorts", 0, "prefix_sharing"), "per_member"))
    assert problem.path == ("cohorts", 0, "prefix_group")


@pytest.mark.parametrize(
    ("arrival", "words"),
    [
        ({}, ".process is missing"),
        ({"process": "normal"}, "must be one of poisson, gamma, weibull, constant"),
        ({"process": "gamma", "cv": 0.0}, ".cv must be positive, got 0.0"),
        ({"process": "poisson", "cv": -1.0}, ".cv must be positive, got -1.0"),
        ({"process": "gamma", "shape": 0.0, "scale": 5.0}, ".shape must be positive"),
        ({"process": "gamma", "shape": 1.0, "scale": -5.0}, ".scale must be positive"),
        ({"process": "weibull", "cv": 0.009}, "must be from 0.01 to 10.4 for weibull, got 0.009"),
        ({"process": "weibull", "cv": 10.5}, "must be from 0.01 to 10.4 for weibull, got 10.5"),
        ({"process": "weibull", "cv": 10.5, "shape": 1.0}, "must be from 0.01 to 10.4 for weibull, got 10.5"),
        ({"process": "gamma", "cv": 1e-160}, "is too near to 0 for gamma"),
        ({"process": "gamma", "shape": 1e30, "scale": 5.0}, ".scale makes gaps that leave"),
        ({"process": "weibull", "shape": 1.0, "scale": 1e19}, ".scale makes gaps that leave"),
    ],
)
@pytest.mark.parametrize("path", [(*ONE, "arrival"), ("cohorts", 0, "arrival")])
def test_arrivals(path: Path, arrival: dict[str, Any], words: str) -> None:
    data = CLIENTS if path[0] == "clients" else COHORTS
    assert words in only_error(data, (path, arrival)).message


@pytest.mark.parametrize(
    "arrival",
    [
        {"process": "weibull", "cv": 50.0, "shape": 1.0, "scale": 5e5},
        {"process": "weibull", "cv": 0.01},
        {"process": "weibull", "cv": 10.4},
        {"process": "gamma", "cv": 50.0},
        {"process": "gamma", "cv": 1e200},
        {"process": "constant", "cv": 3.0},
    ],
)
def test_arrivals_that_blis_takes(arrival: dict[str, Any]) -> None:
    assert checked(CLIENTS, ((*ONE, "arrival"), arrival)).ok


def test_virtual_users_need_no_arrival_process() -> None:
    for arrival in ({}, {"process": "normal"}, {"cv": -1.0}):
        assert checked(USERS, ((*ONE, "arrival"), arrival)).ok
    assert ".shape must be positive" in only_error(USERS, ((*ONE, "arrival"), {"shape": 0.0})).message


def test_virtual_users_have_no_share_of_the_rate() -> None:
    problem = only_error(USERS, ((*ONE, "rate_fraction"), 0.5))
    assert problem.code == "rate-and-concurrency"
    assert checked(USERS, ((*ONE, "rate_fraction"), -0.5)).ok


def test_virtual_users_and_sessions_cannot_be_mixed() -> None:
    problem = only_error(USERS, (("clients", 0, "reasoning"), sessions()))
    assert problem.code == "concurrency-and-sessions" and problem.path == (*ONE, "concurrency")
    cohorts = (("cohorts",), [client("x", population=2, reasoning=sessions())])
    assert only_error(USERS, cohorts).code == "concurrency-and-sessions"


@pytest.mark.parametrize("old", ["realtime", "interactive"])
def test_old_slo_class_names_are_for_version_1_clients_only(old: str) -> None:
    new = {"realtime": "critical", "interactive": "standard"}[old]
    slo_class = ((*ONE, "slo_class"), old)
    for version in ("1", ""):
        assert checked(CLIENTS, slo_class, (("version",), version)).ok
    for version in ("2", "3"):
        problem = only_error(CLIENTS, slo_class, (("version",), version))
        assert problem.mend is not None and problem.mend.safe and problem.mend.edits[0].value == new  # type: ignore[union-attr]
    problem = only_error(COHORTS, (("cohorts", 0, "slo_class"), old), (("version",), "1"))
    assert f'it is "{new}" now' in problem.message


def test_a_misspelt_choice_is_mended() -> None:
    problem = only_error(CLIENTS, ((*ONE, "arrival", "process"), "poison"))
    assert problem.mend is not None and problem.mend.edits[0].value == "poisson"  # type: ignore[union-attr]
    assert only_error(CLIENTS, ((*ONE, "arrival", "process"), "xyz")).mend is None


def test_slo_classes_are_for_all_or_for_none() -> None:
    problem = only_error(CLIENTS, ((*ONE, "slo_class"), DROP))
    assert problem.code == "mixed-slo-classes" and problem.path == (*ONE, "slo_class")
    assert checked(CLIENTS, *((("clients", index, "slo_class"), DROP) for index in range(2))).ok
    cohort = client("x", population=2)
    assert checked(CLIENTS, (("cohorts",), [cohort])).ok
    del cohort["slo_class"]
    assert only_error(CLIENTS, (("cohorts",), [cohort])).path == ("cohorts", 0, "slo_class")


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        ({"max_rounds": 0}, "max_rounds must be at least 1, got 0"),
        ({"max_rounds": 10_000_001}, "max_rounds must be at most 10,000,000"),
        ({"max_rounds": 4, "think_time_us": 2**62}, "think_time_us × max_rounds (4) leaves the range"),
        ({"max_rounds": 10**7, "context_growth": "accumulate"}, "makes the context grow to"),
    ],
)
@pytest.mark.parametrize("path", [ONE, ("cohorts", 0)])
def test_sessions(path: Path, turns: dict[str, Any], words: str) -> None:
    data = CLIENTS if path[0] == "clients" else COHORTS
    length = ((*path, "input_distribution"), {"type": "constant", "params": {"value": 300}})
    assert words in only_error(data, length, ((*path, "reasoning"), sessions(**turns))).message


def test_a_context_whose_lengths_are_unknown_or_wrong_is_not_reckoned() -> None:
    reasoning = ((*ONE, "reasoning"), sessions(max_rounds=10**7, context_growth="accumulate"))
    assert checked(CLIENTS, reasoning).ok
    for params in ({}, {"value": 2**31}):
        wrong = ((*ONE, "input_distribution"), {"type": "constant", "params": params})
        assert only_error(CLIENTS, reasoning, wrong).path[:3] == (*ONE, "input_distribution")


def test_sessions_without_rounds() -> None:
    reasoning = sessions()
    del reasoning["multi_turn"]["max_rounds"]
    assert only_error(CLIENTS, ((*ONE, "reasoning"), reasoning)).code == "missing"


def test_a_reason_ratio_is_checked_where_it_is_drawn() -> None:
    wrong = {"type": "constant", "params": {}}
    ratio = (*ONE, "reasoning", "reason_ratio_distribution")
    assert only_error(CHAT, (ratio, wrong)).path == (*ratio, "params", "value")
    assert checked(CHAT, (ratio, wrong), ((*ONE, "reasoning", "multi_turn"), DROP)).ok
    assert checked(CHAT, (ratio, {})).ok
    assert checked(CHAT, (ratio, {"type": "gaussian", "params": {"mean": 1, "std_dev": 0, "min": -5, "max": -5}})).ok


def test_multimodal_distributions_are_checked_where_they_are_drawn() -> None:
    wrong = {"type": "constant", "params": {}}
    media = (*ONE, "multimodal")
    assert checked(CLIENTS, (media, {"image_distribution": wrong})).ok
    assert checked(CLIENTS, (media, {"image_count_distribution": wrong})).ok
    problem = only_error(CLIENTS, (media, {"image_distribution": CONSTANT, "image_count_distribution": wrong}))
    assert problem.path == (*media, "image_count_distribution", "params", "value")
    assert only_error(CLIENTS, (media, {"text_distribution": wrong})).code == "missing"
    assert checked(CLIENTS, (media, {"text_distribution": wrong}), ((*ONE, "reasoning"), sessions())).ok
    varying = windows((0, 9), trace_rate=1.0)
    assert checked(CLIENTS, (media, {"text_distribution": wrong}), ((*ONE, "lifecycle"), varying)).ok


def test_counts_may_be_negative_and_lengths_may_not() -> None:
    below = {"type": "gaussian", "params": {"mean": 1, "std_dev": 0, "min": -5, "max": -5}}
    media = {"audio_distribution": CONSTANT, "audio_count_distribution": below}
    assert checked(CLIENTS, ((*ONE, "multimodal"), media)).ok
    media = {"audio_distribution": below, "audio_count_distribution": CONSTANT}
    assert only_error(CLIENTS, ((*ONE, "multimodal"), media)).code == "negative-length"


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ({"start_us": -1, "end_us": 5}, "start_us must be non-negative, got -1"),
        ({"start_us": 5, "end_us": 5}, "end_us must be after start_us (5), got 5"),
        ({"start_us": 5, "end_us": 3}, "end_us must be after start_us (5), got 3"),
        ({"start_us": 0, "end_us": 0}, "end_us must be positive, got 0"),
        ({"start_us": 0}, "end_us is missing"),
        ({"start_us": 0, "end_us": 5, "input_distribution": {"type": "x"}}, "input_distribution.type must be one of"),
        ({"start_us": 0, "end_us": 5, "output_distribution": {"type": "constant"}}, "params.value is missing"),
    ],
)
def test_windows(window: dict[str, Any], words: str) -> None:
    assert words in only_error(WITH_WINDOWS, ((*ONE, "lifecycle", "windows", 1), window)).message


def test_a_lifecycle_needs_windows() -> None:
    for lifecycle in ({}, {"windows": []}):
        problem = only_error(CLIENTS, ((*ONE, "lifecycle"), lifecycle))
        assert problem.path == (*ONE, "lifecycle", "windows")


def test_the_arrivals_of_windows_are_not_checked_as_blis_does_not() -> None:
    for arrival in ({}, {"process": "x"}, {"process": "gamma", "cv": -1.0, "shape": -1.0, "scale": 0.0}):
        window = {"start_us": 0, "end_us": 9_000_000, "trace_rate": 1.0, "arrival": arrival}
        assert checked(WITH_WINDOWS, ((*ONE, "lifecycle", "windows"), [window])).ok


def test_what_blis_takes_unchecked_is_no_error() -> None:
    assert checked(
        CHAT,
        ((*ONE, "reasoning", "multi_turn", "think_time_us"), -5),
        ((*ONE, "reasoning", "multi_turn", "context_growth"), "grow"),
        ((*ONE, "network"), {"rtt_ms": -1.0, "bandwidth_mbps": -1.0}),
        (("goodput_slo_targets",), {"gold": {"ttft_ms": -1.0}}),
    ).ok


def test_many_clients_with_one_fault() -> None:
    clients = [client(f"c{index}") for index in range(300)]
    clients[299]["arrival"] = {"process": "gamma", "cv": 0.0}
    assert only_error(CLIENTS, (("clients",), clients)).path == ("clients", 299, "arrival", "cv")
    clients = [copy.deepcopy(clients[299]) for _ in range(300)]
    assert len(checked(CLIENTS, (("clients",), clients)).errors) == 300
