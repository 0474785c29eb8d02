"""Which rows of a table to show, and in which order. Runs in a thread, in small pieces; knows nothing of the screen."""

from __future__ import annotations

import heapq
import re
import time
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from blis_tui.tui.jobs import Job

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = Callable[[], Sequence[float] | NDArray[Any]]
    """Makes a number for each row; called in a thread."""

PIECE = 1_000
"""Rows between two pauses: the event loop must not wait for the interpreter, and the work may not be wanted any more."""
_PAUSE_S = 0.0005
MOST_SORTED_TEXTS = 200_000
"""Rows up to which a table is sorted by a column of texts; by a column of numbers there is no limit."""
Tick = Callable[[float], None]
"""Is told the part that is done, often; may raise `Cancelled`."""
Find = Callable[[str, Tick], Sequence[int]]
"""Returns the rows that are meant by what was typed, in their order; raises a `ValueError` that says what is wrong with it."""
_NUMBERS = re.compile(r"(\d+)")


class Wanted(NamedTuple):
    """What rows are wanted: those that `find` finds for what was `typed`, sorted by a column or not.

    `values` makes one number per row, `text` writes a row's cell.
    """

    total: int
    typed: str = ""
    find: Find | None = None
    sorted: bool = False
    down: bool = False
    values: Values | None = None
    text: Callable[[int], str] | None = None


def ordered(job: Job[Any], wanted: Wanted) -> Sequence[int]:
    """Find and sort the rows that are wanted."""
    rows: Sequence[int] = range(wanted.total)
    if wanted.typed and wanted.find is not None:

        def tick(part: float) -> None:
            job.progress(part)
            time.sleep(_PAUSE_S)

        rows = wanted.find(wanted.typed, tick)
    if not wanted.sorted:
        return rows
    if wanted.values is not None:
        return _by_number(rows, wanted)
    return _by_text(job, rows, wanted) if wanted.text is not None and len(rows) <= MOST_SORTED_TEXTS else rows


def natural(text: str) -> tuple[str | int, ...]:
    """Return what sorts numbers within texts by their value: user-2 before user-10."""
    parts = _NUMBERS.split(text.casefold())
    return tuple(
        int(part) if number % 2 and len(part) < 19 else part if not number % 2 else 0 for number, part in enumerate(parts)
    )


def _by_number(rows: Sequence[int], wanted: Wanted) -> Sequence[int]:
    import numpy as np

    assert wanted.values is not None
    picked = _array(rows)
    keys = _array(wanted.values())[picked]
    places = np.argsort(-keys if wanted.down else keys, kind="stable")
    found: Sequence[int] = picked[places].astype(np.int32)
    return found


def _array(values: Sequence[float] | NDArray[Any]) -> Any:
    """Make an array of numbers; NumPy would walk a range item by item, and let no one else run meanwhile."""
    import numpy as np

    return np.arange(values.start, values.stop, values.step) if isinstance(values, range) else np.asarray(values)


def _by_text(job: Job[Any], rows: Sequence[int], wanted: Wanted) -> array[int]:
    """Sort in pieces and merge them: one long sort would hold up the screen."""
    text = wanted.text
    assert text is not None
    pieces = []
    for start in range(0, len(rows), PIECE):
        job.check()
        time.sleep(_PAUSE_S)
        pieces.append(sorted(((natural(text(row)), row) for row in rows[start : start + PIECE]), reverse=wanted.down))
    result = array("i")
    for number, (_, row) in enumerate(heapq.merge(*pieces, reverse=wanted.down)):
        if number % PIECE == 0:
            job.check()
            time.sleep(_PAUSE_S)
        result.append(row)
    return result
