"""The findings of ``--check --json``, version 1.

One JSON object on standard output, whatever the findings::

    {"version": 1,
     "files": [
       {"path": "chat.yaml",          as given; "-" is standard input
        "ok": false,                  no errors (with --strict: no warnings either), and it could be read
        "failure": null,              why it could not be read or written, as text
        "problems": [                 in the order of the text
          {"code": "out-of-range",    short, stable name of the kind of problem
           "severity": "error",       error, warning or info
           "path": "inference_perf.stages[1].duration",     empty for the file as a whole
           "line": 9, "column": 27,   both from 1; null where the text has no place for it
           "message": "…",            one sentence for people
           "found": 0,                the value in question, null if there is none
           "allowed": "> 0",          what would be right, null if that cannot be said in short
           "mend": {"label": "…", "safe": true}}],          null if there is none
        "mended": []}]}               problems that --fix removed, in the same form

Numbers that JSON cannot hold (``nan``, infinities, integers beyond 64 bits) and values that are neither text, number
nor boolean are given as text. Text is ASCII with JSON's escapes. New keys may be added without a new version.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from blis_tui.cli.check.checked_file import CheckedFile
from blis_tui.cli.errors import DONE
from blis_tui.problems import Problem, format_path
from blis_tui.spec.format.fields import INT64_MAX, INT64_MIN

VERSION = 1
_LONGEST = 200


def document(files: Sequence[CheckedFile], *, strict: bool) -> str:
    """Write what was found as JSON text."""
    values = [
        {
            "path": file.path,
            "ok": file.exit_code(strict) == DONE,
            "failure": file.failure,
            "problems": [problem_value(problem) for problem in file.problems],
            "mended": [problem_value(problem) for problem in file.mended],
        }
        for file in files
    ]
    return json.dumps({"version": VERSION, "files": values}, indent=2) + "\n"


def problem_value(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON values."""
    mend = problem.mend
    return {
        "code": problem.code,
        "severity": problem.severity,
        "path": format_path(problem.path),
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "found": json_value(problem.found),
        "allowed": problem.allowed,
        "mend": None if mend is None else {"label": mend.label, "safe": mend.safe},
    }


def json_value(value: Any) -> Any:
    """Return a value that any JSON reader takes: the value itself where possible, else it in words."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if INT64_MIN <= value <= INT64_MAX else _short(hex(value))
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return value
    return _short(repr(value))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
