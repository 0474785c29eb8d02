"""From the bytes of a file to its text."""

from __future__ import annotations

import codecs

from blis_tui.problems import Problem
from blis_tui.spec.source import Source, syntax_problem

MAX_SIZE = 8_000_000
"""Bytes that are read unless the user says otherwise."""


def read_text(data: bytes, max_size: int | None = MAX_SIZE) -> tuple[str | None, list[Problem]]:
    """Decode a file's bytes as UTF-8; the text is None if there are problems.

    A byte-order mark stays in the text, so that what is written back is what was read. Characters that YAML forbids are
    found when the text is composed. `max_size` None means any size; to have a large file refused, ``max_size + 1`` bytes of it
    are enough.
    """
    if max_size is not None and len(data) > max_size:
        message = f"the file is larger than {max_size:,} bytes, too large for a workload file"
        return None, [syntax_problem(Source(""), 0, "too-large", message)]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)):
        message = "the file is UTF-16 or UTF-32; a workload file must be UTF-8"
        return None, [syntax_problem(Source(""), 0, "not-utf-8", message)]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        before = Source(data[: error.start].decode("utf-8"))
        message = f"the file is not UTF-8 text: byte 0x{data[error.start]:02X}"
        return None, [syntax_problem(before, len(before.text), "not-utf-8", message)]
