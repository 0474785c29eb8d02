"""The rate that a file aims at: arrivals per second, where each arrival is a request or begins a session."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from blis_tui.spec.format.generation import STEPPED, VARYING, generation_path
from blis_tui.spec.format.windows import windows_of
from blis_tui.workload.expansion.clients import ClientBlock, Expansion
from blis_tui.workload.expansion.rates import WindowRates, block_rates
from blis_tui.workload.totals.expected import Stage, active_spans, gap_us, is_single, varying_counts


class Target(NamedTuple):
    """The mean over the file's time, and the highest that is aimed at at any time."""

    mean: float
    peak: float


class _Part(NamedTuple):
    """So many arrivals per second from a time to another, in µs."""

    start: float
    end: float
    rate: float


def target(clients: Expansion, stages: Sequence[Stage], end_us: int) -> Target | None:
    """Return what a file aims at until `end_us`; ``None`` where that is not known, or nothing.

    Stages alone are over with the last of them, though a request may stand at its very end.
    """
    parts = [_Part(stage.start_us, stage.end_us, stage.target_rate) for stage in stages]
    blocks = clients.blocks[len(stages) if clients.spec.rules == 2 else bool(stages) :]
    if blocks:
        others = _parts(clients, blocks, end_us)
        if others is None:
            return None
        parts += others
    else:
        end_us = min(end_us, max((stage.end_us for stage in stages), default=0))
    starts, ends, rates = np.array([part for part in parts if part.start < end_us] or np.empty((0, 3))).T
    if not len(rates):
        return None
    mean = math.fsum(rates * (np.minimum(ends, end_us) - starts)) / end_us
    times, steps = np.concatenate([ends, starts]), np.concatenate([-rates, rates])
    return Target(mean, float(np.cumsum(steps[np.argsort(times, kind="stable")]).max()))


def _parts(clients: Expansion, blocks: Sequence[ClientBlock], until: int) -> list[_Part] | None:
    """Return what blocks of clients aim at; ``None`` where sessions do not begin at a rate that could be told."""
    chats = [block for block in blocks if block.template.turns is not None]
    if any(is_single(block.template) or len(windows_of(block.template)) > 1 for block in chats):
        return None
    path = generation_path(clients.spec)
    if path == STEPPED:
        return [
            _Part(window.start_us, window.end_us, block.size / gap_us(block.template.arrival, window.trace_rate / 1e6) * 1e6)
            for block in blocks
            for window in windows_of(block.template)
            if window.trace_rate
        ]
    if path == VARYING:
        if chats:
            return None
        rates = WindowRates(clients, until)
        return [
            _Part(window.start_us, window.end_us, block.size * count / (window.end_us - window.start_us) * 1e6)
            for block in blocks
            for window, count in varying_counts(block, rates, until)
        ]
    shared = dict(zip(map(id, clients.blocks), block_rates(clients), strict=True))
    return [
        _Part(start, end, block.size / gap_us(block.template.arrival, shared[id(block)]) * 1e6)
        for block in blocks
        if shared[id(block)] > 0
        for start, end in active_spans(windows_of(block.template), until)
    ]
