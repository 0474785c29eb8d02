"""Advice on explicit clients and cohorts: each warning, and that its mend takes it away."""

from __future__ import annotations

from typing import Any

import pytest
from advised import assert_mended
from spec_samples import (
    CLIENTS,
    COHORTS,
    COMPACT,
    CONSTANT,
    DROP,
    STAGES,
    changed,
    checked,
    client,
    codes,
    sessions,
    warning,
    windows,
)

from blis_tui.problems import INFO, Path

ONE: Path = ("clients", 1)
OUT: Path = (*ONE, "output_distribution")
CHAT = changed(CLIENTS, ((*ONE, "reasoning"), sessions()))
SPANS = ((0, 5_000_000), (6_000_000, 9_000_000))
WITH_WINDOWS = changed(CLIENTS, *((("clients", index, "lifecycle"), windows(*SPANS)) for index in range(2)))
VARYING = changed(WITH_WINDOWS, ((*ONE, "lifecycle", "windows", 1, "trace_rate"), 2.0))
USERS = client("u", concurrency=2)
del USERS["rate_fraction"]


def test_what_is_as_it_should_be_gets_no_advice() -> None:
    for data in (CLIENTS, COHORTS, CHAT, WITH_WINDOWS, VARYING):
        assert codes(checked(data)) == []


@pytest.mark.parametrize("process", ["poisson", "constant"])
@pytest.mark.parametrize("name", ["cv", "shape", "scale"])
def test_arrival_parameters_that_are_not_used(process: str, name: str) -> None:
    change = ((*ONE, "arrival"), {"process": process, name: 2.0})
    problem = warning("not-used", CLIENTS, change)
    assert problem.path == (*ONE, "arrival", name) and f"{process} arrivals have no {name}" in problem.message
    assert_mended(CLIENTS, problem, change, safe=True)


def test_a_poisson_process_may_say_that_its_cv_is_1() -> None:
    assert codes(checked(CLIENTS, ((*ONE, "arrival"), {"process": "poisson", "cv": 1.0}))) == []


@pytest.mark.parametrize("process", ["gamma", "weibull"])
def test_shape_and_scale_count_only_together(process: str) -> None:
    for name in ("shape", "scale"):
        change = ((*ONE, "arrival"), {"process": process, name: 2.0})
        assert_mended(CLIENTS, warning("not-used", CLIENTS, change), change, safe=True)
    problem = warning("fitted-arrival", CLIENTS, ((*ONE, "arrival"), {"process": process, "shape": 2.0, "scale": 1e6}))
    assert problem.severity == INFO and "takes the place of the rate" in problem.message


@pytest.mark.parametrize(("cv", "told"), [(10.0, False), (10.1, True), (1e200, True)])
def test_a_gamma_process_that_blis_makes_poisson(cv: float, told: bool) -> None:
    found = codes(checked(CLIENTS, ((*ONE, "arrival"), {"process": "gamma", "cv": cv})))
    assert found == (["poisson-instead"] if told else [])


def test_reasoning_without_sessions() -> None:
    change = ((*ONE, "reasoning"), {"reason_ratio_distribution": CONSTANT})
    problem = warning("not-used", CLIENTS, change)
    assert problem.path == (*ONE, "reasoning")
    assert_mended(CLIENTS, problem, change, safe=True)


def test_the_reason_ratio_0() -> None:
    ratio = (*ONE, "reasoning", "reason_ratio_distribution")
    problem = warning("zero-ratio", CHAT, ((*ratio, "params", "value"), 0))
    assert problem.severity == INFO and problem.mend is None and "0.01" in problem.message
    assert warning("not-used", CHAT, (ratio, {"file": "x"})).severity == INFO
    assert codes(checked(CHAT, (ratio, DROP))) == []
    below = {"type": "empirical", "params": {"0": 1.0, "-5": 1.0}}
    assert codes(checked(CHAT, (ratio, below))) == []


