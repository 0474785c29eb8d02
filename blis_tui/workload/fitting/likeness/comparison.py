"""Comparing the requests of a trace with those that a workload generates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.fitting.distances import Tally, distance, tally
from blis_tui.workload.fitting.likeness.report import (
    COUNT,
    PLAIN,
    SHARE,
    TOKENS,
    Distance,
    FitReport,
    Row,
    Section,
    StageRow,
    judged,
)
from blis_tui.workload.fitting.parts.arrivals import relative_gaps, variation
from blis_tui.workload.requests import Requests

_RELATIVE = 0.05, 0.15
_DISTANCE = 0.05, 0.12
_POINTS = 0.02, 0.06
_VARIATION = 0.15, 0.4
_SAME_GAP = 0.05
"""Gaps that differ by less than this part of the mean one are the same."""
_CRITICAL = 1.36
"""Two samples of one distribution are further apart with 5 %, times the root of the sum of their inverse sizes."""
_DEVIATIONS = 3.0
_PER_BIN = 10
"""Requests per bin, about, where the dispersion of their counts is looked at."""
_MOST = 200_000
"""So many requests are enough for a distance."""


class Side(NamedTuple):
    """The requests of the trace, or those that are generated, and the class of each."""

    requests: Requests
    number: NDArray[np.int32]


def compare(trace: Side, made: Side, names: Sequence[str], edges: NDArray[np.int64]) -> FitReport:
    """Compare both, in all and class by class, and the requests of each stage."""

    def section(name: str, one: NDArray[np.intp], other: NDArray[np.intp]) -> Section:
        return _section(name, trace.requests, made.requests, one, other, edges)

    classes = [
        section(name, np.flatnonzero(trace.number == place), np.flatnonzero(made.number == place))
        for place, name in enumerate(names)
    ]
    total = section("all", np.arange(len(trace.requests)), np.arange(len(made.requests)))
    return FitReport(total, tuple(classes) if len(names) > 1 else (), tuple(_stages(trace, made, edges)))


def class_counts(side: Side, classes: int, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the requests of each class in each stage. Shape: (classes × stages)."""
    stages = len(edges) - 1
    stage = (np.searchsorted(edges, side.requests.arrival_us, side="right") - 1).clip(0, stages - 1)
    found: NDArray[np.int64] = np.bincount(side.number * stages + stage, minlength=classes * stages)
    return found


def _stages(trace: Side, made: Side, edges: NDArray[np.int64]) -> Iterator[StageRow]:
    counts = [np.diff(np.searchsorted(side.requests.arrival_us, edges)).tolist() for side in (trace, made)]
    for start, end, one, other in zip(edges.tolist(), edges[1:].tolist(), *counts, strict=False):
        yield StageRow(start, end, one, other, _counts(one, other, one))


