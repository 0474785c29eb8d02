"""The schedule: the requests of all clients without their token ids, drawn client by client and put in arrival order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.problems import ERROR, Problem, SpecError
from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.workload import kernel
from blis_tui.workload.kernel.records import CHAT, DONE, FULL, MEDIA, STOPPED, TOO_LONG, Programs, Sheet
from blis_tui.workload.memory import rows_that_fit
from blis_tui.workload.progress import Progress
from blis_tui.workload.sampling.lengths import checked
from blis_tui.workload.tuning import Tuning
from blis_tui.workload.workers import Workers

_SHARES_EACH, _MOST_CLIENTS = 16, 4096
"""Into how many shares the clients of each thread are cut, so that all end at about the same time; the most of a share."""

Columns = dict[str, NDArray[Any]]
"""The columns of a `Sheet`, all as long as each other."""


class _Failure(NamedTuple):
    """Where a client cannot be walked any further, and why."""

    client: int
    end: int
    tokens: int


class _Pulse:
    """Tells now and then how far the threads are, and sees to it that there is room for what they have drawn."""

    def __init__(self, clients: int, most: int, progress: Progress | None) -> None:
        self._clients, self._most, self._progress = max(1, clients), most, progress
        self._told = 0.0
        self.walks: list[kernel.Walk] = []
        self.filled: list[int] = []
        """The rows of each sheet that is full."""

    def __call__(self) -> None:
        if sum(tuple(self.filled)) > self._most:
            raise MemoryError
        if self._progress is not None:
            done = sum(walk.done + walk.part_done for walk in tuple(self.walks))
            self._told = max(self._told, min(1.0, done / self._clients))
            self._progress(self._told)


def draw(
    programs: Programs, seeds: NDArray[np.int64], workers: Workers, progress: Progress | None, tuning: Tuning
) -> list[Columns]:
    """Draw the requests of all clients; a client's are all in order, in one part or in several that follow each other.

    Raises `SpecError` where a request is too long or past all time, `MemoryError` where there is no room for all, and what
    `progress` raises.
    """
    clients = int(programs.starts[-1])
    share = min(max(1, -(-clients // (workers.count * _SHARES_EACH))), _MOST_CLIENTS)
    shares = iter(range(0, clients, share))
    pulse = _Pulse(clients, rows_that_fit(_sheet(programs, 1).row_bytes), progress)

    def walk_shares() -> list[Columns] | _Failure:
        walk = kernel.Walk(programs, seeds, workers.stop)
        pulse.walks.append(walk)
        sheet = _sheet(programs, tuning.first_rows)
        parts: list[Columns] = []
        for low in shares:
            walk.begin(low, min(low + share, clients))
            while (end := walk.fill(sheet)) == FULL:
                parts.append(sheet.filled())
                pulse.filled.append(sheet.used)
                sheet = _sheet(programs, min(4 * sheet.rows, tuning.most_rows))
            if end == STOPPED:
                break
            if end != DONE:
                for _ in shares:  # no one need begin another
                    pass
                return _Failure(walk.failed_client, end, walk.tokens)
        parts.append(sheet.filled())
        return parts

    parts: list[Columns] = []
    failures: list[_Failure] = []
    for result in workers.results([workers.start(thread, walk_shares) for thread in range(workers.count)], pulse):
        if isinstance(result, _Failure):
            failures.append(result)
        else:
            parts += result
    if failures:
        _fail(min(failures))
    return parts


def _sheet(programs: Programs, rows: int) -> Sheet:
    contents = programs.programs["content"]
    return Sheet(rows, chat=bool((contents == CHAT).any()), media=bool((contents == MEDIA).any()))


def _fail(failure: _Failure) -> None:
    if failure.end == TOO_LONG:
        checked(failure.tokens)
    message = f"arrivals run past {INT64_MAX:,} µs, the last time there is; set a horizon, or higher rates"
    raise SpecError([Problem("overflow", ERROR, (), message)])


def in_arrival_order(parts: list[Columns], most: int) -> Columns:
    """Put requests in arrival order, clients in theirs where times are equal, and keep the first `most` of them (0: all).

    The parts are used up column by column, so that no more than one column is there twice.
    """
    columns = dict.fromkeys(parts[0])
    arrival, client = joined(parts, "arrival"), joined(parts, "client")
    order = _order(arrival, client)
    if most:
        order = order[:most]
    result: Columns = {"arrival": arrival[order], "client": client[order]}
    del arrival, client
    for name in columns:
        if name not in result:
            result[name] = joined(parts, name)[order]
    return result


def joined(parts: list[Columns], name: str) -> NDArray[Any]:
    """Join a column of some parts, and take it from them."""

    def taken() -> Iterator[NDArray[Any]]:
        for part in parts:
            yield part.pop(name)

    return np.concatenate(list(taken()))


def _order(arrival: NDArray[np.int64], client: NDArray[np.int32]) -> NDArray[np.intp]:
    """Return the order by arrival, then client, then row. Equal arrivals are rare and ordered on their own."""
    order = np.argsort(arrival)
    times = arrival[order]
    tied = np.zeros(len(order) + 1, bool)
    np.equal(times[1:], times[:-1], out=tied[1:-1])
    places = (tied[1:] | tied[:-1]).nonzero()[0]
    rows = order[places]
    order[places] = rows[np.lexsort((rows, client[rows], arrival[rows]))]
    return order
