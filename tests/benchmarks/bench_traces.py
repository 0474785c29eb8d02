"""Traces: how long it takes to open a million requests in each format. See README.md."""

from __future__ import annotations

import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from bench_generate import resident
from measuring import Row, in_fresh_process, in_turn, ratio, stricter, timed_alone, yardstick

from blis_tui.formats.export import export
from blis_tui.formats.options import ExportOptions
from blis_tui.formats.traces.opening import open_trace
from blis_tui.spec.format.model import InferencePerf, SharedPrefix, Stage, WorkloadSpec
from blis_tui.workload.generate import generate

COUNT = 1_000_000
BLOCK = 512
WANTED = 80
"""Yardsticks: 3 s where one takes 37 ms."""


def write_traces(folder: str) -> dict[str, Path]:
    """Write a million requests in each format: with 27 columns, with 20 ids, and times and lengths alone."""
    prefix = SharedPrefix(
        num_unique_system_prompts=30,
        num_users_per_system_prompt=30,
        system_prompt_len=11 * BLOCK,
        question_len=9 * BLOCK - 100,
        output_len=300,
    )
    compact = InferencePerf(stages=(Stage(rate=1000.0, duration=COUNT // 1000),), shared_prefix=prefix)
    spec = WorkloadSpec(version="2", seed=42, inference_perf=compact)
    requests = generate(spec)
    options = ExportOptions(block_size=BLOCK)
    paths = export(spec, folder, ["blis-trace", "mooncake"], requests=requests, options=options).paths
    azure = Path(folder) / "azure.csv"
    times = np.datetime_as_string(np.datetime64("2023-11-16T18:15:46", "us") + requests.arrival_us).tolist()
    rows = zip(times, requests.input_tokens.tolist(), requests.output_tokens.tolist(), strict=True)
    lines = "".join(f"{time[:10]} {time[11:]}0,{inputs},{outputs}\n" for time, inputs, outputs in rows)
    azure.write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n" + lines)
    return {"blis-trace": paths[1], "mooncake": paths[2], "azure": azure}


def opened(path: Path) -> int:
    """Open a trace, and return by how many bytes that makes the process grow."""
    before = resident()
    trace = open_trace(path)
    assert len(trace.requests) == COUNT
    return resident() - before


def measure(runs: int) -> list[Row]:
    """Open a trace of each format, in turn with the yardstick, and once in a process of its own for its memory."""
    alone = timed_alone(yardstick, runs)
    with TemporaryDirectory() as folder:
        paths = write_traces(folder)
        cases = {name: lambda path=path: opened(path) for name, path in paths.items()}  # type: ignore[misc]
        seconds = in_turn({"yardstick": yardstick, **cases}, runs)
        best = stricter(alone, seconds["yardstick"])
        found = []
        for name, path in paths.items():
            value, size = statistics.median(seconds[name]), path.stat().st_size
            found += [
                Row(f"{name}, {COUNT:,} requests", value * 1e3, "ms", ratio(seconds[name], best), wanted=WANTED),
                Row(f"{name}: speed", size / value / 1e6, "MB/s"),
                Row(f"{name}: memory", in_fresh_process(opened, path) / COUNT, "bytes/request"),
            ]
    return found
