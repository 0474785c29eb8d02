"""Threads for the loops of the kernel, which let go of Python's lock; the thread that waits for them stays responsive."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

import numpy as np

from blis_tui.workload import kernel

T = TypeVar("T")
Pulse = Callable[[], None]
"""Is called now and then while something takes long, in the thread that waits for it; it may raise to stop it."""
_WAITING_S = 0.02
"""How often who waits looks up."""


class Workers:
    """Some threads, used as a context: when it ends, also by an exception, what they do is stopped.

    Each thread does what it is given in turn. `stop` is the number that the kernel's loops look at: anything but 0 stops them
    within a few microseconds.
    """

    def __init__(self, threads: int | None = None) -> None:
        # the plain kernel holds Python's lock, so that more threads would not help it
        self.count = max(1, threads or os.cpu_count() or 1) if kernel.COMPILED else 1
        self.stop = np.zeros(1, np.int32)
        self._pools = [ThreadPoolExecutor(1) for _ in range(self.count)]

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop[0] = 1
        for pool in self._pools:
            pool.shutdown(wait=True, cancel_futures=True)

    def start(self, thread: int, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Give a thread some work."""
        return self._pools[thread].submit(work, *arguments)

    def results(self, futures: Sequence[Future[T]], pulse: Pulse) -> list[T]:
        """Wait for some work, and return what came of it."""
        while wait(futures, _WAITING_S).not_done:
            pulse()
        return [future.result() for future in futures]

    def run(self, work: Callable[..., T], *arguments: Any, pulse: Pulse) -> T:
        """Let a thread do some work, and wait for it."""
        return self.results([self.start(0, work, *arguments)], pulse)[0]
