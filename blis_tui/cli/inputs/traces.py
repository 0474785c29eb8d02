"""Traces on the command line: which commands take them, and what else they may be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blis_tui.cli.arguments.options import STDIN, Options
from blis_tui.cli.errors import UsageError
from blis_tui.cli.inputs.stdin import read_stdin, shown_name, stdin_head
from blis_tui.cli.outputs.progress import Progress
from blis_tui.formats.traces.kinds import HEAD, kind_at, kind_of

if TYPE_CHECKING:
    from blis_tui.formats.traces.trace import Trace


def trace_kind(path: str) -> str | None:
    """Return which kind of trace a file is, ``None`` for none. Raises `CommandError` if standard input cannot be read."""
    return kind_of(stdin_head(HEAD)) if path == STDIN else kind_at(path)


def trace_at(path: str, options: Options) -> Trace | None:
    """Open a file if it is a trace. Raises `UsageError` for what does not go with one, `SpecError`, and `CommandError`."""
    if trace_kind(path) is None:
        if options.exporting.block_size is not None:
            raise UsageError("--block-size only works with --export, or to open a mooncake trace")
        return None
    demand_nothing_else(options)
    from pathlib import Path

    from blis_tui.formats.traces.opening import open_trace, opening_of, trace_of

    opening = opening_of(options.max_size, options.exporting.block_size)
    with Progress(quiet=options.quiet) as progress:

        def reading(done: float) -> None:
            progress.part("reading", done)

        if path == STDIN:
            return trace_of(read_stdin(opening.most_bytes + 1), shown_name(path), opening, reading)
        return open_trace(Path(path), opening, reading)


def demand_nothing_else(options: Options) -> None:
    """Raise `UsageError` for what is asked for and does not go with a trace."""
    given = {
        "--set, --seed, --horizon and --num-requests change workload files": options.overrides,
        "--measured holds a run against a workload file": options.measured is not None,
        "--simulate runs a workload file": options.simulate,
        "--fix mends workload files": options.fix,
    }
    for what, is_given in given.items():
        if is_given:
            raise UsageError(f"{what}, and this is a trace")
