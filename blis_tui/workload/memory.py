"""The memory there is: what would take more is an error before the system ends the program for it."""

from __future__ import annotations

import os
from pathlib import Path

from blis_tui.spec.format.fields import INT64_MAX

_MEMINFO, _GROUP_LIMIT = Path("/proc/meminfo"), Path("/sys/fs/cgroup/memory.max")
_COPIES = 2
"""About how often a row is there at most: as it was made, and in order with what is worked out of it."""


def available_bytes() -> int:
    """Return how much memory can be taken without swapping, about; where that is not known, all that the machine has."""
    return min(_machine_bytes(), _group_bytes())


def rows_that_fit(row_bytes: int) -> int:
    """Return about how many rows of so many bytes can be made and put in order."""
    return available_bytes() // (_COPIES * row_bytes)


def require(size: int) -> None:
    """Raise `MemoryError` if there are not so many bytes. An array of them may be there nevertheless, until it is filled."""
    if size > available_bytes():
        raise MemoryError(f"{size:,} bytes are needed")


def _machine_bytes() -> int:
    try:
        for line in _MEMINFO.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return INT64_MAX


def _group_bytes() -> int:
    """Return what the control group, such as a container's, may take."""
    try:
        return int(_GROUP_LIMIT.read_text(encoding="ascii"))
    except (OSError, ValueError):  # none, or "max"
        return INT64_MAX
