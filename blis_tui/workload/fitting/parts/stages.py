"""Where the rate of a trace changes.

Requests are counted in some thousand bins, and the time is cut where a piecewise constant rate explains the counts best: the
log-likelihood of a Poisson process, less a penalty for each cut (optimal partitioning, with what can be no cut left out of
the search, as PELT does). Several kinds of request are looked at together, so that one that takes the place of another is a
change too. The penalty is a little more than that of the BIC, times how much more the counts vary from bin to bin than
Poisson ones, so that bursts are no stages. Neighbours whose rates differ by little are joined afterwards; then each cut is
moved to the request where it fits best, and from there to a round time that fits nearly as well.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.fitting.parts.times import ROUND_US, multiples

MOST_STAGES = 24
"""More are not told apart: nobody could read the file."""
_LEAST_DIFFERENCE = 0.08
"""Neighbours whose rates differ by less than this part are one stage."""
_MOST_BINS = 2048
_REQUESTS_PER_BIN = 4
_FEWEST = 24
"""With fewer requests there is one stage."""
_NEARLY = 3.7
"""A cut may move to a round time where the log-likelihood is less by so much: it lies there with 95 % (Hansen 2000)."""
_PENALTY = 0.6
"""That of the BIC is 0.5; with this, one in a hundred traces of one rate is cut."""
_TELLING = 4.0
"""A mean number of requests from which a bin's number tells something."""
_ENOUGH = 200
"""So many bins, at least, are looked at for bursts that are longer: in wider ones, stages would look like bursts."""
_MEDIAN = 0.455
"""The median of the square of a normal deviate."""

Counts = NDArray[np.float64]


