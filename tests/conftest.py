"""What all tests need: the signals of Ctrl-C and hanging up, which a shell's background jobs and `nohup` ignore."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Take them again where they are ignored; the programs that tests start would inherit that."""
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
