"""From the bytes of a file to its text, and back.

A file is UTF-8 or, with a byte-order mark, UTF-16, as BLIS's reader has it.
"""

from __future__ import annotations

import codecs

from blis_tui.numbers import counted
from blis_tui.problems import Problem
from blis_tui.spec.yaml.source import Source, syntax_problem

MAX_SIZE = 8_000_000
"""Bytes that are read unless the user says otherwise."""
UTF_8 = "utf-8"
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_MARK = "\ufeff"


def encoding_of(data: bytes) -> str:
    """Return how a file is encoded, by its byte-order mark: the name of Python's codec, which leaves the mark in the text."""
    return _UTF_16.get(data[:2], UTF_8)


def read_text(data: bytes, max_size: int | None = MAX_SIZE) -> tuple[str | None, list[Problem]]:
    """Decode a file's bytes; the text is None if there are problems.

    A byte-order mark stays in the text, so that what is written back is what was read. Characters that YAML forbids are
    found when the text is composed. `max_size` None means any size; to have a large file refused, ``max_size + 1`` bytes of it
    are enough.
    """
    if max_size is not None and len(data) > max_size:
        message = f"the file is larger than {counted(max_size, 'byte')}, too large for a workload file"
        return None, [syntax_problem(Source(""), 0, "too-large", message)]
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        message = "the file is UTF-32; a workload file must be UTF-8, or UTF-16 with a byte-order mark"
        return None, [syntax_problem(Source(""), 0, "not-utf-8", message)]
    encoding = encoding_of(data)
    try:
        return data.decode(encoding), []
    except UnicodeDecodeError as error:
        before = Source(data[: error.start].decode(encoding))
        message = f"the file is not {encoding[:6].upper()} text: byte 0x{data[error.start]:02X}"
        return None, [syntax_problem(before, len(before.text), "not-utf-8", message)]


def written_text(text: str, encoding: str = UTF_8) -> bytes:
    """Encode a text as its file was; UTF-16 is known by its byte-order mark alone. Raises `UnicodeEncodeError`."""
    mark = "" if encoding == UTF_8 or text.startswith(_MARK) else _MARK
    return f"{mark}{text}".encode(encoding)
