"""Rules of the file as a whole, specs built by hand, and the golden files."""

from __future__ import annotations

import math
from pathlib import Path as File
from typing import Any

import pytest
from spec_samples import (
    CLIENTS,
    COHORTS,
    COMPACT,
    DROP,
    PREFIX,
    STAGES,
    changed,
    checked,
    client,
    codes,
    only_error,
    sessions,
    warning,
    windows,
)

from blis_tui.problems import ERROR, Path
from blis_tui.spec.check import check
from blis_tui.spec.format.facts import end_us
from blis_tui.spec.format.model import (
    Arrival,
    Client,
    Cohort,
    Distribution,
    GoodputTargets,
    InferencePerf,
    Lifecycle,
    SharedPrefix,
    Stage,
    Window,
    WorkloadSpec,
)
from blis_tui.spec.reading.decode import decode
from blis_tui.spec.rules.file_errors import MAX_TOTAL_CLIENTS, generation_problems, validate

GOLDEN = File(__file__).parents[2] / "golden"
USERS = client("u", concurrency=2)
del USERS["rate_fraction"]


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.yaml")), ids=lambda file: file.stem)
def test_golden_files_have_no_errors(file: File) -> None:
    result = check(file.read_bytes())
    assert result.ok, [problem.message for problem in result.errors]


INVALID = {
    "both-sources": (16, 1, "clients cannot be combined with inference_perf"),
    "fewer-requests-than-clients": (6, 11, "inference_perf.stages[0].rate × duration gives 48 requests"),
    "negative-prefix": (11, 24, "inference_perf.shared_prefix.system_prompt_len must be non-negative, got -1"),
    "negative-question": (12, 19, "inference_perf.shared_prefix.question_len must be non-negative, got -5"),
    "negative-rate": (6, 11, "inference_perf.stages[0].rate must be positive, got -1.0"),
    "no-shared-prefix": (4, 1, "inference_perf.shared_prefix is missing"),
    "no-stages": (5, 3, "inference_perf.stages must have at least one stage"),
    "too-few-requests": (6, 11, "inference_perf.stages[0].rate × duration must come to at least 1 request"),
    "typo-duraton": (8, 5, "duraton"),
    "typo-systm": (15, 5, "systm_prompt_len"),
    "zero-duration": (7, 15, "inference_perf.stages[0].duration must be positive, got 0"),
    "zero-prompts": (9, 32, "inference_perf.shared_prefix.num_unique_system_prompts must be positive, got 0"),
    "zero-users": (10, 34, "inference_perf.shared_prefix.num_users_per_system_prompt must be positive, got 0"),
}


@pytest.mark.parametrize("file", sorted((GOLDEN / "invalid").glob("*.yaml")), ids=lambda file: file.stem)
def test_invalid_golden_files_have_one_error_each(file: File) -> None:
    line, column, words = INVALID[file.stem]
    (problem,) = check(file.read_bytes()).errors
    assert (problem.line, problem.column) == (line, column)
    assert words in problem.message


def test_bc_14_anything_at_all_is_a_value() -> None:
    """BC-14: what is wrong is reported as problems, never raised."""
    for data in (b"", b"\xff\xfe", b"- 1", b"a: [", b"version: [1]\nseed: {}\nclients: 3\ninference_perf: []\n"):
        result = check(data)
        assert not result.ok and result.errors


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("horizon",), -1, "horizon must be non-negative, got -1"),
        (("num_requests",), -1, "num_requests must be non-negative, got -1"),
        (("category",), "chat", "category must be one of language, multimodal, reasoning"),
    ],
)
def test_fields_of_the_file(path: Path, value: Any, words: str) -> None:
    assert words in only_error(COMPACT, (path, value)).message


@pytest.mark.parametrize("version", ["", "1", "2", "3", "two"])
def test_any_version_is_read(version: str) -> None:
    assert checked(COMPACT, (("version",), version)).ok


def test_a_file_without_clients() -> None:
    result = checked({"version": "2", "seed": 1, "horizon": 5})
    assert [problem.code for problem in result.errors] == ["no-source"]
    assert (result.errors[0].line, result.errors[0].column) == (1, 1)
    assert checked({"version": "2", "clients": 3, "horizon": 5}).errors[0].code == "wrong-type"
    assert len(checked({"version": "2", "clients": 3, "horizon": 5}).errors) == 1


