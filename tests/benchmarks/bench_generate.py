"""Time and memory of generation, as ratios to yardsticks measured in the same run. See README.md beside this file."""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from blis_tui.reading import load
from blis_tui.spec.model import InferencePerf, SharedPrefix, Stage, WorkloadSpec
from blis_tui.workload.generate import generate

ROOT = Path(__file__).parent.parent.parent
CANONICAL = ROOT / "tests" / "golden" / "canonical-v2.yaml"
EXAMPLE = ROOT / "examples" / "two-stage.yaml"
PAGE = os.sysconf("SC_PAGE_SIZE")


def compact(rate: float, duration: int, prompts: int, users: int) -> WorkloadSpec:
    """Return a version-2 spec of one stage with short texts."""
    prefix = SharedPrefix(
        num_unique_system_prompts=prompts,
        num_users_per_system_prompt=users,
        system_prompt_len=10,
        question_len=4,
        output_len=4,
    )
    block = InferencePerf(stages=(Stage(rate=rate, duration=duration),), shared_prefix=prefix)
    return WorkloadSpec(version="2", seed=1, horizon=duration * 2_000_000, inference_perf=block)


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def yardstick() -> object:
    """Draw as many bounded integers as `canonical-v2` has token ids."""
    return np.random.default_rng(0).integers(0, 128_000, 13_302_735, dtype=np.int32)


def walk_tokens(spec: WorkloadSpec) -> None:
    """Generate, and walk all token ids."""
    for _ in generate(spec).tokens():
        pass


def resident() -> int:
    """Return the process's resident bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def generation(runs: int) -> dict[str, float]:
    """Measure the canonical case against the yardstick, in turn."""
    spec = load(CANONICAL)
    cases: dict[str, Callable[[], object]] = {
        "yardstick": yardstick,
        "schedule": lambda: generate(spec),
        "with all tokens": lambda: walk_tokens(spec),
    }
    walk_tokens(spec)  # tables and caches are made before anything is timed
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(runs):
        for name, work in cases.items():
            seconds[name].append(timed(work))
    return {name: statistics.median(values) for name, values in seconds.items()}


def memory() -> tuple[float, float, int]:
    """Return the resident and the peak bytes per request of a large schedule, and its number of requests."""
    before = resident()
    requests = generate(compact(20_000.0, 60, 10, 10))
    after = resident()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return (after - before) / len(requests), (peak - before) / len(requests), len(requests)


def processes(runs: int) -> float:
    """Return how often longer a check takes than importing the YAML library, as whole processes in turn."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    check = [sys.executable, "-m", "blis_tui", "--check", str(EXAMPLE)]
    bare = [sys.executable, "-c", "import yaml"]
    ratios = []
    for _ in range(runs + 1):
        a, b = (
            timed(
                lambda command=command: subprocess.run(
                    command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
                )
            )  # type: ignore[misc]
            for command in (check, bare)
        )
        ratios.append(a / b)
    return statistics.median(ratios[1:])


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9, help="runs of each case")
    parser.add_argument("--json", type=Path, help="write the results here too")
    options = parser.parse_args()
    resident_bytes, peak_bytes, count = memory()  # first: what follows would blur it
    seconds = generation(options.runs)
    clients = 20_000
    per_client = timed(lambda: generate(compact(clients / 10, 10, 100, clients // 100))) / clients
    yard = seconds["yardstick"]
    rows = [
        ("yardstick", yard * 1e3, "ms", 1.0),
        ("schedule", seconds["schedule"] * 1e3, "ms", seconds["schedule"] / yard),
        ("with all tokens", seconds["with all tokens"] * 1e3, "ms", seconds["with all tokens"] / yard),
        (f"memory, resident ({count:,} requests)", resident_bytes, "bytes/request", None),
        (f"memory, peak ({count:,} requests)", peak_bytes, "bytes/request", None),
        ("a client, one request", per_client * 1e6, "µs", per_client / yard),
        ("--check against import yaml", processes(options.runs), "times", None),
    ]
    for name, value, unit, ratio in rows:
        told = "" if ratio is None else f"{ratio:12.2g} yardsticks"
        print(f"{name:42}{value:12,.1f} {unit:14}{told}")
    if options.json:
        found = [{"name": name, "value": value, "unit": unit, "yardsticks": ratio} for name, value, unit, ratio in rows]
        options.json.write_text(json.dumps({"version": 1, "rows": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
