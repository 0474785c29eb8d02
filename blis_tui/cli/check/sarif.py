"""The findings of ``--check --format sarif``: SARIF 2.1.0, which code scanning and editors read."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from blis_tui.cli.check.checked_file import CheckedFile
from blis_tui.problems import ERROR, INFO, WARNING, Problem, format_path
from blis_tui.version import VERSION

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {ERROR: "error", WARNING: "warning", INFO: "note"}


def document(files: Sequence[CheckedFile]) -> str:
    """Write what was found as one run of the tool."""
    seen: Counter[str] = Counter()
    results = [_result(file, problem, seen) for file in files for problem in file.problems]
    failures = [
        {"level": "error", "message": {"text": file.failure}, "locations": [_location(file)]}
        for file in files
        if file.failure is not None
    ]
    rules = sorted({problem.code for file in files for problem in file.problems})
    run = {
        "tool": {"driver": {"name": "blis-tui", "version": VERSION, "rules": [{"id": code} for code in rules]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not failures, "toolExecutionNotifications": failures}],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(file: CheckedFile, problem: Problem, seen: Counter[str]) -> dict[str, Any]:
    """Describe a problem; its fingerprint stays when lines move, and tells like problems of a file apart by their number."""
    what = "\0".join((file.path, problem.code, format_path(problem.path), problem.message))
    digest = hashlib.sha256(what.encode()).hexdigest()[:32]
    seen[digest] += 1
    return {
        "ruleId": problem.code,
        "level": _LEVELS[problem.severity],
        "message": {"text": problem.message},
        "locations": [_location(file, problem)],
        "partialFingerprints": {"problem/v1": f"{digest}:{seen[digest]}"},
    }


def _location(file: CheckedFile, problem: Problem | None = None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(PurePath(file.path).as_posix())}}
    if problem is not None and problem.line is not None:
        place["region"] = {"startLine": problem.line, "startColumn": problem.column}
    return {"physicalLocation": place}
