"""Start-up: whole processes, and the designer's first frame in a pseudo-terminal. See README.md beside this file."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence

from measuring import EXAMPLE, ROOT, Row, in_turn, percentile, ratio

SIZE = (40, 120)
"""Lines and columns of the pseudo-terminal."""
GIVE_UP_S = 30.0
BARE = """
from textual.app import App
from textual.widgets import DataTable, Input

class Bare(App):
    def compose(self):
        yield Input("one")
        yield Input("two")
        yield DataTable()

    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("number", "rate", "duration")
        table.add_rows([(number, 8.0, 600) for number in range(10)])

Bare().run()
"""
"""A bare Textual app with two inputs and a table."""


def first_paint(arguments: Sequence[str], marker: bytes, environment: Mapping[str, str]) -> float:
    """Return the seconds from the start of a process in a pseudo-terminal until it has painted `marker`."""
    begin = time.perf_counter()
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, *arguments], dict(environment))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    painted = b""
    try:
        while marker not in painted:
            if not select.select([terminal], [], [], GIVE_UP_S)[0]:
                raise TimeoutError(f"{marker!r} was not painted")
            painted += os.read(terminal, 1 << 16)
        return time.perf_counter() - begin
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(terminal)


def paints(runs: int, home: str) -> list[Row]:
    """Measure the first frame of the designer and of the bare app, in turn."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TEXTUAL", "XDG"))}
    environment = {**kept, "HOME": home, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    cases = {
        "bare": lambda: first_paint(["-c", BARE], b"two", environment),
        # the last field of the form, at the bottom of the frame: everything above it is painted then
        "ours": lambda: first_paint(["-m", "blis_tui", str(EXAMPLE)], b"Multi-turn chat", environment),
    }
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for run in range(runs + 1):
        for name, paint in cases.items():
            took = paint()
            if run:
                seconds[name].append(took)
    ours, bare = seconds["ours"], seconds["bare"]
    ratios = [one / other for one, other in zip(ours, bare, strict=True)]
    to = "bare Textual app"
    return [
        Row("first paint of a bare Textual app", statistics.median(bare) * 1e3, "ms"),
        Row("first paint of the designer, median", statistics.median(ours) * 1e3, "ms", statistics.median(ratios), to, 1.5),
        Row("first paint of the designer, p95", percentile(ours, 95) * 1e3, "ms", percentile(ratios, 95), to),
    ]


def commands(runs: int) -> list[Row]:
    """Measure what needs no screen, as whole processes."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def process(*arguments: str) -> None:
        quiet = subprocess.DEVNULL
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, stdout=quiet, stderr=quiet, check=True)

    nothing, yaml = "python -c pass", "import yaml"
    compared = {"--version": nothing, "--help": nothing, "--check": yaml}
    seconds = in_turn(
        {
            nothing: lambda: process("-c", "pass"),
            yaml: lambda: process("-c", "import yaml"),
            "--version": lambda: process("-m", "blis_tui", "--version"),
            "--help": lambda: process("-m", "blis_tui", "--help"),
            "--check": lambda: process("-m", "blis_tui", "--check", str(EXAMPLE)),
        },
        runs,
    )
    return [
        Row(f"{name}, a whole process", statistics.median(seconds[name]) * 1e3, "ms", ratio(seconds[name], seconds[to]), to, 2.0)
        for name, to in compared.items()
    ]


def measure(runs: int) -> list[Row]:
    """Measure the designer first, then the commands."""
    with tempfile.TemporaryDirectory() as home:
        rows = paints(runs, home)
    return [*rows, *commands(runs)]
