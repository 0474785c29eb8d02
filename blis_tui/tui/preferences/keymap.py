"""Which keys run which action: the defaults, changed as the user's settings say, without two actions on one key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import NamedTuple

from blis_tui.tui.actions import ACTIONS, Action

_MODIFIERS = ("ctrl", "alt", "shift", "super", "meta", "hyper")
_NAMED = (
    "up down left right home end pageup pagedown insert delete backspace enter escape tab space "
    + " ".join(f"f{number}" for number in range(1, 25))
).split()


class KeymapError(Exception):
    """The user's keys cannot be used."""


class Keymap(NamedTuple):
    """The keys of every action that has not its default ones, and the actions that have lost a key to another."""

    keys: dict[str, str]
    """Keys, separated by commas, by the action's id; for an action without any, a name that no key has."""
    lost: tuple[str, ...]
    """A sentence for each default key that the user has given to another action."""


def key_names(action_id: str, keys: str) -> str:
    """Return keys in Textual's spelling, separated by commas; raises `KeymapError` for what no key can be."""
    action = _find(action_id)
    names = [_key_name(part.strip()) for part in keys.split(",")] if keys.strip() else []
    for name in names:
        if not action.where and _is_typed(name):
            raise KeymapError(
                f"{action_id} works everywhere, so {name!r} could not be typed any more; use ctrl, alt or a function key"
            )
    return ",".join(dict.fromkeys(names))


def resolve(given: Mapping[str, str]) -> Keymap:
    """Give every action its keys. Raises `KeymapError` if the user gave one key to two actions."""
    owners: dict[tuple[str, str], Action] = {}
    for action in ACTIONS:
        for key in _split(given.get(action.id, "")):
            other = _owner(owners, key, action)
            if other is not None:
                raise KeymapError(f"{key} is given to both {other.id} and {action.id}")
            owners[action.where, key] = action
    keys, lost = {}, []
    for action in ACTIONS:
        if action.id in given:
            keys[action.id] = given[action.id] or _no_key(action)
            continue
        stolen = [key for key in _split(action.keys) if _owner(owners, key, action) is not None]
        if stolen:
            keys[action.id] = ",".join(key for key in _split(action.keys) if key not in stolen) or _no_key(action)
            takers = ", ".join(f"{key} is now {owner.title}" for key in stolen if (owner := _owner(owners, key, action)))
            lost.append(f"{action.title}: {takers}")
    return Keymap(keys, tuple(lost))


def shown_keys(action: Action, keys: Mapping[str, str]) -> str:
    """Return the keys of an action as they are written on the screen, ``ctrl+s f12``; empty if it has none."""
    return " ".join(_character(key) for key in _split(keys.get(action.id, action.keys)))


def _character(key: str) -> str:
    """Return the character that a name such as ``right_square_bracket`` stands for; other keys as they are called."""
    from textual.keys import key_to_character

    character = (key_to_character(key) or "").strip()
    return character if character.isprintable() and character else key  # escape, too, has a character, and it is obeyed


def first_key(action_id: str, keys: Mapping[str, str]) -> str:
    """Return the key by which the screen speaks of an action; without one that is the palette."""
    shown = shown_keys(_find(action_id), keys).split()
    return shown[0] if shown else "the palette"


def _no_key(action: Action) -> str:
    return f"unbound-{action.id}"


def _split(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",") if key.strip() and not key.startswith("unbound-")]


def _owner(owners: Mapping[tuple[str, str], Action], key: str, action: Action) -> Action | None:
    """Return whoever has the key where the action would want it: in the same widget, or everywhere."""
    for place in {action.where, ""}:
        owner = owners.get((place, key))
        if owner is not None and owner is not action:
            return owner
    return None


def _find(action_id: str) -> Action:
    for action in ACTIONS:
        if action.id == action_id:
            return action
    near = difflib.get_close_matches(action_id, [action.id for action in ACTIONS], 1)
    raise KeymapError(f"there is no action {action_id!r}" + (f"; did you mean {near[0]!r}?" if near else ""))


def _is_typed(key: str) -> bool:
    return ("+" not in key.removeprefix("shift+") and key.removeprefix("shift+") not in _NAMED) or key in ("space", "enter")


def _key_name(key: str) -> str:
    *modifiers, last = key.split("+") if key not in ("+", "plus") else ["plus"]
    if len(last) == 1:
        from textual.keys import _character_to_key

        last = _character_to_key(last.lower() if modifiers else last)
    elif last.lower() in _NAMED:
        last = last.lower()
    elif not _is_character_name(last):
        raise KeymapError(f"there is no key {key!r}; examples of keys are f3, ctrl+s, alt+left and x")
    for modifier in modifiers:
        if modifier.lower() not in _MODIFIERS:
            raise KeymapError(f"there is no key {key!r}: {modifier!r} is not one of {', '.join(_MODIFIERS)}")
    return "+".join([*(modifier.lower() for modifier in modifiers), last])


def _is_character_name(name: str) -> bool:
    """Return whether a name such as ``slash`` or ``question_mark`` is that of a character."""
    import unicodedata

    from textual.keys import KEY_NAME_REPLACEMENTS

    original = {short: long for long, short in KEY_NAME_REPLACEMENTS.items()}.get(name, name)
    if not re.fullmatch(r"[a-z_]+", name):
        return False
    for candidate in (original, name):
        try:
            unicodedata.lookup(candidate.replace("_", " ").upper())
        except KeyError:
            continue
        return True
    return False
