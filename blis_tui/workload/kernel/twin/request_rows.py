"""Requests that come one by one, and the sheets that take them."""

from __future__ import annotations

from collections.abc import Generator
from itertools import islice
from typing import Any, ClassVar

from blis_tui.workload.kernel.records import DONE, FULL, Sheet

_AT_ONCE = 1 << 10


class Ended(Exception):
    """No further request can be made."""

    def __init__(self, end: int, tokens: int = 0) -> None:
        self.end, self.tokens = end, tokens


class RequestRows:
    """Writes requests down, as much as a sheet holds at a time. What makes them raises `Ended` where it cannot go on."""

    COLUMNS: ClassVar[tuple[str, ...]]
    """The columns of a sheet that are filled, in the order of a row's values."""

    def __init__(self, rows: Generator[tuple[Any, ...], None, None]) -> None:
        self._rows = rows
        self.tokens = 0
        """Of the request that is too long."""
        self.failed_client = 0
        """The client at which it stopped."""

    def fill(self, sheet: Sheet) -> int:
        """Write requests down until there are no more or the sheet is full; return how it ended."""
        try:
            while sheet.used < sheet.rows:
                rows = list(islice(self._rows, min(_AT_ONCE, sheet.rows - sheet.used)))
                if not rows:
                    return DONE
                part = slice(sheet.used, sheet.used + len(rows))
                for name, values in zip(self.COLUMNS, zip(*rows, strict=True), strict=True):
                    if len(sheet.columns[name]):
                        sheet.columns[name][part] = values
                sheet.used += len(rows)
        except Ended as ended:
            self.tokens = ended.tokens
            return ended.end
        return FULL
