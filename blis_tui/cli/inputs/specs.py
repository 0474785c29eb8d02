"""Reading specs, also from the files of other tools, with the overrides of the command line applied to their text."""

from __future__ import annotations

from blis_tui.cli.arguments.options import STDIN, Options
from blis_tui.cli.errors import CommandError
from blis_tui.cli.inputs.stdin import read_stdin
from blis_tui.reading import read_bytes
from blis_tui.spec.check import Checked, check
from blis_tui.spec.reading.other_files import kind_of


def load(path: str, options: Options) -> Checked:
    """Read and check a spec, after the overrides; raises `CommandError`, and `UsageError` for a wrong override."""
    data = read_stdin(options.max_size + 1) if path == STDIN else read_file(path, options.max_size)
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