def test_session_settings_that_blis_takes_unchecked() -> None:
    turns = (*ONE, "reasoning", "multi_turn")
    problem = warning("out-of-range", CHAT, ((*turns, "think_time_us"), -5))
    assert "should be non-negative, got -5" in problem.message
    problem = warning("unknown-choice", CHAT, ((*turns, "context_growth"), "grow"))
    assert 'knows only "accumulate"' in problem.message


def test_sessions_are_never_streamed() -> None:
    assert warning("streaming-lost", CHAT, ((*ONE, "streaming"), True)).path == (*ONE, "streaming")
    assert codes(checked(CLIENTS, ((*ONE, "streaming"), True))) == []


def test_multimodal_input_that_has_no_effect() -> None:
    media = (*ONE, "multimodal")
    assert warning("not-used", CHAT, (media, {"text_distribution": CONSTANT})).path == media
    problem = warning("not-used", CLIENTS, (media, {"video_distribution": CONSTANT}))
    assert problem.path == (*media, "video_distribution") and "without video_count_distribution" in problem.message
    problem = warning("not-used", CLIENTS, (media, {"video_count_distribution": CONSTANT}))
    assert problem.path == (*media, "video_count_distribution")
    full = {f"{kind}_distribution": CONSTANT for kind in ("text", "image", "image_count")}
    assert codes(checked(CLIENTS, (media, full))) == []


def test_multimodal_distributions_get_advice_too() -> None:
    media = (*ONE, "multimodal")
    none = {"type": "constant", "params": {"value": 0}}
    full = {"text_distribution": CONSTANT, "image_distribution": CONSTANT, "image_count_distribution": none}
    problem = warning("zero-length", CLIENTS, (media, full))
    assert problem.path == (*media, "image_count_distribution", "params", "value")
    assert_mended(CLIENTS, problem, (media, full), safe=True)
    full["text_distribution"] = none
    assert codes(checked(CLIENTS, (media, full))) == ["zero-length"] * 2


def test_a_deadline_that_leaves_int64() -> None:
    change = ((*ONE, "timeout"), 2**63 - 1)
    assert "deadline would lie in the past" in warning("overflow", CLIENTS, change).message
    assert codes(checked(CLIENTS, ((*ONE, "timeout"), 2**63 - 1 - 20_000_000))) == []


def test_a_prefix_length_without_a_group() -> None:
    for data, path in ((CLIENTS, ONE), (COHORTS, ("cohorts", 1))):
        change = ((*path, "prefix_length"), 7)
        problem = warning("not-used", data, change)
        assert "without a prefix_group" in problem.message
        assert_mended(data, problem, change, safe=True)


def test_the_first_of_a_group_sets_the_length() -> None:
    groups = [(("clients", index, "prefix_group"), "g") for index in range(2)]
    change = [*groups, (("clients", 0, "prefix_length"), 40), ((*ONE, "prefix_length"), 36)]
    problem = warning("not-used", CLIENTS, *change)
    assert problem.path == (*ONE, "prefix_length") and "clients[0]" in problem.message and "makes it 40" in problem.message
    assert_mended(CLIENTS, problem, *change, safe=True)
    unset = [*groups, ((*ONE, "prefix_length"), 36)]
    assert "makes it 50" in warning("not-used", CLIENTS, *unset).message
    assert codes(checked(CLIENTS, *groups, (("clients", 0, "prefix_length"), 40))) == []
    assert codes(checked(CLIENTS, *groups, (("clients", 0, "prefix_length"), 40), ((*ONE, "prefix_length"), 40))) == []


def test_a_prefix_length_of_0() -> None:
    change = [((*ONE, "prefix_group"), "g"), ((*ONE, "prefix_length"), 0)]
    problem = warning("zero-length", CLIENTS, *change)
    assert "gives 50 prefix tokens" in problem.message
    assert_mended(CLIENTS, problem, *change, safe=True)
    assert codes(checked(CLIENTS, change[0])) == []


