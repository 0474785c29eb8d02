"""Blocks made in another thread while the last one is used: NumPy lets go of Python's lock while it works.

Several threads that draw would be no use: half of their time goes into NumPy calls of a few microseconds, and threads that
wait for each other's lock between them take longer than one alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event
from typing import TypeVar

from blis_tui.workload.random.reader import Pulse

T = TypeVar("T")
_WORTH_S = 0.001
"""If one is used for a shorter time, to hand the next one over takes longer than is won."""
_WAITING_S = 0.05
"""So often, who waits for a block is told that it is not there yet."""


def several(threads: int | None) -> bool:
    """Tell whether another thread may be used: if more than one is asked for, or there are several processors."""
    return (threads or os.cpu_count() or 1) > 1


class _Stopped(Exception):
    """Nobody wants the block any more."""


def made_ahead(make: Callable[[Pulse], Iterator[T]], pulse: Pulse) -> Iterator[T]:
    """Give what is made, and make the next one meanwhile in another thread once using one takes long enough for that.

    While one is made or waited for, `pulse` is called now and then in the thread that asks. If it raises, or no more is
    asked for, the pulse given to `make` raises too, so that the other thread stops.
    """
    stop, alone = Event(), True

    def go_on() -> None:
        if alone:
            pulse()
        elif stop.is_set():
            raise _Stopped

    made = make(go_on)
    used = 0.0
    while used < _WORTH_S:
        one = next(made, None)
        if one is None:
            return
        given = time.perf_counter()
        yield one
        used = time.perf_counter() - given
    alone = False
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, made, None)
        try:
            while (one := _awaited(following, pulse)) is not None:
                following = pool.submit(next, made, None)
                yield one
        finally:
            stop.set()
            wait([following])


def _awaited(future: Future[T], pulse: Pulse) -> T:
    while not wait([future], _WAITING_S).done:
        pulse()
    return future.result()
