"""Writing settings: the lines of those that change, and nothing else of the file. Knows nothing of the screen."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blis_tui.files.errors import WriteError
from blis_tui.files.file_set import FileSet
from blis_tui.tui.preferences.settings import Settings, SettingsError, parse_settings

_TABLE = re.compile(r"\s*\[")


def write_settings(path: Path, changes: Mapping[str, Any]) -> Settings:
    """Change settings in their file, which need not exist; ``None`` takes one away. Returns all that it says then.

    Comments, the order and what else is in the file stay. Raises `SettingsError`, and then nothing is written.
    """
    try:
        before = path.read_bytes()
        text = before.decode("utf-8")
    except FileNotFoundError:
        text = ""
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {getattr(error, 'strerror', None) or 'is not UTF-8 text'}") from error
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix(mark)
    parse_settings(text, str(path))
    changed = with_settings(text, changes)
    settings = parse_settings(changed, str(path))
    if tomllib.loads(changed) != _expected(tomllib.loads(text), changes):
        raise SettingsError(f"{path}: is written in a way that cannot be changed here; edit it yourself")
    try:
        with FileSet(force=True) as files:
            files.make_folder(path.absolute().parent)
            files.add(path).write((mark + changed).encode())
            files.commit()
    except WriteError as error:
        raise SettingsError(str(error)) from error
    return settings


def with_settings(text: str, changes: Mapping[str, Any]) -> str:
    """Return the text of a settings file with some settings changed, taken away where the value is ``None``."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    for name, value in changes.items():
        end = next((number for number, line in enumerate(lines) if _TABLE.match(line)), len(lines))
        place = next((number for number in range(end) if _is_of(name, lines[number])), None)
        if place is not None:
            lines[place : place + 1] = [] if value is None else [_changed(lines[place], value)]
        elif value is not None:
            while end and not lines[end - 1].strip():  # before the empty lines that part it from the tables
                end -= 1
            if end and not lines[end - 1].endswith("\n"):
                lines[end - 1] += newline
            lines.insert(end, f"{name} = {_written(value)}{newline}")
            if end + 1 < len(lines) and _TABLE.match(lines[end + 1]):
                lines.insert(end + 1, newline)
    return "".join(lines)


def _expected(before: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**before, **changes}.items() if value is not None}


def _is_of(name: str, line: str) -> bool:
    return line.partition("=")[0].strip() in (name, f'"{name}"', f"'{name}'") and "=" in line


def _changed(line: str, value: Any) -> str:
    """Return a line with another value; a comment after it stays where it is, if it can."""
    key, _, rest = line.partition("=")
    bare = rest.rstrip("\r\n")
    ends = [match.start() for match in re.finditer("#", bare)] + [len(bare)]
    end = next((end for end in ends if _is_value(bare[:end])), len(bare))
    old = bare[:end]
    written = f" {_written(value)}"
    gap = max(len(old) - len(written), 1) if end < len(bare) else 0
    return f"{key}={written}{' ' * gap}{rest[end:]}"


def _is_value(text: str) -> bool:
    try:
        tomllib.loads(f"x ={text}")
    except tomllib.TOMLDecodeError:
        return False
    return True


def _written(value: Any) -> str:
    """Write a value as TOML, which has the texts, numbers and truth values of JSON."""
    return json.dumps(value, ensure_ascii=False)
