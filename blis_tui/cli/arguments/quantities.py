"""Numbers with units, as they are given on the command line."""

from __future__ import annotations

import re

from blis_tui.cli.errors import UsageError
from blis_tui.numbers import UNITS_US
from blis_tui.spec.format.fields import INT64_MAX, INT64_MIN
from blis_tui.workload.server import AssumedServer

_DURATIONS = {"": 1, **UNITS_US}
_SIZES = {
    "": 1, "b": 1, "k": 10**3, "kb": 10**3, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9,
    "kib": 2**10, "mib": 2**20, "gib": 2**30,
}  # fmt: skip
_QUANTITY = r"(\d{1,40})(?:\.(\d{0,40}))?(?:[eE]([+-]?\d{1,3}))?[ ]*([A-Za-zµμ]*)"


_ASSUMED = "ttft=T,itl=T[,kv=BYTES], for example --assume ttft=200ms,itl=20ms,kv=128KiB"


def duration_us(text: str, option: str = "--horizon") -> int:
    """Read a time such as ``90s``, ``1.5h`` or ``2e6`` (µs); raises `UsageError`."""
    return _quantity(option, text, _DURATIONS, "a time such as 90s, 20min or 1.5h; a bare number is microseconds")


def assumed_server(text: str) -> AssumedServer:
    """Read how long answers take, such as ``ttft=200ms,itl=20ms``; raises `UsageError`. What is left out has its default."""
    given = dict(part.strip().partition("=")[::2] for part in text.split(","))
    if not set(given) <= {"ttft", "itl", "kv"} or not all(given.values()) or len(given) != text.count(",") + 1:
        raise UsageError(f"--assume needs {_ASSUMED}; not {text!r}")
    server = AssumedServer()
    return AssumedServer(
        duration_us(given["ttft"], "--assume ttft") if "ttft" in given else server.ttft_us,
        duration_us(given["itl"], "--assume itl") if "itl" in given else server.itl_us,
        _quantity("--assume kv", given["kv"].lower(), _SIZES, "bytes for each token, such as 131072 or 128KiB")
        if "kv" in given
        else 0,
    )


def size_bytes(text: str) -> int:
    """Read a size such as ``20MB``; raises `UsageError`."""
    return _quantity("--max-size", text.lower(), _SIZES, "a size in bytes such as 8000000 or 20MB")


def whole_number(option: str, text: str, minimum: int = INT64_MIN, maximum: int = INT64_MAX) -> int:
    """Read a whole number within a range, by default that of int64; raises `UsageError`."""
    if re.fullmatch(r"[+-]?\d{1,40}", text, re.ASCII) and minimum <= int(text) <= maximum:
        return int(text)
    raise UsageError(f"{option} needs a whole number from {minimum:,} to {maximum:,}, not {text!r}")


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
        raise UsageError(f"{option} needs a whole number of {unit_name} up to {INT64_MAX:,}, which {text!r} is not")
    return value
