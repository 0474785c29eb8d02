"""What can be written at a place of the text: the fields that a block has not yet, or the values that a field may have.

While something is typed, the text around it is seldom valid. So a mark is put where the cursor is, and what leads to the mark is
composed: the whole text where it is short and valid, else only the lines that the mark belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from blis_tui.problems import Path
from blis_tui.spec.editing.declarations import declared
from blis_tui.spec.edits import EditRefused
from blis_tui.spec.format.distributions import FAMILIES
from blis_tui.spec.format.fields import BOOLEAN, LIST, MAP, PARAMS, RECORD, Field
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import MAPPING, SEQUENCE, Node, Tree, effective, key_name

_MARK = "\ue000"
"""A character that no file has where a key or value is typed."""
_SHORT = 400
"""Lines up to which a text is composed whole."""
_LEVELS = 2
"""Blocks whose keys matter: the one that the mark is in, and the one around it."""
_BLOCK_KEY = re.compile(r"(?P<before> *(?:- +)*)(?P<word>\w*)")
_FLOW_KEY = re.compile(r"(?P<before>.*[{,] *)(?P<word>\w*)")
_VALUE = re.compile(r"(?P<before>.*\w[\"']?: +)(?P<word>\w*)")
_REST = re.compile(r"\w*")


class Choice(NamedTuple):
    """One thing to write: its name, what is put into the text for it, and what it is."""

    name: str
    text: str
    help: str


class Completion(NamedTuple):
    """What can stand in place of the characters from `start` to `end` of the line."""

    start: int
    end: int
    choices: tuple[Choice, ...]


def complete(lines: Sequence[str], row: int, column: int) -> Completion | None:
    """Return what fits where the cursor is in the lines of a text, and begins as the word there; None where nothing does."""
    line = lines[row]
    before, rest = line[:column], line[column:]
    end = column + len(_REST.match(rest)[0])  # type: ignore[index]
    rest = line[end:]
    if "#" in before or "\t" in before:
        return None
    for pattern, choices in ((_BLOCK_KEY, _fields), (_VALUE, _values), (_FLOW_KEY, _fields)):
        match = pattern.fullmatch(before)
        if match is None:
            continue
        found = tuple(choices(_Place(lines, row, match["before"], rest, in_flow=pattern is _FLOW_KEY)))
        word = match["word"].lower()
        fitting = tuple(choice for choice, _ in found if choice.name.startswith(word))
        fitting = fitting or tuple(choice for choice, others in found if any(other.startswith(word) for other in others))
        if fitting:
            return Completion(match.start("word"), end, fitting)
    return None


class _Place(NamedTuple):
    """A place in the lines of a text: what stands on its line before and after the word that is typed."""

    lines: Sequence[str]
    row: int
    before: str
    rest: str
    in_flow: bool

    @property
    def is_named(self) -> bool:
        """Whether a colon follows already."""
        return self.rest.lstrip().startswith(":")

    def trees(self, written: str) -> Iterator[Tree]:
        """Compose the text with the line made another, in ways of which the first may be invalid."""
        above, below = self.lines[: self.row], self.lines[self.row + 1 :]
        if len(self.lines) <= _SHORT:
            yield compose("\n".join([*above, written, *below]))
        leading, keys = _leading(self.lines, self.row, self.before)
        yield compose("\n".join([*leading, written, *_following(below, keys)]))
        if len(self.lines) <= _SHORT:
            yield compose("\n".join([*above, written]))


Found = Iterator[tuple[Choice, tuple[str, ...]]]
"""Choices, each with other names by which it is found."""


def _fields(place: _Place) -> Found:
    """Find the fields that the block has not yet which holds the cursor."""
    if place.rest.strip() and not place.is_named and not re.match(r" *[,}#]", place.rest):
        return
    written = f"{place.before}{_MARK}{'' if place.is_named else ': 0'}{place.rest}"
    for tree in place.trees(written):
        path = _path_of_key(tree.root, ())
        if path is None:
            continue
        block = tree.find(path)
        given = {key_name(key) for _, key, _ in effective(block)} if block is not None else set()
        for field in _declared_fields(tree, path):
            if field.name not in given:
                yield Choice(field.name, _written(field, place), _help(field)), field.also
        return


def _values(place: _Place) -> Found:
    """Find the values of the field before the cursor."""
    if not re.match(r" *(?:$|[,}\]#])", place.rest):
        return
    for tree in place.trees(f"{place.before}{_MARK}{place.rest}"):
        path = _path_of_value(tree.root, ())
        if path is None:
            continue
        field = next((each for each in _declared_fields(tree, path[:-1]) if each.name == path[-1]), None)
        if field is not None:
            for name in ("true", "false") if field.kind == BOOLEAN else filter(None, field.choices):
                yield Choice(name, name, field.help), tuple(word for word, meant in field.words.items() if meant == name)
        return


def _declared_fields(tree: Tree, path: Path) -> tuple[Field, ...]:
    """Return the fields of the block at a path; for the parameters of a distribution, those of its family."""
    if not path:
        return tuple(WorkloadSpec.fields.values())
    try:
        kind, record = declared(path)
    except EditRefused:
        return ()
    if kind == PARAMS:
        family = tree.find((*path[:-1], "type"))
        record = FAMILIES.get(family.value) if family is not None else None
    return tuple(record.fields.values()) if record is not None and kind in (RECORD, PARAMS) else ()


def _written(field: Field, place: _Place) -> str:
    if place.is_named:
        return field.name
    if place.in_flow or field.kind not in (RECORD, LIST, MAP, PARAMS):
        return f"{field.name}: "
    return f"{field.name}:\n{' ' * (len(place.before) + 2)}{'- ' if field.kind == LIST else ''}"


def _help(field: Field) -> str:
    return f"{field.help} Unit: {field.unit}." if field.unit else field.help


def _path_of_key(node: Node | None, path: Path) -> Path | None:
    """Return the path of the mapping that has the mark as a key."""
    return next((inner for inner, key, _ in _pairs(node, path) if key == _MARK), None)


def _path_of_value(node: Node | None, path: Path) -> Path | None:
    """Return the path of the mark."""
    return next(((*inner, key) for inner, key, value in _pairs(node, path) if value.value == _MARK), None)


def _pairs(node: Node | None, path: Path) -> Iterator[tuple[Path, str, Node]]:
    """Walk all keys with their values, and the path of the mapping that each is in."""
    if node is None:
        return
    if node.kind == SEQUENCE:
        for index, item in enumerate(node.items):
            yield from _pairs(item, (*path, index))
    elif node.kind == MAPPING:
        for key, value in node.items:
            name = key_name(key)
            if name is not None:
                yield path, name, value
                yield from _pairs(value, (*path, name))


class _Line(NamedTuple):
    """Where a line begins, and where its key does; the same but for the first line of a list's item."""

    indent: int
    key: int

    @property
    def is_item(self) -> bool:
        return self.key > self.indent


