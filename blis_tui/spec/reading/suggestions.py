"""What an unknown key, or a time with its unit, was probably meant to be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from blis_tui.numbers import UNITS_US
from blis_tui.problems import Path
from blis_tui.spec.format.fields import LIST, MAP, Field, Record

MAX_LENGTH = 60
"""Longer keys are compared with nothing: the time of a comparison is quadratic."""


_UNITS = frozenset(("us", "ms", "s", "sec", "secs", "seconds", "min", "minutes", "h", "hours"))
"""Last parts of keys whose difference is one of meaning: ``think_time_ms`` is no misspelt ``think_time_us``."""


class Suggestion(NamedTuple):
    """The most likely known name; `close` says that hardly anything else can have been meant, `sure` that nothing can."""

    name: str
    close: bool
    sure: bool = False


def meant_by(name: str, fields: Mapping[str, Field]) -> Suggestion | None:
    """Find the field that is meant by a name: the one that is also known by it, or the closest."""
    plain = _plain(name)
    for field in fields.values():
        if any(plain == _plain(known) for known in field.also):
            return Suggestion(field.name, True, True)
    return closest(name, fields)


def choice_meant(field: Field, value: str) -> Suggestion | None:
    """Find the choice of a field that is meant by another word, or the closest."""
    plain = _plain(value)
    for word, choice in field.words.items():
        if plain == _plain(word):
            return Suggestion(choice, True, True)
    return closest(value, filter(None, field.choices))


def closest(name: str, known: Iterable[str]) -> Suggestion | None:
    """Find the known name that is most like `name`, or the only one that starts with it; None if none does."""
    wanted = _plain(name)
    if not 0 < len(wanted) <= MAX_LENGTH:
        return None
    alike = []
    longer = []
    for candidate in known:
        other = _plain(candidate)
        length = max(len(wanted), len(other))
        if abs(len(wanted) - len(other)) <= 0.4 * length:
            changes = distance(wanted, other)
            if changes <= 0.4 * length:
                alike.append((changes, candidate, changes <= max(1, length // 5) and 2 * changes < len(wanted)))
        elif len(wanted) > 2 and other.startswith(wanted):
            longer.append(candidate)
    if alike:
        alike.sort()
        best, candidate, close = alike[0]
        unique = len(alike) == 1 or alike[1][0] > best
        return Suggestion(candidate, close and unique and _same_unit(name, candidate))
    return Suggestion(longer[0], False) if len(longer) == 1 else None


def _same_unit(name: str, known: str) -> bool:
    """Return whether two keys end in the same unit, or the first in something that may be a misspelt one."""
    parts, others = _parts(name), _parts(known)
    if parts[-1] in _UNITS:
        return parts[-1] == others[-1]
    return others[-1] not in _UNITS or len(parts) == len(others)


def _parts(name: str) -> list[str]:
    return [part.lower() for part in re.split(r"[-_ ]|(?<=[a-z0-9])(?=[A-Z])", name)]


def _plain(name: str) -> str:
    """Take away what spellings such as ``aggregateRate`` and ``aggregate-rate`` differ in."""
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def distance(left: str, right: str) -> int:
    """Count the letters to insert, remove, change or swap with their neighbour (Damerau 1964, restricted form)."""
    before: list[int] = []
    last = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and b == left[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def home(name: str, top: type[Record], near: Path) -> str | None:
    """Name the block nearest to `near` that has a field `name`, as people write it: ``inference_perf.stages[]``."""
    steps = tuple(step for step in near if isinstance(step, str))
    places = [place for place in _places(name, top, ()) if place != steps]
    if not places:
        return None
    best = min(places, key=lambda place: len(place) + len(steps) - 2 * _common(place, steps))
    record, words = top, []
    for step in best:
        declared = record.fields[step]
        words.append(step + {LIST: "[]", MAP: "[…]"}.get(declared.kind, ""))
        record = declared.record or record
    return ".".join(words)


def _places(name: str, record: type[Record], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if name in record.fields:
        yield path
    for key, declared in record.fields.items():
        if declared.record is not None:
            yield from _places(name, declared.record, (*path, key))


def _common(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count


_MICROSECONDS = {**UNITS_US, "sec": UNITS_US["s"]}


def time_in(unit: str, written: str) -> int | None:
    """Return a time such as ``10 min`` as a whole number of `unit`; None if it is no such thing."""
    match = re.fullmatch(r"([0-9]{1,15})(?:\.([0-9]{1,9}))? ?([a-zµ]+)", written)
    if match is None or unit not in _MICROSECONDS or match[3] not in _MICROSECONDS:
        return None
    fraction = match[2] or ""
    value, rest = divmod(int(match[1] + fraction) * _MICROSECONDS[match[3]], 10 ** len(fraction) * _MICROSECONDS[unit])
    return None if rest else value
