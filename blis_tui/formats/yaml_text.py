"""Writing blocks of the file format as YAML that BLIS, and anybody's YAML reader, decodes to the same values.

What is written follows from the declared fields; a field at its default is left out, since every default is also what
BLIS takes for a missing key. A block that fits on a line is written in flow style.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from blis_tui.spec.format.fields import Record

_WIDTH = 100
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*\Z")
_RESERVED = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Words that YAML 1.1 or 1.2 readers take for something else than text."""
_ESCAPED = re.compile(
    r'["\\\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\ufeff\ufff0-\ufffc\ufffe\uffff'
    r"\U000e0000-\U000e0fff]"
)
"""What a reader refuses, folds or does not show, besides the quote and the backslash."""
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def text_scalar(value: str) -> str:
    """Write a string, quoted where it could be read as something else."""
    if _PLAIN.match(value) and value.lower() not in _RESERVED:
        return value
    return f'"{_ESCAPED.sub(_escape, value)}"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def number_scalar(value: float) -> str:
    """Write a float64 so that it is read back to the last bit, whole ones without a fraction.

    Readers of YAML 1.1 know a number with an exponent only by its point, so ``1e-05`` is written ``1.0e-05``.
    """
    digits = float.__repr__(value)
    if "n" in digits:  # inf and nan, which no valid spec has
        return f"{'-' if value < 0 else ''}.{digits.lstrip('-')}"
    mantissa, exponent, power = digits.partition("e")
    if exponent:
        return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{power}"
    return mantissa[:-2] if mantissa.endswith(".0") and mantissa != "-0.0" else mantissa


def scalar(value: Any) -> str:
    """Write a value of a scalar field."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return text_scalar(value)
    return number_scalar(value) if isinstance(value, float) else int.__repr__(value)


def document(record: Record) -> str:
    """Write a whole file."""
    return block(record) or "{}\n"


def block(record: Record, indent: str = "") -> str:
    """Write the fields of a block that are not at their default, a line or more each."""
    return "".join(entry(name, value, indent) for name, value in record.given())


def entry(key: str, value: Any, indent: str = "") -> str:
    """Write one key and its value, complete lines."""
    start = f"{indent}{text_scalar(key)}:"
    if isinstance(value, tuple):
        return f"{start}\n{''.join(item(each, indent + '  ') for each in value)}"
    if not isinstance(value, Record | Mapping):
        return f"{start} {scalar(value)}\n"
    flow = _flow(value)
    if flow and len(flow) <= _WIDTH:
        return f"{start} {flow}\n"
    return f"{start}\n{''.join(entry(name, each, indent + '  ') for name, each in _pairs(value))}"


def item(record: Record, indent: str = "") -> str:
    """Write one item of a list of blocks, complete lines."""
    flow = _flow(record)
    if flow and len(flow) <= _WIDTH:
        return f"{indent}- {flow}\n"
    return f"{indent}- {block(record, indent + '  ')[len(indent) + 2 :]}"


def _pairs(value: Record | Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    return value.given() if isinstance(value, Record) else value.items()


def _flow(value: Record | Mapping[str, Any]) -> str:
    """Write a block on one line; the empty string if there is a list in it, which stays one item per line."""
    parts = []
    for name, each in _pairs(value):
        if isinstance(each, tuple):
            return ""
        part = _flow(each) if isinstance(each, Record | Mapping) else scalar(each)
        if not part:
            return ""
        parts.append(f"{text_scalar(name)}: {part}")
    return f"{{{', '.join(parts)}}}"
