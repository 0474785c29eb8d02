"""What tests of stopping need: callbacks that stop, and whether threads are left over."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from blis_tui.problems import Cancelled

SOON_S = 2.0
"""Stopping takes some milliseconds; this is for machines that do much else."""


class Stopper:
    """A callback for progress or pulses that raises from its call number `after` on, counted from 0."""

    def __init__(self, after: int = 0, error: Exception | None = None) -> None:
        self.calls = 0
        self.parts: list[float] = []
        self._after = after
        self._error = error or Cancelled()
        self._raised_at: float | None = None

    def __call__(self, part: float = 0.0) -> None:
        self.calls += 1
        self.parts.append(part)
        if self.calls > self._after:
            self._raised_at = time.monotonic()
            raise self._error

    @property
    def took_s(self) -> float:
        """How long ago it raised."""
        assert self._raised_at is not None
        return time.monotonic() - self._raised_at


@contextmanager
def no_threads_left() -> Iterator[None]:
    """Check that the threads which are started are over at the end."""
    before = set(threading.enumerate())
    yield
    assert not set(threading.enumerate()) - before
