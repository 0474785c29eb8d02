"""A file after its check, and what that means for the exit code."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.cli.errors import DONE, READING_OR_WRITING, SPEC_ERRORS
from blis_tui.problems import ERROR, WARNING, Problem


class CheckedFile(NamedTuple):
    """What checking one file gave. `failure` says why it could not be read or written."""

    path: str
    problems: tuple[Problem, ...] = ()
    mended: tuple[Problem, ...] = ()
    failure: str | None = None

    def exit_code(self, strict: bool) -> int:
        """Return what the file means for the program's exit code."""
        if self.failure is not None:
            return READING_OR_WRITING
        fatal = (ERROR, WARNING) if strict else (ERROR,)
        return SPEC_ERRORS if any(problem.severity in fatal for problem in self.problems) else DONE
