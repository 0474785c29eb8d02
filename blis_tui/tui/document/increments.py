"""Making a number a little larger or smaller, by a step that suits its unit."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from blis_tui.spec.format.fields import INT64_MAX, INT64_MIN, INTEGER, NUMBER, Field

STEPS: dict[str, tuple[int | Decimal, int | Decimal]] = {
    "µs": (1_000_000, 60_000_000),
    "s": (10, 60),
    "req/s": (Decimal("0.5"), 5),
    "tokens": (1, 50),
    "requests": (100, 1000),
    "ms": (10, 100),
    "KiB/token": (16, 64),
}
"""The small and the large step of each unit; other numbers go by 1 and 10."""
_MOST_DIGITS = 25


def nudged(field: Field, text: str, steps: int, large: bool = False) -> str | None:
    """Return the number that a text says, some steps up (or down, if negative), within the field's range.

    An empty text stands for the field's default. Returns ``None`` where there is nothing to change: the text is no
    number, or the range ends here. The number keeps its decimal places.
    """
    if field.kind not in (INTEGER, NUMBER):
        return None
    try:
        old = Decimal(text.replace("_", "") or str(field.default or 0))
    except InvalidOperation:
        return None
    if not old.is_finite() or abs(old.adjusted()) > _MOST_DIGITS or len(text) > _MOST_DIGITS:
        return None
    step = Decimal(STEPS.get(field.unit, (1, 10))[large])
    new = _within(field, old + steps * step, step)
    if (new - old) * steps <= 0:
        return None
    return _written(new, old)


def _within(field: Field, value: Decimal, step: Decimal) -> Decimal:
    """Keep a value within the range; where the range is open, at the smallest whole or half step above its bound."""
    if field.above is not None and value <= Decimal(str(field.above)):
        value = Decimal(str(field.above)) + min(step, Decimal(1))
    if field.minimum is not None:
        value = max(value, Decimal(str(field.minimum)))
    if field.maximum is not None:
        value = min(value, Decimal(str(field.maximum)))
    if field.kind == INTEGER:
        value = min(max(value, Decimal(INT64_MIN)), Decimal(INT64_MAX))
    return value


def _written(value: Decimal, like: Decimal) -> str:
    exponent = like.as_tuple().exponent
    places = max(-exponent, 0) if isinstance(exponent, int) else 0
    text = f"{value:f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole
