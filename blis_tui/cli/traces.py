"""Traces on the command line: which commands take them, and what else they may be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blis_tui.cli.arguments import STDIN, Options
from blis_tui.cli.errors import CommandError, UsageError
from blis_tui.formats.traces.kinds import HEAD, kind_of
from blis_tui.spec.yaml.encoding import MAX_SIZE

if TYPE_CHECKING:
    from blis_tui.formats.traces.trace import Trace


def trace_kind(path: str) -> str | None:
    """Return which kind of trace a file is, ``None`` for none, and for what cannot be read or only once."""
    import os
    import stat

    if path == STDIN:
        return None
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - pathlib takes as long to import as the rest of a check
            return None
        with open(path, "rb") as file:  # noqa: PTH123
            return kind_of(file.read(HEAD))
    except (OSError, ValueError):
        return None


def trace_at(path: str, options: Options) -> Trace | None:
    """Open a file if it is a trace. Raises `UsageError` for what does not go with one, and `SpecError`."""
    if trace_kind(path) is None:
        return None
    _demand_nothing_else(options)
    from pathlib import Path

    from blis_tui.formats.traces.opening import MOST_BYTES, Opening, open_trace

    most = MOST_BYTES if options.max_size == MAX_SIZE else options.max_size
    return open_trace(Path(path), Opening(options.exporting.block_size, most))


def refuse_trace(path: str, command: str) -> None:
    """Raise `CommandError` if a file is a trace, which a command does not take."""
    kind = trace_kind(path)
    if kind is not None:
        raise CommandError(f"{path}: is {kind}, which {command} does not take; --summary shows what is in it")


def _demand_nothing_else(options: Options) -> None:
    given = {
        "--set, --seed, --horizon and --num-requests change workload files": options.overrides,
        "--measured holds a run against a workload file": options.measured is not None,
        "--simulate runs a workload file": options.simulate,
        "--fix mends workload files": options.fix,
    }
    for what, is_given in given.items():
        if is_given:
            raise UsageError(f"{what}, and this is a trace")
