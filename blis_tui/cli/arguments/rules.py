"""Which options go together, and which of them need what."""

from __future__ import annotations

import sys

from blis_tui.cli.arguments.options import STDIN, Options
from blis_tui.cli.errors import UsageError
from blis_tui.cli.outputs.streams import is_terminal
from blis_tui.workload.fitting.choices import Choices


def demand_one_command(options: Options) -> None:
    """Refuse two commands at once, and options of other commands. Raises `UsageError`."""
    commands = [
        name
        for name, given in (
            ("--check", options.check),
            ("--summary", options.summary),
            ("--fit", options.fit),
            ("--export", options.export is not None),
        )
        if given
    ]
    if len(commands) > 1:
        raise UsageError(f"{' and '.join(commands)} cannot be combined")
    command = commands[0] if commands else ""
    if command and options.config is not None and not options.simulate:
        raise UsageError(f"--config only works with the designer and with --simulate, not with {command}")
    if command and options.web is not None:
        raise UsageError(f"--web only works with the designer, not with {command}")
    if options.simulate and options.measured is not None:
        raise UsageError("--measured and --simulate cannot be combined")
    for name, given, owners in (
        ("--strict", options.strict, ("--check",)),
        ("--fix", options.fix, ("--check",)),
        ("--json", options.json, ("--check", "--summary", "--fit")),
        ("--output", options.output is not None, ("--fit",)),
        ("--lengths or --shape", options.choices != Choices(), ("--fit",)),
        ("--measured", options.measured is not None, ("--summary",)),
        ("--simulate", options.simulate, ("--summary",)),
        ("--format", options.formats, ("--check", "--export")),
        ("--tokens", options.tokens, ("--export",)),
        ("--full-rounds", options.exporting.full_rounds, ("--export",)),
        ("--force", options.force, ("--export", "--fit")),
        ("--quiet", options.quiet, ("--export", "--fit")),
        ("--exact", options.exporting.exact, ("--export",)),
        ("--server", options.exporting.target.server, ("--export",)),
        ("--model", options.exporting.target.model, ("--export",)),
        ("--tokenizer", options.exporting.target.tokenizer, ("--export",)),
    ):
        if given and command not in owners:
            raise UsageError(f"{name} only works with {' or '.join(owners)}")


def demand_names(options: Options) -> None:
    """Refuse empty names, which systems take for the current folder, or for nothing. Raises `UsageError`."""
    file = ("TRACE" if options.fit else "SPEC", "a file, or - for standard input")
    for name, given, wanted in (
        *((file[0], spec, file[1]) for spec in options.specs),
        ("--measured", options.measured, "a file or folder"),
        ("--config", options.config, "a file"),
        ("--output", options.output, "a file, or - for standard output"),
        ("--export", options.export, "a folder, or - for standard output"),
    ):
        if given == "":
            raise UsageError(f"{name} needs {wanted}, not an empty name")


def demand_specs(options: Options) -> None:
    """Refuse too few files, or too many. Raises `UsageError`."""
    if options.check:
        if not options.specs:
            raise UsageError("--check needs a SPEC")
        if options.specs.count(STDIN) > 1:
            raise UsageError("standard input can be read only once")
    elif options.fit:
        if len(options.specs) != 1 or not options.output:
            raise UsageError("--fit needs one TRACE, and -o FILE for what is made of it")
        if options.json and options.output == STDIN:
            raise UsageError("--json and the file cannot both go to standard output: give -o a file")
    elif options.summary or options.export is not None:
        if len(options.specs) != 1:
            command = "--summary" if options.summary else "--export OUT"
            raise UsageError(f"{command} needs one SPEC" + (f", not {len(options.specs)}" if options.specs else ""))
    elif len(options.specs) > 1:
        raise UsageError("the designer opens one SPEC; --check takes several")
    if options.fix and STDIN in options.specs:
        raise UsageError("--fix needs a file to write to, not standard input")
    if options.fix and options.overrides:
        raise UsageError("--fix changes the file, while overrides such as --set do not: use one or the other")


def demand_a_place(options: Options) -> None:
    """Refuse an export to where it cannot go. Raises `UsageError`."""
    if options.export != STDIN:
        return
    from blis_tui.formats.table import DEFAULT_FORMATS, find_formats

    formats = find_formats(options.formats or DEFAULT_FORMATS)
    wanted = [each for each in formats if not any(other.beside == each.name for other in formats)]
    if len(wanted) > 1:
        raise UsageError("standard output takes only one format: choose it with --format")
    if not wanted[0].streams:
        raise UsageError(f"format {wanted[0].name} consists of two files, and standard output takes only one")
    if formats[0].binary and is_terminal(sys.stdout):
        raise UsageError(f"format {formats[0].name} is not text, and standard output is a terminal: name a folder, or use > or |")
