"""The compact block: the contracts BC-10 to BC-13, and what BLIS finds when it expands."""

from __future__ import annotations

import math
from typing import Any

import pytest
from spec_samples import CHAT, CLIENTS, COMPACT, DROP, PREFIX, STAGES, changed, checked, client, only_error, text_of

from blis_tui.problems import Path
from blis_tui.spec.check import check
from blis_tui.spec.format.model import InferencePerf, SharedPrefix, Stage, WorkloadSpec
from blis_tui.spec.rules.file_errors import MAX_REQUESTS, MAX_TOTAL_CLIENTS, validate

INT64_MAX = 2**63 - 1
ONE_STAGE = changed(COMPACT, (STAGES, [{"rate": 8.0, "duration": 600}]), (("horizon",), 600_000_000))
VERSION_1 = changed(COMPACT, (("version",), "1"))
LENGTHS = ("system_prompt_len", "question_len", "output_len")


def test_the_samples_have_no_errors() -> None:
    for data in (COMPACT, ONE_STAGE, VERSION_1):
        assert checked(data).ok


@pytest.mark.parametrize("duration", [0, -1, -(2**63)])
@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("data", [COMPACT, VERSION_1], ids=["version 2", "version 1"])
def test_bc_10_a_duration_that_is_not_positive(data: dict[str, Any], index: int, duration: int) -> None:
    """BC-10: an error that contains "duration must be positive" and names the stage."""
    problem = only_error(data, ((*STAGES, index, "duration"), duration))
    assert problem.code == "out-of-range"
    assert problem.path == (*STAGES, index, "duration")
    assert problem.message == f"inference_perf.stages[{index}].duration must be positive, got {duration}"
    assert problem.found == duration
    assert problem.allowed is not None and "> 0" in problem.allowed


@pytest.mark.parametrize("value", [0, -3])
@pytest.mark.parametrize("name", ["num_unique_system_prompts", "num_users_per_system_prompt"])
@pytest.mark.parametrize("data", [COMPACT, ONE_STAGE, VERSION_1], ids=["stages", "one stage", "version 1"])
def test_bc_11_prompts_and_users_must_be_positive(data: dict[str, Any], name: str, value: int) -> None:
    """BC-11: an error naming the field."""
    problem = only_error(data, ((*PREFIX, name), value))
    assert problem.message == f"inference_perf.shared_prefix.{name} must be positive, got {value}"


@pytest.mark.parametrize("name", LENGTHS)
def test_bc_12_negative_lengths(name: str) -> None:
    """BC-12: an error naming the field."""
    problem = only_error(COMPACT, ((*PREFIX, name), -1))
    assert problem.message == f"inference_perf.shared_prefix.{name} must be non-negative, got -1"


def test_bc_13_a_misspelt_key_is_the_only_error() -> None:
    """BC-13: refused with its place; that the right key is missing then goes without saying."""
    for holder, name, slip in ((PREFIX, "output_len", "outptu_len"), ((*STAGES, 0), "duration", "duraton")):
        result = checked(COMPACT, ((*holder, name), DROP), ((*holder, slip), 248))
        (problem,) = result.errors
        assert slip in problem.message and f'"{name}"' in problem.message
        line = result.text.splitlines()[(problem.line or 0) - 1]
        assert line[(problem.column or 0) - 1 :].startswith(slip)


def test_all_problems_are_found_at_once() -> None:
    result = checked(
        COMPACT,
        ((*STAGES, 0, "rate"), -1.0),
        ((*STAGES, 1, "duration"), 0),
        ((*PREFIX, "num_users_per_system_prompt"), 0),
        ((*PREFIX, "question_len"), -1),
        (("num_requests",), -4),
        (("category",), "lang"),
    )
    paths = [".".join(map(str, problem.path)) for problem in result.errors]
    assert paths == [
        "inference_perf.stages.0.rate",
        "inference_perf.stages.1.duration",
        "inference_perf.shared_prefix.num_users_per_system_prompt",
        "inference_perf.shared_prefix.question_len",
        "num_requests",
        "category",
    ]
    assert [problem.line for problem in result.errors] == sorted(problem.line or 0 for problem in result.errors)


