"""A designer in a pseudo-terminal, forked from a process that has it imported, and somebody who types into it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from attacks import forked

PATIENCE_S = 120.0
_SETTING = re.compile(rb"\x1b\[\?(\d+)([hl])")
_TO_GIVE_BACK = {1049: b"l", 25: b"h", 1000: b"l", 1003: b"l", 1006: b"l", 2004: b"l"}
"""What of the terminal is set otherwise while the designer runs, and how it is left."""


class Hands:
    """One run of the designer on a file, and all that it has written to its terminal."""

    def __init__(self, path: Path, home: Path) -> None:
        self.master, slave = pty.openpty()
        self._kept = os.dup(slave)  # so that the terminal can be looked at when the designer is gone
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.seen = b""
        self.pid = os.fork()
        if self.pid == 0:
            _become_designer(slave, path, home)
        os.close(slave)
        os.set_blocking(self.master, False)

    def __enter__(self) -> Hands:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.pid:
            self.kill()
        os.close(self.master)
        os.close(self._kept)

    def read(self, wait_s: float) -> None:
        """Take what the designer writes, waiting for a while."""
        if select.select([self.master], [], [], wait_s)[0]:
            try:
                self.seen += os.read(self.master, 1 << 16)
            except OSError:
                time.sleep(0.01)

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self.master, keys)

    def until(self, condition: Callable[[], object]) -> bool:
        """Wait until something holds, and for the end of the designer at most; returns whether it does."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.read(0.02)
            if self.is_over or time.monotonic() > end:
                return bool(condition())
        return True

    def sees(self, text: bytes) -> bool:
        """Wait for a text on the screen."""
        return self.until(lambda: text in self.seen)

    @property
    def is_over(self) -> bool:
        """Whether the designer has ended."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def kill(self) -> None:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        """Wait for the end; returns the status as a shell has it, minus the signal where it was killed."""
        end = time.monotonic() + PATIENCE_S
        while not self.is_over:
            self.read(0.02)
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError(f"the designer does not end: {self.seen[-500:]!r}")
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        for _ in range(3):
            self.read(0)
        return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)

    def not_given_back(self) -> list[str]:
        """Return what of the terminal is not as it was."""
        last = {int(number): how for number, how in _SETTING.findall(self.seen)}
        wrong = [str(number) for number, how in _TO_GIVE_BACK.items() if last.get(number, how) != how]
        return [*wrong, *(["its modes"] if termios.tcgetattr(self._kept) != self.before else [])]


def warm() -> None:
    """Import what the designer needs."""
    forked.warm()

    import blis_tui.tui.app
    import blis_tui.tui.compare.compare_dialog
    import blis_tui.tui.filing.questions
    import blis_tui.tui.filing.recovery
    import blis_tui.tui.form.form_column
    import blis_tui.tui.text.yaml_tab
    import blis_tui.tui.widgets.confirm_dialog  # noqa: F401


def _become_designer(slave: int, path: Path, home: Path) -> None:
    code = 99
    try:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for number in range(3):
            os.dup2(slave, number)
        os.environ.update({"HOME": str(home), "TERM": "xterm-256color"})
        os.environ.update({f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "STATE", "DATA", "CACHE")})
        for name in ("COLUMNS", "LINES", "NO_COLOR"):
            os.environ.pop(name, None)
        forked.listen_as_new()
        forked.open_streams()
        try:
            forked.program(str(path))()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(code)
