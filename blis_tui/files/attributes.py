"""What a file keeps when another takes its place: owner, mode, extended attributes, and the access lists among these."""

from __future__ import annotations

import os
import stat
from contextlib import suppress


def take_over(descriptor: int, previous: os.stat_result, path: str) -> None:
    """Give an open file what `path` has, whose state is `previous`, as far as that is permitted; raises `OSError`."""
    created = os.fstat(descriptor)
    if (created.st_uid, created.st_gid) != (previous.st_uid, previous.st_gid):
        with suppress(PermissionError):
            os.fchown(descriptor, previous.st_uid, previous.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(previous.st_mode))
    for name in _names(path):
        with suppress(OSError):  # those of the system, and file systems without them
            os.setxattr(descriptor, name, os.getxattr(path, name))


def _names(path: str) -> list[str]:
    if not hasattr(os, "listxattr"):
        return []
    try:
        return os.listxattr(path)
    except OSError:
        return []
