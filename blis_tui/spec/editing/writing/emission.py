"""How values are written as YAML: scalars in a given quoting style, collections in flow or block style."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from blis_tui.spec.edits import Plain

PLAIN, SINGLE, DOUBLE = "", "'", '"'
"""Quoting styles of a scalar."""

_SAFE = re.compile(r"[\w/.](?:[\w./@%+*()=~$^;!<>|-]| (?! ))*(?<! )")
"""Texts that need no quotes for their characters' sake; narrower than YAML, the same in block and flow style."""
_NUMBER_LIKE = re.compile(r"[-+.]?[0-9][-+0-9a-fA-FxXoO_.:TtZz ]*|[-+]?\.(?:inf|nan)", re.IGNORECASE)
"""Plain scalars that some YAML reader takes for a number, a sexagesimal number or a date."""
_WORDS = frozenset(["~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "=", ".", "..", "...", "---", "-"])
"""Plain scalars that some YAML reader takes for something else than a text, in lower case."""
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]*")
_NAMED_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


class Manners(NamedTuple):
    """The habits of a document that new block text follows."""

    step: int = 2
    """Columns by which a block is indented below its key."""
    indented_items: bool = True
    """Whether the dashes of a sequence are indented below its key."""


def is_collection(value: Any) -> bool:
    """Return whether a plain value is a mapping or a sequence."""
    return isinstance(value, (Mapping, Sequence)) and not isinstance(value, str)


def scalar_text(value: Any, style: str = PLAIN, old: str = "", number_field: bool = False) -> str:
    """Write one scalar (``None``, bool, int, float or str) on one line, fit for block and for flow style.

    A text keeps `style` where that can hold it. Numbers are written the shortest exact way; a whole number keeps a
    decimal point if the text `old` that it replaces had one and it is a float or stands in a `number_field`, and a
    whole float loses it if `old` was written as an integer.
    """
    if value is None:
        return "null"
    if isinstance(value, Plain):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:d}.0" if number_field and _DECIMAL.fullmatch(old) else f"{value:d}"
    if isinstance(value, float):
        return _float_text(value, old)
    return quoted(value, style)


def _float_text(value: float, old: str) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    text = repr(value)
    if text.endswith(".0") and text != "-0.0" and re.fullmatch(r"[-+]?[0-9]+", old):
        return text[:-2]
    if "." not in text:  # 1e+22 is a text to readers that follow YAML 1.1
        text = text.replace("e", ".0e")
    return text


def quoted(text: str, style: str = PLAIN) -> str:
    """Write a text as a scalar: in the style given if that can hold it, else in double quotes."""
    if style == PLAIN and reads_as_text(text):
        return text
    if style == SINGLE and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _NAMED_ESCAPES:
        return _NAMED_ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def reads_as_text(text: str) -> bool:
    """Return whether every YAML reader takes these characters, without quotes, for this text."""
    return bool(_SAFE.fullmatch(text)) and not is_number_like(text) and text.lower() not in _WORDS


def is_number_like(text: str) -> bool:
    """Return whether some YAML reader takes the text, without quotes, for a number or a date."""
    return bool(_NUMBER_LIKE.fullmatch(text))


def key_text(key: str, style: str = PLAIN, plain_numbers: bool = False) -> str:
    """Write a key; keys that look like numbers are quoted unless their neighbours are not (`plain_numbers`)."""
    if plain_numbers and style == PLAIN and re.fullmatch(r"[0-9]+(\.[0-9]+)?", key):
        return key
    return quoted(key, style)


def flow_text(value: Any, style: str = PLAIN) -> str:
    """Write a value on one line, collections in brackets; keys and texts get the quoting style given."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(flow_pair(key, item, style) for key, item in value.items()) + "}"
    if is_collection(value):
        return "[" + ", ".join(flow_text(item, style) for item in value) + "]"
    return scalar_text(value, style)


def flow_pair(key: str, value: Any, style: str = PLAIN, plain_numbers: bool = False) -> str:
    """Write one ``key: value`` of a flow mapping."""
    return f"{key_text(key, style, plain_numbers)}: {flow_text(value, style)}"


def block_lines(value: Any, manners: Manners) -> list[str]:
    """Write a non-empty collection as lines of block style, the first column being 0."""
    if isinstance(value, Mapping):
        return [line for key, item in value.items() for line in block_pair(key_text(key), item, manners)]
    return [line for item in value for line in block_item(item, manners)]


def block_pair(key: str, value: Any, manners: Manners) -> list[str]:
    """Write one ``key: value`` of a block mapping; the key is given as it is written."""
    if not is_collection(value) or not value:
        return [f"{key}: {flow_text(value)}".rstrip(" ")]
    indented = isinstance(value, Mapping) or manners.indented_items
    return [f"{key}:", *indent(block_lines(value, manners), manners.step if indented else 0)]


def block_item(value: Any, manners: Manners, dash: str = "- ", style: str = PLAIN) -> list[str]:
    """Write one item of a block sequence; `dash` is the dash with the spaces that follow it, `style` is for texts."""
    if not is_collection(value) or not value:
        return [(dash + flow_text(value, style)).rstrip(" ")]
    first, *rest = block_lines(value, manners)
    return [dash + first, *indent(rest, len(dash))]


def indent(lines: list[str], columns: int) -> list[str]:
    """Put spaces before each line."""
    return [" " * columns + line for line in lines]
