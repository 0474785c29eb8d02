"""Writing files so that they appear complete or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from blis_tui.spec.yaml.encoding import UTF_8, written_text


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
    except ValueError as error:  # a NUL in the name
        raise WriteError(path, str(error)) from error


def _culprit(error: UnicodeEncodeError) -> int:
    return ord(error.object[error.start])


class NewFile:
    """One file being written. Its bytes go to a temporary in the same folder; `size` and `sha256` keep count of them.

    `path` is the file as it was asked for. Where that is a symbolic link, the file it points to is the one replaced.
    """

    def __init__(self, path: Path, *, force: bool) -> None:
        self.path = path
        self.size = 0
        self._hash = hashlib.sha256()
        self._force = force
        self._fd = -1
        self._identity = (-1, -1)
        self._reserved = False
        with write_errors(path):
            self._previous = _regular(path, force)
            self._target = Path(os.path.realpath(path))
        name = f".blis-tui-{secrets.token_hex(8)}"
        self._temporary = self._target.with_name(f"{name}.tmp")
        self._backup = self._target.with_name(f"{name}.bak")

    @property
    def sha256(self) -> str:
        """The digest, in hex, of what was written so far."""
        return self._hash.hexdigest()

    def open(self) -> None:
        """Create the temporary, with the mode and owner of the file that it is to replace."""
        with write_errors(self.path):
            self._fd = os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            created = os.fstat(self._fd)
            self._identity = (created.st_dev, created.st_ino)
            if self._previous is not None:
                if (created.st_uid, created.st_gid) != (self._previous.st_uid, self._previous.st_gid):
                    with suppress(PermissionError):
                        os.fchown(self._fd, self._previous.st_uid, self._previous.st_gid)
                os.fchmod(self._fd, stat.S_IMODE(self._previous.st_mode))

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
            self._close()

    def publish(self) -> None:
        """Put the finished file in its place."""
        with write_errors(self.path):
            if self._force:
                if self._previous is not None:
                    with suppress(OSError):  # a file system without hard links: then there is nothing to go back to
                        os.link(self._target, self._backup)
                self._temporary.replace(self._target)
            else:
                try:
                    self._publish_new()
                except FileExistsError as error:
                    raise AlreadyExists(self.path) from error

    def _publish_new(self) -> None:
        """Give the file its name unless something has it already; only linking does both in one step."""
        try:
            os.link(self._temporary, self._target)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            os.close(os.open(self._target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC))
            self._reserved = True
            self._temporary.replace(self._target)

    def withdraw(self) -> None:
        """Undo `publish`, whether or not it was finished; what it replaced comes back."""
        with suppress(OSError):
            if self._is_ours():
                if self._backup.exists():
                    self._backup.replace(self._target)
                elif self._previous is None:
                    self._target.unlink()

    def _is_ours(self) -> bool:
        there = self._target.lstat()
        return (there.st_dev, there.st_ino) == self._identity or (self._reserved and there.st_size == 0)

    def clean_up(self) -> None:
        """Remove the temporaries."""
        self._close()
        for leftover in (self._temporary, self._backup):
            with suppress(OSError):
                leftover.unlink()

    def _close(self) -> None:
        descriptor, self._fd = self._fd, -1
        if descriptor >= 0:
            os.close(descriptor)

    def sync_folder(self) -> None:
        """Bring the name itself to the disk, where the system can."""
        with suppress(OSError):
            folder = os.open(self._target.parent, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


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
    if not force:
        raise AlreadyExists(path)
    if not stat.S_ISREG(found.st_mode):
        raise WriteError(path, "is not a regular file")
    return found


class FileSet:
    """Files that appear together: a context manager whose end, without `commit`, leaves nothing after.

    Every file is written to a temporary in its own folder; `commit` brings all of them to the disk and then gives them
    their names. An error, an interrupt or a cancelled job before that removes temporaries and folders made; an error
    while the names are given takes back those already given. Without `force` a name that exists is refused, at once by
    `add` and again, in one step with the naming, by `commit`.
    """

    def __init__(self, *, force: bool = False) -> None:
        self._force = force
        self._files: list[NewFile] = []
        self._folders: list[Path] = []
        self._done = False

    def __enter__(self) -> FileSet:
        return self

    def make_folder(self, folder: str | Path) -> Path:
        """Make a folder, and those above it, if it is missing; raises `WriteError`."""
        folder = Path(folder)
        with write_errors(folder):
            for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
                with suppress(FileExistsError):  # somebody else was quicker
                    missing.mkdir()
                    self._folders.append(missing)
            if not folder.is_dir():
                raise WriteError(folder, "is not a folder")
        return folder

    def add(self, path: str | Path) -> NewFile:
        """Begin a file; raises `WriteError`, or `AlreadyExists` if it may not be overwritten."""
        file = NewFile(Path(path), force=self._force)
        self._files.append(file)
        file.open()
        return file

    def commit(self, pulse: Callable[[], object] = lambda: None) -> None:
        """Make all files appear; raises `WriteError`, and what `pulse` raises after each that is on the disk: then none has."""
        for file in self._files:
            file.finish()
            pulse()
        for file in self._files:
            file.publish()
        self._done = True
        for file in self._files:
            file.sync_folder()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if not self._done:
            for file in reversed(self._files):
                file.withdraw()
        for file in self._files:
            file.clean_up()
        if not self._done:
            for folder in reversed(self._folders):
                with suppress(OSError):
                    folder.rmdir()


def replace_text(path: str | Path, text: str, encoding: str = UTF_8) -> None:
    """Save a text file: all of the new text or the old one, mode and owner kept, symbolic links followed.

    The text's line ends are written as they are. A missing file is created. Raises `WriteError`.
    """
    with FileSet(force=True) as files, write_errors(path):
        file = files.add(path)
        file.write(written_text(text, encoding))
        files.commit()
