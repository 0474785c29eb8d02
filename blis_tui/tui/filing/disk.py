"""Workload files on the disk: reading one to edit it, and noticing that somebody else has changed it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

from blis_tui.files.stamp import Stamp, stamp_of
from blis_tui.reading import read_bytes
from blis_tui.spec.yaml.encoding import MAX_SIZE, UTF_8, encoding_of, read_text


class OpenError(Exception):
    """A file cannot be opened; the message names it and says why."""


class Document(NamedTuple):
    """A file's text, and the state and encoding of the file it was read from; a file that is not there has no stamp."""

    text: str
    stamp: Stamp | None
    encoding: str = UTF_8


def read_document(path: Path, max_size: int | None = MAX_SIZE) -> Document:
    """Read a file to be edited; raises `OpenError`, also for one that is missing."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - opening a pipe to find out would wait for its other end
            raise OpenError(f"{path}: is {'a folder' if path.is_dir() else 'not a regular file'}")
        stamp = stamp_of(path)
        data = read_bytes(path, max_size)
    except (OSError, ValueError) as error:
        raise OpenError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    text, problems = read_text(data, max_size)
    if text is None:
        raise OpenError(f"{path}: {problems[0].message}")
    return Document(text, stamp, encoding_of(data))
