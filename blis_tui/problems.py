"""What the core has to say about a file: problems, their mends, and the one exception it raises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from blis_tui.spec.edits import Edit

Path = tuple[str | int, ...]
"""Where something stands in a spec: keys and list indices from the top, e.g. ``("clients", 0, "id")``."""

ERROR = "error"
WARNING = "warning"
INFO = "info"
SEVERITIES = (ERROR, WARNING, INFO)


class Mend(NamedTuple):
    """A change of the text that removes a problem.

    `safe` mends change neither what BLIS would generate nor anything the user could have meant otherwise; only they
    are applied without being asked for one by one.
    """

    label: str
    edits: tuple[Edit, ...]
    safe: bool = False


class Problem(NamedTuple):
    """One finding. `line` and `column` count from 1 and are ``None`` where the spec has no text."""

    code: str
    severity: str
    path: Path
    message: str
    line: int | None = None
    column: int | None = None
    found: Any = None
    allowed: str | None = None
    mend: Mend | None = None


class SpecError(Exception):
    """The spec cannot be used. `problems` holds everything that was found, in the order of the text."""

    def __init__(self, problems: Sequence[Problem], source: str = "spec") -> None:
        self.problems = tuple(problems)
        self.source = source
        errors = [problem for problem in self.problems if problem.severity == ERROR]
        lines = [format_problem(problem, source) for problem in errors or self.problems]
        super().__init__("\n".join(lines) or f"{printable(source)}: cannot be used")


class Cancelled(Exception):
    """A progress callback asked to stop."""


def format_path(path: Path) -> str:
    """Write a path as people read it: ``clients[0].arrival.cv``; the top of the file is the empty string."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif step and not any(character in ".[]\"'=" or character.isspace() for character in step):
            parts.append(f".{step}" if parts else step)
        else:
            quoted = step.replace("\\", "\\\\").replace('"', '\\"')
            parts.append(f'["{quoted}"]')
    return "".join(parts)


def format_problem(problem: Problem, source: str = "spec") -> str:
    """Write a problem on one line, as compilers do: ``file:line:col: severity: message [code]``."""
    place = source if problem.line is None else f"{source}:{problem.line}:{problem.column}"
    return f"{printable(place)}: {problem.severity}: {printable(problem.message)} [{problem.code}]"


def printable(text: str) -> str:
    """Replace what a terminal would obey (control and format characters, line ends) by visible escapes."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii") for character in text
    )
