"""How large the pieces are in which requests and their token ids are made: a matter of speed and memory, never of results."""

from __future__ import annotations

from typing import NamedTuple

BLOCK_TOKENS = 1_060_000
"""About how many token ids a block holds unless another number is asked for."""


class Tuning(NamedTuple):
    """The sizes that are best on most machines; tests make pieces so small that rare paths are taken all the time."""

    first_rows: int = 1 << 12
    """For how many requests there is room in the first sheet of a thread; each further one has four times as many."""
    most_rows: int = 1 << 18
    """Up to so many."""
    most_open: int = 1 << 15
    """If there are more clients, so many streams are kept open, 5 kB each; the others, of few requests each, are opened anew."""
