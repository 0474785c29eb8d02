"""Recovery copies: unsaved work on the disk, in case the program or its terminal ends before it is saved."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from blis_tui.files.errors import WriteError
from blis_tui.files.file_set import FileSet
from blis_tui.files.leftovers import sweep
from blis_tui.files.new_file import PRIVATE

_SUFFIX = ".recovery.json"
_UNNAMED = "workload.yaml"


class RecoveryCopy(NamedTuple):
    """A recovery copy that a run of the program has left after."""

    file: Path
    path: Path | None
    """The workload file it belongs to; ``None`` for one that had no name yet."""
    text: str
    written_s: float
    """When it was written, in seconds since 1970."""
    left: Path | None = None
    """The folder in which an editor that had it open has left files of its own, such as what was typed there and not saved."""


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

    @contextmanager
    def elsewhere(self, text: str, path: Path | None) -> Iterator[Path]:
        """Name a file, in a folder of its own, for a text that another program edits until the end of the context.

        What is saved there is the text of the copy if this program is killed meanwhile. Where no copy can be written, the folder
        is in that for temporaries. `take_back` removes it. Raises `OSError`.
        """
        with self._writing:  # threads that would write or remove the copy wait
            file = _elsewhere(self._file, path)
            if self.keep(text, path):
                file.parent.mkdir(mode=0o700, exist_ok=True)
            else:
                file = Path(tempfile.mkdtemp(prefix="blis-tui-"), file.name)
            yield file

    def has_elsewhere(self) -> bool:
        """Return whether something is left of a text that another program has edited."""
        return _elsewhere(self._file, None).parent.exists()

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
    """Remove an abandoned copy for good, but nothing that an editor has left of its own."""
    take_back(_elsewhere(copy.file, copy.path), copy.text)
    _remove(copy.file)


def take_back(edited: Path, text: str) -> bool:
    """Remove a file that another program has edited if a text is all there is in it, and its folder if nothing else is there.

    Returns whether they are gone.
    """
    with suppress(OSError):
        if _holds(edited, text):
            edited.unlink()
        edited.parent.rmdir()
    return not edited.parent.exists()


def _remove(file: Path) -> None:
    for each in (file, _lock_file(file)):
        with suppress(OSError):
            each.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, PRIVATE)


def _lock_file(file: Path) -> Path:
    return file.with_name(f"{file.name.removesuffix(_SUFFIX)}.lock")


def _elsewhere(file: Path, path: Path | None) -> Path:
    """Return where the text of a copy is while another program edits it."""
    name = path.name if path is not None else _UNNAMED
    return file.with_name(f"{file.name.removesuffix(_SUFFIX)}.editing") / name


def _holds(edited: Path, text: str) -> bool:
    return edited.read_bytes() == text.encode("utf-8", "surrogatepass")


def _left(edited: Path, text: str) -> Path | None:
    """Return the folder of a file that another program has edited if there is more in it than a text."""
    sweep(edited.parent)
    try:
        others = any(each != edited or not _holds(each, text) for each in edited.parent.iterdir())
    except OSError:
        others = edited.parent.exists()
    return edited.parent if others else None


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
    path = None if path is None else Path(path)
    edited = _elsewhere(file, path)
    with suppress(OSError, ValueError):
        text, written = edited.read_bytes().decode("utf-8"), max(written, edited.stat().st_mtime)
    return RecoveryCopy(file, path, text, written, _left(edited, text))
