"""Scalars as BLIS reads them: by the type of the field, with go-yaml v3's rules.

Each reader returns the value, or None for null, or raises `Refused`. They accept what BLIS accepts, but refuse on purpose
what it would change silently: fractions of integers, whole numbers past int64 (BLIS wraps some), ``.nan`` and ``.inf``, and
tags other than ``!!str``, ``!!int``, ``!!float``, ``!!bool`` and ``!!null``.
"""

from __future__ import annotations

import math
import re
from typing import Any

from blis_tui.spec.format.fields import INT64_MAX, INT64_MIN
from blis_tui.spec.yaml.nodes import Node

NULL, BOOLEAN, INTEGER, NUMBER, TIMESTAMP, TEXT = "null", "bool", "int", "float", "timestamp", "str"
"""What go-yaml resolves a scalar to, by the names of its tags."""

TAG_PREFIX = "tag:yaml.org,2002:"
NULLS = frozenset(("", "~", "null", "Null", "NULL"))

_WORDS: dict[str, tuple[str, Any]] = {
    **dict.fromkeys(NULLS, (NULL, None)),
    **dict.fromkeys(("true", "True", "TRUE"), (BOOLEAN, True)),
    **dict.fromkeys(("false", "False", "FALSE"), (BOOLEAN, False)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), (NUMBER, math.nan)),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), (NUMBER, math.inf)),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), (NUMBER, -math.inf)),
}
_YES_NO = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9][0-9]*|0))")
_SIGN_INSIDE = re.compile(r"0(?:b([-+][01]+)|o([-+][0-7]+))")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ][0-9:.,]+(?:Z|[-+][0-9:]+)?)?")
_BASES = (16, 2, 8, 10)
_USUAL_STARTS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0.")


class Refused(Exception):
    """A scalar that the field cannot hold: a problem code, what was found in words, and the value that may be meant."""

    def __init__(self, code: str, found: str, meant: Any = None) -> None:
        super().__init__(code, found)
        self.code = code
        self.found = found
        self.meant = meant


def integer(node: Node) -> int | None:
    """Read a whole number that fits int64; floats without a fraction will do."""
    plain = node.value
    if node.tag is None and node.style is None and len(plain) < 19 and plain.isdecimal() and plain.isascii():
        usual = int(plain)
        if plain[0] != "0" or usual == 0:
            return usual
    kind, value = resolve(node)
    if kind == NULL:
        return None
    if kind == NUMBER:
        if not math.isfinite(value):
            raise Refused("not-finite", describe_scalar(node))
        if value != math.floor(value):
            raise Refused("fraction", describe_scalar(node), meant=int(value))
        value = int(value) if node.tag or not _INTEGER.fullmatch(_digits(plain)) else INT64_MAX + 1
    elif kind != INTEGER:
        raise _not_a_number(node, kind, INTEGER)
    if not INT64_MIN <= value <= INT64_MAX:
        raise Refused("out-of-range", describe_scalar(node))
    result: int = value
    return result


def number(node: Node) -> float | None:
    """Read a finite number."""
    plain = node.value
    if node.tag is None and node.style is None and plain.isascii() and "_" not in plain and plain.startswith(_USUAL_STARTS):
        try:
            usual = float(plain)
        except ValueError:
            usual = math.inf
        if usual < math.inf:
            return usual
    kind, value = resolve(node)
    if kind == NULL:
        return None
    if kind not in (INTEGER, NUMBER):
        raise _not_a_number(node, kind, NUMBER)
    result = float(value)
    if not math.isfinite(result):
        raise Refused("not-finite", describe_scalar(node))
    return result


def boolean(node: Node) -> bool | None:
    """Read true or false, or YAML 1.1's words for them (yes, on, …), in quotes too."""
    kind, value = resolve(node)
    if kind == NULL:
        return None
    if kind == TEXT:
        value = _YES_NO.get(node.value)
    if not isinstance(value, bool):
        meant = _WORDS.get(node.value, (NULL, None))[1] if kind == TEXT and node.tag is None else None
        raise Refused("wrong-type", describe_scalar(node), meant=meant if isinstance(meant, bool) else None)
    return value


def text(node: Node) -> str | None:
    """Read a text: the characters of any scalar but null."""
    if node.tag is None and (node.style is not None or node.value not in NULLS):
        return node.value
    return None if resolve(node)[0] == NULL else node.value


