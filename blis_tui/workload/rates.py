"""How the aggregate rate is shared out: over all clients, or over those that are active at the same time.

Sums run over the clients in their order, one addition after the other, because the last bit of a rate may decide where
a gap is truncated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.model import Window
from blis_tui.workload.clients import ClientBlock, Expansion, windowed

_CHUNK = 1 << 16


def _add_up(total: float, value: float, times: int) -> float:
    """Add a value to a total again and again, rounding at every step."""
    while times > 0:
        count = min(times, _CHUNK)
        terms = np.full(count + 1, value)
        terms[0] = total
        total = float(np.cumsum(terms)[-1])
        times -= count
    return total


def _sum(fractions: NDArray[np.float64], sizes: NDArray[np.int64]) -> float:
    """Sum the fractions of blocks of clients, client by client."""
    if sizes.size and int(sizes.max()) == 1:
        return float(np.cumsum(fractions)[-1])
    total = 0.0
    for fraction, size in zip(fractions.tolist(), sizes.tolist(), strict=True):
        total = _add_up(total, fraction, size)
    return total


class _Activity:
    """All windows of all blocks, to ask which blocks are active in a span of time."""

    def __init__(self, blocks: Sequence[ClientBlock]) -> None:
        spans = [
            (number, window.start_us, window.end_us, block.template.rate_fraction if rate is None else rate)
            for number, block in enumerate(blocks)
            if windowed(block.template) and block.template.lifecycle is not None
            for window in block.template.lifecycle.windows
            for rate in (window.trace_rate,)
        ]
        self.owners = np.array([span[0] for span in spans], np.intp)
        self.starts = np.array([span[1] for span in spans], np.int64)
        self.ends = np.array([span[2] for span in spans], np.int64)
        self.rates = np.array([span[3] for span in spans], np.float64)
        self.sizes = np.array([block.size for block in blocks], np.int64)
        self.fractions = np.array([block.template.rate_fraction for block in blocks], np.float64)
        self.always = np.array([not windowed(block.template) for block in blocks], bool)

    def overlapping(self, windows: Sequence[Window]) -> NDArray[np.bool_]:
        """Tell which blocks are active at some time in any of the windows."""
        active = self.always.copy()
        for window in windows:
            active[self.owners[(self.starts < window.end_us) & (self.ends > window.start_us)]] = True
        return active

    def weight(self, start_us: int, end_us: int) -> float:
        """Sum the rates of all clients active in a span: each counts with its first window that overlaps it."""
        hits = np.flatnonzero((self.starts < end_us) & (self.ends > start_us))
        owners, first = np.unique(self.owners[hits], return_index=True)
        weights = np.where(self.always, self.fractions, 0.0)
        weights[owners] = self.rates[hits[first]]
        counted = self.always.copy()
        counted[owners] = True
        return _sum(weights[counted], self.sizes[counted])


def block_rates(expansion: Expansion) -> list[float]:
    """Return the rate of each block's clients in requests per microsecond, as `normalizeRateFractions` of BLIS does."""
    blocks, aggregate = expansion.blocks, expansion.aggregate_rate
    activity = _Activity(blocks)
    if activity.always.all():
        total = _sum(activity.fractions, activity.sizes)
        if total == 0:
            return [0.0] * len(blocks)
        return [aggregate * (fraction / total) / 1e6 for fraction in activity.fractions.tolist()]
    sums: dict[tuple[Window, ...], float] = {}
    rates = []
    for block in blocks:
        fraction = block.template.rate_fraction
        if fraction <= 0:
            rates.append(0.0)
            continue
        windows = block.template.lifecycle.windows if block.template.lifecycle is not None else ()
        spans = tuple(window.replace(trace_rate=None) for window in windows)
        if spans not in sums:
            active = activity.overlapping(spans) if spans else np.ones(len(blocks), bool)
            active &= activity.fractions > 0
            sums[spans] = _sum(activity.fractions[active], activity.sizes[active])
        rates.append(aggregate * (fraction / sums[spans]) / 1e6)
    return rates


class WindowRates:
    """The rate of a client in one of its windows where windows have rates of their own (`computeProportionalRate`)."""

    def __init__(self, expansion: Expansion) -> None:
        self._aggregate = expansion.aggregate_rate
        self._activity = _Activity(expansion.blocks)
        self._weights: dict[tuple[int, int], float] = {}

    def rate(self, block: ClientBlock, window: Window) -> float:
        """Return the requests per second of each client of a block in a window; 0 where nothing can be shared."""
        rate = block.template.rate_fraction if window.trace_rate is None else window.trace_rate
        if self._aggregate == 0 and window.trace_rate is not None:
            return rate
        span = (window.start_us, window.end_us)
        if span not in self._weights:
            self._weights[span] = self._activity.weight(*span)
        total = self._weights[span]
        return self._aggregate * (rate / total) if total else 0.0
