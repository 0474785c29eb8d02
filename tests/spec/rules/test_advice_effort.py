"""Files that take long for what comes out say so, with about how long; others say nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from blis_tui.problems import Problem, format_path
from blis_tui.spec.check import check

FIVE = {"type": "constant", "params": {"value": 5}}
UP_TO_3 = {"type": "gaussian", "params": {"mean": 2, "std_dev": 1, "min": 1, "max": 3}}
MANY = {"type": "constant", "params": {"value": 900_000_000}}


def slow(aggregate_rate: float = 2.0, horizon: int = 5_000_000, **client: Any) -> list[Problem]:
    one = {
        "id": "a",
        "rate_fraction": 1,
        "arrival": {"process": "poisson"},
        "input_distribution": FIVE,
        "output_distribution": FIVE,
    }
    spec = {"version": "2", "horizon": horizon, "aggregate_rate": aggregate_rate, "clients": [{**one, **client}]}
    checked = check(yaml.safe_dump(spec))
    assert checked.ok, checked.errors
    return [problem for problem in checked.problems if problem.code == "slow"]


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
            "2 min: every session draws all of its 10,000 rounds",
        ),
        ({"input_distribution": MANY, "aggregate_rate": 20.0}, "clients[0]", "45 s: it has about 90,000,000,500 tokens"),
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


def test_examples_say_nothing() -> None:
    for file in Path("examples").glob("*.yaml"):
        assert not [problem for problem in check(file.read_bytes()).problems if problem.code == "slow"], file
