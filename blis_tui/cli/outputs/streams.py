"""Where text goes: data to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from blis_tui.cli.errors import DONE, READING_OR_WRITING, CommandError
from blis_tui.problems import printable


def tolerate_any_text() -> None:
    """Have characters that the terminal's encoding lacks written as escapes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def put(text: str) -> None:
    """Write data to standard output; once no one reads it any more, it goes nowhere. Raises `CommandError`."""
    if sys.stdout is None:
        raise CommandError("standard output: is closed")
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        _abandon(sys.stdout)
    except (OSError, ValueError) as error:
        _abandon(sys.stdout)
        raise CommandError(f"standard output: {_reason(error)}") from error


def note(*lines: str, printed: bool = False) -> None:
    """Write lines to standard error, if anybody listens; unless `printed`, a terminal obeys nothing in them, nor line ends."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write("".join(f"{line if printed else printable(line)}\n" for line in lines))
        sys.stderr.flush()
    except (OSError, ValueError):
        _abandon(sys.stderr)


def finish(code: int) -> int:
    """Flush what is still held back, and return the exit code."""
    if sys.stdout is None:
        return code
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon(sys.stdout)
    except (OSError, ValueError) as error:
        _abandon(sys.stdout)
        note(f"blis-tui: standard output: {_reason(error)}")
        return READING_OR_WRITING if code == DONE else code
    return code


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether a standard stream is a terminal."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _abandon(stream: TextIO) -> None:
    """Let what is still written to a stream, and its flushing at exit, go nowhere."""
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - pathlib takes long to import
            os.dup2(nowhere.fileno(), stream.fileno())
    except (OSError, ValueError):
        return


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


@contextmanager
def write_errors(*, to_stdout: bool = False) -> Iterator[None]:
    """Raise `CommandError` for what goes wrong while files, or standard output, are written."""
    from blis_tui.files.errors import AlreadyExists, WriteError

    try:
        yield
    except AlreadyExists as error:
        raise CommandError(f"{error}; --force overwrites it") from error
    except WriteError as error:
        raise CommandError(f"{'standard output' if to_stdout else error.path}: {error.reason}") from error
