"""What ``blis observe`` measured: a trace, each request with the times of its answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from blis_tui.formats.runs.documents import Check
from blis_tui.formats.runs.parts import RunError
from blis_tui.formats.traces.kinds import BLIS, BLIS_HEADER, kind_at
from blis_tui.formats.traces.opening import open_trace
from blis_tui.formats.traces.trace import NOT_MEASURED, MeasuredTimes, Trace
from blis_tui.numbers import counted
from blis_tui.problems import SpecError
from blis_tui.workload.measured.run import Run, Timings, measured, measured_classes

TOOL = "blis observe"
_OK = "ok"


def is_trace(path: Path) -> bool:
    """Return whether a file is the rows of a trace, or its header."""
    return kind_at(path) in (BLIS, BLIS_HEADER)


def is_rows(path: Path) -> bool:
    """Return whether a file is the rows of a trace."""
    return kind_at(path) == BLIS


def read(path: Path, name: str, check: Check) -> Run:
    """Read a trace by its rows or its header. Raises `RunError`."""
    try:
        trace = open_trace(path, progress=lambda done: check())
    except SpecError as error:
        raise RunError(str(error)) from error
    if trace.measured is None:
        raise RunError(f"{path}: is the trace of a plan: nothing was measured")
    timings = _timings(trace, trace.measured)
    if not len(timings):
        raise RunError(f"{path}: no request of this trace was sent")
    notes = _notes(trace, len(trace.requests) - len(timings))
    return Run(TOOL, name, (str(path),), measured(timings), classes=measured_classes(timings), timings=timings, notes=notes)


def _timings(trace: Trace, found: MeasuredTimes) -> Timings:
    """Return the requests that were sent, in the order in which they were."""
    sent = np.flatnonzero(found.sent_us != NOT_MEASURED)
    order = sent[np.argsort(found.sent_us[sent], kind="stable")]
    start, first, last = (column[order].astype(np.float64) for column in (found.sent_us, found.first_us, found.last_us))
    gaps = found.output_tokens[order] - 1
    ended = last != NOT_MEASURED
    begun = (first != NOT_MEASURED) & trace.requests.streaming[
        order
    ]  # the first part of an answer that is not streamed is all of it
    clients = [block.template.slo_class for block in trace.requests.clients.blocks]
    names, place = np.unique(np.array(clients), return_inverse=True)
    return Timings(
        sent_us=found.sent_us[order],
        ok=np.array([text in (_OK, "") for text in found.statuses])[found.status[order]],
        ttft_us=np.where(begun, first - start, np.nan),
        itl_us=np.where(begun & ended & (gaps > 0), (last - first) / np.maximum(gaps, 1), np.nan),
        e2e_us=np.where(ended, last - start, np.nan),
        planned_us=trace.requests.arrival_us[order],
        absolute=True,
        slo_class=place[trace.requests.client[order]] if any(clients) else None,
        slo_classes=tuple(names.tolist()) if any(clients) else (),
    )


def _notes(trace: Trace, unsent: int) -> tuple[str, ...]:
    notes = []
    if not trace.requests.streaming.any():
        notes.append("No answer was streamed, so there is no time to the first token.")
    if unsent:
        notes.append(f"{counted(unsent, 'request')} of the trace {'was' if unsent == 1 else 'were'} never sent.")
    warm = (trace.header or {}).get("warm_up_requests")
    if isinstance(warm, int) and warm > 0:
        notes.append(f"The first {counted(warm, 'request')} warmed the server up, and count too.")
    return tuple(notes)
