"""Runs of the program in forks of one that has everything imported, so that thousands of them take little time."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from blis_tui.signals import ENDING


class Ended(NamedTuple):
    """How a run ended: its exit status as a shell has it, whether it was ended from outside, and what it told."""

    status: int
    hit: bool
    told: str


def warm() -> None:
    """Import what the program needs, so that no fork has to."""
    import blis_tui.cli.check.command
    import blis_tui.cli.check.fix
    import blis_tui.cli.export
    import blis_tui.cli.summary.command
    import blis_tui.cli.summary.text
    import blis_tui.formats.provenance
    import blis_tui.formats.requests.jsonl
    import blis_tui.formats.requests.request_csv
    import blis_tui.workload.generate  # noqa: F401


def program(*arguments: str) -> Callable[[], None]:
    """Return what runs the program, its way out included."""

    def run() -> None:
        from blis_tui.__main__ import run as run_program

        sys.argv = ["blis-tui", *arguments]
        run_program()

    return run


def started(work: Callable[[], None], folder: Path, told: Path) -> int:
    """Fork, and do some work in a folder; standard output goes nowhere, and standard error to a file."""
    pid = os.fork()
    if pid:
        return pid
    code = 99
    try:
        listen_as_new()
        os.chdir(folder)
        for path, descriptor in ((Path(os.devnull), 0), (Path(os.devnull), 1), (told, 2)):
            opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(opened, descriptor)
            os.close(opened)
        open_streams()
        try:
            work()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def listen_as_new() -> None:
    """Take signals as a new process does."""
    for number in ENDING:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def open_streams() -> None:
    """Make the standard streams anew: those of the process that was forked hold what it has not written yet."""
    sys.stdin, sys.stdout, sys.stderr = (open(number, "rw"[number > 0], closefd=False) for number in range(3))  # noqa: SIM115
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]


def until_it_listens(pid: int) -> None:
    """Wait until a process handles the signals that end it, as it does from its beginning on, or is over."""
    wanted = sum(1 << (number - 1) for number in ENDING)
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("SigCgt:") and int(line.split()[1], 16) & wanted == wanted:
                return
        time.sleep(0.0005)


def hit(pid: int, number: int, after_s: float) -> bool:
    """Send a signal after a while; returns whether the process was still there."""
    end = time.monotonic() + after_s
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.0005))
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def ended(pid: int, was_hit: bool, told: Path) -> Ended:
    """Wait for the end."""
    _, status = os.waitpid(pid, 0)
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
    return Ended(code, was_hit, told.read_text(encoding="utf-8", errors="replace"))


def took(work: Callable[[], None], folder: Path, told: Path) -> float:
    """Return how long some work takes that nothing interrupts."""
    began = time.monotonic()
    ran = ended(started(work, folder, told), False, told)
    if ran.status:
        raise AssertionError(f"it ended with {ran.status}: {ran.told}")
    return time.monotonic() - began


Work = Callable[[], None]
