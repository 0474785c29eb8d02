"""Standard input, of which it can be seen how it begins before it is read."""

from __future__ import annotations

import sys
from typing import BinaryIO
from weakref import WeakKeyDictionary

from blis_tui.cli.arguments.options import STDIN
from blis_tui.cli.errors import CommandError
from blis_tui.reading import read_most

_heads: WeakKeyDictionary[BinaryIO, bytes] = WeakKeyDictionary()
"""What was taken from a stream and is to be read again: nothing can be put back into a pipe."""


def stdin_head(most: int) -> bytes:
    """Return at most so many bytes that standard input begins with; `read_stdin` gives them again. Raises `CommandError`."""
    head, stream = read_stdin(most), _stream()
    _heads[stream] = head + _heads.get(stream, b"")
    return head


def read_stdin(most: int) -> bytes:
    """Read standard input, at most so many bytes. Raises `CommandError`."""
    stream = _stream()
    head = _heads.pop(stream, b"")
    if len(head) > most:
        _heads[stream] = head[most:]
        return head[:most]
    try:
        rest = read_most(stream, most - len(head))
    except (OSError, ValueError) as error:
        raise CommandError(f"standard input: {getattr(error, 'strerror', None) or error}") from error
    return head + rest if head else rest


def shown_name(path: str) -> str:
    """Return how messages call a file, which may be standard input."""
    return "<stdin>" if path == STDIN else path


def _stream() -> BinaryIO:
    if sys.stdin is None:
        raise CommandError("standard input: is closed")
    return sys.stdin.buffer
