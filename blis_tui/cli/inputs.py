"""Reading specs, with the overrides of the command line applied to their text."""

from __future__ import annotations

import sys

from blis_tui.cli.arguments import STDIN, Options
from blis_tui.cli.errors import CommandError
from blis_tui.reading import read_bytes, read_most
from blis_tui.spec.check import Checked, check


def load(path: str, options: Options) -> Checked:
    """Read and check a spec, after the overrides; raises `CommandError`, and `UsageError` for a wrong override."""
    data = read_stdin(options.max_size) if path == STDIN else read_file(path, options.max_size)
    if not options.overrides:
        return check(data, options.max_size)
    from blis_tui.cli.overrides import overridden

    return overridden(check(data, options.max_size), options)


def read_file(path: str, max_size: int) -> bytes:
    """Read a file, at most one byte more than is allowed; raises `CommandError`."""
    try:
        return read_bytes(path, max_size)
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def read_stdin(max_size: int) -> bytes:
    """Read standard input like a file."""
    if sys.stdin is None:
        raise CommandError("standard input: is closed")
    try:
        return read_most(sys.stdin.buffer, max_size + 1)
    except (OSError, ValueError) as error:
        raise CommandError(f"standard input: {getattr(error, 'strerror', None) or error}") from error


def shown_name(path: str) -> str:
    """Return how messages call a spec."""
    return "<stdin>" if path == STDIN else path