def test_servegen_data_is_a_source() -> None:
    data = {"version": "2", "horizon": 5, "servegen_data": {"path": "d"}}
    assert checked(data).ok
    assert only_error(changed(CLIENTS, (("servegen_data",), {"path": "d"}))).code == "several-sources"
    assert checked(COHORTS, (("servegen_data",), {"path": "d"})).ok


def test_three_sources_are_one_error() -> None:
    data = changed(CLIENTS, (("servegen_data",), {"path": "d"}), (("inference_perf",), COMPACT["inference_perf"]))
    problem = only_error(data)
    assert problem.message.startswith("inference_perf cannot be combined with clients, servegen_data")


@pytest.mark.parametrize("data", [CLIENTS, COHORTS, {"version": "2", "servegen_data": {"path": "d"}, "horizon": 5}])
def test_files_that_never_end(data: dict[str, Any]) -> None:
    problem = only_error(data, (("horizon",), DROP))
    assert problem.code == "endless" and problem.path == ("horizon",) and problem.mend is None
    assert checked(data, (("horizon",), DROP), (("num_requests",), 5)).ok
    assert only_error(data, (("horizon",), 0)).code == "endless"


def test_the_ways_on_from_a_file_that_never_ends() -> None:
    message = only_error(CLIENTS, (("horizon",), DROP)).message
    assert message == "horizon is missing: the file never ends; set a horizon or num_requests, or give --horizon for this run"


ENDLESS: list[list[tuple[Path, Any]]] = [
    [(("clients", 0, "lifecycle"), windows((0, 5)))],
    [(("clients", 0, "lifecycle"), windows((0, 5))), (("cohorts",), [client("x", population=2, spike={"duration_us": 9})])],
    [(("clients",), [client("a", lifecycle=windows((0, 5)))]), (("cohorts",), [client("x", population=2)])],
    [(("clients",), [client("a", lifecycle=windows((0, 5))), {**USERS, "lifecycle": windows((0, 5))}])],
]


@pytest.mark.parametrize("changes", ENDLESS)
def test_files_of_which_a_part_never_ends(changes: list[tuple[Path, Any]]) -> None:
    assert only_error(CLIENTS, (("horizon",), DROP), *changes).code == "endless"


ENDS: list[tuple[list[tuple[Path, Any]], int]] = [
    ([(("clients", index, "lifecycle"), windows((0, 7 - index), (8, 9 + index))) for index in range(2)], 10),
    ([(("clients", 0, "lifecycle"), windows((0, 7), trace_rate=2.0))], 7),  # BLIS skips the other client
    ([(("clients",), []), (("cohorts",), [client("x", population=2, spike={"start_time_us": 3, "duration_us": 9})])], 12),
    ([(("clients",), []), (("cohorts",), [client("x", population=2, drain={"start_time_us": 5, "ramp_duration_us": 100})])], 96),
    (
        [(("clients",), []), (("cohorts",), [client("x", population=2, diurnal={"peak_hour": 23, "peak_to_trough_ratio": 2.0})])],
        24 * 3_600_000_000,
    ),
]


@pytest.mark.parametrize(("changes", "end"), ENDS)
def test_files_that_end_with_their_last_window(changes: list[tuple[Path, Any]], end: int) -> None:
    problem = warning("no-end", CLIENTS, (("horizon",), DROP), *changes)
    assert problem.path == ("horizon",) and f"ends with its last window, at {end:,} µs" in problem.message
    assert problem.mend is not None and problem.mend.safe and problem.mend.edits[0].value == end  # type: ignore[union-attr]
    mended = checked(CLIENTS, (("horizon",), end), *changes)
    assert mended.ok and "no-end" not in codes(mended)
    assert mended.spec is not None and end_us(mended.spec) == end == end_us(mended.spec.replace(horizon=0))


