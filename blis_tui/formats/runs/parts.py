"""Values in a file of results, each with the place where it stands, so that what is wrong can be named."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

from blis_tui.problems import Path, format_path
from blis_tui.workload.measured.spread import UNKNOWN, Spread

_KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}


class RunError(Exception):
    """The results of a run cannot be read; the message begins with the file."""


class Part:
    """A value in a file. What is not there is a part too: its value is ``None``, as that of a null."""

    __slots__ = ("path", "source", "value")

    def __init__(self, source: str, value: Any, path: Path = ()) -> None:
        self.source, self.value, self.path = source, value, path

    def get(self, *keys: str) -> Part:
        """Return what is found by keys, one in the other. Raises `RunError` where an object is something else."""
        value = self.value
        for place, key in enumerate(keys):
            if value is not None and not isinstance(value, dict):
                Part(self.source, value, (*self.path, *keys[:place])).refuse("an object")
            value = None if value is None else value.get(key)
        return Part(self.source, value, (*self.path, *keys))

    def items(self) -> list[Part]:
        """Return the parts of a list, none of one that is not there."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            self.refuse("a list")
        return [Part(self.source, each, (*self.path, place)) for place, each in enumerate(self.value)]

    def numbers(self) -> list[float]:
        """Return the numbers of a list, all of which have to be there; none of one that is not there. Raises `RunError`."""
        found = self.value
        if type(found) is list and all(type(each) is float and 0 <= each < math.inf for each in found):
            return found
        return [each.needed() for each in self.items()]

    def number(self) -> float | None:
        """Return a number; ``None`` for one that is not there, not finite or negative, which no result is."""
        value = self.value
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse("a number")
        try:
            found = float(value)
        except OverflowError:
            return None
        return found if math.isfinite(found) and found >= 0 else None

    def needed(self) -> float:
        """Return a number that has to be there. Raises `RunError`."""
        found = self.number()
        if found is None:
            self.refuse("a number" if self.value is None else "a finite number of at least 0")
        return found

    def positive(self) -> float | None:
        """Return a number, ``None`` for zero too."""
        return self.number() or None

    def count(self) -> int | None:
        """Return a whole number."""
        found = self.number()
        if found is None:
            return None
        if found != int(found):
            self.refuse("a whole number")
        return int(found)

    def words(self) -> str:
        """Return a text, empty if it is not there or something else."""
        return self.value if isinstance(self.value, str) else ""

    def refuse(self, wanted: str) -> NoReturn:
        """Say that the value is not what it has to be."""
        name = format_path(self.path) or "the file"
        raise RunError(f"{self.source}: {name} must be {wanted}, got {_kind(self.value)}")


def _kind(value: Any) -> str:
    """Say what a value is, of a number what is odd about it."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "an infinite number"
    if isinstance(value, int | float) and value < 0:
        return "a negative number"
    if isinstance(value, int) and value > sys.float_info.max:
        return "a number that is too large"
    return _KINDS.get(type(value), "null")


def spread_of(part: Part, names: Mapping[str, str], us: float) -> Spread:
    """Read how a time is spread: `names` are the tool's, by ours; a time of 1 there is `us` here.

    Zeros alone are what tools write where there was nothing to measure.
    """
    found = {ours: part.get(*theirs.split(".")).number() for ours, theirs in names.items()}
    if not any(found.values()):
        return UNKNOWN
    return Spread(**{ours: None if value is None else value * us for ours, value in found.items()})
