"""``blis-tui --web [SPEC]``: the designer in a browser on the same machine."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from pathlib import Path

from blis_tui.cli.arguments.options import Options
from blis_tui.cli.designer import prepared
from blis_tui.cli.errors import DONE, CommandError, UsageError
from blis_tui.cli.outputs.streams import finish, put
from blis_tui.problems import printable
from blis_tui.signals import came, held

NEEDED = ("textual_serve", "aiohttp")
"""Packages that come with the optional extra."""


def run(options: Options) -> int:
    """Serve the designer until a signal ends that; raises `UsageError` and `CommandError` where it is not possible."""
    assert options.web is not None
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        raise CommandError("--web needs textual-serve: pip install 'blis-tui[web]'")
    folder = Path.cwd()
    for spec in options.specs:
        if not Path(os.path.realpath(spec)).is_relative_to(os.path.realpath(folder)):
            raise UsageError(f"{spec}: is outside {folder}, which the browser cannot leave; start it there")
    prepared(options)  # what is wrong is told here, and not on a page
    from blis_tui.web.server import HOST, Server, listen

    # -P: no module in the folder is taken for one of the program's
    server = Server(
        [sys.executable, "-P", "-m", "blis_tui", *options.web.designer], options.specs[0] if options.specs else "blis-tui"
    )
    try:
        listener = listen(options.web.port)
    except OSError as error:
        raise CommandError(f"{HOST}:{options.web.port}: {os.strerror(error.errno or 0)}; choose another --port") from error
    with held():  # until the designers have ended and kept what is not saved
        put(f"The designer, for files in {printable(str(folder))}, is at\n\n  {server.address(listener)}\n\n")
        put("That address is a password: whoever has it can change these files. Ctrl+C ends it.\n")
        finish(DONE)
        asyncio.run(server.serve(listener, came))
    return DONE
