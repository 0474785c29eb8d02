"""Checking one value against its field's declared range or choices, and saying what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from blis_tui.spec.format.fields import INTEGER, NUMBER, TEXT, Field, Record

Test = Callable[[Any], bool]

_SHOWN = 60

_tests: dict[type[Record], tuple[tuple[str, Test], ...]] = {}


def tests_of(record: type[Record]) -> tuple[tuple[str, Test], ...]:
    """Return the scalar fields of a block that have a range or choices that BLIS insists on, each with a quick test."""
    tests = _tests.get(record)
    if tests is None:
        tests = tuple(
            (name, _test(field))
            for name, field in record.fields.items()
            if field.kind in (INTEGER, NUMBER, TEXT) and not field.lenient and is_limited(field)
        )
        _tests[record] = tests
    return tests


def is_limited(field: Field) -> bool:
    """Return whether a field has choices or bounds."""
    return bool(field.choices) or (field.minimum, field.above, field.maximum) != (None, None, None)


@lru_cache(maxsize=1024)
def _test(field: Field) -> Test:
    if field.choices:
        choices = frozenset(field.choices)
        return lambda value: value in choices
    optional = field.default is None
    low = float("-inf") if field.minimum is None else field.minimum
    high = float("inf") if field.maximum is None else field.maximum
    above = float("-inf") if field.above is None else field.above
    return lambda value: optional if value is None else low <= value <= high and value > above


def is_in_range(field: Field, value: Any) -> bool:
    """Return whether a value of the right type is among a field's choices or within its bounds."""
    return value in field.choices if field.choices else _test(field)(value)


def demand(field: Field, value: Any) -> str:
    """Say which part of its field's range a value breaks: "be positive", "be at most 23"."""
    if field.choices:
        return f"be one of {', '.join(choice for choice in field.choices if choice)}"
    if field.maximum is not None and value > field.maximum:
        return f"be at most {field.maximum:,}"
    if field.above is not None and value <= field.above:
        return "be positive" if field.above == 0 else f"be above {field.above:g}"
    return "be non-negative" if field.minimum == 0 else f"be at least {field.minimum:g}"


def shown(value: Any) -> str:
    """Write a value for a message: short, texts in quotes."""
    if isinstance(value, int) and abs(value) >= 10**_SHOWN:
        return "a far larger number"  # writing it out may take minutes, or not be allowed
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