def test_rounds_that_go_back_in_time_make_the_last_window_no_safe_horizon() -> None:
    talk = client("a", lifecycle=windows((0, 7)), reasoning=sessions(think_time_us=-5))
    problem = warning("no-end", CLIENTS, (("horizon",), DROP), (("clients",), [talk]))
    assert problem.mend is not None and not problem.mend.safe


def test_nothing_is_said_of_an_end_that_is_not_known() -> None:
    for broken in (windows((5, 5)), windows((0, "soon"))):  # type: ignore[arg-type]
        assert only_error(CLIENTS, (("horizon",), DROP), (("clients", 0, "lifecycle"), broken)).code != "endless"
    nobody = client("x", population=0, spike={"duration_us": 5, "trace_rate": 1.0})
    result = checked(COHORTS, (("horizon",), DROP), (("cohorts",), [nobody]))
    assert not {"endless", "no-end"} & set(codes(result))


@pytest.mark.parametrize("version", ["1", "2"])
def test_compact_files_end_by_themselves(version: str) -> None:
    data = changed(COMPACT, (("version",), version), (("horizon",), DROP))
    assert checked(data).ok
    spike = {"start_time_us": 0, "duration_us": 9, "trace_rate": 1.0}
    assert checked(data, (("cohorts",), [client("x", population=2, spike=spike)])).ok


def test_cohorts_beside_a_compact_block_may_never_end() -> None:
    data = changed(COMPACT, (("horizon",), DROP), (("cohorts",), [client("x", population=2)]))
    problem = only_error(data)
    assert problem.code == "endless" and "cohorts[0] never ends" in problem.message
    assert checked(data, (("num_requests",), 5)).ok
    for pattern in ({"spike": {"duration_us": 9}}, {"drain": {"ramp_duration_us": 9}}):
        assert checked(data, (("cohorts", 0), client("x", population=2, **pattern))).ok
    one_stage = changed(data, (("version",), "1"), (STAGES, [{"rate": 8.0, "duration": 600}]))
    assert checked(one_stage).ok  # version 1 ends with its stage


def test_values_that_cannot_be_read_are_told_once() -> None:
    result = checked(COMPACT, (("horizon",), "soon"), ((*STAGES, 0, "duration"), "long"), (PREFIX, [1]))
    assert [problem.code for problem in result.errors] == ["wrong-type"] * 3


def test_a_block_that_cannot_be_read_hides_nothing_else() -> None:
    result = checked(COMPACT, (PREFIX, [1]), ((*STAGES, 0, "rate"), -1.0))
    assert {problem.code for problem in result.errors} == {"wrong-type", "out-of-range"}


def test_broken_paths_are_skipped() -> None:
    decoded = decode("version: '2'\nhorizon: x\nseed: 1\n")
    assert decoded.spec is not None
    assert [problem.code for problem in validate(decoded.spec, decoded.tree, decoded.broken)] == ["no-source"]


def test_more_virtual_users_than_a_machine_holds() -> None:
    users = [client(f"x{index}", rate_fraction=0.0, concurrency=2**62, think_time_us=1000) for index in range(2)]
    problem = only_error(CLIENTS, (("clients",), users))
    assert problem.code == "too-many-users" and problem.path == ("clients", 0, "concurrency")
    assert checked(CLIENTS, (("clients",), users), (("num_requests",), 20)).ok


