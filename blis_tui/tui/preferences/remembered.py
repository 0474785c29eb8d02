"""What the designer remembers by itself from one run to the next; the user's own settings are another file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple


class Remembered(NamedTuple):
    """How the screen was left. ``None`` where nothing was changed yet."""

    split: int | None = None
    """Columns of the form."""
    theme: str | None = None
    """Name of the theme, as in the settings."""
    folder: str | None = None
    """Where a file was last opened."""


_KINDS = {"split": int, "theme": str, "folder": str}


def recall(folder: Path) -> Remembered:
    """Read what was remembered; whatever is wrong with the file, nothing was."""
    try:
        found = json.loads((folder / "remembered.json").read_text(encoding="utf-8"))
        return Remembered(**{name: found[name] for name, kind in _KINDS.items() if type(found.get(name)) is kind})
    except (OSError, ValueError, AttributeError):
        return Remembered()


def remember(folder: Path, state: Remembered) -> bool:
    """Write what is to be remembered; returns whether that was possible."""
    from blis_tui.files import FileSet, WriteError

    values = {name: value for name, value in state._asdict().items() if value is not None}
    try:
        with FileSet(force=True) as files:
            files.make_folder(folder)
            files.add(folder / "remembered.json").write(f"{json.dumps(values)}\n".encode())
            files.commit()
    except WriteError:
        return False
    return True
