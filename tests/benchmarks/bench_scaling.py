"""How time and memory of generation grow with requests and with clients: each point in a process of its own. Slow."""

from __future__ import annotations

import math
import statistics
from typing import NamedTuple

from bench_generate import compact, peak, resident
from measuring import Row, in_fresh_process, timed

from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.generate import generate

RATE = 10_000  # per second: were it to grow with the requests, most would share their microsecond with others
SECONDS = 5.0  # for each point, unless one run takes longer
MOST_MEGABYTES = 2000
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Point(NamedTuple):
    """What so many requests of so many clients take: seconds, and the bytes that the process grows by at most."""

    seconds: float
    bytes: int


def point(requests: int, clients: int, tokens: bool, runs: int) -> Point:
    """Measure one workload of short texts: memory in the first run, and the median time of some runs."""
    work = _walk if tokens else generate
    work(compact(10.0, 10, 2, 2))  # what is loaded and made once
    spec = compact(RATE, requests // RATE, 10, clients // 10)
    before = resident()
    seconds = [timed(lambda: work(spec))]
    most = peak() - before
    while len(seconds) < runs and sum(seconds) < SECONDS:
        seconds.append(timed(lambda: work(spec)))
    return Point(statistics.median(seconds), most)


class Points(NamedTuple):
    """How many requests and clients are measured."""

    requests: tuple[int, ...] = (10_000, 100_000, 1_000_000, 10_000_000)
    clients: tuple[int, ...] = (100, 1_000, 10_000, 100_000, 1_000_000)
    middle: tuple[int, int] = (1_000_000, 100)
    """Of the line over requests, and the start of that over clients."""


def measure(runs: int, points: Points | None = None) -> list[Row]:
    """Measure every point with and without token ids; fewer than `runs` times where that takes long."""
    lines = points or Points()
    measured = dict.fromkeys(
        [(count, 100) for count in lines.requests] + [(max(count, 1_000_000), count) for count in lines.clients]
    )
    rows = []
    for tokens in (False, True):
        found = {at: in_fresh_process(point, *at, tokens, runs) for at in measured}
        middle = found[lines.middle].seconds / lines.middle[0]
        for (requests, clients), (seconds, most) in found.items():
            name = f"{_power(requests)} requests, {_power(clients)} clients{', with ids' if tokens else ''}"
            each = seconds / requests
            rows.append(Row(name, each * 1e9, "ns/request", each / middle, f"that of {_power(lines.middle[0])}"))
            rows.append(Row(f"{name}: peak memory", most / 1e6, "MB", wanted=MOST_MEGABYTES))
            rows.append(Row(f"{name}: peak memory, each", most / requests, "bytes/request"))
    return rows


def _walk(spec: WorkloadSpec) -> None:
    for _ in generate(spec).token_blocks():
        pass


def _power(count: int) -> str:
    return "10" + str(round(math.log10(count))).translate(SUPERSCRIPTS)
