"""Format `inference-perf-exact`: a config for inference-perf that sends at the designed arrivals, and the trace with these.

The trace is in the format of Azure's public dataset. inference-perf takes only the times from it: prompts and lengths
come from the shared prefix, as in the format `inference-perf`. Times are told from the first arrival on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blis_tui.formats.interop.inference_perf.writing import Trace, write
from blis_tui.formats.requests.batches import Batch, Writer
from blis_tui.formats.requests.lines import Matrix, Part, lay_out, numbers, separated, without_padding
from blis_tui.formats.source import Source
from blis_tui.formats.table import EXACT
from blis_tui.spec.format.facts import US_PER_S

HEAD = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
START = np.datetime64("2024-01-01T00:00:00.000000", "us")
"""The time of the first arrival; inference-perf counts from it."""
_TIME_WIDTH = 26


def writer(source: Source, *, tokens: bool) -> Writer:
    """Set the format up for a source; raises `SpecError` for a file that is not compact, or has no requests."""
    arrivals = source.requests.arrival_us
    first, span = (int(arrivals[0]), int(arrivals[-1] - arrivals[0])) if len(arrivals) else (0, 0)
    trace = Trace(f"{source.stem}{EXACT.suffixes[-1]}", len(arrivals), max(1, -(-span // US_PER_S)))
    config = write(source.spec, source.text, source.options.target, trace)

    def lines(batch: Batch) -> bytes:
        rows = batch.requests
        columns: list[list[Part]] = [
            [_times(rows.arrival_us - first)],
            [numbers(rows.input_tokens)],
            [numbers(rows.output_tokens)],
        ]
        return without_padding(lay_out(separated(columns), len(batch)))

    return Writer((config.text, HEAD), lines, _TIME_WIDTH + 16, warnings=config.remarks)


def _times(arrivals: NDArray[np.int64]) -> Matrix:
    """Write times as ``2024-01-01 00:00:00.000000``."""
    texts = np.datetime_as_string(START + arrivals.astype("timedelta64[us]"), unit="us").astype(f"S{_TIME_WIDTH}")
    times = texts.view(np.uint8).reshape(len(texts), _TIME_WIDTH)
    times[:, len("2024-01-01")] = ord(" ")
    return times
