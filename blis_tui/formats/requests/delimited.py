"""Text and numbers in comma-separated files, to the byte as BLIS's Go writes them.

Python's own csv writer is not used: which fields it quotes has changed between releases, and a file here is the same
wherever it is written.
"""

from __future__ import annotations

import re

_NEEDS_QUOTES = re.compile(r'[",\r\n]|^\s|^\\\.$')


def text_field(value: str) -> str:
    """Write a text, in quotes (RFC 4180) if it has a comma, a quote, a line end or a leading space in it."""
    if _NEEDS_QUOTES.search(value):
        return '"' + value.replace('"', '""') + '"'
    return value


def ratio_field(value: float) -> str:
    """Write a number between 0 and 1 in the shortest form that reads back the same, as Go's ``%g`` does."""
    digits = float.__repr__(value)
    return digits.removesuffix(".0")
