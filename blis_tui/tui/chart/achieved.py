"""What a run achieved, as it stands over the chart: of each bin where its requests are known, else of each stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blis_tui.plot import Level
from blis_tui.workload.measured.matching import shift_us

if TYPE_CHECKING:
    from blis_tui.workload.measured.comparison import Comparison
    from blis_tui.workload.totals.bins import Bins


def achieved(comparison: Comparison, bins: Bins) -> list[Level]:
    """Return the requests per second of a run over the time of a file; nothing where that is not known."""
    timings = comparison.run.timings
    if timings is not None and len(timings):
        moments, edges = timings.counted_us + shift_us(timings, comparison.design), bins.edges
        rates = np.histogram(moments, edges)[0] / np.diff(edges) * 1e6
        ends = edges[:-1] <= int(moments.max(initial=0))
        return [
            Level(*each) for each in zip(edges[:-1][ends].tolist(), edges[1:][ends].tolist(), rates[ends].tolist(), strict=True)
        ]
    rows = comparison.stages or (comparison.whole,)
    return [
        Level(float(row.aim.start_us), float(row.aim.end_us), row.measured.rate)
        for row in rows
        if row.aim is not None and row.measured is not None and row.measured.rate is not None
    ]
