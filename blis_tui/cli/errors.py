"""Exit codes, and the exceptions that carry them."""

from __future__ import annotations

DONE, SPEC_ERRORS, WRONG_USAGE, READING_OR_WRITING, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 70, 130


class CommandError(Exception):
    """What was asked for cannot be done: reading or writing failed."""

    code = READING_OR_WRITING


class UsageError(CommandError):
    """The program was called in a wrong way."""

    code = WRONG_USAGE
