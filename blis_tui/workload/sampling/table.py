"""The samplers of a workload: a row of numbers each, from which the kernel draws, and each kept once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.kernel.records import EMPIRICAL, FIXED, SAMPLER, Sampler

Bins = tuple[tuple[int, float], ...]
"""Of an empirical distribution: each value, and the share of draws that come to it or to one before it."""


def fixed(value: int) -> Sampler:
    """Return what always gives one value, and draws nothing."""
    return Sampler(FIXED, low=value)


class SamplerTable:
    """Samplers by number; equal ones have the same."""

    def __init__(self) -> None:
        self._numbers: dict[Sampler | Bins, int] = {}
        self._rows: list[Sampler] = []
        self._bins: list[tuple[int, float]] = []

    def add(self, sampler: Sampler | Bins) -> int:
        """Return the number of a sampler."""
        number = self._numbers.get(sampler)
        if number is None:
            number = self._numbers[sampler] = len(self._rows)
            if not isinstance(sampler, Sampler):
                first = len(self._bins)
                self._bins += sampler
                sampler = Sampler(EMPIRICAL, low=first, high=len(self._bins))
            self._rows.append(sampler)
        return number

    @property
    def rows(self) -> NDArray[np.void]:
        """All samplers."""
        return np.array(self._rows, SAMPLER)

    @property
    def values(self) -> NDArray[np.int64]:
        """The values of all bins."""
        return np.array([value for value, _ in self._bins], np.int64)

    @property
    def shares(self) -> NDArray[np.float64]:
        """The shares of all bins."""
        return np.array([share for _, share in self._bins], np.float64)
