"""The README's table of exit codes: it has all there are, and each exception and signal in it ends the program as it says."""

from __future__ import annotations

import builtins
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bad_input import GOOD
from running import Run

import blis_tui
from blis_tui import signals
from blis_tui.cli import errors
from blis_tui.problems import Problem, SpecError

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
TABLE = README[README.index("| exit code |") :].partition("\n\n")[0]
ROWS = {
    int(code): re.findall(r"`(\w+)`", names)
    for code, _, names in re.findall(r"^\| (\d+) \| (.*) \| (.*) \|$", TABLE, re.MULTILINE)
}
EXCEPTIONS = [(name, code) for code, names in ROWS.items() for name in names if not name.startswith("SIG")]


def made(name: str) -> BaseException:
    """Make an exception by its name; any other is any other."""
    if name == "SpecError":
        return SpecError([Problem("x", "error", (), "it is wrong")])
    kind = {"Exception": RuntimeError}.get(name) or getattr(errors, name, None) or getattr(builtins, name)
    error = kind("it went wrong")
    assert isinstance(error, BaseException)
    return error


def test_the_table_has_all_exit_codes() -> None:
    codes = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, int)}
    of_signals = {signals.exit_code(number) for number in signals.ENDING}
    assert set(ROWS) == codes | of_signals
    for number in signals.ENDING:
        assert signal.Signals(number).name in ROWS[signals.exit_code(number)]
    kinds = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert kinds <= {name for name, _ in EXCEPTIONS}


@pytest.mark.parametrize(("name", "code"), EXCEPTIONS)
def test_an_exception_gives_its_code_and_one_line(
    run: Run, spec: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    error = made(name)

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("blis_tui.cli._run", fail)
    ran = run("--check", spec)
    assert (ran.code, ran.out) == (code, "")
    assert len(ran.err.splitlines()) == (name not in ("BrokenPipeError", "KeyboardInterrupt")) + (name == "UsageError")


@pytest.mark.parametrize("number", signals.ENDING)
def test_a_signal_gives_its_code_and_no_line(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "blis_tui", "--check", "-"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(GOOD.encode())
    process.stdin.flush()
    wait_for_reading(process.pid)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (signals.exit_code(number), b"")
    assert signal.Signals(number).name in ROWS[process.returncode]


def wait_for_reading(number: int) -> None:
    """Wait until a process has listened for signals: by then it catches SIGTERM."""
    status = Path(f"/proc/{number}/status")
    if not status.exists():
        pytest.skip("there is no /proc")
    while True:
        (mask,) = re.findall(r"SigCgt:\s+(\w+)", status.read_text())
        if int(mask, 16) >> (signal.SIGTERM - 1) & 1:
            return


def test_what_the_library_raises_is_what_it_says() -> None:
    said = README[README.index("As a library the package never exits") :].partition("\n\n")[0]
    names = set(re.findall(r"`(\w+)`", said))
    own = {
        name
        for name in dir(blis_tui)
        if isinstance(getattr(blis_tui, name), type) and issubclass(getattr(blis_tui, name), Exception)
    }
    assert names == own
