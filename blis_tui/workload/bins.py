"""Rates over time: requests and tokens counted in bins of a round width."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.requests import Requests

MOST_BINS = 60
_SECOND, _MINUTE, _HOUR, _DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
_ROUND_US: tuple[int, ...] = (
    *(digit * 10**power for power in range(6) for digit in (1, 2, 5)),
    *(count * _SECOND for count in (1, 2, 5, 10, 15, 20, 30)),
    *(count * _MINUTE for count in (1, 2, 5, 10, 15, 20, 30)),
    *(count * _HOUR for count in (1, 2, 3, 6, 12)),
)


class Bins(NamedTuple):
    """Counts in bins of `width_us` from time 0 to `end_us`; the last bin may be cut short. Shape of both: (bins)."""

    width_us: int
    end_us: int
    requests: NDArray[np.int64]
    tokens: NDArray[np.int64]

    @property
    def seconds(self) -> NDArray[np.float64]:
        """How long each bin is."""
        lengths = np.full(len(self.requests), self.width_us, np.float64)
        lengths[-1:] = self.end_us - (len(self.requests) - 1) * self.width_us
        return lengths / _SECOND

    def rates(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return `requests` or `tokens` per second, shape (bins)."""
        return counts / self.seconds

    def peak(self, counts: NDArray[np.int64]) -> float:
        """Return the highest rate of any whole bin, per second."""
        rates = self.rates(counts)
        whole = rates[:-1] if len(rates) > 1 and self.end_us % self.width_us else rates
        return float(whole.max()) if len(whole) else 0.0

    def mean(self, counts: NDArray[np.int64]) -> float:
        """Return the rate over the whole time, per second."""
        return float(counts.sum()) / (self.end_us / _SECOND) if self.end_us else 0.0


def round_width_us(end_us: int, most: int = MOST_BINS) -> int:
    """Return the smallest round width, in µs, that cuts a time into at most `most` bins."""
    for width in _ROUND_US:
        if end_us <= width * most:
            return width
    return _DAY * -(-end_us // (_DAY * most))


def binned(requests: Requests, end_us: int, width_us: int | None = None) -> Bins:
    """Count the requests that arrive before `end_us`, and their input and output tokens, in bins."""
    width = width_us or round_width_us(end_us)
    edges = np.minimum(np.arange(-(-end_us // width) + 1, dtype=np.float64) * width, end_us).astype(np.int64)
    places = np.searchsorted(requests.arrival_us, edges)
    tokens = np.concatenate([[0], np.cumsum(requests.input_tokens + requests.output_tokens.astype(np.int64))])
    return Bins(width, end_us, np.diff(places), np.diff(tokens[places]))
