"""How one sees that a file was written or replaced."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class Stamp(NamedTuple):
    """What changes when a file is written or replaced."""

    modified_ns: int
    size: int
    inode: int

    @classmethod
    def of(cls, found: os.stat_result) -> Stamp:
        """Return the stamp of a state."""
        return cls(found.st_mtime_ns, found.st_size, found.st_ino)


def stamp_of(path: Path) -> Stamp | None:
    """Return the present state of a file, ``None`` if there is none that can be seen."""
    try:
        return Stamp.of(path.stat())
    except (OSError, ValueError):
        return None
