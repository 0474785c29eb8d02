"""How a time is spread over the requests of a run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Spread(NamedTuple):
    """A time in µs: its mean, standard deviation and percentiles; ``None`` for what is not known."""

    mean: float | None = None
    deviation: float | None = None
    p50: float | None = None
    p90: float | None = None
    p99: float | None = None


UNKNOWN = Spread()


def spread(times_us: NDArray[np.float64]) -> Spread:
    """Sum up times, those that are NaN left out; percentiles are interpolated, as tools do."""
    known = times_us[~np.isnan(times_us)]
    if not len(known):
        return UNKNOWN
    p50, p90, p99 = (float(each) for each in np.percentile(known, (50, 90, 99)))
    return Spread(float(known.mean()), float(known.std()), p50, p90, p99)
