"""How far generation is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float], None]
"""Is told, often, the part that is done, 0 to 1. May raise `Cancelled`."""


class Pulse:
    """Tells a progress callback what part of the clients is done."""

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
