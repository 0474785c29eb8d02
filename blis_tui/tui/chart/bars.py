"""How high the bars are: over time, by groups, and what was planned behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from blis_tui.numbers import counted
from blis_tui.problems import printable
from blis_tui.workload.totals.bins import Bins, Series, series, short_span_us
from blis_tui.workload.totals.capacity import UnderWay
from blis_tui.workload.totals.groups import groups
from blis_tui.workload.totals.measures import OUTPUT, TOKENS, UNDER_WAY, weights_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.workload.requests import Requests
    from blis_tui.workload.server import AssumedServer

MOST_GROUPS = 5
"""So many groups have bars of their own if there are more than one besides."""


class Stack(NamedTuple):
    """Groups that are stacked, the largest first and the others last: their names, and how high each reaches in each bin."""

    names: tuple[str, ...]
    heights: tuple[NDArray[np.float64], ...]


def over_time(measure: str, requests: Requests, bins: Bins) -> Series:
    """Count the measure over time; what a request more or less means decides how short the spans within bins are."""
    arrivals, weights = requests.arrival_us, weights_of(measure, requests)
    telling = arrivals if weights is None or measure in (TOKENS, OUTPUT) else arrivals[weights.astype(bool)]
    return series(arrivals, bins, weights, short_span_us(telling, bins))


def planned(measure: str, plan: Requests, bins: Bins, server: AssumedServer) -> list[float]:
    """Return the heights of what is planned, to be shown behind what is sent."""
    if measure == UNDER_WAY:
        found: list[float] = UnderWay(plan, server).means(bins).tolist()
    else:
        found = series(plan.arrival_us, bins, weights_of(measure, plan)).rates.tolist()
    return found


def by_group(kind: str, measure: str, requests: Requests, bins: Bins, under_way: UnderWay | None) -> Stack:
    """Stack the largest groups of a kind. Which they are, and their order, is the same whatever part of the time is shown."""
    weights = weights_of(measure, requests)
    group, name_of = groups(kind, requests)
    sizes = np.bincount(group, weights if under_way is None else under_way.takes_us)
    order = np.argsort(-sizes, kind="stable")
    order = order[sizes[order] > 0]
    there = len(order)
    order = order if there <= MOST_GROUPS + 1 else order[:MOST_GROUPS]
    rank = np.full(len(sizes), len(order), np.int64)
    rank[order] = np.arange(len(order))
    names = [printable(name_of(number)) for number in order.tolist()]
    if there > len(order):
        names.append(counted(there - len(order), "other"))
    kinds = len(order) + 1
    if under_way is not None:
        kind_of = rank[group]
        table = np.stack([under_way.means(bins, kind_of == number) for number in range(len(names))], axis=1)
    else:
        within = bins.within(requests.arrival_us)
        places = bins.of(requests.arrival_us[within]) * kinds + rank[group[within]]
        counts = np.bincount(places, None if weights is None else weights[within], bins.number * kinds)
        table = counts.reshape(bins.number, -1)[:, : len(names)] / bins.seconds[:, None]
    return Stack(tuple(names), tuple(np.cumsum(table, axis=1).T))
