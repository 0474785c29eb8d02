"""Azure's traces of LLM inference: CSV with the time, input and output tokens of each request, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blis_tui.formats.requests.batches import Batch
from blis_tui.formats.requests.lines import Matrix, Part, lay_out, numbers, separated, without_padding
from blis_tui.formats.traces.csv_rows import read_csv
from blis_tui.formats.traces.kinds import AZURE, AZURE_COLUMNS
from blis_tui.formats.traces.rows import MOMENT, WHOLE
from blis_tui.formats.traces.trace import MOST_TOKENS, Trace, arrival_order, clients_of, expansion_of, info, sorted_columns
from blis_tui.workload.progress import Progress
from blis_tui.workload.recorded import RecordedRequests
from blis_tui.workload.requests import Requests

TIME, INPUT, OUTPUT = AZURE_COLUMNS
HEAD = ",".join(AZURE_COLUMNS) + "\n"
"""The first line of a trace."""
START = np.datetime64("2024-01-01T00:00:00.000000", "us")
"""The time of the first arrival in a trace that is written; readers count from it."""
_TIME_WIDTH = 26
WIDTH = _TIME_WIDTH + 16
"""About how many bytes a row takes."""
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


def lines_of(requests: Requests) -> Callable[[Batch], bytes]:
    """Return what writes the rows of requests."""
    first = int(requests.arrival_us[0]) if len(requests) else 0

    def lines(batch: Batch) -> bytes:
        rows = batch.requests
        columns: list[list[Part]] = [
            [_times(rows.arrival_us - first)],
            [numbers(rows.input_tokens)],
            [numbers(rows.output_tokens)],
        ]
        return without_padding(lay_out(separated(columns), len(batch)))

    return lines


def _times(arrivals: NDArray[np.int64]) -> Matrix:
    """Write times as ``2024-01-01 00:00:00.000000``."""
    texts = np.datetime_as_string(START + arrivals.astype("timedelta64[us]"), unit="us").astype(f"S{_TIME_WIDTH}")
    times = texts.view(np.uint8).reshape(len(texts), _TIME_WIDTH)
    times[:, len("2024-01-01")] = ord(" ")
    return times
