"""Requests that were read one by one, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.measured.run import Timings


class Row(NamedTuple):
    """One request, times in seconds: `sent` and `planned` count from any moment, the others from `sent`."""

    sent: float
    ok: bool
    ttft: float | None = None
    itl: float | None = None
    e2e: float | None = None
    planned: float | None = None


def timings_of(rows: Sequence[Row]) -> Timings:
    """Put requests into the order in which they were sent; the run begins when the first was planned, or was sent.

    What was planned counts only if it is known of all.
    """
    rows = sorted(rows, key=lambda row: row.sent)
    planned = [row.planned for row in rows if row.planned is not None]
    known = len(planned) == len(rows)
    start = min([row.sent for row in rows[:1]] + (planned if known else []), default=0.0)
    return Timings(
        sent_us=_since(start, [row.sent for row in rows]),
        ok=np.array([row.ok for row in rows], np.bool_),
        ttft_us=_times([row.ttft for row in rows]),
        itl_us=_times([row.itl for row in rows]),
        e2e_us=_times([row.e2e for row in rows]),
        planned_us=_since(start, planned) if known else None,
    )


def _since(start: float, moments: Sequence[float]) -> NDArray[np.int64]:
    return np.rint((np.array(moments, np.float64) - start) * 1e6).astype(np.int64)


def _times(seconds: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if each is None else each for each in seconds], np.float64) * 1e6
