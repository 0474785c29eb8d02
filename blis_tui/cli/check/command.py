"""``--check``: every problem of every file."""

from __future__ import annotations

from blis_tui.cli.arguments import Options
from blis_tui.cli.check.checked_file import Finding
from blis_tui.cli.errors import CommandError, UsageError
from blis_tui.cli.inputs import load, shown_name
from blis_tui.cli.output import note, put
from blis_tui.cli.problem_notes import hint
from blis_tui.numbers import counted
from blis_tui.problems import ERROR, INFO, WARNING, format_problem


def run(options: Options) -> int:
    """Check all files, tell the problems on standard output, and return the highest exit code."""
    findings = []
    for path in options.specs:
        finding = check_file(path, options)
        findings.append(finding)
        if not options.json:
            _tell(finding)
    if options.json:
        from blis_tui.cli.check.json_document import document

        put(document(findings, strict=options.strict))
    else:
        note(_verdict(findings))
    return max(finding.exit_code(options.strict) for finding in findings)


def check_file(path: str, options: Options) -> Finding:
    """Check one file, and mend it if that is asked for."""
    try:
        checked = load(path, options)
    except UsageError:
        raise
    except CommandError as error:
        return Finding(path, failure=str(error))
    if not options.fix or not any(problem.mend is not None for problem in checked.problems):
        return Finding(path, checked.problems)
    from blis_tui.cli.check.fix import fix

    return fix(path, checked)


def _tell(finding: Finding) -> None:
    name = shown_name(finding.path)
    for problem in finding.mended:
        assert problem.mend is not None
        place = f"{name}:{problem.line}:{problem.column}" if problem.line else name
        note(f"{place}: mended: {problem.mend.label} [{problem.code}]")
    if finding.failure is not None:
        note(f"blis-tui: {finding.failure}")
    put("".join(f"{format_problem(problem, name)}\n" for problem in finding.problems))
    hint(finding.problems)


def _verdict(findings: list[Finding]) -> str:
    unreadable = sum(finding.failure is not None for finding in findings)
    parts = [f"{unreadable:,} not read or written"] if unreadable else []
    for severity in (ERROR, WARNING, INFO):
        count = sum(problem.severity == severity for finding in findings for problem in finding.problems)
        if count:
            parts.append(counted(count, severity))
    return f"{counted(len(findings), 'file')}: {', '.join(parts) or 'no problems'}"
