"""Results of runs as each tool lays them out, with numbers that are made up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Values = dict[str, Any]
START_S = 1_790_000_000.0
"""When runs began, for tools that write the time of day."""


def write_json(path: Path, value: Any) -> Path:
    """Write a JSON file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2), "utf-8")
    return path


def write_lines(path: Path, values: Iterable[Values]) -> Path:
    """Write a file of JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(value)}\n" for value in values), "utf-8")
    return path


def lifecycle(mean_s: float) -> Values:
    """Return the spread of a time as inference-perf reports it."""
    parts = {"mean": 1.0, "min": 0.5, "max": 4.0, "p0.1": 0.5, "p1": 0.5, "p5": 0.6, "p10": 0.7, "p25": 0.8, "median": 0.9}
    more = {"p75": 1.1, "p90": 1.5, "p95": 2.0, "p99": 3.0, "p99.9": 3.9}
    return {name: factor * mean_s for name, factor in (parts | more).items()}


def stage_report(
    rate: float | None, achieved: float, count: int, failures: int = 0, ttft_s: float = 0.2, e2e_s: float = 5.0
) -> Values:
    """Return what inference-perf reports of a stage, of all of them without a rate; without a success there are no times."""
    good = count - failures

    def times(mean_s: float) -> Values | None:
        return lifecycle(mean_s) if good else None

    load: Values = {"count": count, "schedule_delay": lifecycle(0.001)}
    if rate is not None:
        load |= {"send_duration": count / achieved, "requested_rate": rate, "achieved_rate": achieved}
    latency = {
        "request_latency": times(e2e_s),
        "normalized_time_per_output_token": times(e2e_s / 248),
        "time_per_output_token": times(0.021),
        "time_to_first_token": times(ttft_s),
        "inter_token_latency": times(0.02),
    }
    throughput = {
        "input_tokens_per_sec": achieved * 547,
        "output_tokens_per_sec": achieved * 248,
        "total_tokens_per_sec": achieved * 795,
    }
    return {
        "benchmark_time_seconds": count / achieved + e2e_s,
        "load_summary": load,
        "successes": {
            "count": good,
            "latency": latency,
            "throughput": {**throughput, "requests_per_sec": good / (count / achieved + e2e_s)},
            "prompt_tokens": {"total": good * 547.0, "cached": 0.0, "uncached": good * 547.0},
        },
        "failures": {"count": failures, "request_latency": lifecycle(60.0) if failures else None, "by_label": {}},
    }


def inference_perf_report(folder: Path, stages: Sequence[Values], *, prefix: str = "", summary: bool = True) -> Path:
    """Write the folder that inference-perf reports into."""
    for number, stage in enumerate(stages):
        write_json(folder / f"{prefix}stage_{number}_lifecycle_metrics.json", stage)
    if summary:
        counts = [(stage["load_summary"]["count"], stage["failures"]["count"]) for stage in stages]
        whole = stage_report(None, 9.0, sum(count for count, _ in counts), sum(failed for _, failed in counts), 0.3)
        write_json(folder / f"{prefix}summary_lifecycle_metrics.json", whole)
    (folder / f"{prefix}config.yaml").write_text("load: {type: poisson}\n", "utf-8")
    return folder


def per_request_report(path: Path, starts_s: Sequence[float], *, failed: Sequence[int] = (), streams: bool = True) -> Path:
    """Write what inference-perf reports of each request; those with a number in `failed` failed."""
    rows = []
    for number, start in enumerate(starts_s):
        tokens = [start + 0.2 + 0.02 * token for token in range(11)] if streams and number not in failed else []
        error = {"error_type": "HTTP Error 503", "error_msg": "busy"} if number in failed else None
        info = {
            "request_metrics": {"text": {"input_tokens": 547}},
            "response_metrics": {"output_tokens": 11, "output_token_times": tokens},
        }
        rows.append({"start_time": start, "end_time": start + 0.4, "request": "{}", "response": "", "info": info, "error": error})
    return write_json(path, rows)


def aiperf_metric(unit: str, mean: float) -> Values:
    """Return a metric of AIPerf's summary."""
    parts = {"avg": 1.0, "p1": 0.5, "p50": 0.9, "p90": 1.5, "p95": 2.0, "p99": 3.0, "min": 0.5, "max": 4.0, "std": 0.25}
    return {"unit": unit, **{name: factor * mean for name, factor in parts.items()}}


