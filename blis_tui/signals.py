"""The signals that ask the program to end: Ctrl-C, SIGTERM, and SIGHUP of a terminal that is closed.

The process ends at once, with the exit code that shells give each of them, whatever it is doing: an exception could get lost in
an import or a callback, or come in the midst of a clean-up. Where something has to be taken back first, signals are `held`.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_CLEAR_LINE = b"\r\x1b[K"

_holding = False
_came = 0


class Terminated(BaseException):
    """The program is to end; whoever has something half-done takes it back."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.code = exit_code(number)


def exit_code(number: int) -> int:
    """Return the exit code of a program that a signal has ended."""
    return 128 + number


def listen() -> None:
    """Listen for the signals from now on; those that are ignored, as by `nohup`, stay so."""
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)


def ignore() -> None:
    """Let what comes now no longer change the exit code: all is done."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def came() -> int:
    """Return the signal that came while signals were held, 0 for none."""
    return _came


def heed() -> None:
    """Raise `Terminated` if a signal came while signals were held."""
    if _came:
        raise Terminated(_came)


@contextmanager
def held() -> Iterator[None]:
    """Only note signals, for `heed` and for the end of this context, which raises `Terminated` if one came."""
    global _holding, _came
    _holding, _came = True, 0
    try:
        yield
        heed()
    finally:
        _holding, _came = False, 0


def _leave(number: int, _: object) -> None:
    global _came  # noqa: PLW0603
    if _holding:
        _came = _came or number
        return
    try:
        if os.isatty(2):
            os.write(2, _CLEAR_LINE)  # progress
    finally:
        os._exit(exit_code(number))
