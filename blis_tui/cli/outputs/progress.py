"""How far a long job is, on standard error where that is a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType

from blis_tui.cli.outputs.streams import is_terminal
from blis_tui.numbers import time_left
from blis_tui.signals import heed

PATIENCE_S = 0.3
"""Jobs that are done by then need no progress."""
_EVERY_S = 0.1
_CLEAR = "\r\x1b[K"


class Progress:
    """A line that is rewritten in place, and gone at the end; a context manager."""

    def __init__(self, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._shown = not quiet and is_terminal(sys.stderr)
        self._clock = clock
        self._stage = ""
        self._started = self._latest = clock()
        self._written = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.clear()

    def part(self, stage: str, done: float, *, known: bool = True) -> None:
        """Show that a part of a stage, 0 to 1, is done, or, where that is not known, how long it takes.

        Raises `Terminated` if the program is to end.
        """
        heed()
        if not self._shown:
            return
        now = self._clock()
        if stage != self._stage:
            self._stage, self._started = stage, now
        elapsed = now - self._started
        if elapsed < PATIENCE_S or now - self._latest < _EVERY_S:
            return
        self._latest = now
        left = f", {time_left(elapsed / done * (1.0 - done))} left" if done > 0 else ""
        self._write(f"{_CLEAR}{stage} {done:.0%}{left}" if known else f"{_CLEAR}{stage}, {elapsed:,.0f} s")
        self._written = True

    def generating(self, done: float) -> None:
        """Take the progress of `generate`."""
        self.part("generating", done)

    def writing(self, done: int, total: int) -> None:
        """Take the progress of `export`."""
        self.part("writing", done / total if total else 1.0)

    def simulating(self) -> None:
        """Take the pulse of `simulate`."""
        self.part("simulating", 0.0, known=False)

    def clear(self) -> None:
        """Remove the line, if there is one."""
        if self._written:
            self._write(_CLEAR)
            self._written = False

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):
            self._shown = False
