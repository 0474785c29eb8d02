"""What a designer in a browser may reach: the files of one folder, its own notes, and no other program.

Python asks an audit hook before it opens, lists, renames or removes any file and starts any program, whoever wants that: so the
rule stands in this one place, and what is written later cannot forget it. What is refused is an ordinary `PermissionError`.
Compiled code that opened files by itself would not be asked; nothing the designer uses does.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

DRIVER_VARIABLE = "TEXTUAL_DRIVER"
"""By this Textual is told that its screen is elsewhere."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {
    "os.mkdir": (0,), "os.remove": (0,), "os.rmdir": (0,), "os.truncate": (0,), "os.chmod": (0,), "os.chown": (0,),
    "os.utime": (0,), "os.setxattr": (0,), "os.removexattr": (0,), "os.rename": (0, 1), "os.link": (0, 1), "os.symlink": (0, 1),
}  # fmt: skip
"""What changes files: where in its arguments their paths are."""
_LOOKS = ("os.listdir", "os.scandir", "os.chdir")
_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.spawn")


def is_served() -> bool:
    """Return whether the screen of this process is somewhere else, such as in a browser."""
    return bool(os.environ.get(DRIVER_VARIABLE))


class Confinement:
    """The rule for one folder. `own` is what else may be read and written, the notes that the program makes for itself."""

    def __init__(self, folder: Path, own: Iterable[Path], readable: Iterable[Path]) -> None:
        self._outside = f"is outside {folder}, which the browser cannot leave"
        self._writable = tuple(os.path.realpath(each) for each in (folder, *own, Path(os.devnull)))
        self._readable = (*self._writable, *(os.path.realpath(each) for each in readable))

    def demand(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Raise `PermissionError` if what is about to happen is not allowed; `event` is one of Python's audit events."""
        if event == "open":
            path, mode, flags = arguments
            changes = bool((flags or 0) & _WRITING) or (isinstance(mode, str) and not set(mode).isdisjoint("wax+"))
            self._demand_inside(path, self._writable if changes else self._readable)
        elif event in _CHANGES:
            for place in _CHANGES[event]:
                self._demand_inside(arguments[place], self._writable)
        elif event in _LOOKS:
            self._demand_inside(arguments[0], self._readable)
        elif event in _PROGRAMS:
            raise PermissionError(errno.EPERM, "no other program is run from the browser")

    def _demand_inside(self, path: object, allowed: tuple[str, ...]) -> None:
        if not isinstance(path, str | bytes | os.PathLike):  # an open file, or where one is
            return
        real = os.path.realpath(os.fsdecode(path) or ".")
        if not any(real == each or real.startswith(each.rstrip("/") + "/") for each in allowed):
            raise PermissionError(errno.EACCES, self._outside, os.fsdecode(path))


def confine(folder: Path, own: Iterable[Path], readable: Iterable[Path] = ()) -> None:
    """Confine this process, for good, to a folder and what is its `own`; the program's own files stay `readable` too."""
    package = Path(__file__).resolve().parents[1]
    installed = [sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(None, sys.path)]
    demand = Confinement(folder, own, (package, *map(Path, installed), *readable)).demand
    watched = frozenset(("open", *_CHANGES, *_LOOKS, *_PROGRAMS))
    sys.addaudithook(_hook(demand, watched))


def _hook(demand: Callable[[str, tuple[Any, ...]], None], watched: frozenset[str]) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in watched:
            demand(event, arguments)

    return hook
