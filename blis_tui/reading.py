"""Reading workload files as a library: bytes, texts and specs that are sure to be without errors."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from blis_tui.problems import ERROR, Problem, SpecError
from blis_tui.spec.check import check
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.yaml.encoding import MAX_SIZE

if TYPE_CHECKING:
    from typing import BinaryIO

_PIECE = 1 << 20


def read_bytes(path: str | os.PathLike[str], max_size: int | None = MAX_SIZE) -> bytes:
    """Read a file, but of one that is too large no more than it takes to see that. Raises `OSError`."""
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes as long to import as the rest of a check
        return file.read() if max_size is None else read_most(file, max_size + 1)


def regular_size(path: str | os.PathLike[str]) -> int | None:
    """Return the size of a file, ``None`` for what is none: a device may never end, and a pipe never begin. Raises `OSError`."""
    found = os.stat(path)  # noqa: PTH116 - see `read_bytes`
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def read_most(file: BinaryIO, most: int) -> bytes:
    """Read a file, at most so many bytes, in pieces: asked for all at once, they would take that much memory."""
    pieces = []
    while most > 0 and (piece := file.read(min(most, _PIECE))):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)


def load(path: str | os.PathLike[str], *, max_size: int | None = MAX_SIZE) -> WorkloadSpec:
    """Read a workload file.

    Raises `SpecError`, which carries every problem found with its line and column, if the file cannot be read or has
    errors. Warnings raise nothing: `blis_tui.check` tells them too. Files over `max_size` bytes are refused.
    """
    name = os.fsdecode(path)
    try:
        data = read_bytes(path, max_size)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SpecError([Problem("unreadable", ERROR, (), f"the file cannot be read: {reason}")], name) from error
    return loads(data, source=name, max_size=max_size)


def loads(text: str | bytes, *, source: str = "spec", max_size: int | None = MAX_SIZE) -> WorkloadSpec:
    """Read a workload file's text, or its bytes; `source` is what messages call it. Raises `SpecError`."""
    checked = check(text, max_size)
    if checked.spec is None or checked.errors:
        raise SpecError(checked.problems, source)
    return checked.spec