def aiperf_summary(requests: int = 840, failures: int = 0, rate: float = 13.5, **more: Any) -> Values:
    """Return AIPerf's summary of a run."""
    found: Values = {
        "schema_version": "1.4",
        "aiperf_version": "0.13.0",
        "request_throughput": {"unit": "requests/sec", "avg": rate},
        "request_latency": aiperf_metric("ms", 5000.0),
        "request_count": {"unit": "requests", "avg": float(requests - failures)},
        "time_to_first_token": aiperf_metric("ms", 200.0),
        "inter_token_latency": aiperf_metric("ms", 20.0),
        "input_config": {"benchmark": {}},
        "was_cancelled": False,
    }
    return found | ({"error_request_count": {"unit": "requests", "avg": float(failures)}} if failures else {}) | more


def aiperf_record(
    start_s: float, *, ttft_ms: float = 200.0, failed: bool = False, phase: str = "profiling", **about: Any
) -> Values:
    """Return a line of AIPerf's records."""
    start = int((START_S + start_s) * 1e9)
    end = start + int((ttft_ms + 4940) * 1e6)
    values = {"time_to_first_token": ttft_ms, "inter_token_latency": 20.0, "request_latency": ttft_ms + 4940}
    metrics = {} if failed else {name: {"value": value, "unit": "ms"} for name, value in values.items()}
    metadata = {
        "session_num": 0,
        "request_start_ns": start,
        "request_end_ns": end,
        "benchmark_phase": phase,
        "was_cancelled": False,
    }
    error = {"code": 503, "type": "HTTPError", "message": "busy"} if failed else None
    return {"metadata": metadata | about, "metrics": metrics, "error": error}


def guidellm_distribution(mean: float, count: int) -> Values:
    """Return a distribution as guidellm writes it: zeros where there was nothing."""
    mean = mean if count else 0.0
    percentiles = {
        "p001": 0.5,
        "p01": 0.5,
        "p05": 0.6,
        "p10": 0.7,
        "p25": 0.8,
        "p50": 0.9,
        "p75": 1.1,
        "p90": 1.5,
        "p95": 2.0,
        "p99": 3.0,
    }
    return {
        "successful": {
            "mean": mean, "median": 0.9 * mean, "variance": (0.25 * mean) ** 2, "std_dev": 0.25 * mean, "min": 0.5 * mean,
            "max": 4 * mean, "count": count, "total_sum": mean * count,
            "percentiles": {name: factor * mean for name, factor in (percentiles | {"p999": 3.9}).items()},
        }
    }  # fmt: skip


def guidellm_benchmark(rate: float | None, achieved: float, good: int, *, errored: int = 0, incomplete: int = 0) -> Values:
    """Return a benchmark of guidellm without single requests; a replay has no rate."""
    strategy: Values = {"type_": "trace"} if rate is None else {"type_": "constant", "rate": rate}
    total = good + errored + incomplete
    return {
        "type_": "generative_benchmark",
        "config": {"run_id": "r", "run_index": 0, "strategy": strategy},
        "scheduler_metrics": {"start_time": START_S, "end_time": START_S + 60},
        "metrics": {
            "request_totals": {"successful": good, "incomplete": incomplete, "errored": errored, "total": total},
            "requests_per_second": guidellm_distribution(achieved, good),
            "request_latency": guidellm_distribution(5.0, good),
            "time_to_first_token_ms": guidellm_distribution(200.0, good),
            "inter_token_latency_ms": guidellm_distribution(20.0, good),
        },
        "requests": {"successful": [], "incomplete": [], "errored": []},
    }


def guidellm_request(start_s: float, *, planned_s: float | None = None) -> Values:
    """Return a request in guidellm's report."""
    sent, due = START_S + start_s, None if planned_s is None else START_S + planned_s
    return {
        "type_": "generative_request_stats",
        "request_id": "q",
        "info": {"timings": {"targeted_start": due, "request_start": sent, "request_end": sent + 5.14}},
        "request_start_time": sent,
        "request_end_time": sent + 5.14,
        "request_latency": 5.14,
        "time_to_first_token_ms": 200.0,
        "inter_token_latency_ms": 20.0,
    }


