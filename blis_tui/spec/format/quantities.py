"""Numbers as people say them: ``20 min``, ``1200s``, ``1k``, ``1,000``, ``600/min``, read into the unit of a field."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext

from blis_tui.numbers import UNITS_US
from blis_tui.spec.format.fields import INTEGER, NUMBER, Field

_TIMES = {name: Decimal(us) for name, us in {**UNITS_US, "sec": UNITS_US["s"], "d": 24 * UNITS_US["h"]}.items()}
"""Units of time, in microseconds."""
_FACTORS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
"""What follows a number that has no unit of time."""
_PER = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600}
_RATES = {"rps": 1, "qps": 1, "rpm": 60}
_RATE = "req/s"
_NUMBER = r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+|\d+\.)"
_QUANTITY = re.compile(_NUMBER + r" ?(?P<unit>[^\d\s.,+-][^\d.,+-]*)?")
_MOST = 40
"""Characters of a text that is looked at."""


def plain_number(field: Field, text: str) -> str | None:
    """Return the number that a text says in a field's unit, as a file has it.

    Returns ``None`` for what needs no reading, being a number as it is, and for what is none.
    """
    text = text.strip()
    if field.kind not in (INTEGER, NUMBER) or not text or len(text) > _MOST:
        return None
    with localcontext() as context:
        context.prec = 2 * _MOST
        number = _time(text, _TIMES[field.unit]) if field.unit in _TIMES else _count(field, text)
        return None if number is None else _written(number)


def _time(text: str, unit: Decimal) -> Decimal | None:
    """Read one or more times with their units, ``1 h 30 min``; a number alone is in the field's unit."""
    total, end, parts = Decimal(0), 0, 0
    while end < len(text):
        match = _QUANTITY.match(text, end)
        name = (match["unit"] or "").strip().lower() if match else ""
        if match is None or (name not in _TIMES and (name or parts)):
            return None
        if not name:
            return _digits(match["number"]) if match.end() == len(text) and "," in match["number"] else None
        total += _digits(match["number"]) * _TIMES[name]
        parts += 1
        end = match.end()
    return total / unit if parts else None


def _count(field: Field, text: str) -> Decimal | None:
    """Read a number with a thousand, a million, or the field's own unit behind it; rates also by the minute or hour."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    number, said = _digits(match["number"]), (match["unit"] or "").strip().lower()
    if not said:
        return number if "," in match["number"] else None
    if said[0] in _FACTORS and said[1:2] in ("", " "):
        number, said = number * _FACTORS[said[0]], said[1:].strip()
    unit = field.unit.lower()
    if said in ("", unit, unit.removesuffix("s")):
        return number
    if field.unit != _RATE:
        return None
    what, slash, per = said.partition("/")
    if slash and what.strip() in ("", "req", "requests") and per.strip() in _PER:
        return number / _PER[per.strip()]
    return number / _RATES[said] if said in _RATES else None


def _digits(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _written(number: Decimal) -> str:
    if number == number.to_integral_value():
        return f"{number:.0f}"
    return f"{number:.12f}".rstrip("0")
