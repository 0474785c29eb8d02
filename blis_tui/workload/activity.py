"""When a client is active, and until when requests are made."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.problems import ERROR, Problem, SpecError
from blis_tui.spec.fields import INT64_MAX, INT64_MIN
from blis_tui.spec.model import Client, Window
from blis_tui.workload.clients import windowed


class Activity:
    """The times at which a client is active, as disjoint spans in ascending order, in microseconds."""

    __slots__ = ("_ends", "_starts", "always", "first_start")

    def __init__(self, windows: Sequence[Window]) -> None:
        self.always = not windows
        self.first_start = windows[0].start_us if windows else 0  # the first as written, not the earliest
        starts: list[int] = []
        ends: list[int] = []
        for window in sorted(windows, key=lambda window: window.start_us):
            if ends and window.start_us <= ends[-1]:
                ends[-1] = max(ends[-1], window.end_us)
            else:
                starts.append(window.start_us)
                ends.append(window.end_us)
        self._starts = starts or [INT64_MIN]  # a negative think time leads to negative times
        self._ends = ends or [INT64_MAX]

    @classmethod
    def of(cls, client: Client) -> Activity:
        """Return when a client is active."""
        return cls(client.lifecycle.windows if windowed(client) and client.lifecycle is not None else ())

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The spans, as (start, end)."""
        return list(zip(self._starts, self._ends, strict=True))

    @property
    def end(self) -> int:
        """The time from which on the client is never active again."""
        return self._ends[-1]

    def __contains__(self, time_us: int) -> bool:
        index = bisect_right(self._starts, time_us) - 1
        return index >= 0 and time_us < self._ends[index]

    def mask(self, times_us: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell for many times whether the client is active."""
        index = np.searchsorted(np.array(self._starts), times_us, side="right") - 1
        return (index >= 0) & (times_us < np.array(self._ends)[index])

    def next_change(self, time_us: int) -> tuple[bool, int]:
        """Tell whether the client is active at a time before its end, and when that changes."""
        index = bisect_right(self._starts, time_us) - 1
        if index >= 0 and time_us < self._ends[index]:
            return True, self._ends[index]
        return False, self._starts[index + 1]


class Limits(NamedTuple):
    """Between what a client makes requests: when it is active, the end in µs, the most requests, the start in µs."""

    activity: Activity
    until: int
    most: int
    start: int = 0

    @property
    def end(self) -> int:
        """The time from which on no request is made."""
        return min(self.until, self.activity.end)

    def over(self, time_us: int) -> bool:
        """Tell whether a time is past the end; raises `SpecError` where nothing but int64 ends the arrivals."""
        if time_us < self.end:
            return False
        if self.end == INT64_MAX:
            raise time_overflow()
        return True


def time_overflow() -> SpecError:
    """Return the error that arrivals leave the times int64 can hold, where BLIS goes on with negative ones."""
    message = f"arrivals run past {INT64_MAX:,} µs, the last time there is; set a horizon, or higher rates"
    return SpecError([Problem("overflow", ERROR, (), message)])
