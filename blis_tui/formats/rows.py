"""Writing some of the requests of a workload into one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from blis_tui.files.file_set import FileSet
from blis_tui.formats.protocols import request_format
from blis_tui.formats.requests.batches import batches
from blis_tui.formats.source import Progress, Source
from blis_tui.formats.table import Format, FormatError, find_formats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.workload.requests import Requests

ROW_FORMATS = ("csv", "jsonl")
"""The formats that rows are written in, which are also the ends of their files' names."""


def row_format(path: Path) -> Format:
    """Return the format that a file's name asks for; raises `FormatError`."""
    name = path.suffix.removeprefix(".").casefold()
    if name not in ROW_FORMATS:
        raise FormatError(
            f"the name must end in {' or '.join(f'.{each}' for each in ROW_FORMATS)}: that says how rows are written"
        )
    return find_formats([name])[0]


def write_rows(
    requests: Requests, rows: NDArray[np.intp], path: Path, *, force: bool = False, progress: Progress | None = None
) -> None:
    """Write the requests of the array `rows`, in arrival order, in the format that the end of the file's name says.

    Each is written as it is among all requests of an export. The file appears complete or, after an error or what `progress`
    raises, not at all; an existing one is left alone unless `force` is given. `progress` is called with the requests looked
    at so far and the number of all.

    Raises `FormatError`, `AlreadyExists` and `WriteError`.
    """
    rows = np.sort(rows)
    writer = request_format(row_format(path)).writer(Source(requests.spec, requests=requests), tokens=False)
    told = progress or (lambda done, total: None)
    done, last = 0, int(rows[-1]) if len(rows) else -1
    with FileSet(force=force) as files:
        file = files.add(path)
        file.write(writer.heads[-1].encode())
        walked = batches(requests, tokens=writer.tokens, width=writer.width, pulse=lambda: told(done, last + 1))
        for batch in walked if len(rows) else ():
            first, end = np.searchsorted(rows, [batch.start, batch.stop])
            if first < end:
                file.write(writer.lines(batch.picked(rows[first:end] - batch.start)))
            done = batch.stop
            told(min(done, last + 1), last + 1)
            if done > last:
                break
        file.write(writer.end())
        files.commit()