def test_groups_of_cohorts() -> None:
    groups = [(("cohorts", index, "prefix_group"), "g") for index in range(2)]
    lengths = [(("cohorts", index, "prefix_length"), 9 - index) for index in range(2)]
    assert warning("not-used", COHORTS, *groups, *lengths).path == ("cohorts", 1, "prefix_length")
    own = (("cohorts", 1, "prefix_sharing"), "per_member")
    assert codes(checked(COHORTS, *groups, *lengths, own)) == []
    beside = [(("cohorts",), [client("x", population=2, prefix_group="prompt-3", prefix_length=7)])]
    problem = warning("not-used", COMPACT, *beside)
    assert "inference_perf" in problem.message and "makes it 100" in problem.message
    beside = [(("cohorts",), [client("x", population=2, prefix_group="prompt-9", prefix_length=7)])]
    assert codes(checked(COMPACT, *beside)) == []


def test_ids_that_cannot_be_told_apart() -> None:
    problem = warning("duplicate-id", CLIENTS, ((*ONE, "id"), "a"))
    assert problem.path == (*ONE, "id") and "clients[0]" in problem.message
    assert "is missing" in warning("duplicate-id", CLIENTS, ((*ONE, "id"), DROP)).message
    assert warning("duplicate-id", COHORTS, (("cohorts", 1, "id"), "x")).path == ("cohorts", 1, "id")
    assert codes(checked(CLIENTS, (("clients",), [client("")]))) == []


def test_old_slo_class_names_in_version_1() -> None:
    change = [((*ONE, "slo_class"), "interactive"), (("version",), "1")]
    problem = warning("old-name", CLIENTS, *change)
    assert problem.severity == INFO and '"standard"' in problem.message
    assert_mended(CLIENTS, problem, *change, safe=True)


def test_windows_past_the_horizon() -> None:
    window = (*ONE, "lifecycle", "windows", 1)
    change = [((*window, "end_us"), 30_000_000), ((*window, "start_us"), 20_000_000)]
    assert warning("past-the-horizon", WITH_WINDOWS, *change).path == (*window, "start_us")
    assert codes(checked(WITH_WINDOWS, change[0])) == []
    assert codes(checked(WITH_WINDOWS, *change, (("horizon",), DROP), (("num_requests",), 5))) == []
    spike = {"start_time_us": 20_000_000, "duration_us": 5}
    problem = warning("past-the-horizon", COHORTS, (("cohorts", 1, "spike"), spike))
    assert problem.path == ("cohorts", 1, "spike", "start_time_us")


def test_a_negative_rate_in_a_window() -> None:
    place = (*ONE, "lifecycle", "windows", 1, "trace_rate")
    assert warning("out-of-range", VARYING, (place, -2.0)).path == place
    assert codes(checked(VARYING, (place, 0.0))) == []


@pytest.mark.parametrize(
    ("arrival", "code", "name"),
    [
        ({}, "unknown-choice", "process"),
        ({"process": "normal"}, "unknown-choice", "process"),
        ({"process": "poisson", "cv": 3.0}, "not-used", "cv"),
        ({"process": "gamma", "cv": 0.0}, "out-of-range", "cv"),
        ({"process": "weibull", "shape": -1.0, "scale": 5.0}, "out-of-range", "shape"),
        ({"process": "weibull", "cv": 11.0}, "out-of-range", "cv"),
    ],
)
def test_the_arrivals_of_windows(arrival: dict[str, Any], code: str, name: str) -> None:
    place = (*ONE, "lifecycle", "windows", 1, "arrival")
    problem = warning(code, VARYING, (place, arrival))
    assert problem.path == (*place, name)
    if code == "unknown-choice":
        assert_mended(VARYING, problem, (place, arrival), safe=True)


def test_distributions_of_windows_get_advice_too() -> None:
    none = {"type": "constant", "params": {"value": 0}}
    for name in ("input_distribution", "output_distribution"):
        place = (*ONE, "lifecycle", "windows", 1, name)
        assert warning("zero-length", VARYING, (place, none)).path == (*place, "params", "value")


