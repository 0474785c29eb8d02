"""How the aggregate rate is shared out: over all clients, or over those that are active at the same time.

Sums run over the clients in their order, one addition after the other, because the last bit of a rate may decide where
a gap is truncated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.format.model import Window
from blis_tui.spec.format.windows import windows_of
from blis_tui.workload.expansion.clients import ClientBlock, Expansion
from blis_tui.workload.expansion.coactive import Part, Span, Spans, add_up, coactive_sums


def block_rates(expansion: Expansion) -> list[float]:
    """Return the rate of each block's clients in requests per microsecond, as `normalizeRateFractions` of BLIS does."""
    if expansion.rates is None:  # thousands of clients with windows of their own take a while
        expansion.rates = _normalised(expansion)
    return expansion.rates


def _normalised(expansion: Expansion) -> list[float]:
    blocks, aggregate = expansion.blocks, expansion.aggregate_rate
    fractions = [block.template.rate_fraction for block in blocks]
    if not any(windows_of(block.template) for block in blocks):
        total = _sum(blocks)
        return [aggregate * (fraction / total) / 1e6 if total else 0.0 for fraction in fractions]
    sharing = [block for block in blocks if block.template.rate_fraction > 0]
    parts = [Part(block.size, _spans(block), (block.template.rate_fraction,) * max(1, len(_spans(block)))) for block in sharing]
    always = _sum(sharing)
    keys = list(dict.fromkeys(part.spans for part in parts if part.spans))
    sums = dict(zip(keys, coactive_sums(keys, parts), strict=True))
    return [
        aggregate * (fraction / sums.get(_spans(block), always)) / 1e6 if fraction > 0 else 0.0
        for block, fraction in zip(blocks, fractions, strict=True)
    ]


def _spans(block: ClientBlock) -> Spans:
    lifecycle = block.template.lifecycle
    return tuple((window.start_us, window.end_us) for window in lifecycle.windows) if lifecycle is not None else ()


def _sum(blocks: Sequence[ClientBlock]) -> float:
    """Sum the fractions of all clients."""
    if all(block.size == 1 for block in blocks):
        return float(np.cumsum([0.0, *(block.template.rate_fraction for block in blocks)])[-1])
    total = 0.0
    for block in blocks:
        total = add_up(total, block.template.rate_fraction, block.size)
    return total


class WindowRates:
    """The rate of a client in one of its windows where windows have rates of their own (`computeProportionalRate`).

    Windows may be asked for as they are, or cut off at `until`.
    """

    def __init__(self, expansion: Expansion, until: int = INT64_MAX) -> None:
        self._aggregate = expansion.aggregate_rate
        known = expansion.weights
        if until not in known:  # as with the rates of clients: generation, and what is expected of it, ask for the same
            known[until] = _weights(expansion, until)
        self._weights = known[until]

    def rate(self, block: ClientBlock, window: Window) -> float:
        """Return the requests per second of each client of a block in a window; 0 where nothing can be shared."""
        rate = _own_rate(block, window)
        if self._aggregate == 0 and window.trace_rate is not None:
            return rate
        total = self._weights[window.start_us, window.end_us]
        return self._aggregate * (rate / total) if total else 0.0


def _weights(expansion: Expansion, until: int) -> dict[Span, float]:
    """Return the weights of all clients that are active in each window as far as `until`."""
    parts = [_part(block) for block in expansion.blocks]
    spans = dict.fromkeys((start, min(end, until)) for part in parts for start, end in part.spans if start < until)
    return dict(zip(spans, coactive_sums([(span,) for span in spans], parts), strict=True))


def _part(block: ClientBlock) -> Part:
    """Return what a block's clients add to the weight of a window: the rate of the first of theirs that overlaps it."""
    windows = windows_of(block.template)
    weights = tuple(_own_rate(block, window) for window in windows)
    return Part(block.size, _spans(block), weights or (block.template.rate_fraction,))


def _own_rate(block: ClientBlock, window: Window) -> float:
    return block.template.rate_fraction if window.trace_rate is None else window.trace_rate
