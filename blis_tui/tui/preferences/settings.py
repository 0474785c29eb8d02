"""The user's settings: a TOML file, read strictly, so that a slip in it is told and not ignored.

    theme = "light"                # dark, light or ansi (the terminal's own colours)
    split = 44                     # columns of the form, beside the tabs
    editor = "vim"                 # what F4 opens; else $VISUAL, else $EDITOR
    mouse = true
    schema = "schema.json"         # path or URL of the JSON Schema that new files name in their first line
    blis = "blis"                  # the command that starts BLIS, for simulations
    blis_model = "qwen/qwen3-14b"  # the model that they simulate
    blis_flags = "--tp 2"          # further flags for it

    [keys]                         # other keys for an action; "" takes its keys away
    "file.save" = "f3,ctrl+s"

What the file leaves out is as it was left when the designer ran last, or the default.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from blis_tui.simulation.command import MODEL, PROGRAM, SimulationError, words
from blis_tui.tui.preferences.keymap import KeymapError, key_names

THEMES = ("dark", "light", "ansi")
SPLIT_RANGE = (30, 120)


class SettingsError(Exception):
    """The settings file cannot be used; the message has its name, the line where that is known, and the reason."""


class Settings(NamedTuple):
    """What the user has settled. ``None`` where nothing is said."""

    theme: str | None = None
    split: int | None = None
    editor: str | None = None
    mouse: bool = True
    keys: Mapping[str, str] = {}
    """Keys, separated by commas, for the ids of actions."""
    schema: str | None = None
    blis: str | None = None
    blis_model: str | None = None
    blis_flags: str | None = None


class Setting(NamedTuple):
    """A setting: what values it may have, and how it is shown and explained."""

    kind: type
    wanted: str
    label: str
    help: str
    fits: Callable[[Any], bool] = lambda _: True
    choices: tuple[Any, ...] = ()
    """The values there are, where they are few."""
    unset: str = ""
    """What happens where nothing is said; empty if something always is."""


def _is_line(value: str) -> bool:
    return bool(value.strip()) and value.isprintable()


def _is_command(value: str) -> bool:
    try:
        return _is_line(value) and bool(words(value))
    except SimulationError:
        return False


SETTINGS = {
    "theme": Setting(
        str,
        f"one of {', '.join(THEMES)}",
        "Theme",
        "Colours of the designer; ansi takes the terminal's own.",
        lambda value: value in THEMES,
        THEMES,
        "as it was left",
    ),
    "split": Setting(
        int,
        f"a whole number of columns from {SPLIT_RANGE[0]} to {SPLIT_RANGE[1]}",
        "Form width",
        "Columns of the form, beside the tabs.",
        lambda value: SPLIT_RANGE[0] <= value <= SPLIT_RANGE[1],
        unset="as it was left",
    ),
    "editor": Setting(
        str,
        'a command such as "vim" or "code --wait"',
        "Editor",
        "The command that opens the text in another editor.",
        _is_line,
        unset="$VISUAL, else $EDITOR",
    ),
    "mouse": Setting(
        bool, "true or false", "Mouse", "Whether the designer takes the mouse; counts from its next start.", choices=(True, False)
    ),
    "schema": Setting(
        str,
        "the path or URL of a JSON Schema",
        "Schema",
        "Path or URL of the JSON Schema that a new file names in its first line, for other editors.",
        _is_line,
        unset="none is named",
    ),
    "blis": Setting(
        str,
        'a command such as "blis", with its quotes closed',
        "BLIS",
        "The command that starts BLIS, which simulates the text with it.",
        _is_command,
        unset=PROGRAM,
    ),
    "blis_model": Setting(
        str,
        "the name of a model that BLIS knows",
        "BLIS model",
        "The model that is simulated.",
        _is_line,
        unset=MODEL,
    ),
    "blis_flags": Setting(
        str,
        'flags such as "--tp 2", with their quotes closed',
        "BLIS flags",
        "Further flags for `blis run`, such as --defaults-filepath FOLDER/defaults.yaml or --num-instances 2.",
        _is_command,
        unset="none",
    ),
    "keys": Setting(dict, "a table of actions and their keys", "Keys", "Other keys for actions."),
}
"""Every setting, declared once: reading, the dialog and what is told of a slip follow."""


def read_settings(path: Path, *, must_exist: bool = False) -> Settings:
    """Read a settings file; one that is missing says nothing, unless it `must_exist`. Raises `SettingsError`."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        if must_exist:
            raise SettingsError(f"{path}: there is no such settings file") from None
        return Settings()
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    try:
        return parse_settings(data.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8 text") from None


def parse_settings(text: str, name: str) -> Settings:
    """Read the text of a settings file called `name`; raises `SettingsError`."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f"{name}:{place[1]}:{place[2]}" if place else name
        raise SettingsError(f"{where}: {re.sub(r' *[(]at .*', '', str(error))}") from error
    for key, value in found.items():
        setting = SETTINGS.get(key)
        if setting is None:
            raise SettingsError(f"{_place(name, text, key)}: there is no setting {key!r}{_guess(key, SETTINGS)}")
        if not is_allowed(setting, value):
            raise SettingsError(f"{_place(name, text, key)}: {key} must be {setting.wanted}, not {_shown(value)}")
    return Settings(**{**found, "keys": _keys(found.get("keys", {}), text, name)})


def is_allowed(setting: Setting, value: object) -> bool:
    """Return whether a setting may have a value."""
    return type(value) is setting.kind and setting.fits(value)


def _keys(given: dict[str, Any], text: str, name: str) -> dict[str, str]:
    keys = {}
    for action, value in _flat(given):
        place = _place(name, text, action)
        if not isinstance(value, str):
            raise SettingsError(f'{place}: the keys of {action} must be text such as "f3,ctrl+s", not {_shown(value)}')
        try:
            keys[action] = key_names(action, value)
        except KeymapError as error:
            raise SettingsError(f"{place}: {error}") from error
    return keys


def _flat(table: dict[str, Any], above: str = "") -> list[tuple[str, Any]]:
    """Return the entries of a table; ``file.save`` unquoted is a table in a table."""
    entries = []
    for key, value in table.items():
        entries += _flat(value, f"{above}{key}.") if isinstance(value, dict) else [(f"{above}{key}", value)]
    return entries


def _place(name: str, text: str, key: str) -> str:
    """Return the file's name with the line where a key stands, as far as a look at the lines can tell."""
    spellings = (key, f'"{key}"', f"'{key}'", f"[{key}]")
    for number, line in enumerate(text.splitlines(), 1):
        if line.split("=")[0].strip() in spellings:
            return f"{name}:{number}"
    return name


def _guess(word: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, str | int | float) else f"a {type(value).__name__}"
