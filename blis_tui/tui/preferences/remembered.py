"""What the designer remembers by itself from one run to the next; the user's own settings are another file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.workload.server import AssumedServer

MOST_RECENT = 8
"""Files that were open and are offered again."""


class Remembered(NamedTuple):
    """How the screen was left. ``None`` where nothing was changed yet."""

    split: int | None = None
    """Columns of the form."""
    theme: str | None = None
    """Name of the theme, as in the settings."""
    folder: str | None = None
    """Where a file was last opened."""
    assumptions: dict[str, Assumption] | None = None
    """What is assumed of answers, by the path of the file; the newest is the last."""
    recent: tuple[str, ...] = ()
    """The files that were open, the last one first."""
    exporting: Exporting | None = None
    """What was typed for the last export."""

    def opened(self, path: Path) -> Remembered:
        """Return what is remembered once a file is open."""
        name = str(path.absolute())
        others = [each for each in self.recent if each != name]
        return self._replace(folder=str(path.absolute().parent), recent=(name, *others)[:MOST_RECENT])


class Assumption(NamedTuple):
    """What was assumed of answers, and whether what is sent with it was shown."""

    ttft_us: int
    itl_us: int
    kv_bytes: int
    shows_sent: bool

    @property
    def server(self) -> AssumedServer:
        """The server that is assumed."""
        return AssumedServer(self.ttft_us, self.itl_us, self.kv_bytes)


class Exporting(NamedTuple):
    """What tools are told of a server, and the tokens of a block, as it was typed; empty where nothing was."""

    server: str = ""
    model: str = ""
    tokenizer: str = ""
    block_size: str = ""


_KINDS = {"split": int, "theme": str, "folder": str, "recent": list}
_MOST_FILES = 200
"""Of so many files the assumptions are remembered; the oldest are forgotten first."""


def recall(folder: Path) -> Remembered:
    """Read what was remembered; whatever is wrong with the file, nothing was."""
    try:
        found = json.loads((folder / "remembered.json").read_text(encoding="utf-8"))
        known = {name: found[name] for name, kind in _KINDS.items() if type(found.get(name)) is kind}
        known["recent"] = tuple(name for name in known.get("recent", ()) if isinstance(name, str))
        return Remembered(
            **known, assumptions=_assumptions(found.get("assumptions")), exporting=_exporting(found.get("exporting"))
        )
    except (OSError, ValueError, AttributeError):
        return Remembered()


def with_assumption(before: dict[str, Assumption] | None, path: Path, assumption: Assumption) -> dict[str, Assumption]:
    """Return what is remembered of files, with what is now assumed for one of them."""
    name = str(path.absolute())
    others = [(other, each) for other, each in (before or {}).items() if other != name]
    return dict([*others, (name, assumption)][-_MOST_FILES:])


def _assumptions(found: object) -> dict[str, Assumption] | None:
    if not isinstance(found, dict):
        return None
    return {name: Assumption(*values) for name, values in found.items() if _is_assumption(values)}


def _is_assumption(values: object) -> bool:
    if not isinstance(values, list) or len(values) != len(Assumption._fields):
        return False
    *numbers, shows_sent = values
    return type(shows_sent) is bool and all(type(number) is int and 0 <= number <= INT64_MAX for number in numbers)


def _exporting(found: object) -> Exporting | None:
    if not isinstance(found, list) or len(found) != len(Exporting._fields) or not all(isinstance(each, str) for each in found):
        return None
    return Exporting(*found)


def remember(folder: Path, state: Remembered) -> bool:
    """Write what is to be remembered; returns whether that was possible."""
    from blis_tui.files.errors import WriteError
    from blis_tui.files.file_set import FileSet

    values = {name: value for name, value in state._asdict().items() if value not in (None, ())}
    try:
        with FileSet(force=True, private=True) as files:
            files.make_folder(folder)
            files.add(folder / "remembered.json").write(f"{json.dumps(values)}\n".encode())
            files.commit()
    except WriteError:
        return False
    return True
