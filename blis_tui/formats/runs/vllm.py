"""What ``vllm bench serve`` saves: one JSON object a run, and one a line where runs are appended to a file.

The throughput is that of answers. With ``--save-detailed`` every request is there, in seconds from an unknown moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blis_tui.formats.runs.documents import Document
from blis_tui.formats.runs.parts import Part, spread_of
from blis_tui.formats.runs.timings import Row, timings_of
from blis_tui.workload.measured.run import ANSWERED, SENT, Measured, Run, Timings, in_all, measured
from blis_tui.workload.measured.spread import Spread

TOOL = "vLLM"
_US_PER_MS = 1e3
_SPREAD = {"mean": "mean_{}_ms", "deviation": "std_{}_ms", "p50": "median_{}_ms", "p90": "p90_{}_ms", "p99": "p99_{}_ms"}


def sets_of(_names: Sequence[str]) -> list[list[str]]:
    """Return no files of a folder: they have any name, and are known by what is in them."""
    return []


def recognises(value: Any) -> bool:
    """Return whether a value is the result of a run."""
    return isinstance(value, dict) and {"completed", "request_throughput", "duration"} <= value.keys()


def read(documents: Sequence[Document], name: str) -> Run:
    """Read the results of a run, or of several that were appended to a file. Raises `RunError`."""
    (document,) = documents
    found = [_result(each) for each in document.values]
    paths, notes = (str(document.path),), document.notes
    if len(found) > 1:
        notes = (*notes, f"The file holds {len(found)} runs, which are taken for stages, in their order.")
        return Run(TOOL, name, paths, in_all(found), tuple(found), counts=ANSWERED, notes=notes)
    timings = _timings(document.values[0])
    if timings is None:
        return Run(TOOL, name, paths, found[0], counts=ANSWERED, notes=notes)
    single = measured(timings)
    whole = found[0]._replace(rate=single.rate)
    whole = whole if whole.e2e.mean is not None else whole._replace(e2e=single.e2e)  # it is there only if it was asked for
    return Run(TOOL, name, paths, whole, timings=timings, counts=SENT, notes=notes)


def _result(part: Part) -> Measured:
    good, failures = part.get("completed").count(), part.get("failed").count()
    if failures is None and good is not None:  # older versions do not tell
        wanted = part.get("num_prompts").count()
        failures = None if wanted is None else max(wanted - good, 0)
    rate = part.get("request_rate")
    return Measured(
        requests=None if good is None else good + (failures or 0),
        failures=failures,
        requested_rate=None if isinstance(rate.value, str) else rate.positive(),  # "inf"
        rate=part.get("request_throughput").positive(),
        ttft=_spread(part, "ttft"),
        itl=_spread(part, "itl" if part.get("mean_itl_ms").value is not None else "tpot"),
        e2e=_spread(part, "e2el"),
    )


def _spread(part: Part, metric: str) -> Spread:
    return spread_of(part, {ours: theirs.format(metric) for ours, theirs in _SPREAD.items()}, _US_PER_MS)


def _timings(part: Part) -> Timings | None:
    """Return the requests, ``None`` if they were not saved or not all of their columns are as long."""
    columns = [part.get(name).items() for name in ("start_times", "ttfts", "itls", "errors")]
    number = len(columns[0])
    if not number or any(len(column) != number for column in columns):
        return None
    spans, waits = ([each.number() for each in part.get(name).items()] for name in ("latencies", "queue_times"))
    rows = []
    for place, (start, first, gaps, error) in enumerate(zip(*columns, strict=True)):
        sent, ttft, good = start.needed(), first.positive(), not error.value
        between = gaps.numbers()
        span = spans[place] if len(spans) == number else None if ttft is None else ttft + sum(between)
        wait = waits[place] if len(waits) == number else None
        itl = sum(between) / len(between) if between else None
        rows.append(Row(sent, good, ttft, itl, span or None, None if wait is None else sent - wait))
    return timings_of(rows)
