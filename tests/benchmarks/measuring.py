"""What all benchmarks share: the yardstick, cases timed in turn, percentiles, and rows of a table.

Machines are noisy and differ, so times are told beside a yardstick: NumPy's own bounded integers, as many as `canonical-v2`
has token ids. It is measured alone, in a fresh process, and in turn with the cases, in theirs.
"""

from __future__ import annotations

import importlib
import math
import multiprocessing
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

ROOT = Path(__file__).parent.parent.parent
CANONICAL = ROOT / "tests" / "golden" / "canonical-v2.yaml"
EXAMPLE = ROOT / "examples" / "two-stage.yaml"
YARDSTICK_INTEGERS = 13_302_735
YARDSTICK = "yardstick"


R = TypeVar("R")


class Row(NamedTuple):
    """One line of a table: a median and what it is compared with.

    `ratio` is to `to`, which is the yardstick unless the row says otherwise; `wanted` is the largest ratio, or value
    where there is no ratio, that is good enough.
    """

    name: str
    value: float
    unit: str
    ratio: float | None = None
    to: str = YARDSTICK
    wanted: float | None = None

    @property
    def good(self) -> bool | None:
        """Whether it is as good as wanted; ``None`` where nothing is."""
        measured = self.value if self.ratio is None else self.ratio
        return None if self.wanted is None else measured <= self.wanted


def yardstick() -> object:
    """Draw the yardstick's integers."""
    import numpy as np

    return np.random.default_rng(0).integers(0, 128_000, YARDSTICK_INTEGERS, dtype=np.int32)


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(cases: Mapping[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Time the cases in turn, again and again, so that a slow moment of the machine meets them all.

    Returns the seconds of each case by run; a first round is not counted.
    """
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for run in range(runs + 1):
        for name, work in cases.items():
            took = timed(work)
            if run:
                seconds[name].append(took)
    return seconds


def in_fresh_process(work: Callable[..., R], *arguments: object) -> R:
    """Return what some work returns in a process in which nothing else was done."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def timed_alone(work: Callable[[], object], runs: int) -> float:
    """Return the median seconds of some work in a fresh process, where nothing else was done; a first run is not counted.

    What needs much memory at once takes half as long where it comes in large pages. By chance it does not in a process that
    has been given much memory before, and stays slow there.
    """
    return statistics.median(in_fresh_process(in_turn, {"": work}, runs)[""])


def stricter(alone: float, in_turn: Sequence[float]) -> list[float]:
    """Return what ratios are taken to, run by run: what a yardstick takes alone, or in turn where that is less."""
    return [min(alone, each) for each in in_turn]


def ratio(seconds: Sequence[float], to: Sequence[float]) -> float:
    """Return the median ratio of two cases, run by run."""
    return statistics.median(a / b for a, b in zip(seconds, to, strict=True))


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least `percent` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def rows_of(name: str, runs: int) -> list[Row]:
    """Run one benchmark; each has a module with ``measure(runs) -> list[Row]``."""
    rows: list[Row] = importlib.import_module(f"bench_{name}").measure(runs)
    return rows


def table(rows: Sequence[Row]) -> str:
    """Write rows as text, one line each."""
    lines = []
    for row in rows:
        told = "" if row.ratio is None else f"{row.ratio:9.3g} × {row.to}"
        wanted = "" if row.wanted is None else f"wanted ≤ {row.wanted:g}: {'yes' if row.good else 'NO'}"
        lines.append(f"{row.name:52}{row.value:14,.1f} {row.unit:14}{told:30}{wanted}".rstrip())
    return "\n".join(lines)
