"""``--check``: every problem of every file."""

from __future__ import annotations

import sys

from blis_tui.cli.arguments.options import GITHUB, JSON, TEXT, Options
from blis_tui.cli.check.checked_file import CheckedFile
from blis_tui.cli.errors import CommandError, UsageError
from blis_tui.cli.inputs.specs import load
from blis_tui.cli.inputs.stdin import shown_name
from blis_tui.cli.inputs.traces import trace_at
from blis_tui.cli.outputs import colours
from blis_tui.cli.outputs.problem_notes import hint
from blis_tui.cli.outputs.streams import note, put
from blis_tui.numbers import counted
from blis_tui.problems import ERROR, INFO, WARNING, Problem, SpecError


def run(options: Options) -> int:
    """Check all files, tell the problems on standard output, and return the highest exit code."""
    files = []
    colour = colours.wanted(sys.stdout, options.color)
    for path in options.specs:
        file = check_file(path, options)
        files.append(file)
        if options.report == TEXT:
            _tell(file, colour)
    if options.report != TEXT:
        put(_document(files, options))
    if options.report != JSON:
        note(_verdict(files))
    return max(file.exit_code(options.strict) for file in files)


def _document(files: list[CheckedFile], options: Options) -> str:
    """Write what was found in a form for programs."""
    from blis_tui.cli.check import annotations, json_document, sarif

    if options.report == JSON:
        return json_document.document(files, strict=options.strict)
    return annotations.document(files) if options.report == GITHUB else sarif.document(files)


def check_file(path: str, options: Options) -> CheckedFile:
    """Check one file, and mend it if that is asked for."""
    if options.fix:
        from blis_tui.cli.check.fix import fix, seen

        known = seen(path)
    try:
        trace = trace_at(path, options)
        if trace is not None:
            about = Problem(
                "trace", INFO, (), f"is {trace.kind} of {counted(len(trace.requests), 'request')}; --summary shows more"
            )
            return CheckedFile(path, (about, *trace.notes))
        checked = load(path, options)
    except UsageError:
        raise
    except SpecError as error:
        return CheckedFile(path, error.problems)
    except CommandError as error:
        return CheckedFile(path, failure=str(error))
    if not options.fix or not any(problem.mend is not None for problem in checked.problems):
        return CheckedFile(path, checked.problems)
    return fix(path, checked, known)


def _tell(file: CheckedFile, colour: bool) -> None:
    name = shown_name(file.path)
    for problem in file.mended:
        assert problem.mend is not None
        place = f"{name}:{problem.line}:{problem.column}" if problem.line else name
        note(f"{place}: mended: {problem.mend.label} [{problem.code}]")
    if file.failure is not None:
        note(f"blis-tui: {file.failure}")
    put("".join(f"{colours.problem_line(problem, name, colour)}\n" for problem in file.problems))
    hint(file.problems)


def _verdict(files: list[CheckedFile]) -> str:
    unreadable = sum(file.failure is not None for file in files)
    parts = [f"{unreadable:,} could not be read or written"] if unreadable else []
    for severity in (ERROR, WARNING, INFO):
        count = sum(problem.severity == severity for file in files for problem in file.problems)
        if count:
            parts.append(counted(count, severity))
    return f"{counted(len(files), 'file')}: {', '.join(parts) or 'no problems'}"
