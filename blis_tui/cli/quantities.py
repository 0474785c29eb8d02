"""Numbers with units, as they are given on the command line."""

from __future__ import annotations

import re

from blis_tui.cli.errors import UsageError
from blis_tui.spec.fields import INT64_MAX, INT64_MIN

_DURATIONS = {
    "": 1, "us": 1, "µs": 1, "μs": 1, "ms": 10**3, "s": 10**6, "m": 60 * 10**6, "min": 60 * 10**6, "h": 3600 * 10**6,
}  # fmt: skip
_SIZES = {"": 1, "b": 1, "k": 10**3, "kb": 10**3, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9}
_QUANTITY = r"(\d{1,40})(?:\.(\d{0,40}))?(?:[eE]([+-]?\d{1,3}))?[ ]*([A-Za-zµμ]*)"


def duration_us(text: str) -> int:
    """Read a time such as ``90s``, ``1.5h`` or ``2e6`` (µs); raises `UsageError`."""
    return _quantity("--horizon", text, _DURATIONS, "a time such as 90s, 20min or 1.5h; a bare number is microseconds")


def size_bytes(text: str) -> int:
    """Read a size such as ``20MB``; raises `UsageError`."""
    return _quantity("--max-size", text.lower(), _SIZES, "a size in bytes such as 8000000 or 20MB")


def whole_number(option: str, text: str, minimum: int = INT64_MIN) -> int:
    """Read an int64; raises `UsageError`."""
    if re.fullmatch(r"[+-]?\d{1,40}", text, re.ASCII) and minimum <= int(text) <= INT64_MAX:
        return int(text)
    kind = "a 64-bit whole number" if minimum < 0 else f"a whole number of at least {minimum}"
    raise UsageError(f"{option} needs {kind}, not {text!r}")


def _quantity(option: str, text: str, units: dict[str, int], wanted: str) -> int:
    match = re.fullmatch(_QUANTITY, text.strip(" "), re.ASCII)
    unit = units.get(match[4]) if match else None
    if match is None or unit is None:
        raise UsageError(f"{option} needs {wanted}; not {text!r}")
    fraction = match[2] or ""
    power = int(match[3] or 0) - len(fraction)
    digits = int(match[1] + fraction) * unit
    scale: int = 10 ** abs(power)
    value, rest = (digits * scale, 0) if power >= 0 else divmod(digits, scale)
    if rest or value > INT64_MAX:
        unit_name = "microseconds" if units is _DURATIONS else "bytes"
        raise UsageError(f"{option} needs a 64-bit whole number of {unit_name}, which {text!r} is not")
    return value
