"""What can go wrong while files are written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class WriteError(Exception):
    """Something could not be written; `path` is the file or folder and `reason` says why."""

    def __init__(self, path: str | Path, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(f"{self.path}: {reason}")


class AlreadyExists(WriteError):
    """A file of that name is there and may not be overwritten."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path, "already exists")


class ReadOnly(WriteError):
    """The file is marked as one that is not to be changed."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path, "is read-only")


class Changed(WriteError):
    """The file is no longer what it was when it was read."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path, "was changed by another program in the meantime")


@contextmanager
def write_errors(path: str | Path) -> Iterator[None]:
    """Turn what goes wrong while writing `path` into `WriteError`; a closed pipe stays what it is."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise WriteError(path, error.strerror or str(error)) from error
    except UnicodeEncodeError as error:
        raise WriteError(path, f"the text has a character that no file can hold (U+{_culprit(error):04X})") from error
    except ValueError as error:
        if "\0" not in str(path):
            raise
        raise WriteError(path, "a name cannot have a NUL character") from error


def _culprit(error: UnicodeEncodeError) -> int:
    return ord(error.object[error.start])
