"""Format `inference-perf-exact`: a config for inference-perf that sends at the designed arrivals, and the trace with these.

The trace is in the format of Azure's public dataset. inference-perf takes only the times from it: prompts and lengths
come from the shared prefix, as in the format `inference-perf`. Times are told from the first arrival on.
"""

from __future__ import annotations

from blis_tui.formats.interop.inference_perf.writing import Trace, write
from blis_tui.formats.requests.batches import Writer
from blis_tui.formats.source import Source
from blis_tui.formats.table import EXACT
from blis_tui.formats.traces import azure
from blis_tui.spec.format.facts import US_PER_S


def writer(source: Source, *, tokens: bool) -> Writer:
    """Set the format up for a source; raises `SpecError` for a file that is not compact, or has no requests."""
    arrivals = source.requests.arrival_us
    span = int(arrivals[-1] - arrivals[0]) if len(arrivals) else 0
    trace = Trace(f"{source.stem}{EXACT.suffixes[-1]}", len(arrivals), max(1, -(-span // US_PER_S)))
    config = write(source.spec, source.text, source.options.target, trace)
    return Writer((config.text, azure.HEAD), azure.lines_of(source.requests), azure.WIDTH, warnings=config.remarks)