def guidellm_report(benchmarks: Sequence[Values]) -> Values:
    """Return a report of guidellm."""
    return {"metadata": {"version": 2, "guidellm_version": "0.8.1"}, "config": {}, "benchmarks": list(benchmarks)}


def vllm_result(completed: int = 840, failed: int = 0, *, rate: float | str = "inf", **more: Any) -> Values:
    """Return what vLLM saves of a run: zeros where nothing was completed, and no end-to-end times unless they are asked for."""
    found: Values = {
        "date": "20261127-004500", "backend": "vllm", "model_id": "M", "num_prompts": completed + failed, "request_rate": rate,
        "burstiness": 1.0, "max_concurrency": None, "duration": 62.0, "completed": completed, "failed": failed,
        "request_throughput": completed / 62.0, "request_goodput": None, "output_throughput": 3300.0,
    }  # fmt: skip
    for name, typical in (("ttft", 200.0), ("tpot", 21.0), ("itl", 20.0)):
        mean = typical if completed else 0.0
        found |= {
            f"mean_{name}_ms": mean,
            f"median_{name}_ms": 0.9 * mean,
            f"std_{name}_ms": 0.25 * mean,
            f"p99_{name}_ms": 3 * mean,
        }
    return found | more


def vllm_detailed(starts_s: Sequence[float], *, failed: Sequence[int] = (), waits_s: Sequence[float] = ()) -> Values:
    """Return what vLLM saves with all requests; the numbers in `failed` failed."""
    number = len(starts_s)
    good = [place not in failed for place in range(number)]
    columns: Values = {
        "start_times": [5000.0 + start for start in starts_s],
        "ttfts": [0.2 if each else 0.0 for each in good],
        "itls": [[0.02] * 10 if each else [] for each in good],
        "errors": ["" if each else "503 busy" for each in good],
        "latencies": [0.4 if each else 0.0 for each in good],
    }
    if waits_s:
        columns["queue_times"] = list(waits_s)
    return vllm_result(sum(good), number - sum(good), **columns)


def observed_trace(folder: Path, rows: Sequence[Values], *, mode: str = "real", warm_up: int = 0) -> Path:
    """Write what ``blis observe`` measured, its header beside the rows; returns the path of the rows.

    Rows have their designed arrival and the columns that are not as usual; times are in µs, those of sending and answering from
    the start.
    """
    zero = int(START_S * 1e6)
    usual: Values = {
        "client_id": "a", "tenant_id": "t", "slo_class": "standard", "round_index": 0, "prefix_length": 0, "streaming": "true",
        "input_tokens": 10, "output_tokens": 11, "status": "ok", "num_chunks": 12,
    }  # fmt: skip
    times = ("send_time_us", "first_chunk_time_us", "last_chunk_time_us")
    names = ["request_id", *usual, "arrival_time_us", *times, "session_id", "error_message", "finish_reason"]
    lines = [",".join(names)]
    for number, row in enumerate(rows):
        calendar = {name: zero + row[name] if row.get(name) is not None else 0 for name in times}
        lines.append(",".join(str((usual | {"request_id": number} | row | calendar).get(name, "")) for name in names))
    folder.mkdir(parents=True, exist_ok=True)
    header = f"trace_version: 3\ntime_unit: us\nmode: {mode}\nwarm_up_requests: {warm_up}\nworkload_spec: w.yaml\n"
    (folder / "trace.yaml").write_text(header, "utf-8")
    path = folder / "trace.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def observed_row(arrival_us: int, *, late_us: int = 0, ttft_us: int | None = 100_000, **more: Any) -> Values:
    """Return a request that was sent some time after it was due, and answered unless it has no time to its first token."""
    sent = arrival_us + late_us
    found: Values = {"arrival_time_us": arrival_us, "send_time_us": sent}
    if ttft_us is not None:
        found |= {"first_chunk_time_us": sent + ttft_us, "last_chunk_time_us": sent + ttft_us + 200_000}
    return found | more
