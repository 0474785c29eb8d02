"""Expected counts of specs, against what is generated over many seeds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from blis_tui.spec.format.facts import end_us
from blis_tui.spec.format.model import (
    Arrival,
    Client,
    Cohort,
    Distribution,
    InferencePerf,
    Lifecycle,
    MultiTurn,
    Reasoning,
    SharedPrefix,
    Spike,
    Stage,
    Window,
    WorkloadSpec,
)
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.generate import generate
from blis_tui.workload.totals.expected import expect
from blis_tui.workload.totals.summary import Summary, summarise

SEEDS = 50
TWO, THREE = [(10, 12), (30, 5)], [(10, 12), (30, 5), (2, 1)]


def compact(version: str, stages: list[tuple[float, int]], *, chat: bool = False, **fields: Any) -> WorkloadSpec:
    return WorkloadSpec(
        version=version,
        inference_perf=InferencePerf(
            stages=tuple(Stage(rate=rate, duration=duration) for rate, duration in stages),
            shared_prefix=SharedPrefix(
                num_unique_system_prompts=2,
                num_users_per_system_prompt=3,
                system_prompt_len=3,
                question_len=2,
                output_len=20,
                enable_multi_turn_chat=chat,
            ),
        ),
        **fields,
    )


def client(process: str = "poisson", output: Distribution | None = None, **fields: Any) -> Client:
    ten = Distribution(type="constant", params={"value": 10})
    return Client(
        id=str(fields.get("rate_fraction", 1.0)),
        arrival=fields.pop("arrival", Arrival(process=process)),
        input_distribution=ten,
        output_distribution=output or ten,
        **{"rate_fraction": 1.0, **fields},
    )


def explicit(*clients: Client, **fields: Any) -> WorkloadSpec:
    return WorkloadSpec(**{"version": "2", "aggregate_rate": 20.0, "horizon": 6_000_000, **fields}, clients=clients)


def windows(*spans: tuple[int, int], **fields: Any) -> Lifecycle:
    return Lifecycle(windows=tuple(Window(start_us=start, end_us=end, **fields) for start, end in spans))


def chat(rounds: int = 4, **fields: Any) -> Reasoning:
    turns = MultiTurn(max_rounds=rounds, think_time_us=300_000, **fields)
    return Reasoning(reason_ratio_distribution=Distribution(type="constant", params={"value": 1}), multi_turn=turns)


def summaries(spec: WorkloadSpec, seeds: int = SEEDS) -> list[Summary]:
    return [summarise(generate(spec.replace(seed=seed))) for seed in range(seeds)]


def check_counts(expected: Any, generated: list[int], *, skewed: bool = False) -> None:
    sample = np.array(generated, float)
    assert expected is not None
    error = max(expected.deviation or sample.std(), 1e-6) / math.sqrt(len(sample))
    assert abs(sample.mean() - expected.mean) < 4 * error
    if expected.exact:
        assert sample.std() == 0
    elif expected.deviation is not None and expected.deviation > 1:
        assert 0.7 < sample.std() / expected.deviation < 1.4 or skewed


SPECS = {
    "version 2, one stage": compact("2", [(10, 12)]),
    "version 2, one stage, cut": compact("2", [(10, 12)], horizon=5_000_000),
    "version 2, one stage, limited": compact("2", [(10, 12)], num_requests=50),
    "version 2, stages": compact("2", TWO),
    "version 2, stages, cut": compact("2", TWO, horizon=13_000_000),
    "version 2, stages, limited": compact("2", TWO, num_requests=150),
    "version 2, stages, limited at the end": compact("2", TWO, num_requests=265),
    "version 2, chat": compact("2", [(10, 12)], chat=True),
    "version 2, chat, cut": compact("2", [(10, 12)], chat=True, horizon=9_000_000),
    "version 2, chat, stages": compact("2", TWO, chat=True),
    "version 2, chat, stages, cut": compact("2", TWO, chat=True, horizon=14_000_000),
    "version 1, one stage": compact("1", [(10, 12)]),
    "version 1, one stage, limited": compact("1", [(10, 12)], num_requests=40),
    "version 1, one stage, longer": compact("1", [(10, 12)], horizon=20_000_000),
    "version 1, stages": compact("1", TWO),
    "version 1, stages, scaled": compact("1", TWO, aggregate_rate=32.0),
    "version 1, stages, cut": compact("1", TWO, horizon=13_000_000),
    "version 1, chat": compact("1", [(10, 12)], chat=True),
    "version 1, chat, limited": compact("1", [(10, 12)], chat=True, num_requests=100),
    "version 1, chat, stages": compact("1", THREE, chat=True),
    "version 1, chat, stages, cut": compact("1", THREE, chat=True, horizon=15_000_000),
    "clients": explicit(client(rate_fraction=0.3), client(rate_fraction=0.7)),
    "clients, limited": explicit(client(), horizon=0, num_requests=30),
    "clients, constant": explicit(client("constant")),
    "clients, constant, windows": explicit(
        client("constant", lifecycle=windows((0, 2_000_000), (1_500_000, 2_500_000), (5_000_000, 9_000_000)))
    ),
    "clients, gamma": explicit(client(arrival=Arrival(process="gamma", cv=0.5))),
    "clients, fitted weibull": explicit(client(arrival=Arrival(process="weibull", shape=2.0, scale=50_000.0))),
    "clients, fitted gamma": explicit(client(arrival=Arrival(process="gamma", shape=3.0, scale=20_000.0))),
    "clients, windows": explicit(client(lifecycle=windows((1_000_000, 3_000_000), (2_000_000, 4_000_000)))),
    "clients, chat": explicit(client(reasoning=chat())),
    "clients, chat, window": explicit(client(reasoning=chat(), lifecycle=windows((1_000_000, 4_000_000)))),
    "clients, chat, limited": explicit(client(reasoning=chat()), horizon=0, num_requests=30),
    "clients, single session": explicit(client(reasoning=chat(30, single_session=True)), aggregate_rate=0.5),
    "clients, rates in windows": explicit(
        client(lifecycle=windows((0, 2_000_000), (4_000_000, 8_000_000), trace_rate=30.0)), aggregate_rate=0.0
    ),
    "version 1, clients, rates in windows": explicit(
        client(lifecycle=windows((0, 2_000_000), (4_000_000, 8_000_000), trace_rate=30.0)), version="1"
    ),
}


@pytest.mark.parametrize("name", SPECS)
def test_what_is_generated_is_what_is_expected(name: str) -> None:
    found = summaries(SPECS[name])
    skewed = name.endswith("limited at the end")
    check_counts(found[0].requests.expected, [each.requests.generated for each in found], skewed=skewed)
    for number, stage in enumerate(found[0].stages):
        check_counts(stage.requests.expected, [each.stages[number].requests.generated for each in found], skewed=skewed)
    if found[0].stages:
        assert all(sum(stage.requests.generated for stage in each.stages) == each.requests.generated for each in found)


@pytest.mark.parametrize(
    ("name", "exact"),
    [
        ("version 2, one stage", True),
        ("version 2, one stage, limited", True),
        ("version 2, one stage, cut", False),
        ("version 2, chat", True),
        ("version 2, chat, cut", False),
        ("version 2, stages", False),
        ("version 1, one stage", False),
        ("version 1, one stage, limited", True),
        ("clients, limited", True),
        ("clients, constant", True),
        ("clients", False),
        ("clients, gamma", False),
    ],
)
def test_exact_counts_are_told_from_random_ones(name: str, exact: bool) -> None:
    spec = SPECS[name]
    total = expect(expand(spec), end_us(spec)).total
    assert total is not None
    assert total.exact is exact


def test_stages_beyond_the_horizon_expect_nothing() -> None:
    spec = compact("2", THREE, horizon=13_000_000)
    stages = expect(expand(spec), 13_000_000).stages
    assert [(stage.start_us, stage.end_us, stage.planned_us) for stage in stages] == [
        (0, 12_000_000, 12_000_000),
        (12_000_000, 13_000_000, 5_000_000),
        (17_000_000, 17_000_000, 1_000_000),
    ]
    assert stages[2].expected is not None
    assert stages[2].expected.mean == 0


def test_the_only_stage_of_version_1_lasts_as_long_as_generation() -> None:
    spec = compact("1", [(10, 12)], horizon=20_000_000)
    assert expect(expand(spec), 20_000_000).stages[0].end_us == 20_000_000
    assert expect(expand(spec), None).stages[0].end_us == 12_000_000


def test_a_given_aggregate_rate_scales_targets_in_version_1_only() -> None:
    targets = [
        [stage.target_rate for stage in expect(expand(spec), end_us(spec)).stages]
        for spec in (compact("1", TWO, aggregate_rate=32.0), compact("2", TWO, aggregate_rate=32.0))
    ]
    assert targets[0] == pytest.approx([10 * 32 * 17 / 270, 30 * 32 * 17 / 270])
    assert targets[1] == [10, 30]


COHORT = Cohort(
    id="more", population=4, arrival=Arrival(process="poisson"), rate_fraction=1.0,
    input_distribution=Distribution(type="constant", params={"value": 5}),
    output_distribution=Distribution(type="constant", params={"value": 5}),
)  # fmt: skip


def test_cohorts_beside_stages_count_in_the_total_alone() -> None:
    found = summaries(compact("2", [(10, 12)], cohorts=(COHORT,), horizon=14_000_000))
    assert [stage.requests.expected.mean for stage in found[0].stages if stage.requests.expected] == [120.0]
    assert all(each.stages[0].requests.generated == 120 for each in found)
    check_counts(found[0].requests.expected, [each.requests.generated for each in found])
    assert found[0].requests.generated > 120


def test_under_a_limit_cohorts_make_the_stages_unpredictable() -> None:
    summary = summaries(compact("2", [(10, 12)], cohorts=(COHORT,), num_requests=100), 1)[0]
    assert summary.stages[0].requests.expected is None
    assert summary.requests.expected is not None
    assert summary.requests.expected.mean == pytest.approx(100)
    free = summaries(compact("2", [(10, 12)], cohorts=(COHORT,), num_requests=10**6, horizon=14_000_000), 1)[0]
    assert free.stages[0].requests.expected is not None


UNPREDICTABLE = {
    "chat of random lengths": client(reasoning=chat(), output=Distribution(type="exponential", params={"mean": 50})),
    "chat in several windows": client(reasoning=chat(), lifecycle=windows((0, 1_000_000), (2_000_000, 4_000_000))),
    "chat of a gamma process": client(reasoning=chat(), arrival=Arrival(process="gamma", cv=2.0)),
    "chat on the time-varying path": client(
        reasoning=chat(), lifecycle=windows((0, 4_000_000), arrival=Arrival(process="constant"))
    ),
}


@pytest.mark.parametrize("name", UNPREDICTABLE)
def test_what_cannot_be_told_beforehand_is_not_guessed(name: str) -> None:
    summary = summaries(explicit(UNPREDICTABLE[name]), 1)[0]
    assert summary.requests.expected is None
    assert summary.requests.difference is None
    assert summary.requests.deviations is None


def test_chat_in_windows_with_rates_of_version_1_is_not_guessed() -> None:
    member = client(reasoning=chat(), lifecycle=windows((0, 4_000_000), trace_rate=3.0))
    assert summaries(explicit(member, version="1", aggregate_rate=3.0), 1)[0].requests.expected is None


def test_fitted_gaps_that_are_longer_than_any_time_expect_nothing() -> None:
    rare = client(arrival=Arrival(process="weibull", shape=0.005, scale=50_000.0))
    total = expect(expand(explicit(rare)), 6_000_000).total
    assert total is not None and total.mean == 0


def test_what_virtual_users_send_is_not_known_beforehand() -> None:
    """It depends on their answers; nothing says that it is 0, and exact."""
    spec = explicit(client(rate_fraction=0.0, concurrency=4), aggregate_rate=0.0)
    assert expect(expand(spec), 6_000_000).total is None


def test_windows_past_the_end_expect_nothing() -> None:
    spec = explicit(client(lifecycle=windows((0, 1_000_000), (7_000_000, 8_000_000), trace_rate=30.0)), aggregate_rate=0.0)
    total = expect(expand(spec), 6_000_000).total
    assert total is not None
    assert total.mean == 29


def test_spikes_with_rates_go_the_time_varying_path() -> None:
    spike = COHORT.replace(spike=Spike(start_time_us=1_000_000, duration_us=2_000_000, trace_rate=40.0))
    spec = WorkloadSpec(version="2", cohorts=(spike,), horizon=2_000_000)
    total = expect(expand(spec), 2_000_000).total
    assert total is not None
    assert total.deviation is None
    assert total.mean == 4 * 9
    assert abs(len(generate(spec)) - total.mean) <= 4
