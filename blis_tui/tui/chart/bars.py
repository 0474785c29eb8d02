"""How high the bars are: over time, by prefix group, and what was planned behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blis_tui.problems import printable
from blis_tui.workload.totals.bins import Bins, Series, series, short_span_us
from blis_tui.workload.totals.capacity import UnderWay
from blis_tui.workload.totals.measures import OUTPUT, TOKENS, UNDER_WAY, weights_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.workload.requests import Requests
    from blis_tui.workload.server import AssumedServer

MOST_GROUPS = 5


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


def by_group(
    measure: str, requests: Requests, bins: Bins, under_way: UnderWay | None
) -> tuple[tuple[str, ...], list[NDArray[np.float64]]]:
    """Return the names and heights of stacked bars of the largest prefix groups, those that stand after first."""
    weights = weights_of(measure, requests)
    groups = requests.prefix_group
    order = _largest(groups, weights)
    rank = np.full(int(groups.max(initial=-1)) + 2, len(order), np.int64)
    rank[order + 1] = np.arange(len(order))
    kinds = len(order) + 1
    kind = rank[groups + 1]
    if under_way is not None:
        table = np.stack([under_way.means(bins, kind == number) for number in range(kinds)], axis=1)
    else:
        counts = np.bincount(bins.of(requests.arrival_us) * kinds + kind, weights, bins.number * kinds)
        table = counts.reshape(bins.number, -1) / bins.seconds[:, None]
    names = [_group_name(requests, group) for group in order.tolist()]
    if table[:, -1].any():
        names.append("others")
    else:
        table = table[:, :-1]
    heights = np.cumsum(table, axis=1)
    return tuple(reversed(names)), [heights[:, column] for column in reversed(range(heights.shape[1]))]


def _largest(groups: NDArray[np.int32], weights: NDArray[np.bool_] | NDArray[np.int32] | None) -> NDArray[np.int64]:
    """Return the numbers of the largest groups, the largest first; -1 stands for requests without a group."""
    sizes = np.bincount(groups + 1, weights)
    order = np.argsort(-sizes, kind="stable")[:MOST_GROUPS]
    return order[sizes[order] > 0] - 1


def _group_name(requests: Requests, group: int) -> str:
    if group < 0:
        return "no prefix"
    first = int(np.argmax(requests.prefix_group == group))
    return printable(requests.clients[int(requests.client[first])].prefix_group)
