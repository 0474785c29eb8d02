"""Running another program to its end, or until it is no longer wanted: nothing of it is left then, and nothing is shown."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, NamedTuple

MOST_OUTPUT = 4 << 20
"""How much of the end of what a program writes is kept."""
GRACE_S = 2.0
"""How long a program that is asked to end may take, before it is made to."""
_LOOK_S = 0.02
_PIECE = 1 << 16


class Ended(NamedTuple):
    """How a program ended, and the end of what it wrote."""

    status: int
    """Its exit code; of one that a signal ended, that signal's negative number."""
    output: str
    errors: str


def run_program(command: Sequence[str], check: Callable[[], None]) -> Ended:
    """Run a program, with nothing to read, in a process group of its own; `check` is called often, and may raise to end it.

    Whatever else it has started is ended with it. Raises `OSError` or `ValueError` if it cannot be started.
    """
    with subprocess.Popen(  # noqa: S603 - the user's own command
        list(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        output, errors = _Tail(process.stdout), _Tail(process.stderr)
        try:
            while process.poll() is None:
                check()
                time.sleep(_LOOK_S)
        finally:
            _end(process)
            output.finish()
            errors.finish()
        return Ended(process.returncode, output.text(), errors.text())


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program if it still runs, and all that it has started: gently, then by force."""
    if process.poll() is None:
        _send(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)
    _send(process, signal.SIGKILL)
    process.wait()


def _send(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # none is left; or, on macOS, only dead ones are
        os.killpg(process.pid, number)


class _Tail:
    """The end of what comes from a pipe, read by a thread so that the program never waits for its reader."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with suppress(ValueError, OSError):  # closed meanwhile
            while piece := os.read(self._pipe.fileno(), _PIECE):
                self._kept += piece
                del self._kept[:-MOST_OUTPUT]

    def finish(self) -> None:
        """Read what is left; who took the pipe into another process group is not waited for."""
        self._thread.join(GRACE_S)

    def text(self) -> str:
        """Return what was kept."""
        return self._kept.decode("utf-8", "replace")
