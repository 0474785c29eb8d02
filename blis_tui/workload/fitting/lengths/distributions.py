"""Which distribution has lengths like those of a trace."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.model import Distribution
from blis_tui.workload.fitting.choices import FAMILY
from blis_tui.workload.fitting.distances import tally
from blis_tui.workload.fitting.lengths.families import best_family, grouped

_MOST_VALUES = 48
"""A table of more values is one of bins: nobody could read the file."""
_ENDS = np.concatenate([np.arange(0.035, 0.88, 0.03), [0.89, 0.91, 0.925, 0.94, 0.955, 0.97, 0.985, 0.995, 0.998, 0.9995]])
"""Where bins end, as parts of all lengths: p50, p90, p95 and p99 are in the middle of one, and those of the tail are fine."""
_GAP = 1.3
"""A bin does not reach over a gap between values of this ratio, if there is more than a little on both sides."""
_LITTLE = 0.004
_HEAVY = 0.02
"""A value that so many lengths have is a bin by itself."""
_SHARE_DIGITS = 6


def fit_lengths(lengths: NDArray[np.integer], how: str) -> Distribution:
    """Return the distribution for some lengths, of which there must be one at least."""
    values, counts = tally(np.maximum(lengths, 1))
    if len(values) == 1:
        return Distribution(type="constant", params={"value": float(values[0])})
    if how == FAMILY and len(values) > 2:
        return best_family(grouped(values, counts)).distribution
    return _table(values, counts)


def _table(values: NDArray[np.int64], counts: NDArray[np.int64]) -> Distribution:
    """Return a table of all values, or of the means of bins."""
    total = int(counts.sum())
    if len(values) > _MOST_VALUES:
        starts = np.unique(np.concatenate([[0], _bin_ends(values, np.cumsum(counts) / total) + 1]))
        sums = np.add.reduceat(counts, starts)
        values = np.round(np.add.reduceat(values * counts, starts) / sums).astype(np.int64)
        counts = sums
    params = {
        str(value): round(count / total, _SHARE_DIGITS) for value, count in zip(values.tolist(), counts.tolist(), strict=True)
    }
    return Distribution(type="empirical", params={value: share for value, share in params.items() if share > 0})


def _bin_ends(values: NDArray[np.int64], reached: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the places of the last value of each bin but the last."""
    wide = np.flatnonzero(values[1:] > _GAP * values[:-1])
    wide = wide[(reached[wide] > _LITTLE) & (reached[wide] < 1 - _LITTLE)]
    wide = wide[np.argsort(values[wide + 1] / values[wide])[-4:]]
    heavy = np.flatnonzero(np.diff(reached, prepend=0.0) >= _HEAVY)
    ends = np.concatenate([np.searchsorted(reached, _ENDS), wide, heavy - 1, heavy])
    return ends[(ends >= 0) & (ends < len(values) - 1)]
