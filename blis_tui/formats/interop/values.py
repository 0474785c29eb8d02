"""Values as tools in Python read them: YAML by PyYAML, which follows YAML 1.1, then fields by pydantic, which is lenient."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from blis_tui.formats.yaml_text import scalar, text_scalar
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Node, effective, key_name
from blis_tui.spec.yaml.scalars import TAG_PREFIX, shorten

MOST_KEPT = 10_000
"""Values of a part that is kept; aliases could make it any number."""
_WHOLE = re.compile(r"[+-]?[0-9]+(?:_[0-9]+)*(?:\.0+)?")
_YES_NO = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0"), False),
}


class Unreadable(ValueError):
    """A value that the tool would refuse; the message goes on from the name of the key: "must be …"."""


class Pair(NamedTuple):
    """A key of a mapping and its value, aliases followed; `repeated` says that it was given before."""

    key: Node
    value: Node
    repeated: bool = False


class Plain(str):
    """A scalar that is already written as YAML."""

    __slots__ = ()


def quoted(value: str) -> Plain:
    """Write a text as YAML, in quotes where it could be taken for something else."""
    return Plain(text_scalar(value))


def followed(node: Node) -> Node:
    """Return what a node stands for; an alias of nothing, which is a problem of the text, stands for itself."""
    return node.target if node.kind == ALIAS and node.target is not None else node


def pairs(mapping: Node) -> dict[str, Pair]:
    """Return a mapping's pairs by their keys. Of a key that comes twice the last one counts; merged ones come after."""
    found: dict[str, Pair] = {}
    for source, key, value in effective(mapping):
        name = key_name(key)
        if name is None:
            continue
        if name not in found:
            found[name] = Pair(key, followed(value))
        elif source is mapping:
            found[name] = Pair(key, followed(value), repeated=True)
    return found


def value_of(node: Node) -> Any:
    """Return the value of a scalar as PyYAML has it. Raises `Unreadable`."""
    if node.kind != SCALAR:
        raise Unreadable(f"must be a single value, got a {'list' if node.kind == SEQUENCE else 'mapping'}")
    from yaml import ScalarNode, YAMLError

    resolver, constructor = _pyyaml()
    try:
        tag = node.tag or resolver.resolve(ScalarNode, node.value, (node.style is None, node.style is not None))
        return constructor.construct_object(ScalarNode(tag, node.value))
    except (YAMLError, ValueError, LookupError, AttributeError, ArithmeticError) as error:  # of a tag that does not fit
        raise Unreadable(f"cannot be read: {_shown(node.value)}") from error


@cache
def _pyyaml() -> tuple[Any, Any]:
    from yaml.constructor import SafeConstructor
    from yaml.resolver import Resolver

    return Resolver(), SafeConstructor()


def is_null(node: Node) -> bool:
    """Return whether a node is null."""
    if node.kind != SCALAR:
        return False
    try:
        return value_of(node) is None
    except Unreadable:
        return False


def integer(node: Node) -> int:
    """Read a whole number; floats without a fraction and numbers in quotes will do. Raises `Unreadable`."""
    value = value_of(node)
    if isinstance(value, int):  # truth values too, as pydantic does
        return int(value)
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()) and len(value) < 400:
        return int(value.strip().partition(".")[0])
    raise Unreadable(f"must be a whole number, got {_shown(value)}")


def number(node: Node) -> float:
    """Read a finite number, in quotes too. Raises `Unreadable`."""
    value = value_of(node)
    try:
        known = isinstance(value, int | float) or (isinstance(value, str) and value.isascii())
        found = float(value) if known else math.nan
    except (ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise Unreadable(f"must be a finite number, got {_shown(value)}")
    return found


def boolean(node: Node) -> bool:
    """Read true or false, or the words and numbers that pydantic takes for them. Raises `Unreadable`."""
    value = value_of(node)
    found = _YES_NO.get(value.lower()) if isinstance(value, str) else value
    if isinstance(found, bool | int | float) and found in (0, 1):
        return bool(found)
    raise Unreadable(f"must be true or false, got {_shown(value)}")


def word(node: Node) -> str:
    """Read a text. Raises `Unreadable`."""
    value = value_of(node)
    if isinstance(value, str):
        return value
    raise Unreadable(f"must be text, got {_shown(value)}")


def _shown(value: Any) -> str:
    return f'"{shorten(value)}"' if isinstance(value, str) else "null" if value is None else shorten(str(value))


def kept_value(node: Node) -> Any:
    """Return a node as mappings, lists and scalars that are written as they were, to be written again by `lines`.

    Raises `Unreadable` for aliases that blow up.
    """
    return _kept(node, iter(range(MOST_KEPT)))


def _kept(node: Node, left: Iterator[int]) -> Any:
    if next(left, None) is None:
        raise Unreadable(f"holds more than {MOST_KEPT:,} values")
    node = followed(node)
    if node.kind == MAPPING:
        return {_kept_scalar(pair.key): _kept(pair.value, left) for pair in pairs(node).values()}
    if node.kind == SEQUENCE:
        return [_kept(item, left) for item in node.items]
    return _kept_scalar(node)


def _kept_scalar(node: Node) -> Plain:
    node, value = followed(node), node.value
    if node.style is None and node.tag is None and "\n" not in value:
        return Plain(value or "null")
    quoted = Plain(text_scalar(node.value))
    if node.tag is None or node.tag == TAG_PREFIX + "str":
        return quoted if quoted.startswith('"') else Plain(f'"{node.value}"')
    return Plain(f"!<{node.tag}> {quoted}")


def lines(values: dict[Any, Any], indent: str = "") -> str:
    """Write a mapping as YAML in block style, one scalar a line."""
    return "".join(_entry(f"{indent}{_text(key)}:", value, indent) for key, value in values.items())


def _entry(start: str, value: Any, indent: str) -> str:
    if isinstance(value, dict) and value:
        return f"{start}\n{lines(value, indent + '  ')}"
    if isinstance(value, list) and value:
        return f"{start}\n{''.join(_item(item, indent + '  ') for item in value)}"
    return f"{start} {_text(value)}\n"


def _item(value: Any, indent: str) -> str:
    if isinstance(value, dict) and value:
        return f"{indent}- {lines(value, indent + '  ')[len(indent) + 2 :]}"
    return _entry(f"{indent}-", value, indent)


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        return flow(value)
    return value if isinstance(value, Plain) else "null" if value is None else scalar(value)


def flow(value: Any) -> str:
    """Write values of our own on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_text(key)}: {flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(flow(each) for each in value)}]"
    return _text(value)
