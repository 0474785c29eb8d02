"""Files that take long for what comes out say so, with about how long; others say nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from blis_tui.problems import Problem, format_path
from blis_tui.spec.check import check
from blis_tui.spec.rules import effort_advice

FIVE = {"type": "constant", "params": {"value": 5}}
UP_TO_3 = {"type": "gaussian", "params": {"mean": 2, "std_dev": 1, "min": 1, "max": 3}}
MANY = {"type": "constant", "params": {"value": 900_000_000}}

PROMPTS = {
    "num_unique_system_prompts": 3,
    "num_users_per_system_prompt": 2,
    "system_prompt_len": 10,
    "question_len": 5,
    "output_len": 5,
}


def slow_of(spec: dict[str, Any]) -> list[Problem]:
    checked = check(yaml.safe_dump({"version": "2", **spec}))
    assert checked.ok, checked.errors
    return [problem for problem in checked.problems if problem.code == "slow"]


def slow(aggregate_rate: float = 2.0, horizon: int = 5_000_000, **client: Any) -> list[Problem]:
    one = {
        "id": "a",
        "rate_fraction": 1,
        "arrival": {"process": "poisson"},
        "input_distribution": FIVE,
        "output_distribution": FIVE,
    }
    return slow_of({"horizon": horizon, "aggregate_rate": aggregate_rate, "clients": [{**one, **client}]})


@pytest.mark.parametrize(
    ("changes", "path", "about"),
    [
        (
            {"multimodal": {"image_distribution": UP_TO_3, "image_count_distribution": MANY}},
            "clients[0].multimodal.image_count_distribution",
            "3 min: each request draws the lengths of about 900,000,000 pieces",
        ),
        (
            {"lifecycle": {"windows": [{"start_us": 9 * 10**15, "end_us": 9 * 10**15 + 1000}]}, "horizon": 10**16},
            "clients[0].lifecycle",
            "6 min: about 18,000,000,000 gaps are drawn from time 0 on, also where no window is open",
        ),
        (
            {"reasoning": {"multi_turn": {"max_rounds": 10_000}}, "aggregate_rate": 50_000.0},
            "clients[0].reasoning.multi_turn.max_rounds",
            "3 min: every session draws all of its 10,000 rounds",
        ),
        (
            {"input_distribution": MANY, "aggregate_rate": 20.0},
            "clients[0]",
            "45 s: it has about 100 requests of 90,000,000,500 tokens",
        ),
    ],
)
def test_what_takes_long_is_told(changes: dict[str, Any], path: str, about: str) -> None:
    (problem,) = slow(**changes)
    assert format_path(problem.path) == path
    assert f"makes generation take about {about}" in problem.message
    assert problem.severity == ("info" if " 45 s" in problem.message else "warning")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aggregate_rate": 20_000.0, "horizon": 60_000_000},
        {"multimodal": {"image_distribution": UP_TO_3, "image_count_distribution": FIVE}},
        {"lifecycle": {"windows": [{"start_us": 9 * 10**15, "end_us": 9 * 10**15 + 1000}]}, "arrival": {"process": "constant"}},
        {"lifecycle": {"windows": [{"start_us": 10**9, "end_us": 10**10}]}, "horizon": 10**10},
        {"reasoning": {"multi_turn": {"max_rounds": 5}}},
    ],
)
def test_ordinary_files_say_nothing(changes: dict[str, Any]) -> None:
    if "lifecycle" in changes and "horizon" not in changes:
        changes = {**changes, "horizon": 10**16}
    assert slow(**changes) == []


@pytest.mark.parametrize("limits", [{"num_requests": 1000}, {"horizon": 10**16}])
def test_late_stages_are_told(limits: dict[str, int]) -> None:
    """Clients of a stage draw their gaps from time 0 on, as BLIS does."""
    stages = [{"rate": 1e-9, "duration": 9_000_000_000}, {"rate": 1, "duration": 1}]
    (problem,) = slow_of({**limits, "inference_perf": {"stages": stages, "shared_prefix": PROMPTS}})
    assert format_path(problem.path) == "inference_perf.stages"
    assert "about 3 min: about 9,000,000,000 gaps are drawn" in problem.message
    assert slow_of({"horizon": 10**9, "inference_perf": {"stages": stages, "shared_prefix": PROMPTS}}) == []


def test_very_many_stages_are_told() -> None:
    stages = [{"rate": 5, "duration": 10}] * 20_000
    (problem,) = slow_of({"horizon": 200_000_000_000, "inference_perf": {"stages": stages, "shared_prefix": PROMPTS}})
    assert "about 3 min: about 9,999,500,000 gaps are drawn" in problem.message


@pytest.mark.parametrize(("sharing", "told"), [("per_member", True), ("shared", False)])
def test_very_long_prefixes_are_told(sharing: str, told: bool) -> None:
    cohort = {
        "id": "a",
        "population": 100_000,
        "rate_fraction": 1,
        "prefix_group": "g",
        "prefix_length": 2**31 - 1,
        "prefix_sharing": sharing,
        "arrival": {"process": "poisson"},
        "input_distribution": FIVE,
        "output_distribution": FIVE,
    }
    found = slow_of({"num_requests": 1000, "aggregate_rate": 10, "cohorts": [cohort]})
    assert [format_path(problem.path) for problem in found] == (["cohorts[0].prefix_length"] if told else [])
    assert not told or "about 30 h: the prefixes have 214,748,364,700,000 tokens" in found[0].message


def test_very_many_virtual_users_are_told() -> None:
    (problem,) = slow(horizon=10**9, rate_fraction=0, concurrency=100_000)
    assert format_path(problem.path) == "clients[0].concurrency"
    assert problem.message.endswith("about 10 s: its users send about 100,000,000 requests if an answer takes 1 s")
    assert slow(horizon=10**9, rate_fraction=0, concurrency=10_000) == []


def test_what_many_clients_take_together_is_told() -> None:
    one = {"rate_fraction": 1, "arrival": {"process": "poisson"}, "input_distribution": MANY, "output_distribution": FIVE}
    clients = [{"id": f"c{number}", **one} for number in range(20)]
    (problem,) = slow_of({"horizon": 5_000_000, "aggregate_rate": 20, "clients": clients})
    assert "takes about 2 s of about 45 s of generation: it has about 5 requests" in problem.message


def test_the_longest_of_many_short_ones_is_a_part() -> None:
    one = {
        "population": 10,
        "rate_fraction": 1,
        "prefix_length": 10**8,
        "prefix_sharing": "per_member",
        "arrival": {"process": "poisson"},
        "input_distribution": FIVE,
        "output_distribution": FIVE,
    }
    cohorts = [{"id": f"c{number}", "prefix_group": f"g{number}", **one} for number in range(20)]
    (problem,) = slow_of({"num_requests": 1000, "aggregate_rate": 10, "cohorts": cohorts})
    assert "takes a part of about 10 s of generation: the prefixes have 1,000,000,000 tokens" in problem.message


def test_rare_long_lengths_of_a_table_are_rare() -> None:
    lengths = {"type": "empirical", "params": {"10": 0.999, "2000000000": 0.001}}
    assert slow(aggregate_rate=200.0, input_distribution=lengths) == []
    (problem,) = slow(aggregate_rate=20_000.0, input_distribution=lengths)
    assert "about 100 s: it has about 100,000 requests" in problem.message


def test_examples_say_nothing() -> None:
    for file in Path("examples").glob("*.yaml"):
        assert not [problem for problem in check(file.read_bytes()).problems if problem.code == "slow"], file


def test_what_holds_for_all_clients_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of thousands of clients would take the square of that."""
    asked: list[str] = []
    for name in ("generation_path", "end_us"):
        real = getattr(effort_advice, name)
        monkeypatch.setattr(effort_advice, name, lambda spec, name=name, real=real: (asked.append(name), real(spec))[1])
    windows = [{"start_us": 0, "end_us": 1000}]
    one = {"rate_fraction": 1, "arrival": {"process": "poisson"}, "input_distribution": FIVE, "output_distribution": FIVE}
    clients = [{"id": f"c{number}", **one, "lifecycle": {"windows": windows}} for number in range(50)]
    slow_of({"aggregate_rate": 20, "clients": clients})
    assert sorted(asked) == ["end_us", "generation_path"]