def find_stages(
    arrival_us: NDArray[np.int64], kind: NDArray[np.integer], kinds: int, end_us: int, most: int
) -> NDArray[np.int64]:
    """Return where stages begin, and the end, in µs. Shape: (stages + 1).

    `arrival_us` ascends; `kind`, of the same shape (requests), says of which of a few `kinds` each request is.
    """
    whole = np.array([0, end_us], np.int64)
    number = min(_MOST_BINS, len(arrival_us) // _REQUESTS_PER_BIN)
    if len(arrival_us) < _FEWEST or end_us <= 2 * number:
        return whole
    width = -(-end_us // number)
    number = -(-end_us // width)
    if number < 4:
        return whole
    counts = np.bincount(kind * number + np.minimum(arrival_us // width, number - 1), minlength=kinds * number)
    counts = counts.reshape(kinds, number).astype(np.float64)
    penalty = _PENALTY * (1 + kinds) * np.log(number) * _overdispersion(counts.sum(0))
    sums = np.concatenate([np.zeros((kinds, 1)), np.cumsum(counts, axis=1)], axis=1)
    cuts = _joined(_partition(sums, penalty), sums, most)
    edges = np.append(np.array(cuts, np.int64) * width, end_us)
    edges[0] = 0
    return _refined(edges, arrival_us, kind, kinds, width)


def _overdispersion(counts: Counts) -> float:
    """Return how much more neighbouring counts vary than Poisson ones: at least 1, the most at any of several bin widths.

    Second differences do not see what rises or falls evenly, and their median not the few bins where the rate changes.
    """
    found = [1.0]
    while len(counts) >= (_ENOUGH if len(found) > 1 else _FEWEST):
        triples = (counts[:-2] + counts[1:-1] + counts[2:]) / 3
        told = triples >= _TELLING
        if told.sum() >= 16:
            second = counts[:-2] - 2 * counts[1:-1] + counts[2:]
            found.append(float(np.median(second[told] ** 2 / (6.0 * triples[told]))) / _MEDIAN)
        counts = counts[: len(counts) // 4 * 4].reshape(-1, 4).sum(1)
    return max(1.0, *found)


def _log_likelihood(counts: Counts, lengths: Counts | float) -> Counts:
    """Return the most likely Poisson rate's log-likelihood, but for what is the same for all cuts; the last axis is kept."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = counts * np.log(counts / lengths)
    total: Counts = np.where(counts > 0, terms, 0.0).sum(axis=0)
    return total


def _partition(sums: Counts, penalty: float) -> list[int]:
    """Return the bins in which stages begin, the first of them 0."""
    number = sums.shape[1] - 1
    best = np.empty(number + 1)
    best[0] = penalty
    before = np.zeros(number + 1, np.int64)
    starts = np.zeros(1, np.int64)
    for end in range(1, number + 1):
        gains = best[starts] + _log_likelihood(sums[:, end, None] - sums[:, starts], (end - starts).astype(np.float64))
        place = int(np.argmax(gains))
        best[end], before[end] = gains[place] - penalty, starts[place]
        starts = np.append(starts[gains >= best[end]], end)
    cuts = [int(before[number])]
    while cuts[-1] > 0:
        cuts.append(int(before[cuts[-1]]))
    return cuts[::-1]


def _joined(cuts: list[int], sums: Counts, most: int) -> list[int]:
    """Join neighbours that differ by little, and then those that differ least, until there are at most `most` stages."""
    edges = [*cuts, sums.shape[1] - 1]
    while len(edges) > 2:
        at = np.array(edges)
        counts, lengths = np.diff(sums[:, at], axis=1), np.diff(at).astype(np.float64)
        rates = counts / lengths
        total = sums[:, -1].sum() / lengths.sum()
        difference = np.abs(np.diff(rates, axis=1)).max(axis=0) / np.maximum(
            (rates[:, 1:] + rates[:, :-1]).sum(0) / 2, total * 1e-6
        )
        apart = np.array([_log_likelihood(counts[:, i : i + 1], lengths[i]) for i in range(len(lengths))]).ravel()
        both = _log_likelihood(counts[:, 1:] + counts[:, :-1], lengths[1:] + lengths[:-1])
        loss = apart[1:] + apart[:-1] - both
        place = int(np.argmin(np.where(difference < _LEAST_DIFFERENCE, loss, np.inf)))
        if difference[place] >= _LEAST_DIFFERENCE:
            if len(lengths) <= most:
                break
            place = int(np.argmin(loss))
        del edges[place + 1]
    return edges[:-1]


def _refined(
    edges: NDArray[np.int64], arrival_us: NDArray[np.int64], kind: NDArray[np.integer], kinds: int, width: int
) -> NDArray[np.int64]:
    """Move each cut to where it fits best within two bins, and then to a round time that fits nearly as well."""
    places = np.searchsorted(arrival_us, edges)
    counts = np.array([np.bincount(kind[low:high], minlength=kinds) for low, high in pairwise(places.tolist())])
    rates = np.maximum(counts / np.maximum(np.diff(edges), 1)[:, None], 1e-15)
    moved = edges.copy()
    for cut in range(1, len(edges) - 1):
        low = max(int(edges[cut]) - 2 * width, int(moved[cut - 1]) + width // 2)
        high = min(int(edges[cut]) + 2 * width, int(edges[cut + 1]) - width // 2)
        near = slice(*np.searchsorted(arrival_us, [low, high]).tolist())
        moved[cut] = _best_cut(
            low, high, arrival_us[near], np.log(rates[cut - 1] / rates[cut])[kind[near]], rates[cut - 1 : cut + 1]
        )
    return moved


def _best_cut(low: int, high: int, times: NDArray[np.int64], gains: Counts, rates: Counts) -> int:
    """Return where the rate changes; `gains` says how much likelier each request is before the cut than after it."""
    before = np.concatenate([[0.0], np.cumsum(gains)])
    slope = float(rates[1].sum() - rates[0].sum())

    def likelihood(cuts: NDArray[np.int64]) -> Counts:
        value: Counts = before[np.searchsorted(times, cuts)] + slope * (cuts - low)
        return value

    candidates = np.concatenate([[low, high], times, times + 1])
    values = likelihood(candidates)
    enough = values.max() - _NEARLY
    for unit in ROUND_US:  # between two requests the likelihood rises or falls evenly: what is next to one is best
        rounded = multiples(unit, candidates, low, high)
        if len(rounded) and (found := likelihood(rounded)).max() >= enough:
            return int(rounded[np.argmax(found)])
    return int(candidates[np.argmax(values)])
