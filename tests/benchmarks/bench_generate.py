"""Measure how fast requests are generated and how much memory they take. See README.md beside this file."""

from __future__ import annotations

import argparse
import gc
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from blis_tui.spec.decode import decode
from blis_tui.spec.model import InferencePerf, SharedPrefix, Stage, WorkloadSpec
from blis_tui.workload.generate import generate

CANONICAL = Path(__file__).parent.parent / "golden" / "canonical-v2.yaml"
CANONICAL_TOKENS = 13_302_735
LIMITS = {"canonical: schedule and all tokens": 6.0, "memory: singles, resident": 100.0, "memory: chat, resident": 100.0}


class Result(NamedTuple):
    """One line of the table; `limit` is the largest value that will do."""

    name: str
    value: float
    unit: str
    limit: float | None = None


def compact(rate: float, seconds: int, prompts: int, users: int, version: str = "2", **lengths: Any) -> WorkloadSpec:
    """Write a compact spec of one stage."""
    prefix = SharedPrefix(num_unique_system_prompts=prompts, num_users_per_system_prompt=users, **lengths)
    block = InferencePerf(stages=(Stage(rate=rate, duration=seconds),), shared_prefix=prefix)
    return WorkloadSpec(version=version, seed=1, inference_perf=block)


def seconds(work: Callable[[], object]) -> float:
    """Time one run."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def all_tokens(spec: WorkloadSpec) -> None:
    """Generate a spec, and go through the ids of all requests."""
    for _ in generate(spec).tokens():
        pass


def canonical(runs: int) -> list[Result]:
    """Compare the 16,733 requests of the canonical file with drawing as many random numbers in NumPy."""
    spec = decode(CANONICAL.read_text("utf-8")).spec
    assert spec is not None
    work: dict[str, Callable[[], object]] = {
        "yardstick": lambda: np.random.default_rng(0).integers(0, 128_000, CANONICAL_TOKENS, dtype=np.int32),
        "schedule": lambda: generate(spec),
        "schedule and all tokens": lambda: all_tokens(spec),
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(runs):
        for name, one in work.items():
            times[name].append(seconds(one))
    medians = {name: statistics.median(values) for name, values in times.items()}
    results = [Result(f"canonical: {name}", median * 1e3, "ms") for name, median in medians.items()]
    for name in ("schedule", "schedule and all tokens"):
        results.append(limited(f"canonical: {name}", medians[name] / medians["yardstick"], "× yardstick"))
    return results


def limited(name: str, value: float, unit: str) -> Result:
    """Make a result that has a limit if one is set."""
    return Result(name, value, unit, LIMITS.get(name))


CLIENTS = {
    "100,000 clients, one request each": compact(100_000.0, 1, 1000, 100, question_len=1, output_len=1),
    "100,000 clients, three requests each": compact(300_000.0, 1, 1000, 100, question_len=400, output_len=200),
}


def clients(runs: int) -> list[Result]:
    """Measure what a client costs."""
    results = []
    for name, spec in CLIENTS.items():
        for what, work in (("schedule", lambda spec=spec: generate(spec)), ("all tokens", lambda spec=spec: all_tokens(spec))):
            median = statistics.median(seconds(work) for _ in range(max(1, runs // 3)))
            results.append(Result(f"{name}: {what}", median * 1e6 / 100_000, "µs/client"))
    return results


MEMORY = {
    "singles": compact(1_500.0, 1000, 9, 5, version="1"),
    "chat": compact(300.0, 1000, 9, 5, version="1", enable_multi_turn_chat=True),
}


def rss() -> int:
    """Return the resident memory of this process in bytes."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise SystemExit("this system does not tell how much memory a process has")


def memory_of(kind: str) -> None:
    """Generate one kind of requests, and write how much memory they take (in a process of its own)."""
    generate(MEMORY[kind].replace(horizon=1_000_000))
    gc.collect()
    before = rss()
    requests = generate(MEMORY[kind])
    gc.collect()
    resident = rss() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    json.dump({"requests": len(requests), "resident": resident, "peak": peak}, sys.stdout)


def memory() -> list[Result]:
    """Measure the memory of more than a million requests."""
    results = []
    for kind in MEMORY:
        command = [sys.executable, __file__, "--memory-of", kind]
        measured = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        count = measured["requests"]
        assert count > 1_000_000
        results.append(limited(f"memory: {kind}, resident", measured["resident"] / count, "bytes/request"))
        results.append(Result(f"memory: {kind}, peak", measured["peak"] / count, "bytes/request"))
    return results


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="timed runs of each kind, in turn (default 7)")
    parser.add_argument("--json", type=Path, help="write the results here, too")
    parser.add_argument("--memory-of", choices=sorted(MEMORY), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of:
        memory_of(options.memory_of)
        return 0
    results = canonical(options.runs) + memory() + clients(options.runs)
    for result in results:
        limit = "" if result.limit is None else f"  (at most {result.limit:g})"
        sys.stdout.write(f"{result.name:<54}{result.value:>10,.2f} {result.unit}{limit}\n")
    if options.json:
        about = {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}
        document = {"version": 1, **about, "results": [result._asdict() for result in results]}
        options.json.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    missed = [result.name for result in results if result.limit is not None and result.value > result.limit]
    for name in missed:
        sys.stderr.write(f"over its limit: {name}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
