"""What inference-perf reports: ``stage_N_lifecycle_metrics.json``, a summary of all, and perhaps every request.

A stage's ``achieved_rate`` is that of sending: all requests, those that failed too, from the first to the last. Times are in
seconds; those of a request count from an unknown moment, and do not say the stage.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from blis_tui.formats.runs.documents import Document
from blis_tui.formats.runs.parts import Part, RunError, spread_of
from blis_tui.formats.runs.timings import Row, timings_of
from blis_tui.workload.measured.run import ANSWERED, SENT, Measured, Run, in_all, measured
from blis_tui.workload.measured.spread import UNKNOWN

TOOL = "inference-perf"
_US_PER_S = 1e6
_SPREAD = {"mean": "mean", "deviation": "std", "p50": "median", "p90": "p90", "p99": "p99"}
_NAME = re.compile(r"(?P<prefix>.*?)(?P<what>stage_(?P<stage>[0-9]{1,6})|summary|per_request)_lifecycle_metrics\.json")
_STAGES, _SUMMARY, _REQUESTS = "stages", "summary", "requests"


def sets_of(names: Sequence[str]) -> list[list[str]]:
    """Return the files of each report among the names of a folder: one for each prefix. Adapters are parts of a report."""
    found: dict[str, dict[str, list[str]]] = {}
    for name in names:
        match = _NAME.fullmatch(name)
        if match is not None and "adapter_" not in match["prefix"]:
            found.setdefault(match["prefix"], {}).setdefault(_kind(match["what"]), []).append(name)
    return [_needed(each) for each in found.values()]


def _kind(what: str) -> str:
    return _SUMMARY if what == "summary" else _REQUESTS if what == "per_request" else _STAGES


def _needed(report: dict[str, list[str]]) -> list[str]:
    """Return the files that are read: every request, whose prompts make that file large, only if nothing else is there."""
    return [*report.get(_STAGES, ()), *report.get(_SUMMARY, ())] or report[_REQUESTS]


def recognises(value: Any) -> bool:
    """Return whether a value is a report, or a list of requests."""
    if isinstance(value, list):
        return bool(value) and isinstance(value[0], dict) and {"start_time", "end_time", "info", "error"} <= value[0].keys()
    return isinstance(value, dict) and {"load_summary", "successes", "failures"} <= value.keys()


def read(documents: Sequence[Document], name: str) -> Run:
    """Read a report. Raises `RunError`."""
    stages, whole, notes = [], None, []
    for document in documents:
        (part,) = document.values
        if isinstance(part.value, list):
            return _per_request(documents, part, name)
        match = _NAME.fullmatch(document.path.name)
        number = None if match is None or match["stage"] is None else int(match["stage"]) + 1
        if number is not None or part.get("load_summary", "requested_rate").value is not None:
            stages.append(_stage(part, number))
        else:
            whole = _stage(part, None)
    stages.sort(key=lambda stage: stage.number or 0)
    counts = SENT
    if stages:
        if whole is None and len(stages) > 1:
            notes.append("There is no summary of all stages, so percentiles of the whole run are not known.")
        whole = _whole(whole, stages)
    elif whole is not None:
        counts = ANSWERED
        notes.append("Only the summary is there: nothing is known of single stages.")
    if whole is None:
        raise RunError(f"{name}: there is no report of inference-perf in it")
    paths = tuple(str(document.path) for document in documents)
    return Run(TOOL, name, paths, whole, tuple(stages), counts=counts, notes=tuple(notes))


def _stage(part: Part, number: int | None) -> Measured:
    load, successes = part.get("load_summary"), part.get("successes")
    good, failures = successes.get("count").count(), part.get("failures", "count").count()
    requests = load.get("count").count()
    if requests is None and good is not None:
        requests = good + (failures or 0)
    latency = successes.get("latency")
    between = spread_of(latency.get("inter_token_latency"), _SPREAD, _US_PER_S)
    rate = load.get("achieved_rate").positive()
    if number is None and load.get("requested_rate").value is None:  # the summary: pauses between stages are in it
        rate = successes.get("throughput", "requests_per_sec").positive()
    return Measured(
        number=number,
        requests=requests,
        failures=failures,
        requested_rate=load.get("requested_rate").positive(),
        rate=rate,
        ttft=spread_of(latency.get("time_to_first_token"), _SPREAD, _US_PER_S),
        itl=between if between != UNKNOWN else spread_of(latency.get("time_per_output_token"), _SPREAD, _US_PER_S),
        e2e=spread_of(latency.get("request_latency"), _SPREAD, _US_PER_S),
    )


def _whole(summary: Measured | None, stages: Sequence[Measured]) -> Measured:
    """Return the whole of a run: its rate is that of a single stage only, as there are pauses between stages."""
    if len(stages) == 1:
        return stages[0]._replace(number=None)
    if summary is not None:
        return summary._replace(rate=None)
    return in_all(stages)


def _per_request(documents: Sequence[Document], requests: Part, name: str) -> Run:
    rows = [_row(item) for item in requests.items()]
    if not rows:
        raise RunError(f"{requests.source}: there are no requests in it")
    timings = timings_of(rows)
    note = "Only single requests are there, which do not say their stage: pauses between stages shift the later ones."
    return Run(TOOL, name, (str(documents[0].path),), measured(timings), timings=timings, notes=(note,))


def _row(request: Part) -> Row:
    start, end = request.get("start_time").needed(), request.get("end_time").needed()
    tokens = request.get("info", "response_metrics", "output_token_times")
    if tokens.value is None:
        tokens = request.get("info", "output_token_times")  # older versions
    times = tokens.numbers()
    good = request.get("error").value is None
    if len(times) < 2:  # it did not stream
        return Row(start, good, e2e=end - start)
    return Row(start, good, times[0] - start, (times[-1] - times[0]) / (len(times) - 1), end - start)