def test_populations_add_up() -> None:
    cohorts = [client(f"x{index}", population=100_000) for index in range(MAX_TOTAL_CLIENTS // 100_000)]
    assert checked(COHORTS, (("cohorts",), cohorts)).ok
    problem = only_error(COHORTS, (("cohorts",), [*cohorts, client("y", population=1)]))
    assert problem.code == "too-many-clients" and "10,000,001 clients in all" in problem.message


@pytest.mark.parametrize(
    "changes",
    [
        [(("horizon",), 2**62)],
        [(("aggregate_rate",), 1e15), (("horizon",), 10**10)],
        [(("horizon",), DROP), (("num_requests",), 10**12)],
        [(("horizon",), 10**16), (("clients", 0, "lifecycle"), windows((0, 5)))],
        [(("horizon",), 10**16), (("clients", 0, "lifecycle"), windows((0, 10**16)))],
        [(("clients", 0, "arrival"), {"process": "gamma", "shape": 1.0, "scale": 1.0}), (("horizon",), 10**10)],
        [(("clients", 0, "arrival"), {"process": "weibull", "shape": 1.0, "scale": 1e-5}), (("horizon",), 10**10)],
        [
            (("aggregate_rate",), 0.0),
            (("clients", 0, "lifecycle"), windows((0, 20_000_000), trace_rate=1e12)),
            (("clients", 1, "lifecycle"), windows((0, 20_000_000), trace_rate=1.0)),
            (("num_requests",), 5),
        ],
        [
            (("version",), "1"),
            (("horizon",), 10**10),
            (("clients", 0, "lifecycle"), windows((0, 10**10), trace_rate=1e12)),
            (("clients", 1, "lifecycle"), windows((0, 20_000_000), trace_rate=1.0)),
            (("aggregate_rate",), 1e12 + 1),
        ],
    ],
)
def test_more_requests_than_any_memory_holds(changes: list[tuple[Path, Any]]) -> None:
    assert only_error(CLIENTS, *changes).code == "too-many-requests"


def test_no_client_sends_more_than_one_request_a_microsecond() -> None:
    assert checked(CLIENTS, (("aggregate_rate",), 1e15)).ok
    lifecycles = [(("clients", index, "lifecycle"), windows((0, 20_000_000), trace_rate=1e12)) for index in range(2)]
    assert checked(CLIENTS, (("version",), "1"), (("aggregate_rate",), 2e12), *lifecycles).ok
    assert not checked(CLIENTS, (("aggregate_rate",), 0.0), *lifecycles).ok  # here requests are counted first


@pytest.mark.parametrize(
    "pattern",
    [
        {},
        {"spike": {"start_time_us": 0, "duration_us": 10**17}},
        {"drain": {"start_time_us": 10**17, "ramp_duration_us": 5}},
        {"diurnal": {"peak_hour": 0, "peak_to_trough_ratio": 1.0}},
    ],
)
def test_cohorts_with_more_requests_than_any_memory_holds(pattern: dict[str, Any]) -> None:
    cohorts = [client("x", population=100_000, **pattern)]
    rate = 1e6 if "diurnal" in pattern else 5.0
    changes = [(("cohorts",), cohorts), (("aggregate_rate",), rate), (("horizon",), 2 * 10**17)]
    assert only_error(COHORTS, *changes).code == "too-many-requests"
    assert checked(COHORTS, *changes, (("num_requests",), 1000)).ok


def test_an_absolute_spike_with_more_requests_than_any_memory_holds() -> None:
    spike = {"start_time_us": 0, "duration_us": 10**9, "trace_rate": 1e12}
    data = {"version": "2", "horizon": 10**9, "cohorts": [client("x", population=5, spike=spike)]}
    assert only_error(data).code == "too-many-requests"


def test_the_time_varying_path_skips_clients_without_windows() -> None:
    lifecycle = windows((0, 5_000_000), trace_rate=1.0)
    assert checked(CLIENTS, (("horizon",), DROP), (("num_requests",), 5), (("clients", 0, "lifecycle"), lifecycle)).ok


def test_virtual_users_count_for_nothing() -> None:
    assert checked(CLIENTS, (("clients",), [USERS]), (("horizon",), 2**62)).ok


def test_generation_problems() -> None:
    def of(data: dict[str, Any]) -> list[tuple[str, str, Path]]:
        spec = checked(data).spec
        assert spec is not None
        return [(problem.code, problem.severity, problem.path) for problem in generation_problems(spec)]

    assert of(CLIENTS) == of(COMPACT) == []
    users = changed(CLIENTS, (("clients",), [client("a"), USERS, USERS]))
    assert of(users) == [("not-generated", ERROR, ("clients", 1, "concurrency"))]
    data = {"version": "2", "horizon": 5, "servegen_data": {"path": "d"}}
    assert of(data) == [("not-generated", ERROR, ("servegen_data",))]


VALID = WorkloadSpec(
    version="2",
    aggregate_rate=1.0,
    horizon=1000,
    clients=(
        Client(
            rate_fraction=1.0,
            arrival=Arrival(process="poisson"),
            input_distribution=Distribution(type="constant", params={"value": 1.0}),
            output_distribution=Distribution(type="constant", params={"value": 1.0}),
        ),
    ),
)


def test_a_valid_spec_built_by_hand() -> None:
    assert validate(VALID) == []
    assert validate(VALID.replace(clients=list(VALID.clients))) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": "1"}, 'seed must be a whole number, got "1"'),
        ({"seed": True}, "seed must be a whole number, got true"),
        ({"seed": 2**63}, "seed must fit a 64-bit whole number, got 9223372036854775808"),
        ({"seed": 10**5000}, "seed must fit a 64-bit whole number, got a far larger number"),
        ({"seed": None}, "seed must be a whole number, got None"),
        ({"version": 2}, "version must be text, got 2"),
        ({"horizon": 1.5}, "horizon must be a whole number, got 1.5"),
        ({"aggregate_rate": math.inf}, "aggregate_rate must be a finite number, got inf"),
        ({"aggregate_rate": 10**400}, "aggregate_rate must be a finite number"),
        ({"aggregate_rate": "5"}, 'aggregate_rate must be a number, got "5"'),
        ({"clients": 3}, "clients must be a sequence, got 3"),
        ({"clients": "abc"}, 'clients must be a sequence, got "abc"'),
        ({"clients": (*VALID.clients, 3)}, "clients[1] must be of type Client, got 3"),
        ({"inference_perf": {"stages": []}}, "inference_perf must be of type InferencePerf"),
        ({"goodput_slo_targets": 3}, "goodput_slo_targets must be a mapping, got 3"),
        ({"goodput_slo_targets": {"batch": 3}}, "goodput_slo_targets.batch must be of type GoodputTargets, got 3"),
    ],
)
def test_wrong_types_in_a_spec_built_by_hand(changes: dict[str, Any], words: str) -> None:
    messages = [problem.message for problem in validate(VALID.replace(**changes))]
    assert len(messages) == 1 and words in messages[0], messages


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"streaming": 1}, "clients[0].streaming must be true or false, got 1"),
        ({"timeout": 1.0}, "clients[0].timeout must be a whole number, got 1.0"),
        ({"arrival": None}, "clients[0].arrival must be of type Arrival, got None"),
        ({"arrival": Arrival(process="gamma", cv=math.nan)}, "clients[0].arrival.cv must be a finite number, got nan"),
        ({"input_distribution": Distribution(type="constant", params={"value": math.nan})}, "params.value must be a finite"),
        ({"input_distribution": Distribution(type="constant", params={"value": "1"})}, "params.value must be a number"),
        ({"input_distribution": Distribution(type="empirical", params={3: 1.0})}, "params must have texts as names, got 3"),
        ({"input_distribution": Distribution(type="constant", params=[1])}, "params must be a mapping of names to numbers"),
        ({"lifecycle": Lifecycle(windows=(Window(start_us=1.5, end_us=9),))}, "start_us must be a whole number, got 1.5"),
    ],
)
def test_wrong_types_in_a_client_built_by_hand(changes: dict[str, Any], words: str) -> None:
    spec = VALID.replace(clients=(VALID.clients[0].replace(**changes),))
    messages = [problem.message for problem in validate(spec)]
    assert len(messages) == 1 and words in messages[0], messages


def test_validation_changes_nothing() -> None:
    spec = VALID.replace(seed="x", goodput_slo_targets={"batch": GoodputTargets(ttft_ms=math.nan)})
    before = dict(spec.__dict__)
    assert len(validate(spec)) == 2
    assert spec.__dict__ == before


def test_every_error_has_a_code_and_a_message_that_starts_with_its_path() -> None:
    spec = WorkloadSpec(
        clients=(Client(concurrency=-1),),
        cohorts=(Cohort(),),
        inference_perf=InferencePerf(stages=(Stage(),), shared_prefix=SharedPrefix()),
    )
    problems = validate(spec)
    assert len(problems) > 10
    assert all(problem.code and problem.severity == ERROR for problem in problems)
    assert len({(problem.path, problem.code) for problem in problems}) == len(problems)
