"""Opening the traces of all tools, known by how they begin."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from blis_tui.formats.traces import azure
from blis_tui.formats.traces.blis import reading as blis
from blis_tui.formats.traces.kinds import AZURE, BLIS, MOONCAKE, kind_of
from blis_tui.formats.traces.mooncake import reading as mooncake
from blis_tui.formats.traces.rows import refuse
from blis_tui.formats.traces.trace import Trace
from blis_tui.numbers import spoken_size
from blis_tui.problems import SpecError
from blis_tui.reading import regular_size
from blis_tui.spec.yaml.encoding import MAX_SIZE
from blis_tui.workload.progress import Progress

MOST_BYTES = 4 << 30
"""Larger traces are refused, unless another size is asked for."""


class Opening(NamedTuple):
    """How a trace is to be opened."""

    block_size: int | None = None
    """Tokens of a mooncake trace's blocks; ``None`` for those that its ids agree with."""
    most_bytes: int = MOST_BYTES


USUAL = Opening()
_READ, _ROWS = 0.1, 0.8
"""The parts of the time that are over, about, when the file is in memory, and when its rows are read."""


def opening_of(max_size: int | None, block_size: int | None = None) -> Opening:
    """Return how to open a trace where files have at most `max_size` bytes; the usual limit is one for workload files."""
    return Opening(block_size, MOST_BYTES if max_size in (None, MAX_SIZE) else max_size)


def open_trace(path: Path, opening: Opening = USUAL, progress: Progress = lambda done: None) -> Trace:
    """Open a trace. `progress` is called often and may raise `Cancelled`. Raises `SpecError`, with `path` as its source."""
    progress(0.0)
    data = _read(path, opening)
    return trace_of(data, str(path), opening, lambda done: progress(_READ + (_ROWS - _READ) * done), path)


def trace_of(data: bytes, name: str, opening: Opening, progress: Progress, path: Path | None = None) -> Trace:
    """Open what is in a file, or came from elsewhere, as a trace. Raises `SpecError`."""
    if len(data) > opening.most_bytes:  # of what is no file, no more is read than it takes to see that
        refuse(name, f"is too large (over {_most(opening)})")
    kind = kind_of(data)
    if kind is None:
        refuse(name, "is no trace of BLIS, mooncake or Azure", 1, 1)
    if kind == MOONCAKE:
        return mooncake.read(data, name, progress, opening.block_size)
    if kind == AZURE:
        return azure.read(data, name, progress)
    if kind == BLIS:
        beside = None if path is None else blis.header_beside(path)
        header = None if beside is None else blis.read_header(_read(beside, opening), str(beside))
        return blis.read(data, name, header, progress)
    header = blis.read_header(data, name)
    if path is None:
        refuse(name, "is the header of a BLIS trace alone: name its file of rows")
    rows = blis.rows_beside(path)
    try:
        data = _read(rows, opening)
    except SpecError as error:
        refuse(name, f"the rows of this header are looked for beside it in {rows.name}, which {error.problems[0].message}", 1, 1)
    return blis.read(data, str(rows), header, progress)


def _read(path: Path, opening: Opening) -> bytes:
    try:
        size = regular_size(path)
        if size is None:
            refuse(str(path), "cannot be read: it is not a regular file")
        if size > opening.most_bytes:
            refuse(str(path), f"is too large ({spoken_size(size)}; at most {_most(opening)})")
        data = path.read_bytes()
    except OSError as error:
        refuse(str(path), f"cannot be read: {error.strerror or error}")
    except ValueError as error:
        refuse(str(path), f"cannot be read: {error}")
    return data


def _most(opening: Opening) -> str:
    return f"{spoken_size(opening.most_bytes)}, or what --max-size says"
