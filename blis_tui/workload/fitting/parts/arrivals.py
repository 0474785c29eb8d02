"""Which arrival process has gaps like those of a trace."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.model import Arrival
from blis_tui.workload.fitting.distances import points_distance
from blis_tui.workload.sampling.spread import gap_spread

_EVEN = 0.02
"""Gaps that vary by less than this part of their mean are constant."""
_LIKE_POISSON = 0.1
"""A coefficient of variation nearer to 1 than this is that of a Poisson process; with few gaps, one nearer than chance."""
_DEVIATIONS = 2.5
_MOST_CV = 9.9
"""BLIS draws no gamma process of more than 10, and no Weibull process of more than 10.4."""
_FEWEST = 20
"""From fewer gaps nothing can be said but that they are like Poisson, or all the same."""
_MEAN_US = 1e6
_MOST_GAPS = 20_000
"""So many gaps are enough to tell one process from another."""


class FittedArrivals(NamedTuple):
    """A process, given by its coefficient of variation, and how far its gaps are from those of the trace."""

    arrival: Arrival
    cv: float
    """Of the trace's gaps; 1 if there are too few to say."""
    distance: float
    """Kolmogorov and Smirnov's, between gaps as parts of their stage's mean."""


def relative_gaps(times_us: NDArray[np.int64], stage: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the gaps within stages, each as a part of its stage's mean; `times_us` ascends, `stage` says where each is."""
    gaps = np.diff(times_us).astype(np.float64)
    within = stage[1:] == stage[:-1]
    gaps, of = gaps[within], stage[1:][within]
    number = np.bincount(of)
    means = np.bincount(of, gaps) / np.maximum(number, 1)
    told = (number >= 2)[of] & (means > 0)[of]
    found: NDArray[np.float64] = gaps[told] / means[of[told]]
    return found


def variation(gaps: NDArray[np.float64]) -> float:
    """Return the coefficient of variation of some gaps; 1 if there are too few to say."""
    return float(gaps.std() / gaps.mean()) if len(gaps) >= 2 and gaps.mean() > 0 else 1.0


def fit_arrivals(gaps: NDArray[np.float64]) -> FittedArrivals:
    """Return the process that has such gaps, whose mean is about 1."""
    if len(gaps) < 2:
        return FittedArrivals(Arrival(process="poisson"), 1.0, 0.0)
    cv = variation(gaps)
    if cv <= _EVEN and len(gaps) >= 3:
        return FittedArrivals(Arrival(process="constant"), cv, 0.0)
    sample = np.sort(gaps[:: -(-len(gaps) // _MOST_GAPS)])
    poisson = _fitted(Arrival(process="poisson"), cv, sample)
    if len(gaps) < _FEWEST or abs(cv - 1.0) <= max(_LIKE_POISSON, _DEVIATIONS / math.sqrt(len(gaps))):
        return poisson
    written = round(min(max(cv, 0.05), _MOST_CV), 3)
    others = [_fitted(Arrival(process=process, cv=written), cv, sample) for process in ("gamma", "weibull")]
    return min(others, key=lambda each: each.distance)


def _fitted(arrival: Arrival, cv: float, sample: NDArray[np.float64]) -> FittedArrivals:
    spread = gap_spread(arrival, 1.0 / _MEAN_US)
    points = np.array(spread.values, np.float64) / _MEAN_US
    return FittedArrivals(arrival, cv, points_distance(sample, points, np.array(spread.weights)))
