"""How far two distributions are from each other, after Kolmogorov and Smirnov: the most their shares up to any value differ."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_COUNTED = 1 << 22
"""Whole numbers below it are counted one by one rather than sorted."""


class Tally(NamedTuple):
    """Different whole numbers, in ascending order, and how often each occurs. Shape of both: (numbers)."""

    values: NDArray[np.int64]
    counts: NDArray[np.int64]

    @property
    def total(self) -> int:
        """How many there are."""
        return int(self.counts.sum())

    @property
    def mean(self) -> float:
        """Their mean."""
        return float((self.values * self.counts).sum()) / self.total

    @property
    def deviation(self) -> float:
        """Their standard deviation."""
        return math.sqrt(float(((self.values - self.mean) ** 2 * self.counts).sum()) / self.total)

    def quantile(self, part: float) -> int:
        """Return the smallest number that a part of all do not exceed."""
        return int(self.values[np.searchsorted(np.cumsum(self.counts), part * self.total - 1e-9).clip(0, len(self.values) - 1)])

    def share(self, values: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return which part of all is at most each of some values."""
        reached = np.concatenate([[0], np.cumsum(self.counts)])
        found: NDArray[np.float64] = reached[np.searchsorted(self.values, values, side="right")] / reached[-1]
        return found


def tally(numbers: NDArray[np.integer]) -> Tally:
    """Count whole numbers, none of them negative."""
    if len(numbers) and int(numbers.max()) < max(_COUNTED, len(numbers)):
        counts = np.bincount(numbers)
        values = np.flatnonzero(counts)
        return Tally(values, counts[values])
    return Tally(*np.unique(numbers.astype(np.int64), return_counts=True))


def distance(one: Tally, other: Tally, near: int = 0) -> float:
    """Return how far two samples are apart, where numbers that differ by no more than `near` are the same; 0 if one is empty."""
    if not len(one.values) or not len(other.values):
        return 0.0
    return max(float((a.share(a.values) - b.share(a.values + near)).max()) for a, b in ((one, other), (other, one)))


def points_distance(sample: NDArray[np.float64], points: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return how far an ascending sample is from a distribution given by ascending points of some weight.

    It is looked at in the middle of each point's weight, as a point stands for what is around it.
    """
    reached = np.cumsum(weights)
    middles = (reached - weights / 2) / reached[-1]
    values, first = np.unique(points, return_index=True)
    last = np.append(first[1:], len(points)) - 1
    alone = first == last
    expected = np.where(alone, middles[first], reached[last] / reached[-1])
    shares = np.searchsorted(sample, values, side="right") / len(sample)
    return float(np.abs(shares - expected).max())
