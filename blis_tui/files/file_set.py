"""Files that appear together, complete or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from blis_tui.files.errors import WriteError, write_errors
from blis_tui.files.leftovers import sweep
from blis_tui.files.new_file import NewFile
from blis_tui.files.stamp import Stamp
from blis_tui.spec.yaml.encoding import UTF_8, written_text


class FileSet:
    """Files that appear together: a context manager whose end, without `commit`, leaves nothing after.

    Every file is written to a temporary in its own folder; `commit` brings all of them to the disk and then gives them
    their names. An error, an interrupt or a cancelled job before that removes temporaries and folders made; an error
    while the names are given takes back those already given. Without `force` a name that exists is refused, at once by
    `add` and again, in one step with the naming, by `commit`. If the program is killed, the next `sweep` of the folder does all
    that, and whoever writes into it next begins with one. `private` files are for their owner alone; without `read_only`, files
    that may not be written are refused.
    """

    def __init__(self, *, force: bool = False, private: bool = False, read_only: bool = True) -> None:
        self._force, self._private, self._read_only = force, private, read_only
        self._files: list[NewFile] = []
        self._folders: list[Path] = []
        self._swept: set[Path] = set()
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
        self._sweep(folder)
        return folder

    def add(self, path: str | Path) -> NewFile:
        """Begin a file; raises `WriteError`, or `AlreadyExists` if it may not be overwritten."""
        with write_errors(path):
            self._sweep(Path(os.path.realpath(path)).parent)
        file = NewFile(Path(path), force=self._force, private=self._private, read_only=self._read_only)
        self._files.append(file)
        file.open(self._files[0] if len(self._files) > 1 else None)
        return file

    def _sweep(self, folder: Path) -> None:
        if folder not in self._swept:
            self._swept.add(folder)
            sweep(folder)

    def commit(self, pulse: Callable[[], object] = lambda: None) -> None:
        """Make all files appear; raises `WriteError`, and what `pulse` raises after each that is on the disk: then none has."""
        for file in self._files:
            file.finish()
            pulse()
        for file in self._files:
            file.publish()
        self._settle()
        self._done = True
        for file in self._files:
            file.sync_folder()

    def _settle(self) -> None:
        """Let no later `sweep` undo what is."""
        for file in self._files[:1]:
            file.settle()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if not self._done:
            for file in reversed(self._files):
                file.withdraw()
            with suppress(WriteError):
                self._settle()
        for file in reversed(self._files):
            file.clean_up()
        if not self._done:
            for folder in reversed(self._folders):
                with suppress(OSError):
                    folder.rmdir()
        for file in self._files:
            if file.kept is not None:
                reason = error.reason if isinstance(error, WriteError) else "writing was broken off"
                kept = f"what was there before could not be put back, and is in {file.kept}"
                raise WriteError(file.path, f"{reason}; {kept}") from error


def demand_writable(path: str | Path, *, force: bool = False) -> None:
    """Raise the `WriteError` that writing a file would raise, before the work of making it; nothing is left after."""
    with FileSet(force=force) as files:
        files.add(path)


ANYTHING = Stamp(-1, -1, -1)
"""Stands for whatever is there."""


def replace_text(
    path: str | Path, text: str, encoding: str = UTF_8, *, known: Stamp | None = ANYTHING, read_only: bool = False
) -> Stamp | None:
    """Save a text file: all of the new text or the old one; what else the file has is kept, and symbolic links are followed.

    The text's line ends are written as they are. A missing file is created. `known` is the state in which the file was seen last,
    ``None`` for missing: a file in another raises `Changed`. One that may not be written raises `ReadOnly`, unless `read_only`
    is given. Raises `WriteError`; returns the file's new state.
    """
    with FileSet(force=True, read_only=read_only) as files, write_errors(path):
        file = files.add(path)
        file.write(written_text(text, encoding))
        files.commit(lambda: file.expect(known) if known != ANYTHING else None)
    return file.stamp
