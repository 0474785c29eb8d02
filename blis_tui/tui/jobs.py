"""Work beside the event loop: in threads that can be cancelled and that quitting does not wait for."""

from __future__ import annotations

import _thread
import contextvars
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from textual.message_pump import MessagePump

from blis_tui.problems import Cancelled

Result = TypeVar("Result")

PATIENCE_S = 0.3
"""What is done by then shows no progress."""
EVERY_S = 0.1
"""How often progress is told."""


_at_work: set[object] = set()
"""Jobs whose threads have not ended."""


def none_at_work() -> bool:
    """Return whether all threads have ended, those of cancelled jobs too."""
    return not _at_work


class Job(Generic[Result]):
    """One computation in a thread of its own. Everything it tells arrives on the owner's event loop.

    `work` gets the job and calls `progress` (or `check`) often; that raises `Cancelled` once the job is cancelled, which ends it.
    `done` is called with the result, `failed` with any other exception, and neither after a cancellation. `told` is
    called with the part that is done and the seconds left, when the work takes longer than `PATIENCE_S`.
    """

    def __init__(
        self,
        owner: MessagePump,
        work: Callable[[Job[Result]], Result],
        done: Callable[[Result], None],
        failed: Callable[[Exception], None],
        told: Callable[[float, float | None], None] | None = None,
    ) -> None:
        self._owner = owner
        self._work, self._done, self._failed, self._told = work, done, failed, told
        self._cancelled = threading.Event()
        self._started = self._latest = time.monotonic()
        _at_work.add(self)
        context = contextvars.copy_context()
        # `threading.Thread` would wait here until the thread runs, which then has the interpreter for itself for a while
        _thread.start_new_thread(context.run, (self._run,))

    def cancel(self) -> None:
        """Ask the work to stop; nothing of it is told from now on."""
        self._cancelled.set()

    def check(self) -> None:
        """Raise `Cancelled` if the job was cancelled."""
        if self._cancelled.is_set():
            raise Cancelled

    def progress(self, done: float) -> None:
        """Take note of the part that is done, 0 to 1; raises `Cancelled` if the job was cancelled."""
        self.check()
        now = time.monotonic()
        elapsed = now - self._started
        if self._told is not None and elapsed >= PATIENCE_S and now - self._latest >= EVERY_S:
            self._latest = now
            self._tell(self._told, done, elapsed / done * (1.0 - done) if done > 0 else None)

    def tell(self, call: Callable[..., None], *values: object) -> None:
        """Call something on the owner's event loop, unless the job is cancelled by then."""
        self._tell(call, *values)

    def _run(self) -> None:
        try:
            result = self._work(self)
        except Cancelled:
            return
        except Exception as error:  # the owner says what it is
            self._tell(self._failed, error)
        else:
            self._tell(self._done, result)
        finally:
            _at_work.discard(self)

    def _tell(self, call: Callable[..., None], *values: object) -> None:
        try:
            self._owner.call_later(partial(self._call, call, *values))
        except RuntimeError:  # the event loop is gone: no one is left to be told
            self.cancel()

    def _call(self, call: Callable[..., None], *values: object) -> None:
        if not self._cancelled.is_set():
            call(*values)
