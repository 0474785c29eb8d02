"""Running another program to its end, or until it is no longer wanted: nothing of it is left then, and nothing is shown."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, NamedTuple

MOST_OUTPUT = 4 << 20
"""How much of the end of what a program writes is kept."""
GRACE_S = 2.0
"""How long a program that is asked to end may take, before it is made to."""
_LOOK_S = 0.02
_PIECE = 1 << 16
_GUARD = """read -r group && [ "$group" ] && { read -r _ || kill -s KILL -- "-$group"; }"""
"""Waits for two lines; if only the first one comes, kills the process group that it names."""


class Ended(NamedTuple):
    """How a program ended, and the end of what it wrote."""

    status: int
    """Its exit code; of one that a signal ended, that signal's negative number."""
    output: str
    errors: str


def run_program(command: Sequence[str], check: Callable[[], None]) -> Ended:
    """Run a program, with nothing to read, in a process group of its own; `check` is called often, and may raise to end it.

    Whatever else it has started is ended with it, also if this process is killed.
    Raises `OSError` or `ValueError` if it cannot be started.
    """
    with (
        _guard() as guard,
        subprocess.Popen(  # noqa: S603 - the user's own command
            list(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        ) as process,
    ):
        guard(process.pid)
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


@contextmanager
def _guard() -> Iterator[Callable[[int], None]]:
    """Start a shell that kills a process group, which it is told by a call, if this process dies before the end of the context.

    It sees that its pipe is closed, whatever has ended this process. Linux's PR_SET_PDEATHSIG would be about the thread that has
    started a program, and is not safe to set beside other threads.
    """
    with subprocess.Popen(  # noqa: S603 - no word of it is anybody's
        ["/bin/sh", "-c", _GUARD], bufsize=0, start_new_session=True,
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as shell:  # fmt: skip

        def tell(line: object) -> None:
            assert shell.stdin is not None
            with suppress(OSError):  # somebody has ended it
                shell.stdin.write(f"{line}\n".encode())

        try:
            yield tell
        finally:
            tell("")


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
