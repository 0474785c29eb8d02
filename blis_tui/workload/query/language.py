"""The language in which rows are asked for: ``input>1000 client~gam 30s..60s slo=batch``.

A query is words and conditions with spaces between them; a row must meet all of them. A word is found in any of the texts that
the rows are searched by. A condition is a column's name, a sign and a value:

- numbers and times: ``= != < <= > >=``, and ``=FROM..TO`` with either end left out. Numbers may end in k or M, times need a unit.
  TO is part of a range of numbers, but not of one of times, so that ranges of times can stand side by side.
- texts: ``=`` and ``!=`` the whole text, ``~`` and ``!~`` a part of it, in upper or lower case
- yes or no: ``=`` and ``!=``

A range of times alone, ``30s..60s``, is one of the column of times. What is in double quotes may have spaces and signs in it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from blis_tui.numbers import UNITS_US
from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.reading.suggestions import closest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.workload.progress import Progress

    Flags = NDArray[np.bool_]

NUMBER, TIME, TEXT, TRUTH = "number", "time", "text", "yes or no"
_PART = re.compile(r'(?:[^\s"]|"[^"]*")+')
_CONDITION = re.compile(r"([^=<>~!\"]*)(!=|<=|>=|!~|[=<>~])(.*)", re.DOTALL)
_NUMBER = re.compile(r"(\d{1,19})(\.\d{1,9})?([kM]?)", re.ASCII)
_TIME = re.compile(r"(\d{1,15}(?:\.\d{1,9})?) ?([a-zµμ]+)|0", re.ASCII)
_COMPARE = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_SIGNS = {NUMBER: tuple(_COMPARE), TIME: tuple(_COMPARE), TEXT: ("=", "!=", "~", "!~"), TRUTH: ("=", "!=")}
_SCALES = {"": 1, "k": 1_000, "M": 1_000_000}
_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}


class QueryError(ValueError):
    """What was typed cannot be looked for: the message says which part of it, why, and what is allowed there."""


class Field(NamedTuple):
    """A column that rows can be asked for by.

    `values` makes a number, a time in µs or a truth for each row; what is negative or no number stands for none, and meets no
    condition but ``!=``. Texts are asked instead, one for each row by `text`: `having` tells which rows' texts are another
    (casefolded) text, or contain it.
    """

    name: str
    kind: str
    values: Callable[[], NDArray[np.generic]] | None = None
    text: Callable[[int], str] | None = None
    having: Callable[[str, bool, Progress], Flags] | None = None
    same: Callable[[], str | None] | None = None
    """Finds the text that all rows share, ``None`` if they differ."""
    stem: str = ""
    """What the column shows before its number, and may be typed or not."""


class Word(NamedTuple):
    """A casefolded text that must be in one of a row's texts."""

    text: str


class Condition(NamedTuple):
    """What a field's value must be like, or a casefolded `text`."""

    field: Field
    sign: str
    value: float = 0.0
    text: str = ""


class Range(NamedTuple):
    """Where a field's number must be: from `low`, and up to `high` or just before it."""

    field: Field
    low: float
    high: float


Part = Word | Condition | Range


def parse(text: str, fields: Mapping[str, Field]) -> list[Part]:
    """Read a query; raises `QueryError`."""
    if text.count('"') % 2:
        raise QueryError(f'{text[text.rindex(chr(34)) :]}: this quote has no end; end it with another "')
    return [_part(match[0], fields) for match in _PART.finditer(text)]


def find(
    parts: Sequence[Part], count: int, words: Callable[[str, Progress], Flags], tick: Progress = lambda part: None
) -> NDArray[np.int32]:
    """Return the numbers of the rows, out of `count`, that meet all parts; `words` tells which rows have a word."""
    found = np.ones(count, bool)
    for number, part in enumerate(parts):
        tick(number / len(parts))
        found &= words(part.text, tick) if isinstance(part, Word) else _met(part, tick)
    return np.flatnonzero(found).astype(np.int32)


def _part(typed: str, fields: Mapping[str, Field]) -> Part:
    match = _CONDITION.match(typed)
    if match is None or typed.startswith('"'):
        time = next((field for field in fields.values() if field.kind == TIME), None)
        range_of_time = _range(typed, time) if time is not None and ".." in typed else None
        return range_of_time or Word(typed.replace('"', "").casefold())
    name, sign, value = match[1], match[2], match[3].replace('"', "")
    field = fields.get(name.casefold())
    if field is None:
        raise QueryError(_unknown(typed, name, fields))
    if sign not in _SIGNS[field.kind]:
        raise QueryError(f"{typed}: {field.name} is a {field.kind}; it can be compared with {' '.join(_SIGNS[field.kind])}")
    if not value and field.kind != TEXT:
        raise QueryError(f"{typed}: what should {field.name} be? {_allowed(field)}")
    if field.kind == TEXT:
        return Condition(field, sign, text=value.casefold())
    if ".." in value and sign == "=":
        found = _range(value, field)
        if found is None:
            raise QueryError(f"{typed}: a range of {field.name} is FROM..TO, each {_allowed(field)}")
        return found
    number = _value(value, field)
    if number is None:
        raise QueryError(f"{typed}: {value!r} is not valid; {field.name} is {_allowed(field)}")
    return Condition(field, sign, number)


def _unknown(typed: str, name: str, fields: Mapping[str, Field]) -> str:
    there = f"there are {', '.join(fields)}"
    if not name:
        return f"{typed}: which column? {there}"
    meant = closest(name, fields)
    return f"{typed}: there is no column {name!r}; {f'did you mean {meant.name}? ' if meant else ''}{there}"


def _allowed(field: Field) -> str:
    if field.kind == TIME:
        return "a time with its unit, such as 90s, 1.5min or 20ms"
    return "yes or no" if field.kind == TRUTH else "a number, such as 1000 or 1.5k"


def _range(typed: str, field: Field) -> Range | None:
    low, _, high = typed.partition("..")
    ends = [_value(end, field) if end else default for end, default in ((low, 0.0), (high, np.inf))]
    return None if not (low or high) or ends[0] is None or ends[1] is None else Range(field, ends[0], ends[1])


def _value(typed: str, field: Field) -> float | None:
    if field.kind == TRUTH:
        truth = _TRUTHS.get(typed.casefold())
        return None if truth is None else float(truth)
    if field.kind == TIME:
        match = _TIME.fullmatch(typed)
        unit = UNITS_US.get(match[2] or "us") if match else None
        return None if match is None or unit is None else float(match[1] or 0) * unit
    match = _NUMBER.fullmatch(typed.removeprefix(field.stem).replace(",", ""))
    if match is None:
        return None
    number = float(match[1] + match[2]) if match[2] else int(match[1])  # of the numbers of sessions every digit counts
    return number * _SCALES[match[3]] if number * _SCALES[match[3]] <= INT64_MAX else None


def _met(part: Condition | Range, tick: Progress) -> Flags:
    field = part.field
    if isinstance(part, Condition) and field.kind == TEXT:
        assert field.having is not None
        having = field.having(part.text, part.sign.endswith("~"), tick)
        return ~having if part.sign.startswith("!") else having
    assert field.values is not None
    values = np.asarray(field.values())
    there = values >= 0
    if isinstance(part, Range):
        before = values < part.high if field.kind == TIME else values <= part.high
        return np.asarray((values >= part.low) & before & there)
    met = _COMPARE[part.sign](values, part.value)
    return np.asarray(met if part.sign == "!=" else met & there)