def _measured(line: str) -> _Line:
    indent = len(line) - len(line.lstrip(" "))
    return _Line(indent, len(_BLOCK_KEY.match(line)["before"]))  # type: ignore[index]


def _leading(lines: Sequence[str], row: int, before: str) -> tuple[list[str], list[int]]:
    """Return the lines above that what is on a line belongs to, and where their keys and its own begin.

    The neighbours of the line in its block are among them, and those of the block: its type says which parameters there are.
    """
    kept: list[str] = []
    here = _measured(before)
    keys = [here.key]
    for line in reversed(lines[:row]):
        bare = line.lstrip(" ")
        if ":" not in bare or bare[0] == "#" or len(line) - len(bare) > here.key:
            continue
        found = _measured(line)
        if not here.is_item and found.key == here.key and len(keys) <= _LEVELS:  # a neighbour
            kept.append(line)
            here = found
        elif found.key < here.indent or (here.is_item and found.key == here.indent):
            kept.append(line)
            keys.append(found.key)
            here = found
        if here == (0, 0) and len(keys) > _LEVELS:
            break
    return kept[::-1], keys[:_LEVELS]


def _following(below: Sequence[str], keys: list[int]) -> list[str]:
    """Return the lines below that are neighbours of what is on a line, or of the block that it is in."""
    kept = []
    depth = keys[0]
    for line in below:
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        if not bare or bare[0] == "#" or indent > depth:
            continue
        if indent < keys[-1]:
            break
        depth = indent
        if indent in keys and ":" in bare and not bare.startswith("-"):
            kept.append(line)
    return kept
