"""A designer in a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable

PATIENCE_S = 60.0


class Terminal:
    """A designer in a pseudo-terminal of 100 × 30."""

    def __init__(self, *arguments: object, size: tuple[int, int] = (100, 30), **environment: str) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        # test runners set a window size, which would go before the terminal's own
        sizeless = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "blis_tui", *map(str, arguments)],
            stdin=slave, stdout=slave, stderr=slave, close_fds=True, start_new_session=True,
            env={**sizeless, "TERM": "xterm-256color", **environment},
        )  # fmt: skip
        os.close(slave)
        self.seen = b""

    def read(self, wait_s: float = 0.1) -> None:
        if select.select([self.master], [], [], wait_s)[0]:
            try:
                self.seen += os.read(self.master, 1 << 16)
            except OSError:  # the other end is closed
                time.sleep(0.01)

    def until(self, condition: Callable[[], object], what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.read()
            assert time.monotonic() < end, f"waited in vain for {what}: {self.seen[-2000:]!r}"

    def see(self, text: str) -> None:
        self.until(lambda: text.encode() in self.seen, text)

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def end(self) -> int:
        self.until(lambda: self.process.poll() is not None, "the end")
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)
