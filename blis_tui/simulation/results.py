"""What BLIS tells of a simulation: its trace, a line a request, and the totals that it prints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from blis_tui.formats.traces.csv_rows import read_csv
from blis_tui.formats.traces.rows import TEXT, WHOLE
from blis_tui.numbers import counted
from blis_tui.workload.measured.run import Measured, Timings
from blis_tui.workload.measured.spread import Spread

_TOTALS = "=== Simulation Metrics ==="
_HIT_RATE = re.compile(r"^Cache Hit Rate: ([0-9.]+)$", re.MULTILINE)
_NUMBERS = ("arrival_time_us", "first_chunk_time_us", "last_chunk_time_us", "output_tokens")
_WANTED = {**dict.fromkeys(_NUMBERS, WHOLE), **dict.fromkeys(("status", "slo_class"), TEXT)}
_US_PER_MS = 1000.0


class Traced(NamedTuple):
    """The requests of a trace, and how many of them were not answered to their end when the simulation ended."""

    timings: Timings
    unfinished: int


def traced(trace: Path, *, dropped: bool, check: Callable[[], None]) -> Traced:
    """Read the trace of a simulation; `dropped` says whether any requests were, for these look like ones that still wait.

    What is unfinished has not failed. Raises `OSError`, and `SpecError` where the trace is not what it should be.
    """
    rows = read_csv(trace.read_bytes(), trace.name, _WANTED, tuple(_WANTED), lambda done: check())
    sent, first, last, output = (rows.whole(name) for name in _NUMBERS)
    statuses, classes = rows.texts("status"), rows.texts("slo_class")
    status, begun = np.array(statuses.names, "U10")[statuses.of], first > 0
    ok = status == "ok"
    unfinished = (status == "incomplete") & (begun | (not dropped))
    named = any(classes.names)
    timings = Timings(
        sent_us=sent,
        ok=ok | unfinished,
        ttft_us=np.where(begun, first - sent, np.nan),
        itl_us=np.where(ok & (output > 1), (last - first) / np.maximum(output - 1, 1), np.nan),
        e2e_us=np.where(ok, last - sent, np.nan),
        absolute=True,
        by_answers=True,
        slo_class=classes.of if named else None,
        slo_classes=tuple(classes.names) if named else (),
    )
    return Traced(timings, int(unfinished.sum()))


def totals(output: str) -> dict[str, Any]:
    """Return the totals of all instances together that BLIS prints last; empty if there are none."""
    _, _, rest = output.rpartition(_TOTALS)
    start = rest.find("{")
    try:
        found = json.JSONDecoder().raw_decode(rest, start)[0] if start >= 0 else {}
    except ValueError:
        found = {}
    return found if isinstance(found, dict) else {}


def whole(found: dict[str, Any]) -> Measured:
    """Return what totals alone tell of a run."""

    def number(name: str) -> float | None:
        value = found.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def spread(name: str) -> Spread:
        mean, p90, p99 = (number(f"{name}_{each}_ms") for each in ("mean", "p90", "p99"))
        return Spread(*(None if each is None else each * _US_PER_MS for each in (mean, None, None, p90, p99)))

    requests, answered = number("injected_requests"), number("completed_requests")
    return Measured(
        requests=None if requests is None else int(requests),
        failures=None if requests is None or answered is None else int(requests - answered) - unfinished(found),
        rate=number("responses_per_sec"),
        ttft=spread("ttft"),
        itl=spread("itl"),
        e2e=spread("e2e"),
    )


def unfinished(found: dict[str, Any]) -> int:
    """Return how many requests were not answered to their end, by totals."""
    return sum(value for name in ("still_running", "still_queued") if isinstance(value := found.get(name), int))


def notes(found: dict[str, Any], output: str, unfinished: int) -> list[str]:
    """Say what totals tell that times do not."""
    said = []
    if unfinished:
        said.append(f"At the end {counted(unfinished, 'request')} had no complete answer yet.")
    for name, what in (
        ("timed_out_requests", "timed out"),
        ("dropped_unservable", "found no room in the KV cache and got no answer"),
        ("length_capped_requests", "got an answer cut short by the model's longest context"),
    ):
        count = found.get(name)
        if isinstance(count, int) and count:
            said.append(f"{counted(count, 'request')} {what}.")
    rate = _HIT_RATE.search(output)
    if rate is not None:
        said.append(f"KV-cache hit rate {float(rate[1]):.0%}, {counted(found.get('preemption_count', 0), 'preemption')}.")
    return said
