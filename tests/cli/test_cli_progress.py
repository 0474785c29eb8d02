"""The progress line: only on a terminal, only for long jobs, gone at the end."""

from __future__ import annotations

import io
import sys

import pytest

from blis_tui.cli.outputs.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def terminal_for(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Make standard error a terminal; not in a fixture, since capturing sets it anew between that and the test."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def test_long_jobs_show_how_far_they_are_and_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_for(monkeypatch)
    clock = Clock()
    with Progress(clock=clock) as progress:
        progress.generating(0.0)
        clock.now += 1.0
        progress.generating(0.25)
        assert terminal.getvalue() == "\r\x1b[Kgenerating 25%, 3 s left"
        clock.now += 0.05
        progress.generating(0.26)
        assert "26%" not in terminal.getvalue()
        clock.now += 0.1
        progress.writing(0, 10)
        clock.now += 0.31
        progress.writing(0, 10)
        assert terminal.getvalue().endswith("\r\x1b[Kwriting 0%")
        clock.now += 120
        progress.writing(5, 10)
        assert terminal.getvalue().endswith("\r\x1b[Kwriting 50%, 2 min left")
        clock.now += 1
        progress.writing(0, 0)
        assert terminal.getvalue().endswith("\r\x1b[Kwriting 100%, 1 s left")
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_short_jobs_show_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_for(monkeypatch)
    clock = Clock()
    with Progress(clock=clock) as progress:
        for done in range(10):
            clock.now += 0.02
            progress.writing(done, 10)
    assert terminal.getvalue() == ""


def test_quiet_jobs_and_jobs_without_a_terminal_show_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_for(monkeypatch)
    clock = Clock()
    other = io.StringIO()
    for quiet, stream in ((True, terminal), (False, other), (False, None)):
        monkeypatch.setattr(sys, "stderr", stream)
        with Progress(quiet=quiet, clock=clock) as progress:
            for _ in range(3):
                clock.now += 1
                progress.generating(0.5)
    assert terminal.getvalue() == other.getvalue() == ""


def test_a_terminal_that_goes_away_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_for(monkeypatch)
    clock = Clock()
    with Progress(clock=clock) as progress:
        monkeypatch.setattr(terminal, "write", lambda text: (_ for _ in ()).throw(OSError("gone")))
        for _ in range(3):
            clock.now += 1
            progress.generating(0.5)


def test_the_line_goes_away_on_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_for(monkeypatch)
    clock = Clock()
    with pytest.raises(KeyboardInterrupt), Progress(clock=clock) as progress:
        progress.generating(0.1)
        clock.now += 1
        progress.generating(0.5)
        raise KeyboardInterrupt
    assert terminal.getvalue().endswith("\r\x1b[K")
