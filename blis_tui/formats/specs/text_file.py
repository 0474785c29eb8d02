"""A file that is one text, without any client of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from blis_tui.problems import Problem


class TextFile(NamedTuple):
    """What the file holds, and what its reader should know."""

    text: str | bytes
    remarks: tuple[Problem, ...] = ()
    size: int = 0

    def chunks(self) -> Iterator[tuple[str | bytes, int]]:
        """Give the file in one piece."""
        yield self.text, 0
