"""The rate that a file aims at: arrivals per second, where each arrival is a request or begins a session."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.generation import STEPPED, VARYING, generation_path
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.format.windows import windows_of
from blis_tui.workload.expansion.clients import ClientBlock, Expansion
from blis_tui.workload.expansion.rates import WindowRates, block_rates
from blis_tui.workload.totals.expected import Stage, active_spans, gap_us, is_single, varying_counts

TARGET, EXPECTED = "target", "expected"


class Target(NamedTuple):
    """The mean over the file's time, and the highest that is aimed at at any time."""

    mean: float
    peak: float


class _Part(NamedTuple):
    """So many arrivals per second from a time to another, in µs."""

    start: float
    end: float
    rate: float


class Step(NamedTuple):
    """What is aimed at from a time to another, in µs, in arrivals per second."""

    start_us: float
    end_us: float
    rate: float


def target(clients: Expansion, stages: Sequence[Stage], end_us: int) -> Target | None:
    """Return what a file aims at until `end_us`; ``None`` where that is not known, or nothing.

    Stages alone are over with the last of them, though a request may stand at its very end.
    """
    found = _course(clients, stages, end_us)
    if found is None:
        return None
    edges, rates, end = found
    return Target(math.fsum(rates * np.diff(edges)) / end, float(rates.max()))


def target_steps(clients: Expansion, stages: Sequence[Stage], end_us: int, most: int) -> list[Step]:
    """Return how what a file aims at changes over time; nothing where that is not known.

    Of more than `most` steps there are as many means over equal parts of the time.
    """
    found = _course(clients, stages, end_us)
    if found is None:
        return []
    edges, rates, end = found
    if len(rates) > most:
        reached = np.concatenate([[0.0], np.cumsum(rates * np.diff(edges))])
        coarse = np.linspace(0.0, end, most + 1)
        rates, edges = np.diff(np.interp(coarse, edges, reached)) / np.diff(coarse), coarse
    return [Step(*each) for each in zip(edges[:-1].tolist(), edges[1:].tolist(), rates.tolist(), strict=True)]


class RequestLine(NamedTuple):
    """What the requests per second are to be over time, and whether that is aimed at or `EXPECTED` only; no steps if unknown."""

    name: str
    steps: tuple[Step, ...]


def request_line(clients: Expansion, stages: Sequence[Stage], end_us: int, most: int) -> RequestLine:
    """Return how many requests per second there are to be; of arrivals that begin sessions of several, what is expected."""
    spec = clients.spec
    if stages and not spec.cohorts:
        if not sessions_arrive(spec):
            steps = [Step(stage.start_us, stage.end_us, stage.target_rate) for stage in stages]
            return RequestLine(TARGET, tuple(step for step in steps if step.start_us < step.end_us))
        return RequestLine(EXPECTED, tuple(_expected_steps(stages)))
    if any(block.template.turns is not None for block in clients.blocks):
        return RequestLine(TARGET, ())
    return RequestLine(TARGET, tuple(target_steps(clients, stages, end_us, most)))


def sessions_arrive(spec: WorkloadSpec) -> bool:
    """Return whether each arrival of the stages begins a session of several rounds: chat in version 1."""
    compact = spec.inference_perf
    chat = compact is not None and compact.chat
    return chat and spec.rules == 1


def _expected_steps(stages: Sequence[Stage]) -> Iterator[Step]:
    for stage in stages:
        if stage.expected is not None and stage.start_us < stage.end_us:
            yield Step(stage.start_us, stage.end_us, stage.expected.mean / (stage.end_us - stage.start_us) * 1e6)


def _course(
    clients: Expansion, stages: Sequence[Stage], end_us: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], int] | None:
    """Return where what is aimed at changes, from 0 to the end, what it is between these times, and the end."""
    if clients.recorded:
        return None
    parts = [_Part(stage.start_us, stage.end_us, stage.target_rate) for stage in stages]
    blocks = clients.blocks[len(stages) if clients.spec.rules == 2 else bool(stages) :]
    if blocks:
        others = _parts(clients, blocks, end_us)
        if others is None:
            return None
        parts += others
    else:
        end_us = min(end_us, max((stage.end_us for stage in stages), default=0))
    starts, ends, rates = np.array([part for part in parts if part.start < min(part.end, end_us)] or np.empty((0, 3))).T
    if not len(rates):
        return None
    times, changes = np.concatenate([[0.0], starts, np.minimum(ends, end_us)]), np.concatenate([[0.0], rates, -rates])
    edges, places = np.unique(np.append(times, end_us), return_inverse=True)
    levels = np.cumsum(np.bincount(places[:-1], changes, len(edges)))[:-1]
    return edges, np.maximum(levels, 0.0), end_us


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
