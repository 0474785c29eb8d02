"""``python -m blis_tui`` and the console script ``blis-tui``."""

from __future__ import annotations

import gc
import sys
from typing import NoReturn


def run() -> NoReturn:
    """Run the program and end the process with its exit code."""
    from blis_tui import signals

    signals.listen()
    from blis_tui.cli import main

    code = main()
    signals.ignore()
    gc.freeze()  # looking for garbage at the exit would take a tenth of the time of a check
    sys.exit(code)


if __name__ == "__main__":
    run()
