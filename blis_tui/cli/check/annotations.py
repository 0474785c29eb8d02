"""The findings of ``--check --format github``: workflow commands, which GitHub shows beside the lines of a change."""

from __future__ import annotations

from collections.abc import Sequence

from blis_tui.cli.check.checked_file import CheckedFile
from blis_tui.problems import ERROR, INFO, WARNING, Problem, printable

_COMMANDS = {ERROR: "error", WARNING: "warning", INFO: "notice"}


def document(files: Sequence[CheckedFile]) -> str:
    """Write a line for each problem, errors first: GitHub shows ten of a severity for a step."""
    lines = [_line("error", {"file": file.path}, file.failure) for file in files if file.failure is not None]
    for severity, command in _COMMANDS.items():
        lines += [
            _line(command, _place(file, problem), problem.message)
            for file in files
            for problem in file.problems
            if problem.severity == severity
        ]
    return "".join(lines)


def _place(file: CheckedFile, problem: Problem) -> dict[str, object]:
    place = {} if problem.line is None else {"line": problem.line, "col": problem.column}
    return {"file": file.path, **place, "title": problem.code}


def _line(command: str, properties: dict[str, object], message: str) -> str:
    given = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in properties.items())
    return f"::{command} {given}::{_escaped(message)}\n"


def _escaped(text: str, also: str = "") -> str:
    """Escape what would end a message, or a property of it."""
    return "".join(f"%{ord(character):02X}" if character in f"%{also}" else character for character in printable(text))
