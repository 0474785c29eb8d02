"""The benchmarks can be run: they are no tests of speed, and nothing else would notice that they rot."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "benchmarks"
NAMES = sorted(path.stem for path in HERE.glob("bench_*.py"))


@pytest.fixture(autouse=True)
def _beside_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))


@pytest.mark.parametrize("name", NAMES)
def test_each_can_be_imported_and_measures(name: str) -> None:
    assert callable(importlib.import_module(name).measure)


def test_ratios_are_taken_run_by_run() -> None:
    measuring = importlib.import_module("measuring")
    assert measuring.ratio([2.0, 9.0, 4.0], [1.0, 3.0, 2.0]) == 2.0
    assert measuring.percentile([5.0, 1.0, 4.0, 2.0, 3.0], 95) == 5.0
    assert measuring.percentile([5.0, 1.0, 4.0, 2.0, 3.0], 50) == 3.0


def test_a_row_says_whether_it_is_good_enough() -> None:
    row = importlib.import_module("measuring").Row
    assert row("a", 10.0, "ms", 1.5, wanted=2.0).good is True
    assert row("a", 10.0, "ms", 2.5, wanted=2.0).good is False
    assert row("a", 10.0, "ms", wanted=9.0).good is False
    assert row("a", 10.0, "ms").good is None


def test_cases_are_timed_in_turn_and_the_first_round_is_not_counted() -> None:
    calls: list[str] = []
    cases = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    seconds = importlib.import_module("measuring").in_turn(cases, 2)
    assert calls == ["a", "b"] * 3 and [len(each) for each in seconds.values()] == [2, 2]


def test_ratios_are_to_the_smaller_yardstick() -> None:
    measuring = importlib.import_module("measuring")
    assert measuring.stricter(2.0, [1.0, 2.5, 9.0]) == [1.0, 2.0, 2.0]


def test_what_is_timed_alone_is_in_a_process_of_its_own(tmp_path: Path) -> None:
    told = tmp_path / "processes"
    work = partial(exec, f"import os\nwith open({str(told)!r}, 'a') as file: print(os.getpid(), file=file)")
    assert importlib.import_module("measuring").timed_alone(work, 2) > 0
    processes = told.read_text().split()
    assert len(processes) == 3 and len(set(processes)) == 1 and str(os.getpid()) not in processes


def test_an_unknown_name_is_refused() -> None:
    run = subprocess.run([sys.executable, str(HERE), "nonsense"], capture_output=True, text=True, check=False)
    assert run.returncode == 2 and "no benchmark is called nonsense" in run.stderr


def test_scaling_tells_every_point() -> None:
    scaling = importlib.import_module("bench_scaling")
    points = scaling.Points(requests=(10_000, 100_000), clients=(), middle=(100_000, 100))
    rows = {row.name: row for row in scaling.measure(1, points)}
    names = [f"10{power} requests, 10² clients{ids}" for ids in ("", ", with ids") for power in "⁴⁵"]
    assert list(rows) == [name + what for name in names for what in ("", ": peak memory", ": peak memory, each")]
    assert all(row.value > 0 for row in rows.values()) and rows[names[1]].ratio == rows[names[3]].ratio == 1.0