@pytest.mark.parametrize(
    ("name", "value"),
    [("prefix_group", "g"), ("timeout", 5), ("multimodal", {"text_distribution": CONSTANT})],
)
def test_single_requests_lose_things_on_the_time_varying_path(name: str, value: Any) -> None:
    problem = warning("lost-in-windows", VARYING, ((*ONE, name), value))
    assert problem.path == (*ONE, name) and "single requests" in problem.message
    assert codes(checked(WITH_WINDOWS, ((*ONE, name), value))) == []
    everywhere = [
        ((*ONE, "lifecycle"), windows(*SPANS, trace_rate=2.5)),
        (("clients", 0, "lifecycle"), windows(*SPANS, trace_rate=2.5)),
    ]
    found = codes(checked(VARYING, *everywhere, ((*ONE, name), value), (("version",), "1")))
    assert found == ["version-1"]  # there the windows' rates are absolute, and nothing is lost


def test_chat_loses_its_slo_target_on_the_time_varying_path() -> None:
    change = [((*ONE, "reasoning"), sessions()), ((*ONE, "slo_target_us"), 5)]
    assert warning("lost-in-windows", VARYING, *change).path == (*ONE, "slo_target_us")
    kept = [((*ONE, "reasoning"), sessions()), ((*ONE, "timeout"), 5), ((*ONE, "prefix_group"), "g")]
    assert codes(checked(VARYING, *kept)) == []
    assert codes(checked(VARYING, ((*ONE, "slo_target_us"), 5))) == []


def test_clients_without_windows_on_the_time_varying_path() -> None:
    assert warning("windowless", VARYING, (("clients", 0, "lifecycle"), DROP)).path == ("clients", 0)
    cohort = [client("x", population=2)]
    assert warning("windowless", VARYING, (("cohorts",), cohort)).path == ("cohorts", 0)
    rated = [client("x", population=2, spike={"duration_us": 5, "trace_rate": 1.0})]
    one_stage = changed(COMPACT, (STAGES, [{"rate": 8.0, "duration": 600}]), (("horizon",), 600_000_000))
    assert warning("windowless", one_stage, (("cohorts",), rated)).path == ("inference_perf",)
    assert "windowless" not in codes(checked(COMPACT, (("cohorts",), rated)))


def test_the_rate_of_a_spike_is_a_weight_beside_an_aggregate_rate() -> None:
    spike = (("cohorts", 1, "spike"), {"duration_us": 5, "trace_rate": 2.0})
    problem = warning("rate-is-weight", COHORTS, spike)
    assert problem.mend is not None and not problem.mend.safe
    assert "rate-is-weight" in codes(checked(COMPACT, (("cohorts",), [client("x", population=2, spike=spike[1])])))
    alone = {**COHORTS, "aggregate_rate": 0.0, "cohorts": [client("x", population=2, spike=spike[1])]}
    assert codes(checked(alone)) == []
    assert codes(checked(alone, (("aggregate_rate",), 2.0), (("version",), "1"))) == ["version-1"]
    weighed = checked(alone, (("aggregate_rate",), 5.0), (("version",), "1"))
    assert codes(weighed) == ["version-1", "rate-is-weight"]


def test_what_cannot_be_generated_here() -> None:
    (problem,) = [
        each for each in checked(CLIENTS, (("clients",), [client("a"), USERS])).problems if each.code == "needs-assumption"
    ]
    assert problem.severity == INFO and problem.path == ("clients", 1, "concurrency")
    assert problem.message.startswith("clients[1].concurrency: ") and "--assume" in problem.message
    problem = warning("not-generated", {"version": "2", "horizon": 5, "servegen_data": {"path": "d"}})
    assert problem.path == ("servegen_data",)


def test_virtual_users_have_no_arrivals_to_advise_on() -> None:
    found = codes(checked(CLIENTS, (("clients",), [{**USERS, "arrival": {"process": "poisson", "cv": 3.0}}])))
    assert found == ["needs-assumption"]
