"""What guidellm reports: ``benchmarks.json``, a benchmark for each rate that it tried.

Its rates are those of answers. A report keeps all requests, a sample of them or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blis_tui.formats.runs.documents import Document
from blis_tui.formats.runs.parts import Part, RunError, spread_of
from blis_tui.formats.runs.timings import Row, timings_of
from blis_tui.numbers import counted
from blis_tui.workload.measured.run import ANSWERED, SENT, Measured, Run, Timings, in_all, measured

TOOL = "guidellm"
_NAME = "benchmarks.json"
_US_PER_S, _US_PER_MS = 1e6, 1e3
_SPREAD = {
    "mean": "mean",
    "deviation": "std_dev",
    "p50": "percentiles.p50",
    "p90": "percentiles.p90",
    "p99": "percentiles.p99",
}
_STATES = ("successful", "incomplete", "errored")


def sets_of(names: Sequence[str]) -> list[list[str]]:
    """Return the files of each report among the names of a folder."""
    return [[_NAME]] if _NAME in names else []


def recognises(value: Any) -> bool:
    """Return whether a value is a report."""
    benchmarks = value.get("benchmarks") if isinstance(value, dict) else None
    return isinstance(benchmarks, list) and (not benchmarks or (isinstance(benchmarks[0], dict) and "metrics" in benchmarks[0]))


def read(documents: Sequence[Document], name: str) -> Run:
    """Read a report. Raises `RunError`."""
    (document,) = documents
    (part,) = document.values
    benchmarks = part.get("benchmarks").items()
    if not benchmarks:
        raise RunError(f"{part.source}: there are no benchmarks in it")
    found = [_benchmark(benchmark) for benchmark in benchmarks]
    notes, paths = _remarks(benchmarks), (str(document.path),)
    if len(found) > 1:
        return Run(TOOL, name, paths, in_all(found), tuple(found), counts=ANSWERED, notes=notes)
    timings = _timings(benchmarks[0], found[0].requests)
    whole = found[0] if timings is None else found[0]._replace(rate=measured(timings).rate)
    return Run(TOOL, name, paths, whole, timings=timings, counts=ANSWERED if timings is None else SENT, notes=notes)


def _benchmark(part: Part) -> Measured:
    metrics = part.get("metrics")
    good, cut, wrong = (metrics.get("request_totals", state).count() for state in _STATES)
    if good is None:
        good, cut, wrong = (part.get("scheduler_metrics", "requests_made", state).count() for state in _STATES)
    failures = (cut or 0) + (wrong or 0)
    return Measured(
        requests=None if good is None else good + failures,
        failures=None if good is None else failures,
        requested_rate=part.get("config", "strategy", "rate").positive(),
        rate=metrics.get("requests_per_second", "successful", "mean").positive(),
        ttft=spread_of(metrics.get("time_to_first_token_ms", "successful"), _SPREAD, _US_PER_MS),
        itl=spread_of(metrics.get("inter_token_latency_ms", "successful"), _SPREAD, _US_PER_MS),
        e2e=spread_of(metrics.get("request_latency", "successful"), _SPREAD, _US_PER_S),
    )


def _remarks(benchmarks: Sequence[Part]) -> tuple[str, ...]:
    cut = sum(each.get("metrics", "request_totals", "incomplete").count() or 0 for each in benchmarks)
    return (f"{counted(cut, 'request')} cut off at the end of the run count as failures.",) if cut else ()


def _timings(benchmark: Part, requests: int | None) -> Timings | None:
    """Return the requests of a benchmark; ``None`` if they are not all there, as in a report that keeps a sample."""
    kept = benchmark.get("requests")
    rows = [row for state in _STATES for each in kept.get(state).items() if (row := _row(each, state)) is not None]
    return timings_of(rows) if rows and len(rows) == requests else None


def _row(request: Part, state: str) -> Row | None:
    sent = request.get("request_start_time").number()
    if sent is None:
        return None
    between, first = request.get("inter_token_latency_ms").positive(), request.get("time_to_first_token_ms").positive()
    return Row(
        sent=sent,
        ok=state == "successful",
        ttft=None if first is None else first / 1e3,
        itl=None if between is None else between / 1e3,
        e2e=request.get("request_latency").positive(),
        planned=request.get("info", "timings", "targeted_start").positive(),
    )