def _section(
    name: str,
    trace: Requests,
    made: Requests,
    one: NDArray[np.intp],
    other: NDArray[np.intp],
    edges: NDArray[np.int64],
) -> Section:
    starts = _starts(trace, one)
    rows = [Row("requests", COUNT, len(one), len(other), _counts(len(one), len(other), starts))]
    sessions = _sessions(trace, one), _sessions(made, other)
    if any(sessions):
        rows.append(Row("sessions", COUNT, *sessions, _counts(*sessions, sessions[0])))
    distances = []
    for label, column in (("input", "input_tokens"), ("output", "output_tokens")):
        lengths = tally(getattr(trace, column)[one]), tally(getattr(made, column)[other])
        rows += _lengths(label, *lengths)
        distances.append(_distance(f"{label} lengths", *lengths))
    shares = _prefix_share(trace, one), _prefix_share(made, other)
    if any(shares):
        chance = _DEVIATIONS * math.sqrt(shares[0] * (1.0 - shares[0]) / max(starts, 1))
        rows.append(Row("prefix share", SHARE, *shares, judged(abs(shares[0] - shares[1]), chance, *_POINTS)))
    times = trace.arrival_us[one], made.arrival_us[other]
    gaps = np.diff(times[0]), np.diff(times[1])
    cvs = _variation(times[0], edges), _variation(times[1], edges)
    off = abs(cvs[1] - cvs[0]) / max(cvs[0], 0.2)
    rows.append(Row("variation of gaps", PLAIN, *cvs, judged(off, _DEVIATIONS / math.sqrt(max(starts, 1)), *_VARIATION)))
    rows.append(Row("dispersion of counts", PLAIN, *_dispersions(*times)))
    some = [each[:: -(-len(each) // _MOST) or 1] for each in gaps]
    near = round(_SAME_GAP * float(gaps[0].mean())) if len(gaps[0]) else 0
    distances.append(_distance("gaps", tally(some[0]), tally(some[1]), near, starts))
    return Section(name, tuple(rows), tuple(distances))


def _lengths(label: str, one: Tally, other: Tally) -> Iterator[Row]:
    if not one.total or not other.total:
        return
    yield Row(
        f"{label} mean",
        TOKENS,
        one.mean,
        other.mean,
        _relative(one.mean, other.mean, one.deviation / math.sqrt(one.total) / max(one.mean, 1.0)),
    )
    for part in (0.5, 0.9, 0.99):
        spare = _DEVIATIONS * math.sqrt(part * (1 - part) / one.total)  # of the quantile's rank
        low, value, high = (one.quantile(each) for each in (max(part - spare, 0.0), part, min(part + spare, 1.0)))
        found = other.quantile(part)
        off = max(low - found, found - high, 0) / max(value, 1)
        yield Row(f"{label} p{round(part * 100)}", TOKENS, value, found, judged(off, 0.5 / max(value, 1), *_RELATIVE))


def _counts(one: float, other: float, drawn: float) -> str:
    """Judge two numbers of things of which so many are drawn: chance makes about the root of that of them."""
    return _relative(one, other, 1.0 / math.sqrt(max(drawn, 1.0)))


def _relative(one: float, other: float, deviation: float) -> str:
    """Judge two numbers, each of which has that deviation, as a part of it."""
    return judged(abs(other - one) / max(one, 1.0), _DEVIATIONS * math.sqrt(2.0) * deviation, *_RELATIVE)


def _distance(name: str, one: Tally, other: Tally, near: int = 0, drawn: int | None = None) -> Distance:
    """Compare two samples, of which each has so many numbers that are `drawn`; ``None`` for all."""
    found = distance(one, other, near)
    sizes = [max(min(each.total, each.total if drawn is None else drawn), 1) for each in (one, other)]
    chance = _CRITICAL * math.sqrt(1.0 / sizes[0] + 1.0 / sizes[1])
    return Distance(name, found, judged(found, chance, *_DISTANCE))


def _sessions(requests: Requests, which: NDArray[np.intp]) -> int:
    if not requests.has_sessions:
        return 0
    session = requests.session[which]
    _, sizes = np.unique(session[session >= 0], return_counts=True)
    return int((sizes >= 2).sum())


def _starts(requests: Requests, which: NDArray[np.intp]) -> int:
    """Return how many requests come by chance: all but the further rounds of conversations, which follow from the first."""
    session = requests.session[which] if requests.has_sessions else np.empty(0, np.int64)
    spoken = session >= 0
    return len(which) - int(spoken.sum()) + len(np.unique(session[spoken]))


def _prefix_share(requests: Requests, which: NDArray[np.intp]) -> float:
    """Return the part of the input that is shared prefixes, of first rounds: runs note none of the further ones."""
    which = which[requests.round[which] == 0] if requests.has_sessions else which
    inputs = int(requests.input_tokens[which].sum(dtype=np.int64))
    return int(requests.prefix_tokens[which].sum(dtype=np.int64)) / inputs if inputs else 0.0


def _variation(times_us: NDArray[np.int64], edges: NDArray[np.int64]) -> float:
    """Return how much gaps vary within stages."""
    return variation(relative_gaps(times_us, np.searchsorted(edges, times_us, side="right")))


def _dispersions(one: NDArray[np.int64], other: NDArray[np.int64]) -> tuple[float, float]:
    """Return the variance over the mean of the requests in bins of equal width: 1 for a Poisson process of one rate."""
    if len(one) < 2 * _PER_BIN:
        return 1.0, 1.0
    start, end = int(one[0]), int(one[-1]) + 1
    edges = np.linspace(start, end, len(one) // _PER_BIN + 1)
    counts = [np.diff(np.searchsorted(each, edges)) for each in (one, other)]
    first, second = (float(each.var() / each.mean()) if each.any() else 0.0 for each in counts)
    return first, second
