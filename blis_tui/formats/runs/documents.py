"""Reading files of results: one JSON value, or one a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from blis_tui.formats.runs.parts import Part, RunError
from blis_tui.numbers import spoken_size
from blis_tui.reading import read_bytes, regular_size

MOST_BYTES = 1 << 30
"""Larger files are refused: they are no results, or none that fit into memory."""
_EVERY = 1000
Check = Callable[[], None]
"""Is called often while reading; may raise `Cancelled`."""


class Document(NamedTuple):
    """The values of a file of results: one of JSON, any number of JSON lines; `notes` say what was left out."""

    path: Path
    values: tuple[Part, ...]
    notes: tuple[str, ...] = ()


def read_document(path: Path, check: Check) -> Document:
    """Read a file of JSON or JSON lines. Raises `RunError`."""
    text = read_text(path)
    check()
    lines = text.splitlines()
    if len(lines) > 1 and _is_value(lines[0]):
        return _json_lines(path, lines, check)
    return Document(path, (Part(str(path), _decoded(path, text)),))


def read_text(path: Path) -> str:
    """Read the text of a file. Raises `RunError`."""
    try:
        size = regular_size(path)
        if size is None:
            raise RunError(f"{path}: is not a regular file")
        if size <= MOST_BYTES:
            data = read_bytes(path, MOST_BYTES)
            size = len(data)
        if size > MOST_BYTES:
            raise RunError(f"{path}: is too large for the results of a run ({spoken_size(size)})")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RunError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _is_value(line: str) -> bool:
    """Return whether a line is an object of its own, as the first of JSON lines is."""
    if not line.startswith("{"):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _json_lines(path: Path, lines: list[str], check: Check) -> Document:
    filled = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    try:
        return Document(path, tuple(_parts(path, filled, check)))
    except RunError:
        values = tuple(_parts(path, filled[:-1], check))  # where it is not the last line, this says the same again
        return Document(path, values, (f"Line {filled[-1][0]:,}, the last, is incomplete and left out.",))


def _parts(path: Path, lines: list[tuple[int, str]], check: Check) -> Iterator[Part]:
    for place, (number, line) in enumerate(lines):
        if place % _EVERY == 0:
            check()
        yield Part(f"{path}:{number}", _decoded(path, line, number))


def _decoded(path: Path, text: str, line: int = 1) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:]
        raise RunError(f"{path}:{line + error.lineno - 1}:{error.colno}: is not JSON: {what}") from error
    except RecursionError as error:
        raise RunError(f"{path}:{line}: is nested too deeply") from error
    except ValueError as error:  # a whole number of thousands of digits
        raise RunError(f"{path}:{line}: {error}") from error
