"""How time and memory of generation grow with requests and with clients: each point in a process of its own. Slow."""

from __future__ import annotations

import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor

from bench_generate import compact, resident
from measuring import Row

from blis_tui.workload.generate import generate

REQUESTS = (10_000, 100_000, 1_000_000, 10_000_000)
CLIENTS = (100, 1_000, 10_000, 100_000, 1_000_000)


def point(requests: int, clients: int, tokens: bool) -> tuple[float, float]:
    """Return the seconds that a workload of short texts takes, and by how many MB the process grows at most."""
    generate(compact(10.0, 10, 2, 2))  # what is loaded and made once
    before = resident()
    start = time.perf_counter()
    made = generate(compact(requests / 10, 10, 10, clients // 10))
    for _ in made.token_blocks() if tokens else ():
        pass
    seconds = time.perf_counter() - start
    return seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before) / 1e6


def measure(runs: int) -> list[Row]:
    """Measure every point once; `runs` is not needed for straight lines over decades."""
    rows = []
    points = [(count, 100) for count in REQUESTS] + [(max(count, 1_000_000), count) for count in CLIENTS]
    for requests, clients in dict.fromkeys(points):
        for tokens in (False, True):
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                seconds, megabytes = pool.submit(point, requests, clients, tokens).result()
            name = f"{requests:,} requests, {clients:,} clients{', tokens' if tokens else ''}"
            rows.append(Row(name, seconds * 1e9 / requests, "ns/request"))
            rows.append(Row(f"{name}: memory", megabytes, "MB", wanted=2000))
    return rows
