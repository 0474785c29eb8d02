"""A folder in the system's one for temporaries, and what is left of those whose owners were killed.

The folder itself is locked as long as its owner lives: so whoever finds one that nobody holds can remove it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from blis_tui.files.leftovers import hold

_PREFIX = "blis-tui-run-"
_OWNER_ONLY = 0o700


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder for this user alone, of which nothing is left; raises `OSError`."""
    sweep_temporary_folders()
    path, descriptor = _made()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def sweep_temporary_folders() -> None:
    """Remove the folders of this user's programs that were killed; those of the living stay."""
    with suppress(OSError):
        for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
            with suppress(OSError):
                _sweep(path)


def _made() -> tuple[Path, int]:
    """Make a folder and hold it; one that was swept before it was held is made again."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        with suppress(FileNotFoundError):
            descriptor = _opened(path)
            try:
                hold(descriptor, path)
            except BlockingIOError:
                os.close(descriptor)
            else:
                return path, descriptor


def _sweep(path: Path) -> None:
    """Remove a folder that nobody holds; raises `BlockingIOError` if somebody does, and `OSError`."""
    descriptor = _opened(path)
    try:
        found = os.fstat(descriptor)
        ours = found.st_uid == os.geteuid() and found.st_mode & 0o777 == _OWNER_ONLY
        if ours and hold(descriptor, path):
            shutil.rmtree(path)
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
