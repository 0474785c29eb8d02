"""What AIPerf exports: ``profile_export_aiperf.json`` for the whole run, ``profile_export.jsonl`` with a request a line.

The throughput is that of answers; of the lines that of sending follows, and the stages where a run has several phases.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blis_tui.formats.runs.documents import Document
from blis_tui.formats.runs.parts import Part, RunError, spread_of
from blis_tui.formats.runs.timings import Row, timings_of
from blis_tui.workload.measured.run import ANSWERED, SENT, Measured, Run, Timings, measured

TOOL = "AIPerf"
SUMMARY, RECORDS = "profile_export_aiperf.json", "profile_export.jsonl"
_SPREAD = {"mean": "avg", "deviation": "std", "p50": "p50", "p90": "p90", "p99": "p99"}
_UNITS = {"ns": 1e-3, "us": 1.0, "µs": 1.0, "ms": 1e3, "sec": 1e6, "s": 1e6}
_METRICS = ("request_throughput", "request_latency", "request_count", "error_request_count")


def sets_of(names: Sequence[str]) -> list[list[str]]:
    """Return the files of each run among the names of a folder."""
    found = [name for name in (SUMMARY, RECORDS) if name in names]
    return [found] if found else []


def recognises(value: Any) -> bool:
    """Return whether a value is a summary, or a request."""
    if not isinstance(value, dict):
        return False
    if _is_record(value):
        return "request_start_ns" in value["metadata"]
    return "aiperf_version" in value or any(isinstance(value.get(name), dict) and "unit" in value[name] for name in _METRICS)


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("metadata"), dict) and "metrics" in value


def read(documents: Sequence[Document], name: str) -> Run:
    """Read a run. Raises `RunError`."""
    whole: Measured | None = None
    timings: Timings | None = None
    stages: tuple[Measured, ...] = ()
    notes = [note for document in documents for note in document.notes]
    for document in documents:
        if document.values and _is_record(document.values[0].value):
            timings, stages = _requests(document)
        else:
            (part,) = document.values
            whole = _summary(part)
            notes += _remarks(part)
    if whole is None:
        assert timings is not None
        whole = measured(timings)
    elif timings is not None:
        sending = measured(timings)
        whole = whole._replace(requests=sending.requests, failures=sending.failures, rate=sending.rate)
    paths = tuple(str(document.path) for document in documents)
    counts = ANSWERED if timings is None else SENT
    return Run(TOOL, name, paths, whole, stages, timings=timings, counts=counts, notes=tuple(notes))


def _summary(part: Part) -> Measured:
    good, failures = part.get("request_count", "avg").count(), part.get("error_request_count", "avg").count()
    return Measured(
        requests=None if good is None else good + (failures or 0),
        failures=None if good is None else failures or 0,
        rate=part.get("request_throughput", "avg").positive(),
        ttft=spread_of(part.get("time_to_first_token"), _SPREAD, _unit(part.get("time_to_first_token"))),
        itl=spread_of(part.get("inter_token_latency"), _SPREAD, _unit(part.get("inter_token_latency"))),
        e2e=spread_of(part.get("request_latency"), _SPREAD, _unit(part.get("request_latency"))),
    )


def _remarks(part: Part) -> list[str]:
    if part.get("was_cancelled").value is True:
        return ["The run was cancelled before it ended."]
    if part.get("is_complete").value is False:
        return [f"The run did not complete: {part.get('incomplete_reason').words() or 'AIPerf does not say why'}."]
    return []


def _unit(metric: Part) -> float:
    """Return how many µs a metric's unit is."""
    unit = metric.get("unit")
    if unit.value is None:
        return _UNITS["ms"]
    if unit.words() not in _UNITS:
        unit.refuse(f"one of {', '.join(_UNITS)}")
    return _UNITS[unit.words()]


def _requests(document: Document) -> tuple[Timings, tuple[Measured, ...]]:
    """Return the requests but for those that warm up, and the phases if there are several."""
    records = [each for each in document.values if each.get("metadata", "benchmark_phase").words() != "warmup"]
    if not records:
        raise RunError(f"{document.path}: there are no requests in it but for those that warm up")
    records.sort(key=lambda record: record.get("metadata", "request_start_ns").needed())
    timings = timings_of([_row(record) for record in records])
    phases = [record.get("metadata", "profiling_index").count() for record in records]
    known = sorted({phase for phase in phases if phase is not None})
    if len(known) < 2 or None in phases:
        return timings, ()
    import numpy as np

    place = np.array(phases)
    return timings, tuple(measured(timings, place == phase)._replace(number=phase + 1) for phase in known)


def _row(record: Part) -> Row:
    about, metrics = record.get("metadata"), record.get("metrics")
    start = about.get("request_start_ns").needed() / 1e9
    return Row(
        sent=start,
        ok=record.get("error").value is None and about.get("was_cancelled").value is not True,
        ttft=_seconds(metrics.get("time_to_first_token")),
        itl=_seconds(metrics.get("inter_token_latency")),
        e2e=_seconds(metrics.get("request_latency")),
    )


def _seconds(metric: Part) -> float | None:
    value = metric.get("value").positive()
    return None if value is None else value * _unit(metric) / 1e6
