"""The totals of a workload, against a plain walk over its requests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from blis_tui.spec.check import check
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.generate import generate
from blis_tui.workload.totals.counts import Count
from blis_tui.workload.totals.summary import Summary, Tally, span_us, summarise

GOLDEN = Path(__file__).parents[2] / "golden"
SPECS = Path(__file__).parents[2] / "specs"
NAMES = [
    "ip-two-stage", "ip-single", "ip-chat-three-stage", "ip-short-horizon", "ip-with-cohorts", "v1-chat", "v1-single",
    "clients-prefix", "clients-multimodal", "clients-chat-accumulate", "clients-windows-mixed", "cohorts",
]  # fmt: skip


def load(path: Path) -> WorkloadSpec:
    spec = check(path.read_bytes()).spec
    assert spec is not None
    return spec


def spec_of(name: str) -> WorkloadSpec:
    return load(GOLDEN / f"{name}.yaml")


def compact(**fields: object) -> WorkloadSpec:
    text = (
        "version: '{version}'\nhorizon: {horizon}\nnum_requests: {num_requests}\ninference_perf:\n  stages: {stages}\n"
        "  shared_prefix: {{num_unique_system_prompts: 3, num_users_per_system_prompt: 2, system_prompt_len: 10, "
        "question_len: 4, output_len: 5, enable_multi_turn_chat: {chat}}}\n"
    )
    defaults = {
        "version": 2, "horizon": 0, "num_requests": 0, "chat": "false",
        "stages": "[{rate: 8, duration: 6}, {rate: 20, duration: 3}]",
    }  # fmt: skip
    spec = check(text.format(**{**defaults, **fields})).spec
    assert spec is not None
    return spec


def summary_of(spec: WorkloadSpec) -> Summary:
    return summarise(generate(spec))


@pytest.mark.parametrize("name", NAMES)
def test_totals_are_those_of_the_requests(name: str) -> None:
    rows = (GOLDEN / f"{name}.csv").read_text().splitlines()
    fields = [row.split(",") for row in rows]
    requests = generate(spec_of(name))
    summary = summarise(requests)
    assert summary.requests.generated == len(rows)
    assert summary.input_tokens == sum(int(row[6]) for row in fields)
    assert summary.output_tokens == sum(int(row[7]) for row in fields)
    assert summary.prefix_tokens == requests.prefix_tokens.sum()
    assert summary.sessions == len({row[8] for row in fields} - {""})
    assert summary.longest_context == max(int(row[6]) + int(row[7]) for row in fields)
    groups = requests.clients.column("prefix_group")
    lengths = {
        groups[client]: prefix
        for client, prefix in zip(requests.client.tolist(), requests.prefix_tokens.tolist(), strict=True)
        if prefix
    }
    assert summary.unique_prefix_tokens == sum(lengths.values())
    assert summary.groups == len(set(groups) - {""})
    assert summary.clients == len(requests.clients)
    assert summary.over_time.counts.sum() == len(rows)
    assert summary.tokens_over_time.counts.sum() == summary.input_tokens + summary.output_tokens
    assert summary.request_rate.mean == pytest.approx(len(rows) / summary.bins.end_us * 1e6)
    assert summary.token_rate.peak >= summary.token_rate.mean * 0.9


def test_stages_of_version_2_count_their_own_clients() -> None:
    requests = generate(compact())
    summary = summarise(requests)
    stage = np.array([int(name.split("-")[1]) for name in requests.clients.column("id")])[requests.client]
    assert [each.requests.generated for each in summary.stages] == np.bincount(stage, minlength=2).tolist()


def test_stages_of_version_1_count_what_arrives_in_their_windows() -> None:
    requests = generate(compact(version=1, chat="true"))
    first = int((requests.arrival_us < 6_000_000).sum())
    assert [each.requests.generated for each in summarise(requests).stages] == [first, len(requests) - first]


def test_the_one_stage_of_version_2_is_exact() -> None:
    summary = summary_of(compact(stages="[{rate: 8.4, duration: 6}]"))
    tally = summary.stages[0].requests
    assert (tally.expected, tally.generated) == (Count(50.0, 0.0), 50)
    assert tally.expected is not None
    assert tally.expected.exact
    assert tally.difference == 0
    assert tally.deviations is None


def test_a_random_stage_is_told_in_standard_deviations() -> None:
    tally = Tally(Count(4800.0, 4800.0), 4741)
    assert tally.difference == -59
    assert tally.deviations == pytest.approx(-59 / 4800**0.5)
    assert Tally(None, 3).deviations is None
    assert Tally(Count(3.0, None), 3).deviations is None


def test_a_horizon_that_cuts_stages_shows_in_what_is_expected() -> None:
    summary = summary_of(compact(horizon=7_000_000))
    assert [round(stage.requests.expected.mean) for stage in summary.stages if stage.requests.expected] == [48, 20]
    assert [(stage.end_us, stage.planned_us) for stage in summary.stages] == [
        (6_000_000, 6_000_000),
        (7_000_000, 3_000_000),
    ]


def test_target_rates_are_those_of_the_stages_over_time() -> None:
    summary = summary_of(compact())
    assert summary.target == ((8 * 6 + 20 * 3) / 9, 20)
    assert summary.aggregate_rate == 28
    explicit = summary_of(spec_of("clients-prefix"))
    assert explicit.target == pytest.approx((explicit.aggregate_rate, explicit.aggregate_rate))


def test_a_last_request_is_no_peak() -> None:
    ten = summary_of(load(SPECS / "ten-requests.yaml"))
    assert (ten.bins.width_us, ten.bins.end_us) == (200_000, 10_000_001)
    assert ten.request_rate == pytest.approx((1, 5, 1), rel=1e-6)
    assert ten.over_time.counts[-1] == 1 and len(ten.over_time.counts) == 50
    assert ten.token_rate == pytest.approx((10, 50, 10), rel=1e-6)
    poisson = summary_of(load(SPECS / "poisson-400.yaml"))
    assert (poisson.bins.width_us, poisson.request_rate.peak) == (5_000_000, 3.2)


def test_a_burst_shorter_than_a_bin_is_a_peak() -> None:
    burst = summary_of(load(SPECS / "burst.yaml"))
    assert burst.request_rate.in_a_second == 334
    assert burst.token_rate.in_a_second == 334 * 150
    assert burst.request_rate.peaks(burst.bins.width_us) == [(334, 1_000_000), (860 / 120, 120_000_000)]
    assert burst.over_time.span_us == 1_000_000
    assert burst.over_time.fullest.argmax() == 15 and burst.over_time.fullest.max() == 334
    assert np.sort(burst.over_time.fullest)[-2] < 10


def test_a_peak_over_a_bin_of_a_second_is_told_once() -> None:
    assert summary_of(load(SPECS / "spikes.yaml")).request_rate.peaks(1_000_000) == [(101, 1_000_000)]


def test_the_share_of_prefix_tokens() -> None:
    summary = summary_of(compact())
    assert summary.prefix_share == pytest.approx(10 / 14)
    assert summary.unique_prefix_tokens == 30
    assert summary_of(spec_of("clients-distributions")).prefix_share == 0


def test_groups_without_requests_have_no_unique_tokens() -> None:
    summary = summary_of(compact(num_requests=1))
    assert summary.groups == 3
    assert summary.unique_prefix_tokens == 10
    assert summary.sessions == 0


@pytest.mark.parametrize(
    ("fields", "span"),
    [
        ({}, 9_000_000),
        ({"horizon": 7_000_000}, 7_000_000),
        ({"horizon": 20_000_000}, 9_000_000),
        ({"version": 1}, 9_000_000),
        ({"num_requests": 100_000}, 9_000_000),
    ],
)
def test_rates_are_over_the_time_the_stages_take(fields: dict[str, object], span: int) -> None:
    assert span_us(generate(compact(**fields))) == span


def test_rates_are_over_the_time_up_to_the_last_request_where_that_ends_it() -> None:
    limited = generate(compact(num_requests=20))
    assert span_us(limited) == limited.arrival_us[-1] + 1
    longer = generate(compact(version=1, stages="[{rate: 8, duration: 6}]", horizon=60_000_000))
    assert span_us(longer) == longer.arrival_us[-1] + 1 > 50_000_000
    explicit = generate(spec_of("clients-prefix"))
    assert span_us(explicit) == explicit.horizon_us


def test_no_requests_at_all_can_be_summed_up() -> None:
    summary = summary_of(compact(horizon=1))
    assert summary.requests.generated == 0
    assert summary.longest_context == 0
    assert summary.request_rate == (0, 0, 0)
    assert summary.prefix_share == 0