@pytest.mark.parametrize("rate", [0.0, -0.5])
def test_rates_must_be_positive(rate: float) -> None:
    assert only_error(COMPACT, ((*STAGES, 1, "rate"), rate)).message.endswith(f"rate must be positive, got {rate}")


@pytest.mark.parametrize(
    "path",
    [(*STAGES, 0, "rate"), (*STAGES, 0, "duration"), (*PREFIX, "num_unique_system_prompts"), PREFIX, STAGES],
)
def test_what_is_absent_is_missing(path: Path) -> None:
    problem = only_error(COMPACT, (path, DROP))
    assert problem.code == "missing" and problem.path == path


def test_an_empty_list_of_stages() -> None:
    problem = only_error(COMPACT, (STAGES, []))
    assert problem.message == "inference_perf.stages must have at least one stage"


def test_an_empty_block_lacks_stages_and_prefix() -> None:
    result = checked(COMPACT, (("inference_perf",), {}))
    assert {problem.path for problem in result.errors} == {STAGES, PREFIX}


def test_rate_times_duration_below_one_request() -> None:
    problem = only_error(ONE_STAGE, ((*STAGES, 0, "rate"), 0.001))
    assert problem.code == "too-few-requests"
    assert "at least 1 request, got 0.001 × 600 s" in problem.message


def test_fewer_requests_than_clients_with_one_stage() -> None:
    problem = only_error(ONE_STAGE, ((*STAGES, 0, "duration"), 5))
    assert problem.code == "fewer-requests-than-clients"
    assert "40 requests (8 × 5 s) for 45 clients" in problem.message
    assert checked(ONE_STAGE, ((*STAGES, 0, "duration"), 6)).ok


def test_fewer_rounds_than_sessions_in_any_stage() -> None:
    problem = only_error(COMPACT, (CHAT, True), ((*STAGES, 1, "duration"), 2))
    assert problem.path == (*STAGES, 1, "rate")
    assert "40 rounds" in problem.message


def test_several_stages_without_chat_may_have_few_requests() -> None:
    assert checked(COMPACT, ((*STAGES, 1, "rate"), 0.001)).ok
    assert checked(VERSION_1, (CHAT, True), ((*STAGES, 1, "rate"), 0.001)).ok
    assert checked(ONE_STAGE, (("version",), "1"), ((*STAGES, 0, "rate"), 0.001)).ok


def test_the_most_clients_of_one_stage() -> None:
    def clients(users: int) -> dict[str, Any]:
        return changed(
            ONE_STAGE,
            ((*PREFIX, "num_unique_system_prompts"), 1000),
            ((*PREFIX, "num_users_per_system_prompt"), users),
            ((*STAGES, 0, "rate"), 10_000.0),
        )

    assert checked(clients(1000)).ok
    problem = only_error(clients(1001))
    assert problem.code == "too-many-clients"
    assert "1,001,000 clients, must be at most 1,000,000" in problem.message


@pytest.mark.parametrize("data", [COMPACT, VERSION_1, changed(COMPACT, (CHAT, True))], ids=["2", "1", "chat"])
@pytest.mark.parametrize("prompts", [10**9, 2**62, INT64_MAX])
def test_endless_numbers_of_clients_are_refused_at_once(data: dict[str, Any], prompts: int) -> None:
    result = checked(data, ((*PREFIX, "num_unique_system_prompts"), prompts), ((*STAGES, 0, "rate"), 1e9))
    assert "too-many-clients" in {problem.code for problem in result.errors} or prompts == 0
    assert all(problem.path[:2] in (PREFIX, STAGES) for problem in result.errors)


