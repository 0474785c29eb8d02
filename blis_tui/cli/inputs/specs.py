"""Reading specs, also from the files of other tools, with the overrides of the command line applied to their text."""

from __future__ import annotations

import sys

from blis_tui.cli.arguments.options import STDIN, Options
from blis_tui.cli.errors import CommandError
from blis_tui.reading import read_bytes, read_most
from blis_tui.spec.check import Checked, check
from blis_tui.spec.reading.other_files import kind_of


def load(path: str, options: Options) -> Checked:
    """Read and check a spec, after the overrides; raises `CommandError`, and `UsageError` for a wrong override."""
    data = read_stdin(options.max_size) if path == STDIN else read_file(path, options.max_size)
    checked = check(data, options.max_size)
    if kind_of(checked.problems):
        return _other(checked, options)
    return _overridden(checked, options)


def _other(checked: Checked, options: Options) -> Checked:
    """Open the file of another tool as a workload file, if it can be; its problems keep their places in the file."""
    from blis_tui.formats.interop.opening import open_other

    imported = open_other(checked, use_means=options.use_means)
    if imported is None:
        return checked
    if imported.text is None:
        return checked._replace(problems=imported.notes)
    return imported.placed(_overridden(check(imported.text, None), options))


def _overridden(checked: Checked, options: Options) -> Checked:
    if not options.overrides:
        return checked
    from blis_tui.cli.inputs.overrides import overridden

    return overridden(checked, options)


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
