"""One file that appears complete or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from blis_tui.files.attributes import take_over
from blis_tui.files.errors import AlreadyExists, Changed, ReadOnly, WriteError, write_errors
from blis_tui.files.leftovers import Lock, Traces
from blis_tui.files.stamp import Stamp, stamp_of

PRIVATE = 0o600


class NewFile:
    """One file being written. Its bytes go to a temporary in the same folder; `size` and `sha256` keep count of them.

    `path` is the file as it was asked for. Where that is a symbolic link, the file it points to is the one replaced. A file that
    has several names (hard links) is written in place instead, since it would else be another one under each.
    """

    def __init__(self, path: Path, *, force: bool, private: bool = False, read_only: bool = True) -> None:
        """Name a file. `force` replaces one that is there, with `read_only` one that may not be written too.

        A `private` one is for its owner alone.
        """
        self.path = path
        self.size = 0
        self.stamp: Stamp | None = None
        """What the file is once it has its name."""
        self.kept: Path | None = None
        """Where the file that was replaced is, if it could not be put back."""
        self._hash = hashlib.sha256()
        self._force, self._private = force, private
        self._fd = -1
        self._lock: Lock | None = None
        self._traces: Traces | None = None
        self._identity = (-1, -1)
        self._reserved = False
        with write_errors(path):
            self._previous = _regular(path, force)
            if self._previous is not None and not read_only and not _is_writable(path, self._previous):
                raise ReadOnly(path)
            self._target = Path(os.path.realpath(path))

    @property
    def sha256(self) -> str:
        """The digest, in hex, of what was written so far."""
        return self._hash.hexdigest()

    def open(self, first: NewFile | None = None) -> None:
        """Create the temporary, with the mode, owner and attributes of the file that it is to replace.

        `first` is the first of the files that are to appear together.
        """
        with write_errors(self.path):
            self._lock = Lock(self._target, first._lock if first is not None else None)
            self._traces = traces = self._lock.traces
            self._previous = _regular(self.path, self._force)
            mode = PRIVATE if self._private else 0o666 if self._previous is None else stat.S_IMODE(self._previous.st_mode) & 0o777
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._fd = os.open(traces.temporary, flags, mode)
            created = os.fstat(self._fd)
            self._identity = (created.st_dev, created.st_ino)
            if self._previous is not None:
                take_over(self._fd, self._previous, str(self._target))
            if self._private:
                os.fchmod(self._fd, PRIVATE)

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._hash.update(data)
        self.size += len(data)
        rest = memoryview(data)
        with write_errors(self.path):
            while rest:
                rest = rest[os.write(self._fd, rest) :]

    def finish(self) -> None:
        """Bring everything to the disk; nothing can be written afterwards."""
        with write_errors(self.path):
            os.fsync(self._fd)
            self.stamp = Stamp.of(os.fstat(self._fd))
            descriptor, self._fd = self._fd, -1
            os.close(descriptor)

    def expect(self, known: Stamp | None) -> None:
        """Raise `Changed` if the file to be replaced is not what it was, ``None`` for missing."""
        if stamp_of(self._target) != known:
            raise Changed(self.path)

    def publish(self) -> None:
        """Put the finished file in its place."""
        assert self._traces is not None
        with write_errors(self.path):
            if self._previous is None:
                self._publish_new(self._traces.temporary)
            elif self._previous.st_nlink > 1:
                self._overwrite(self._previous, self._traces)
            else:
                try:
                    os.link(self._target, self._traces.backup)
                except OSError:  # a file system without hard links: for a moment there is no file of that name
                    self._target.replace(self._traces.backup)
                self._traces.temporary.replace(self._target)

    def _publish_new(self, temporary: Path) -> None:
        """Give the file its name unless something has it already; only linking does both in one step.

        It has the temporary's name too until all is done, so that whoever clears up after a killed writer knows it to be new.
        """
        try:
            os.link(temporary, self._target)
        except OSError:  # something has the name by now, or the file system has no hard links
            if not self._force:
                self._reserve()
            temporary.replace(self._target)

    def _reserve(self) -> None:
        """Take the name with an empty file; raises `AlreadyExists` if something has it."""
        try:
            os.close(os.open(self._target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC))
        except FileExistsError as error:
            raise AlreadyExists(self.path) from error
        self._reserved = True

    def _overwrite(self, previous: os.stat_result, traces: Traces) -> None:
        """Write into what is there, and keep a copy of it until all is done."""
        flags = os.O_WRONLY | os.O_CLOEXEC
        there = os.open(self._target, flags)
        try:
            mode = stat.S_IMODE(previous.st_mode) & 0o777
            _copy(self._target, os.open(traces.unfinished, flags | os.O_CREAT | os.O_EXCL, mode))
            traces.unfinished.replace(traces.backup)  # half of it is no backup
            self._identity = (previous.st_dev, previous.st_ino)
            os.ftruncate(there, 0)
            _copy(traces.temporary, os.dup(there))
            self.stamp = Stamp.of(os.fstat(there))
        finally:
            os.close(there)

    def settle(self) -> None:
        """Let nothing be undone any more, of this file or of those of which it is the first, even if the program is killed."""
        if self._lock is not None:
            with write_errors(self.path):
                self._lock.settle()

    def withdraw(self) -> None:
        """Undo `publish`, whether or not it was finished; what it replaced comes back, or is `kept`."""
        if self._traces is None:
            return
        try:
            if self._traces.backup.exists():
                if self._is_ours() or not os.path.lexists(self._target):
                    self._traces.put_back()
            elif self._previous is None and self._is_ours():
                self._target.unlink()
        except OSError:
            if self._traces.backup.exists():
                self.kept = self._traces.backup

    def _is_ours(self) -> bool:
        try:
            there = self._target.lstat()
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == self._identity or (self._reserved and there.st_size == 0)

    def clean_up(self) -> None:
        """Remove the temporaries."""
        descriptor, self._fd = self._fd, -1
        if descriptor >= 0:
            with suppress(OSError):
                os.close(descriptor)
        gone = self._traces is None or self._traces.remove(but=self.kept)
        if self._lock is not None:
            self._lock.release(forget=gone)

    def sync_folder(self) -> None:
        """Bring the name itself to the disk, where the system can."""
        with suppress(OSError):
            folder = os.open(self._target.parent, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _copy(source: Path, descriptor: int) -> None:
    """Write a file's content to an open one, bring it to the disk, and close that."""
    with source.open("rb") as read, open(descriptor, "wb") as written:
        shutil.copyfileobj(read, written)
        written.flush()
        os.fsync(descriptor)


def _is_writable(path: Path, found: os.stat_result) -> bool:
    """Return whether a file may be written; one that nobody may write is not, whatever this user may do."""
    return bool(found.st_mode & 0o222) and os.access(path, os.W_OK)


def _regular(path: Path, force: bool) -> os.stat_result | None:
    """Return the state of the file that would be replaced, ``None`` if there is none; refuse what must stay."""
    try:
        found = path.stat()
    except FileNotFoundError:
        if not force and path.is_symlink():
            raise AlreadyExists(path) from None
        return None
    if stat.S_ISDIR(found.st_mode):
        raise WriteError(path, "is a folder")
    if not stat.S_ISREG(found.st_mode):  # whatever is asked for: `force` replaces files alone
        raise WriteError(path, "is not a regular file")
    if not force:
        raise AlreadyExists(path)
    return found
