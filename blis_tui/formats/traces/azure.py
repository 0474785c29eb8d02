"""Azure's traces of LLM inference: CSV with the time, input and output tokens of each request, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blis_tui.formats.traces.csv_rows import read_csv
from blis_tui.formats.traces.kinds import AZURE, AZURE_COLUMNS
from blis_tui.formats.traces.rows import MOMENT, WHOLE
from blis_tui.formats.traces.trace import MOST_TOKENS, Trace, arrival_order, clients_of, expansion_of, info, sorted_columns
from blis_tui.workload.progress import Progress
from blis_tui.workload.recorded import RecordedRequests

TIME, INPUT, OUTPUT = AZURE_COLUMNS
_WANTED = {TIME: MOMENT, INPUT: WHOLE, OUTPUT: WHOLE}


def read(data: bytes, name: str, progress: Progress) -> Trace:
    """Read a trace; times count from its first request. Raises `SpecError`."""
    rows = read_csv(data, name, _WANTED, tuple(_WANTED), progress)
    for column in (INPUT, OUTPUT):
        rows.demand_range(column, 0, MOST_TOKENS)
    times = rows.whole(TIME)
    order = arrival_order(times)
    first = int(times.min()) if len(times) else 0
    columns: dict[str, NDArray[Any]] = {
        "arrival": times - first,
        "client": np.zeros(len(rows), np.int32),
        "fresh": rows.whole(INPUT).astype(np.int32),
        "output": rows.whole(OUTPUT).astype(np.int32),
    }
    spec, blocks = clients_of({"id": ["requests"]})
    notes = [info("An Azure trace tells times and lengths only: who asked, and what prompts share, is not known.")]
    if len(rows):
        start = np.datetime64(first, "us")
        notes.append(info(f"Times count from the first request, {str(start).replace('T', ' ')}."))
    return Trace(AZURE, name, RecordedRequests(expansion_of(spec, blocks), sorted_columns(columns, order)), tuple(notes))
