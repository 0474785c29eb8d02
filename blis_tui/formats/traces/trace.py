"""What opening a trace gives: requests with the columns that the file has, and notes on what it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.formats.traces.cells import by_first
from blis_tui.problems import INFO, Problem
from blis_tui.spec.format.model import Client, WorkloadSpec
from blis_tui.workload.expansion.clients import ClientBlock, Expansion
from blis_tui.workload.recorded import RecordedRequests

MOST_TOKENS = 2**31 - 1
"""The longest input or output of a request."""
MOST_US = 2**62
"""No time of a trace is later than this, in µs."""
NOT_MEASURED = -1
"""Stands for a time that was not measured."""
EPOCH_US = 10**14
"""Times from here on, in µs, are those of a calendar (1973 on), not counted from a start."""


class MeasuredTimes(NamedTuple):
    """What a run measured of each request, in µs from the start of the workload, `NOT_MEASURED` where it is not known.

    All have shape (requests). `sent_us` is when it was sent, which the arrival was to be; `first_us` and `last_us` are when the
    first and the last part of the answer came. `status` is a place in `statuses`: ok, error, timeout, incomplete.
    """

    sent_us: NDArray[np.int64]
    first_us: NDArray[np.int64]
    last_us: NDArray[np.int64]
    output_tokens: NDArray[np.int64]
    status: NDArray[np.int64]
    statuses: tuple[str, ...]


class Trace(NamedTuple):
    """A trace that was opened.

    `kind` says which it is, `notes` what is to be known of its requests; `measured` is there if it is of a run.
    """

    kind: str
    name: str
    requests: RecordedRequests
    notes: tuple[Problem, ...] = ()
    measured: MeasuredTimes | None = None
    header: Mapping[str, Any] | None = None


def info(message: str) -> Problem:
    """Make a note on a trace."""
    return Problem("trace", INFO, (), message)


def sorted_columns(columns: Mapping[str, NDArray[Any]], order: NDArray[np.intp] | None) -> dict[str, NDArray[Any]]:
    """Put columns in an order, ``None`` for that which they have."""
    return dict(columns) if order is None else {name: column[order] for name, column in columns.items()}


def arrival_order(arrival_us: NDArray[np.int64]) -> NDArray[np.intp] | None:
    """Return the order of arrival, equal times as they stand; ``None`` if the rows are in it."""
    return None if (np.diff(arrival_us) >= 0).all() else np.argsort(arrival_us, kind="stable")


def clients_of(fields: Mapping[str, list[Any]]) -> tuple[WorkloadSpec, list[ClientBlock]]:
    """Make a block for each client: `fields` has the values of all clients for some fields of `Client`."""
    rows = zip(*fields.values(), strict=True)
    clients = tuple(Client(**dict(zip(fields, row, strict=True))) for row in rows)
    return WorkloadSpec(version="2"), [ClientBlock(client) for client in clients]


def expansion_of(spec: WorkloadSpec, blocks: list[ClientBlock]) -> Expansion:
    """Return the clients of a trace."""
    clients = Expansion(spec, blocks, aggregate_rate=0.0, category="")
    clients.recorded = True
    return clients


def combined(columns: list[tuple[list[Any], NDArray[np.int64]]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the combinations of some columns of (values, number of each row's value), in the order of their first rows.

    Returns each row's combination, and the first row of each.
    """
    keys = np.zeros(len(columns[0][1]), np.int64)
    for values, of in columns:
        keys = np.unique(keys * max(len(values), 1) + of, return_inverse=True)[1] if len(values) > 1 else keys
    first, of = by_first(keys)
    return of, first
