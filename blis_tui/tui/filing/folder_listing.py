"""What is in a folder, for choosing a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

YAML_SUFFIXES = (".yaml", ".yml", ".json")
TRACE_SUFFIXES = (".csv", ".jsonl")


class Entry(NamedTuple):
    """A folder, or a file with its size and the time it was last changed (seconds since 1970)."""

    name: str
    is_folder: bool
    size: int = 0
    modified_s: float = 0.0
    shown: str = ""
    """How it is written, if not by its name."""
    about: str = ""
    """What is said of it, if not its size and age: of a file that was open before, wherever it is."""


class Listing(NamedTuple):
    """The entries of a folder, folders first, each kind by name; or why there are none."""

    folder: Path
    entries: tuple[Entry, ...]
    failure: str = ""


def list_folder(folder: Path) -> Listing:
    """Look into a folder; never raises."""
    entries = []
    try:
        with os.scandir(folder) as found:
            for each in found:
                try:
                    is_folder = each.is_dir()
                    state = each.stat()
                except OSError:  # a link to nowhere
                    continue
                entries.append(Entry(each.name, is_folder, state.st_size, state.st_mtime))
    except (OSError, ValueError) as error:
        return Listing(folder, (), getattr(error, "strerror", None) or str(error))
    return Listing(folder, tuple(sorted(entries, key=lambda entry: (not entry.is_folder, entry.name.casefold(), entry.name))))


def choose_shown(listing: Listing, typed: str, kinds: tuple[str, ...]) -> list[Entry]:
    """Return the entries that have what is typed in their name; hidden ones only if a dot is typed first.

    Files are of one of the `kinds`, which are the ends of their names.
    """
    wanted = typed.casefold()
    return [
        entry
        for entry in listing.entries
        if wanted in entry.name.casefold()
        and (typed.startswith(".") or not entry.name.startswith("."))
        and (entry.is_folder or entry.name.casefold().endswith(kinds))
    ]


def holds(question: Callable[[], bool]) -> bool:
    """Ask something about a path, such as ``path.exists``; where the system refuses to answer, it does not hold.

    It refuses names that are too long, and what is in folders that may not be looked into.
    """
    try:
        return question()
    except OSError:
        return False


def homely(path: Path) -> str:
    """Write a path as people do: from ``~`` on, if it is in the user's home folder."""
    with suppress(RuntimeError, ValueError):  # no one's home, or elsewhere
        return str(Path("~") / path.relative_to(Path.home()))
    return str(path)


def resolve_typed(folder: Path, typed: str) -> Path:
    """Return the path that a typed text means, seen from a folder; ``~`` is the home folder."""
    path = Path(typed)
    with suppress(RuntimeError):  # no such user
        path = path.expanduser()
    return Path(os.path.normpath(folder / path))