def test_the_most_clients_where_blis_has_no_limit() -> None:
    users = ((*PREFIX, "num_users_per_system_prompt"), MAX_TOTAL_CLIENTS // 10)
    rates = [((*STAGES, index, "rate"), 20_000.0) for index in range(2)]
    prompts = (*PREFIX, "num_unique_system_prompts")
    assert checked(COMPACT, users, *rates, (prompts, 5)).ok  # times two stages
    assert only_error(COMPACT, users, *rates, (prompts, 6)).code == "too-many-clients"
    assert checked(VERSION_1, users, *rates, (prompts, 10)).ok
    assert only_error(VERSION_1, users, *rates, (prompts, 11)).code == "too-many-clients"


def test_the_most_requests_of_one_client() -> None:
    one = [((*PREFIX, name), 1) for name in ("num_unique_system_prompts", "num_users_per_system_prompt")]
    assert checked(ONE_STAGE, *one, ((*STAGES, 0), {"rate": 10_000.0, "duration": 1000})).ok
    problem = only_error(ONE_STAGE, *one, ((*STAGES, 0), {"rate": 10_001.0, "duration": 1000}))
    assert problem.code == "too-many-requests"
    assert "10,001,000 requests per client" in problem.message


def test_more_than_one_request_a_microsecond() -> None:
    one = [((*PREFIX, name), 1) for name in ("num_unique_system_prompts", "num_users_per_system_prompt")]
    assert checked(ONE_STAGE, *one, ((*STAGES, 0), {"rate": 1e6, "duration": 1})).ok
    problem = only_error(ONE_STAGE, *one, ((*STAGES, 0), {"rate": 1_000_001.0, "duration": 1}))
    assert problem.code == "too-many-requests" and "more than one a microsecond" in problem.message


def test_a_product_that_leaves_int64() -> None:
    problem = only_error(ONE_STAGE, ((*STAGES, 0, "rate"), 1e300))
    assert problem.code == "overflow" and problem.path == (*STAGES, 0, "rate")
    assert only_error(COMPACT, (CHAT, True), ((*STAGES, 1, "rate"), 1e300)).path == (*STAGES, 1, "rate")


@pytest.mark.parametrize("data", [COMPACT, VERSION_1], ids=["version 2", "version 1"])
def test_durations_that_leave_int64(data: dict[str, Any]) -> None:
    data = changed(data, (("num_requests",), 10))
    most = INT64_MAX // 1_000_000
    assert checked(data, ((*STAGES, 0, "duration"), most - 600)).ok
    problem = only_error(data, ((*STAGES, 0, "duration"), most - 599))
    assert problem.code == "overflow" and problem.path == (*STAGES, 1, "duration")
    problem = only_error(data, ((*STAGES, 1, "duration"), INT64_MAX))
    assert problem.code == "out-of-range" and "at most 9,223,372,036,854" in problem.message


def test_the_sum_of_the_rates_must_be_finite() -> None:
    data = changed(COMPACT, (("num_requests",), 10))
    problem = only_error(data, ((*STAGES, 0, "rate"), 1e308), ((*STAGES, 1, "rate"), 1e308))
    assert problem.code == "overflow" and "infinite" in problem.message


def test_version_1_scaled_rates_must_be_finite() -> None:
    data = changed(VERSION_1, (("num_requests",), 10), (("aggregate_rate",), 1e308))
    problem = only_error(data, ((*STAGES, 0, "rate"), 1e-300), ((*STAGES, 1, "rate"), 1e-300))
    assert problem.code == "overflow" and problem.path == ("aggregate_rate",)
    assert checked(VERSION_1, (("aggregate_rate",), 28.0)).ok


@pytest.mark.parametrize("name", LENGTHS)
def test_lengths_beyond_int32(name: str) -> None:
    problem = only_error(COMPACT, ((*PREFIX, name), 2**31))
    assert problem.path == (*PREFIX, name) and "at most 2,147,483,647" in problem.message


def test_prompts_beyond_int32() -> None:
    long = ((*PREFIX, "system_prompt_len"), 2**31 - 1 - 447)
    assert checked(COMPACT, long).ok
    assert only_error(COMPACT, long, ((*PREFIX, "question_len"), 448)).code == "too-long"


def test_version_1_chat_accumulates_its_prompts() -> None:
    assert checked(VERSION_1, (CHAT, True), ((*PREFIX, "question_len"), 2**28)).ok
    problem = only_error(VERSION_1, (CHAT, True), ((*PREFIX, "question_len"), 2**29))
    assert problem.code == "too-long"
    assert checked(COMPACT, (CHAT, True), ((*PREFIX, "question_len"), 2**29)).ok


@pytest.mark.parametrize(
    "changes",
    [
        [((*STAGES, 0, "rate"), 1e12)],
        [(("version",), "1"), ((*STAGES, 0, "rate"), 1e12)],
        [(("version",), "1"), (("aggregate_rate",), 1e12)],
        [(("version",), "1"), (STAGES, [{"rate": 1e6, "duration": 1}]), (("horizon",), 10**12)],
        [((*STAGES, 0, "rate"), 1e-300)],  # the gaps leave int64 and become 1 µs
    ],
)
def test_more_requests_than_any_memory_holds(changes: list[tuple[Path, Any]]) -> None:
    problem = only_error(COMPACT, *changes)
    assert problem.code == "too-many-requests" and f"{MAX_REQUESTS:,}" in problem.message
    assert checked(COMPACT, *changes, (("num_requests",), 100)).ok


def test_a_stage_that_lies_past_the_horizon_counts_for_nothing() -> None:
    assert checked(COMPACT, ((*STAGES, 1, "rate"), 1e12), (("horizon",), 600_000_000)).ok


def test_version_1_with_one_stage_and_a_count_but_no_horizon() -> None:
    data = changed(ONE_STAGE, (("version",), "1"), (("horizon",), DROP))
    assert checked(data, (("num_requests",), 10**6)).ok
    problem = only_error(data, (("num_requests",), 10**12))
    assert problem.path == ("num_requests",) and problem.code == "too-many-requests"


def test_compact_beside_clients_is_refused_and_beside_cohorts_is_not() -> None:
    problem = only_error(changed(CLIENTS, (("inference_perf",), COMPACT["inference_perf"])))
    assert problem.code == "several-sources" and problem.path == ("inference_perf",)
    assert problem.message.startswith("inference_perf cannot be combined with clients")
    assert checked(COMPACT, (("cohorts",), [client("x", population=2)])).ok


def test_the_source_that_comes_last_in_the_text_is_named() -> None:
    text = text_of({"version": "2", "inference_perf": COMPACT["inference_perf"]}) + text_of(
        changed(CLIENTS, (("version",), DROP))
    )
    (problem,) = check(text).errors
    assert problem.path == ("clients",)


def test_a_spec_built_by_hand() -> None:
    """BC-10 to BC-12 hold without a text too; there is no line then."""
    spec = WorkloadSpec(
        version="2",
        inference_perf=InferencePerf(
            stages=(Stage(rate=math.nan, duration=0), Stage(rate=1.0, duration=1)),
            shared_prefix=SharedPrefix(num_unique_system_prompts=0, num_users_per_system_prompt=1, output_len=-1),
        ),
    )
    problems = validate(spec)
    assert [problem.message for problem in problems] == [
        "inference_perf.stages[0].rate must be a finite number, got nan",
        "inference_perf.stages[0].duration must be positive, got 0",
        "inference_perf.shared_prefix.num_unique_system_prompts must be positive, got 0",
        "inference_perf.shared_prefix.output_len must be non-negative, got -1",
    ]
    assert all(problem.line is None and problem.column is None for problem in problems)


@pytest.mark.parametrize("durations", [("", ""), (", duration: 0", ", duration: 0"), (", duration: -5", ", duration: 5")])
def test_stages_that_last_no_time_in_all_have_no_mean_rate_to_scale(durations: tuple[str, str]) -> None:
    stages = ", ".join(f"{{rate: 1{duration}}}" for duration in durations)
    found = check(f"aggregate_rate: 8\ninference_perf: {{stages: [{stages}], shared_prefix: {{}}}}\n")
    assert {problem.path[-1] for problem in found.errors if "stages" in problem.path} == {"duration"}
