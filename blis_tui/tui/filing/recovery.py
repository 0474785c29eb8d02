"""Recovery copies: unsaved work on the disk, in case the program or its terminal ends before it is saved."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, NamedTuple

from blis_tui.files.errors import WriteError
from blis_tui.files.file_set import FileSet
from blis_tui.files.leftovers import sweep
from blis_tui.files.new_file import PRIVATE

_SUFFIX = ".recovery.json"


class RecoveryCopy(NamedTuple):
    """A recovery copy that a run of the program has left after."""

    file: Path
    path: Path | None
    """The workload file it belongs to; ``None`` for one that had no name yet."""
    text: str
    written_s: float
    """When it was written, in seconds since 1970."""


class Recovery:
    """The recovery copy of one running designer. A lock held for its life tells others that it is not abandoned."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / f"{secrets.token_hex(8)}{_SUFFIX}"
        self._lock: IO[bytes] | None = None
        self._writing = threading.RLock()  # a signal may come while a thread writes, or while this very thread does
        self._closed = False

    def keep(self, text: str, path: Path | None) -> bool:
        """Write the copy, or replace it by a newer one; returns whether that was possible."""
        with self._writing:
            if self._closed:
                return True
            try:
                self._claim()
                content = {"path": None if path is None else str(path.absolute()), "written_s": time.time(), "text": text}
                with FileSet(force=True, private=True) as files:
                    files.add(self._file).write(json.dumps(content).encode("utf-8"))
                    files.commit()
            except (OSError, WriteError):
                return False
            return True

    def drop(self) -> None:
        """Remove the copy: its text is saved, or no one wants it."""
        with self._writing:
            _remove(self._file)
            self.release()

    def close(self) -> None:
        """Remove the copy and write none any more: the program ends in good order."""
        with self._writing:
            self._closed = True
            self.drop()

    def release(self) -> None:
        """Leave the copy, if there is one, to whoever comes next."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def abandoned(self) -> list[RecoveryCopy]:
        """Return the copies that no running program holds, the newest first."""
        found = []
        sweep(self.folder)
        with suppress(OSError):
            for file in self.folder.glob(f"*{_SUFFIX}"):
                copy = _read(file) if file != self._file and not _held(file) else None
                if copy is not None:
                    found.append(copy)
        return sorted(found, key=lambda copy: copy.written_s, reverse=True)

    def _claim(self) -> None:
        if self._lock is None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with ExitStack() as undo:
                lock = undo.enter_context(open(_lock_file(self._file), "wb", opener=_private))
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                undo.pop_all()
            self._lock = lock


def discard(copy: RecoveryCopy) -> None:
    """Remove an abandoned copy for good."""
    _remove(copy.file)


def _remove(file: Path) -> None:
    for each in (file, _lock_file(file)):
        with suppress(OSError):
            each.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, PRIVATE)


def _lock_file(file: Path) -> Path:
    return file.with_name(f"{file.name.removesuffix(_SUFFIX)}.lock")


def _held(file: Path) -> bool:
    """Return whether a running program has the copy; where that cannot be found out, assume so and leave it alone."""
    try:
        descriptor = os.open(_lock_file(file), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _read(file: Path) -> RecoveryCopy | None:
    try:
        content = json.loads(file.read_bytes())
        path, text, written = content["path"], content["text"], float(content["written_s"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not isinstance(text, str) or not isinstance(path, str | None):
        return None
    return RecoveryCopy(file, None if path is None else Path(path), text, written)
