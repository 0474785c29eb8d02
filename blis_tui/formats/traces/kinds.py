"""Which kind of trace a file is, by how it begins. Reads nothing else, and needs no NumPy."""

from __future__ import annotations

import os

from blis_tui.reading import regular_size

HEAD = 1 << 16
"""Bytes of a file that are looked at."""
AZURE, BLIS, BLIS_HEADER, MOONCAKE = "an Azure trace", "a BLIS trace", "the header of a BLIS trace", "a mooncake trace"
AZURE_COLUMNS = ("TIMESTAMP", "ContextTokens", "GeneratedTokens")
"""Time, input and output."""
BLIS_COLUMNS = ("arrival_time_us", "input_tokens", "output_tokens")
"""The columns that a BLIS trace must have."""
HEADER_MARK = "trace_version"
"""The key that every header of a BLIS trace has."""


def kind_at(path: str | os.PathLike[str]) -> str | None:
    """Return which kind of trace a file is, ``None`` for none, and for what cannot be read, or only once."""
    try:
        if regular_size(path) is None:
            return None
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes as long to import as the rest of a check
            return kind_of(file.read(HEAD))
    except (OSError, ValueError):
        return None


def kind_of(head: bytes) -> str | None:
    """Return which kind of trace begins so, ``None`` for none."""
    text = head[:HEAD].decode("utf-8-sig", "replace").lstrip()
    line = text.partition("\n")[0].strip()
    if line.startswith("{"):
        return MOONCAKE if '"input_length"' in line and '"timestamp"' in line else None
    columns = {column.strip(' "') for column in line.split(",")}
    if columns.issuperset(AZURE_COLUMNS):
        return AZURE
    if columns.issuperset(BLIS_COLUMNS):
        return BLIS
    if any(each.startswith((f"{HEADER_MARK}:", f'"{HEADER_MARK}":')) for each in text.split("\n")):
        return BLIS_HEADER
    return None
