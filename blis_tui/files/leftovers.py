"""Who writes a file now, and what is left of those that were killed while they wrote.

Beside a file that is written stands a lock, held as long as its owner lives. It names the owner, the file, and the token in the
names of its temporary and of its backup; so whoever finds a lock that nobody holds can put the file back and remove the rest.
Of files that are to appear together the first one's lock says whether all have: then nothing is put back. It goes away last.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from blis_tui.files.errors import WriteError

PREFIX = ".blis-tui-"
PATIENCE_S = 2.0
"""How long to wait for another who writes the same file; a save takes milliseconds."""
_LOOK_AGAIN_S = 0.005
_MOST_BYTES = 1 << 16


class Traces(NamedTuple):
    """The files that stand beside one that is written, while it is."""

    target: Path
    token: str

    @property
    def temporary(self) -> Path:
        """What is written."""
        return self.target.with_name(f"{PREFIX}{self.token}.tmp")

    @property
    def backup(self) -> Path:
        """What was there before, until all is done."""
        return self.target.with_name(f"{PREFIX}{self.token}.bak")

    @property
    def unfinished(self) -> Path:
        """A backup that is a copy, until it is whole."""
        return self.target.with_name(f"{PREFIX}{self.token}.part")

    def put_back(self) -> None:
        """Give the target back what it was; one that is new, and so has no backup, goes away. Raises `OSError`."""
        if not self.backup.exists():
            if self.temporary.exists() and self.target.exists() and self.target.samefile(self.temporary):
                self.target.unlink()
        elif self.target.exists() and self.target.stat().st_nlink > 1 and not self.target.samefile(self.backup):
            shutil.copyfile(self.backup, self.target)  # it has other names, which are to go on being the same file
        else:
            self.backup.replace(self.target)

    def remove(self, but: Path | None = None) -> bool:
        """Remove what is temporary; returns whether it is gone."""
        gone = True
        for leftover in (self.temporary, self.unfinished, self.backup):
            if leftover != but:
                try:
                    leftover.unlink(missing_ok=True)
                except OSError:
                    gone = False
        return gone


class Lock:
    """The right to write a file, from here to `release`; `first` is that of the first of the files that appear together."""

    def __init__(self, target: Path, first: Lock | None = None) -> None:
        """Wait for it; raises `WriteError`, which names the owner, if that takes too long, and `OSError`."""
        together = first is not None and first.traces.target.parent == target.parent
        self._first: Lock | None = first if together else None
        self._path = target.with_name(f"{PREFIX}{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]}.lock")
        self.traces: Traces = Traces(target, secrets.token_hex(8))
        self._descriptor = -1
        until = time.monotonic() + PATIENCE_S
        while not self._acquire():
            if time.monotonic() > until:
                raise WriteError(target, f"is being written by {_owner(self._path)}")
            time.sleep(_LOOK_AGAIN_S)

    def _acquire(self) -> bool:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        except PermissionError:
            if not self._path.exists():
                raise  # it is the folder that is not to be written
            _remove_if_abandoned(self._path)
            return False
        try:
            if hold(descriptor, self._path):
                _clear(descriptor, self._path)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        try:
            os.ftruncate(descriptor, 0)
            self._write(done=False)
        except OSError:
            self.release(forget=True)
            raise
        return True

    def _write(self, *, done: bool) -> None:
        """Say whose it is. What is said later is as long, so that at any moment one or the other stands there."""
        entry = {"name": self.traces.target.name, "token": self.traces.token, "pid": os.getpid(), "host": os.uname().nodename}
        of_set = {} if self._first is None else {"first": self._first._path.name, "set": self._first.traces.token}
        said = json.dumps({**entry, **of_set, "done": int(done)}).encode("utf-8")
        if os.pwrite(self._descriptor, said, 0) != len(said):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def settle(self) -> None:
        """Let nothing be put back any more, of this file or of those of which it is the first. Raises `OSError`."""
        self._write(done=True)

    def release(self, *, forget: bool) -> None:
        """Give it up. Unless it is to `forget` them, it goes on telling what leftovers there are."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            if forget:
                with suppress(OSError):
                    self._path.unlink()
            with suppress(OSError):
                os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove what the dead have left in a folder, and put back what they had not finished; what the living have stays."""
    with suppress(OSError):
        for path in folder.glob(f"{PREFIX}*.lock"):
            with suppress(OSError):
                _sweep(path)


def _sweep(path: Path) -> None:
    """Clear up after a lock that nobody holds, and remove it; raises `BlockingIOError` if somebody does, and `OSError`."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        if hold(descriptor, path) and _clear(descriptor, path):
            path.unlink()
    finally:
        os.close(descriptor)


def hold(descriptor: int, path: Path) -> bool:
    """Lock an open file; returns whether the system can do that. Raises `BlockingIOError` if another has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks: nothing is known of others
        return False
    with suppress(FileNotFoundError):
        if os.path.samestat(path.stat(), os.fstat(descriptor)):
            return True
    raise BlockingIOError  # it was removed by its owner as it was opened


def _clear(descriptor: int, path: Path) -> bool:
    """Put back and remove what the last owner of a lock has left, if that was this user; returns whether it is gone.

    Raises `OSError`.
    """
    if os.fstat(descriptor).st_uid != os.geteuid():  # in a folder for all, anybody could make such a file
        return False
    found = _read(descriptor)
    name, token = found.get("name"), found.get("token")
    if not (isinstance(name, str) and isinstance(token, str) and token.isalnum() and name and "/" not in name):
        return True
    if "first" not in found:
        for other in path.parent.glob(f"{PREFIX}*.lock"):  # these ask it whether all is done
            said = _peek(other)
            if said.get("first") == path.name and said.get("set") == token:
                _sweep(other)
    traces = Traces(path.with_name(name), token)
    if not _is_done(found, path.parent):
        traces.put_back()
    return traces.remove()


def _is_done(found: dict[str, object], folder: Path) -> bool:
    """Return whether all files had appeared that a lock's owner had written together."""
    first = found.get("first")
    if not isinstance(first, str) or "/" in first:
        return bool(found.get("done"))
    said = _peek(folder / first)
    return said.get("token") != found.get("set") or bool(said.get("done"))


def _remove_if_abandoned(path: Path) -> None:
    """Remove another user's lock if nobody holds it."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            if hold(descriptor, path):
                path.unlink()
        finally:
            os.close(descriptor)


def _owner(path: Path) -> str:
    found = _peek(path, of_others=True)
    pid, host = found.get("pid"), found.get("host")
    return f"process {pid} on {host}" if isinstance(pid, int) and isinstance(host, str) else "another program"


def _peek(path: Path, *, of_others: bool = False) -> dict[str, object]:
    """Return what a lock says, nothing for one that is not there or, unless `of_others` are wanted, another user's."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return {}
    try:
        return _read(descriptor) if of_others or os.fstat(descriptor).st_uid == os.geteuid() else {}
    finally:
        os.close(descriptor)


def _read(descriptor: int) -> dict[str, object]:
    try:
        found = json.loads(os.pread(descriptor, _MOST_BYTES, 0))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
