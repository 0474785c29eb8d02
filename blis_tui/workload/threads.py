"""Several threads for one piece of work, and how far it is: NumPy lets go of Python's lock while it works on large arrays."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from functools import partial

from blis_tui.problems import Cancelled

_MOST = 4
_BEAT_S = 0.03

Progress = Callable[[float], None]
"""Is told, in the calling thread and often, the part that is done, 0 to 1. May raise `Cancelled`."""


class Pulse:
    """Tells a progress callback, in the calling thread, what part of the clients is done."""

    def __init__(self, progress: Progress | None) -> None:
        self.done = 0
        self.clients = 1
        self._progress = progress

    def __call__(self) -> None:
        """Tell what is done."""
        self.also(0)

    def also(self, more: float) -> None:
        """Tell that so many clients more are done than are counted as yet."""
        if self._progress is not None:
            self._progress(min(1.0, (self.done + more) / self.clients))


Work = Callable[[Callable[[int], None]], None]
"""Something to do; it tells the function it is given, often, how much it is through with."""


def usable(threads: int | None) -> int:
    """Return how many threads to use: as many as are asked for, by default one for each processor and few."""
    return max(1, threads or min(_MOST, os.cpu_count() or 1))


def run_threads(works: Sequence[Work], beat: Callable[[int], None]) -> None:
    """Do all works, each in a thread of its own.

    `beat` is told, in the calling thread and often, how much is done altogether. What it or a work raises stops all.
    """
    if len(works) == 1:
        works[0](beat)
        return
    done = [0] * len(works)
    stopped = False

    def tick(number: int, count: int) -> None:
        done[number] = count
        if stopped:
            raise Cancelled

    with ThreadPoolExecutor(len(works)) as pool:
        left = {pool.submit(work, partial(tick, number)) for number, work in enumerate(works)}
        try:
            while left:
                over, left = wait(left, timeout=_BEAT_S, return_when=FIRST_COMPLETED)
                for future in over:
                    future.result()
                beat(sum(done))
        except BaseException:
            stopped = True
            raise
