"""Generation: time and memory of schedules and token ids. See README.md beside this file."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

from measuring import CANONICAL, EXAMPLE, ROOT, YARDSTICK, Row, in_turn, ratio, timed, yardstick

from blis_tui.reading import load
from blis_tui.spec.model import InferencePerf, SharedPrefix, Stage, WorkloadSpec
from blis_tui.workload.generate import generate

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


def walk_tokens(spec: WorkloadSpec) -> None:
    """Generate, and walk all token ids."""
    for _ in generate(spec).tokens():
        pass


def resident() -> int:
    """Return the process's resident bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def memory() -> list[Row]:
    """Measure the resident and the peak bytes per request of a large schedule."""
    before = resident()
    requests = generate(compact(20_000.0, 60, 10, 10))
    after, count = resident(), len(requests)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return [
        Row(f"memory, resident ({count:,} requests)", (after - before) / count, "bytes/request"),
        Row(f"memory, peak ({count:,} requests)", (peak - before) / count, "bytes/request"),
    ]


def generation(runs: int) -> list[Row]:
    """Measure the canonical case against the yardstick."""
    spec = load(CANONICAL)
    cases = {YARDSTICK: yardstick, "schedule": lambda: generate(spec), "with all tokens": lambda: walk_tokens(spec)}
    seconds = in_turn(cases, runs)
    yard = seconds[YARDSTICK]
    return [Row(name, statistics.median(each) * 1e3, "ms", ratio(each, yard)) for name, each in seconds.items()]


def clients(yard: float) -> Row:
    """Measure many clients of one request each."""
    count = 20_000
    spec = compact(count / 10, 10, 100, count // 100)
    per_client = timed(lambda: generate(spec)) / count
    return Row("a client, one request", per_client * 1e6, "µs", per_client / yard)


def check(runs: int) -> Row:
    """Measure a check as a whole process against importing the YAML library."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def process(*arguments: str) -> None:
        quiet = subprocess.DEVNULL
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, stdout=quiet, stderr=quiet, check=True)

    cases = {
        "check": lambda: process("-m", "blis_tui", "--check", str(EXAMPLE)),
        "bare": lambda: process("-c", "import yaml"),
    }
    seconds = in_turn(cases, runs)
    value = statistics.median(seconds["check"]) * 1e3
    return Row("--check, a whole process", value, "ms", ratio(seconds["check"], seconds["bare"]), "import yaml", 2.0)


def measure(runs: int) -> list[Row]:
    """Measure everything; memory first, since what follows would blur it."""
    found = memory()
    timings = generation(runs)
    return [*timings, *found, clients(timings[0].value / 1e3), check(runs)]