def is_null(node: Node) -> bool:
    """Return whether a scalar is null; one that cannot be resolved is not."""
    if node.tag is None:
        return node.style is None and node.value in NULLS
    return node.tag == TAG_PREFIX + NULL and node.value in NULLS


def resolve(node: Node) -> tuple[str, Any]:
    """Return what a scalar is and its value, as go-yaml does before it looks at the field."""
    if node.tag is None:
        return resolve_plain(node.value) if node.style is None else (TEXT, node.value)
    tag = node.tag.removeprefix(TAG_PREFIX)
    if tag == TEXT:
        return TEXT, node.value
    if tag not in (NULL, BOOLEAN, INTEGER, NUMBER):
        raise Refused("unknown-tag", tag_name(node.tag))
    kind, value = resolve_plain(node.value)
    if tag == NUMBER and kind == INTEGER and value <= INT64_MAX:
        return NUMBER, float(value)
    if kind != tag:
        raise Refused("wrong-tag", f"{quote(node.value)} with the tag !!{tag}")
    return kind, value


def resolve_plain(plain: str) -> tuple[str, Any]:
    """Return what a scalar without quotes and tag is, and its value."""
    known = _WORDS.get(plain)
    if known is not None:
        return known
    if plain[0] not in "+-.0123456789":
        return TEXT, plain
    digits = _digits(plain)
    value = _parse_integer(digits)
    if value is not None:
        return INTEGER, value
    if _TIMESTAMP.fullmatch(plain):
        return TIMESTAMP, plain
    if _FLOAT.fullmatch(digits):
        fraction = float(digits)
        if math.isfinite(fraction):
            return NUMBER, fraction
    return TEXT, plain


def _digits(plain: str) -> str:
    """Take out underscores where they may stand between digits."""
    return plain.replace("_", "") if plain[:1] not in ("_", ".") else plain


def _parse_integer(digits: str) -> int | None:
    """Parse an integer in Go's notations if it fits int64, or without a sign uint64."""
    match = _INTEGER.fullmatch(digits)
    if match:
        sign, *bodies = match.groups()
        body, base = next((body, base) for body, base in zip(bodies, _BASES, strict=True) if body is not None)
    else:
        match = _SIGN_INSIDE.fullmatch(digits)
        if not match:
            return None
        sign, body, base = "", match[1] or match[2], 2 if match[1] else 8
    if base == 10 and len(body) > 20:
        return None
    value = int(sign + body, base)
    top = INT64_MAX if sign else 2 * INT64_MAX + 1
    return value if INT64_MIN <= value <= top else None


def _not_a_number(node: Node, kind: str, wanted: str) -> Refused:
    """Say why a scalar is no number; one in quotes, or too large to be held, gets its own words."""
    found = describe_scalar(node)
    if kind != TEXT or node.tag is not None:
        return Refused("wrong-type", found)
    if node.style is None:
        return Refused("out-of-range" if _looks_numeric(node.value) else "wrong-type", found)
    return Refused("wrong-type", found, meant=_meant(node.value, wanted) if node.style in ("'", '"') else None)


def _meant(quoted: str, wanted: str) -> int | float | None:
    """Return the number that a text in quotes says, if the field could hold it."""
    kind, value = resolve_plain(quoted)
    if kind not in (INTEGER, NUMBER) or not math.isfinite(value):
        return None
    number: int | float = value
    if wanted == NUMBER:
        return number
    return int(number) if number == math.floor(number) and INT64_MIN <= number <= INT64_MAX else None


def describe_scalar(node: Node) -> str:
    """Name a scalar in a message."""
    plain = node.value
    if node.style is None and node.tag is None and (resolve_plain(plain)[0] != TEXT or _looks_numeric(plain)):
        return shorten(plain)
    return f"the text {quote(plain)}"


def _looks_numeric(plain: str) -> bool:
    """Return whether a plain scalar is written as a number, too large or not."""
    digits = _digits(plain)
    return bool(_FLOAT.fullmatch(digits) or _INTEGER.fullmatch(digits))


def quote(value: str) -> str:
    """Put a text in quotes for a message, shortened."""
    return f'"{shorten(value)}"'


def shorten(value: str, limit: int = 60) -> str:
    """Cut a long text for a message."""
    return value if len(value) <= limit else value[: limit - 1] + "…"


def tag_name(tag: str) -> str:
    """Name a tag in a message."""
    return "the tag " + shorten("!!" + tag.removeprefix(TAG_PREFIX) if tag.startswith(TAG_PREFIX) else tag)
