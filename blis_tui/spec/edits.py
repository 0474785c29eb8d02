"""Minimal edits of a workload file's text.

The text is the document: an edit replaces the few characters that must change and leaves everything else as it is,
comments, order, quoting, indentation, line ends and a missing final line end included. After each edit the new text is
read again and must be the old one with just that change; where it is not, or where the place is shared with others
through an anchor or a merge, the edit is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from blis_tui.problems import Path, format_path

if TYPE_CHECKING:
    from typing import TypeAlias


class Plain(str):
    """A scalar exactly as it is to be written, without quotes: what was typed into a field, be it a number or not.

    The empty one leaves the key without a value. Only texts that `is_plain` approves of can be written so.
    """

    __slots__ = ()


_PLAIN = re.compile(r"[-+]?[\w/.](?:[\w./@%+*()=~$^;!<>|-]| (?! ))*(?<! )|~")


def is_plain(text: str) -> bool:
    """Return whether a text can stand in a file as a scalar without quotes, whatever it is then read as."""
    return not text or _PLAIN.fullmatch(text) is not None


class SetValue(NamedTuple):
    """Write a value at a path; the key, and the blocks around it, are added where they are missing.

    `value` is None, a bool, an int, a float, a text (a `Plain` one is written as it stands), or a dict or list of such.
    At the index after a list's last item it is added to the list. New keys go after the nearest key that the format
    declares before them. Equal values are left as they are written.
    """

    path: Path
    value: Any


class Insert(NamedTuple):
    """Put an item into a list, so that it has the index that ends the path; the list is made if it is missing."""

    path: Path
    value: Any


class Remove(NamedTuple):
    """Take out an item or a key, with its value and the comments that belong to it."""

    path: Path


class Move(NamedTuple):
    """Move an item of a list, so that it has the index `to`, with the comments that belong to it."""

    path: Path
    to: int


class Duplicate(NamedTuple):
    """Put a copy of a list's item, as it is written, after it."""

    path: Path


class RenameKey(NamedTuple):
    """Give a value another key."""

    path: Path
    key: str


class WriteOut(NamedTuple):
    """Write what a path has through an alias or a merge in its own place, where it can be changed on its own."""

    path: Path


Edit: TypeAlias = SetValue | Insert | Remove | Move | Duplicate | RenameKey | WriteOut


class EditRefused(Exception):
    """An edit cannot be made safely. `path` is the edit's, `reason` says why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{format_path(path)}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


class SharedPlace(EditRefused):
    """An edit would change what stands for other places too, through an anchor or a merge."""
