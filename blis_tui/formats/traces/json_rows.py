"""Reading the rows of a trace from JSON lines: an object for each row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.formats.traces.cells import Cells, Places, Text
from blis_tui.formats.traces.rows import (
    NUMBER,
    PIECE,
    TEXT,
    WHOLE,
    WHOLES,
    Column,
    Rows,
    is_whole,
    refuse,
    text_of,
)
from blis_tui.spec.yaml.scalars import shorten
from blis_tui.workload.progress import Progress

_KEY = re.compile(rb'\s*"([^"\\\x00-\x1f]*)"\s*')
_LINE_END = ord("\n")
_ENDS_TOKEN = np.zeros(256, np.bool_)
_ENDS_TOKEN[list(b"{}[]:,\n")] = True


class _Shape(NamedTuple):
    """How the lines of a piece are built, all alike: an object of numbers and texts, and one list of numbers at most.

    `kinds` are the braces, colons, commas and brackets of a line but for the commas in the list; `opens` is the place of
    the bracket among them that begins the list, -1 without one. `keys` have the number of the token that each is.
    """

    kinds: bytes
    opens: int
    keys: Mapping[str, int]


def read_json_lines(
    data: bytes, name: str, wanted: Mapping[str, str], needed: Sequence[str], progress: Progress, piece: int = PIECE
) -> Rows:
    """Read the `wanted` fields of a text of JSON objects, one a line, each with the `needed` ones. Raises `SpecError`.

    About `piece` bytes are read at once, and between them `progress` is told; it may raise, best `Cancelled`, to stop.
    """
    columns = {column: Column(kind) for column, kind in wanted.items()}
    seen = set(needed)
    count, line = 0, 1
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while start < len(data):
        progress(start / len(data))
        end = data.find(b"\n", start + piece) + 1 or len(data)
        part = data[start:end]
        found = _alike(part, columns, wanted, needed)
        if found is None:
            found = _one_by_one(part, line, name, columns, wanted, needed)
        rows, there = found
        count, seen = count + rows, seen | there
        line += part.count(b"\n")
        start = end
    return Rows(
        name,
        count,
        {column: found.finished() for column, found in columns.items() if column in seen},
        lambda row, column: _place(data, row, column),
    )


def _alike(
    part: bytes, columns: Mapping[str, Column], wanted: Mapping[str, str], needed: Sequence[str]
) -> tuple[int, set[str]] | None:
    """Read lines that are built alike, all at once, into `columns`; ``None`` for others, and then nothing is added.

    Returns how many there are, and which columns they have.
    """
    if b"\\" in part:
        return None
    shape = _shape(part[: part.find(b"\n") + 1] or part + b"\n", wanted)
    if shape is None or any(key not in shape.keys for key in needed):
        return None
    text = Text(part if part.endswith(b"\n") else part + b"\n")
    ends = np.flatnonzero(_ENDS_TOKEN[text.bytes])
    kinds = text.bytes[ends]
    lines = np.flatnonzero(kinds == _LINE_END)
    places = _places(kinds, lines, shape)
    if places is None:
        return None
    starts = np.concatenate([np.full(1, text.start), ends[:-1] + 1])
    tokens = [Cells(text, starts[place], ends[place]) for place in places.T]
    if not _keys_are(tokens, shape) or not _are_empty(tokens, shape):
        return None
    read: dict[str, tuple[Any, ...]] = {}
    for key, place in shape.keys.items():
        kind = wanted.get(key, "")
        if kind == WHOLES:
            within = np.ones(len(ends), np.bool_)
            within[places] = False
            within[places[:, shape.opens + 1]] = True  # the last value, or nothing, stands before the bracket that closes
            found = _lists(Cells(text, starts[within], ends[within]), _list_sizes(lines, shape), spaces=b" " in part)
        else:
            found = _values(tokens[place + 1].stripped(), kind)
        if found is None:
            return None
        read[key] = found
    for key, kind in wanted.items():
        if key not in read:
            columns[key].add_nothing(len(lines))
        elif kind == TEXT:
            columns[key].add_texts(*read[key])
        elif kind == WHOLES:
            columns[key].add_lists(*read[key])
        else:
            columns[key].add(*read[key])
    return len(lines), read.keys() & wanted.keys()


def _shape(line: bytes, wanted: Mapping[str, str]) -> _Shape | None:
    """Find out how a line is built; ``None`` unless it is an object as plain as a `_Shape` says."""
    kinds, tokens, opens = bytearray(), [], -1
    start = 0
    inside = False
    for place, byte in enumerate(line):
        if not _ENDS_TOKEN[byte] or (inside and byte == ord(",")):
            continue
        if byte in b"[]":
            if inside == (byte == ord("[")) or (byte == ord("[") and opens >= 0):
                return None
            inside = not inside
            opens = len(kinds) if inside else opens
        kinds.append(byte)
        tokens.append(line[start:place])
        start = place + 1
    keys = {}
    for number, (kind, token) in enumerate(zip(kinds, tokens, strict=True)):
        if kind == ord(":"):
            match = _KEY.fullmatch(token)
            if match is None or match[1].decode("utf-8", "replace") in keys:
                return None
            keys[match[1].decode("utf-8", "replace")] = number
    lists = [key for key, number in keys.items() if number + 1 == opens]
    pair, pair_of_list = rb":[,}]", rb":\[\][,}]"
    plain = re.fullmatch(rb"\{(?:" + pair + rb"|" + pair_of_list + rb")+\n", bytes(kinds))
    if plain is None or kinds.count(b"}") != 1 or any(wanted.get(key) != WHOLES for key in lists):
        return None
    if any(kind == WHOLES and key in keys and key not in lists for key, kind in wanted.items()):
        return None
    return _Shape(bytes(kinds), opens, keys)


def _list_sizes(lines: Places, shape: _Shape) -> Places:
    """Return how many tokens the list of each line has, from the ends of the lines among the ends of tokens."""
    return np.diff(lines, prepend=-1) - len(shape.kinds) + 1


def _places(kinds: NDArray[np.uint8], lines: Places, shape: _Shape) -> Places | None:
    """Return where the tokens of the shape are among all, shape (lines, tokens); ``None`` if a line is built otherwise."""
    expected = np.frombuffer(shape.kinds, np.uint8)
    sizes = _list_sizes(lines, shape)
    if (sizes < 1).any() or (shape.opens < 0 and (sizes > 1).any()):
        return None
    places = (lines - np.diff(lines, prepend=-1) + 1)[:, None] + np.arange(len(expected))
    if shape.opens >= 0:
        places[:, shape.opens + 1 :] += (sizes - 1)[:, None]
    commas = int((kinds == ord(",")).sum())
    if (kinds[places] != expected).any() or commas != len(lines) * shape.kinds.count(b",") + int((sizes - 1).sum()):
        return None
    return places


def _keys_are(tokens: Sequence[Cells], shape: _Shape) -> bool:
    """Return whether all lines have the keys of the first one, written as there."""
    for place in shape.keys.values():
        distinct = tokens[place].distinct()
        if distinct is None or len(distinct[0]) > 1:
            return False
    return True


def _are_empty(tokens: Sequence[Cells], shape: _Shape) -> bool:
    """Return whether nothing stands before and after objects, and between a list and what follows it."""
    before_end = [number for number, kind in enumerate(shape.kinds) if kind == _LINE_END]
    after_list = [shape.opens + 2] if shape.opens >= 0 else []
    brackets = [0, shape.opens] if shape.opens >= 0 else [0]
    for place in (*brackets, *after_list, *before_end):
        token = tokens[place]
        if (token.stripped().widths > (token.text.bytes[token.starts] == ord("\r"))).any():
            return False
    return True


def _values(cells: Cells, kind: str) -> tuple[Any, ...] | None:
    """Read the values of a key, ``None`` if some are odd; of keys that nobody wants only whether they are values."""
    data = cells.text.bytes
    is_text = (data[cells.starts] == ord('"')) & (data[cells.ends - 1] == ord('"')) & (cells.widths > 1)
    if kind == TEXT or (not kind and is_text.all()):
        inner = Cells(cells.text, cells.starts + 1, cells.ends - 1)
        distinct = inner.distinct() if is_text.all() else None
        if distinct is None:
            return None
        try:
            names = [inner.at(row) for row in distinct[0]]
        except UnicodeDecodeError:
            return None
        good = all(name.isprintable() and '"' not in name for name in names)
        return (names, distinct[1]) if good else None
    values, odd = cells.whole() if kind == WHOLE else cells.number()
    zeros = (data[cells.starts] == ord("0")) & (cells.widths > 1) & (data[cells.starts + 1] != ord("."))
    return None if (odd | zeros | (cells.widths == 0)).any() else (values,)


def _lists(cells: Cells, counts: Places, *, spaces: bool) -> tuple[Any, ...] | None:
    """Read lists of so many values each, one that may be empty; ``None`` if some values are odd."""
    cells = cells.stripped() if spaces else cells
    widths = cells.widths
    values, odd = cells.whole()
    odd |= (cells.text.bytes[cells.starts] == ord("0")) & (widths > 1)
    if not widths.all():
        empty = widths == 0
        alone = (np.cumsum(counts) - counts)[counts == 1]
        odd |= empty
        odd[alone] &= ~empty[alone]
        values = values[~empty]
        counts = counts.copy()
        counts[counts == 1] -= empty[alone]
    return None if odd.any() else (values, counts)


def _one_by_one(
    part: bytes, line: int, name: str, columns: Mapping[str, Column], wanted: Mapping[str, str], needed: Sequence[str]
) -> tuple[int, set[str]]:
    """Read lines with the standard library, as `_alike` does; raises `SpecError` at the first that is not as it should be."""
    found: dict[str, list[Any]] = {column: [] for column in wanted}
    seen = set()
    for number, text in _lines(text_of(part, name, line), line):
        value = _object(text, number, name)
        for column, kind in wanted.items():
            cell = value.get(column)
            if cell is None:
                if column in needed:
                    refuse(name, f"{column} is missing", number, 1)
            elif _is(cell, kind):
                seen.add(column)
            else:
                refuse(name, f"{column}: {shorten(json.dumps(cell))} is not {kind}", number, _key_place(text, column))
            found[column].append(cell)
    for column, values in found.items():
        columns[column].add_plain(values)
    return len(next(iter(found.values()))), seen


def _object(text: str, line: int, name: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        refuse(name, f"is no JSON: {error.msg}", line, error.colno)
    except (ValueError, RecursionError):
        refuse(name, "is no JSON that can be read", line, 1)
    if not isinstance(value, dict):
        refuse(name, "each line must be a JSON object", line, 1)
    return value


def _lines(text: str, line: int) -> Iterator[tuple[int, str]]:
    for number, each in enumerate(text.split("\n"), line):
        if each.strip():
            yield number, each


def _is(value: Any, kind: str) -> bool:
    if kind == WHOLES:
        return isinstance(value, list) and all(map(is_whole, value))
    if kind == TEXT:
        return isinstance(value, str)
    if kind == NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
    return is_whole(value)


def _place(data: bytes, row: int, column: str) -> tuple[int, int]:
    for number, (line, text) in enumerate(_lines(data.decode("utf-8-sig", "replace"), 1)):
        if number == row:
            return line, _key_place(text, column)
    return 1, 1


def _key_place(line: str, key: str) -> int:
    return max(line.find(f'"{key}"'), 0) + 1
