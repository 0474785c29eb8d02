"""Reading the rows of a trace from CSV, as RFC 4180 has it: with a head, and quotes around cells that need them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.formats.traces.cells import Cells, Places, Text
from blis_tui.formats.traces.rows import (
    MOMENT,
    NUMBER,
    PIECE,
    TEXT,
    WHOLE,
    Column,
    Rows,
    cell_reader,
    refuse,
    text_of,
)
from blis_tui.spec.yaml.scalars import shorten
from blis_tui.workload.progress import Progress

_COMMA, _QUOTE, _LINE_END, _RETURN = b',"\n\r'


class _Piece(NamedTuple):
    """Some lines, and the place of the first in the file."""

    data: bytes
    start: int


class _Odd(NamedTuple):
    """What is wrong with the cell of a row."""

    row: int
    message: str


class _Table(NamedTuple):
    """The cells of a piece, shape (rows, columns); `quoted` says which stood in quotes, ``None`` if there are none."""

    text: Text
    starts: Places
    ends: Places
    quoted: NDArray[np.bool_] | None

    def column(self, place: int) -> Cells:
        """Return the cells of a column."""
        return Cells(self.text, self.starts[:, place].copy(), self.ends[:, place].copy())


def read_csv(
    data: bytes, name: str, wanted: Mapping[str, str], needed: Sequence[str], progress: Progress, piece: int = PIECE
) -> Rows:
    """Read the `wanted` columns of a CSV text with a head, of which the `needed` ones must be there. Raises `SpecError`.

    About `piece` bytes are read at once, and between them `progress` is told; it may raise, best `Cancelled`, to stop.
    """
    heads, begin = _heads(data, name)
    for missing in (column for column in needed if column not in heads):
        refuse(name, f"the column {missing} is missing", 1, 1)
    if len(set(heads)) < len(heads):
        twice = next(head for head in heads if heads.count(head) > 1)
        refuse(name, f"the column {shorten(twice)} stands there twice", 1, 1)
    columns = {column: (heads.index(column), kind, Column(kind)) for column, kind in wanted.items() if column in heads}
    count = 0
    for each in _pieces(data, name, begin, piece):
        progress(each.start / len(data))
        table = _table(each, data, name, len(heads))
        if table is None:
            continue
        count += len(table.starts)
        for column, (place, kind, found) in columns.items():
            odd = _add(found, table, place, kind, must=column in needed)
            if odd is not None:
                line, at = _place(data, begin, count - len(table.starts) + odd.row, place)
                refuse(name, f"{column}: {odd.message}", line, at)
    return Rows(
        name,
        count,
        {column: found.finished() for column, (_, _, found) in columns.items()},
        lambda row, column: _place(data, begin, row, heads.index(column) if column in heads else 0),
    )


def _heads(data: bytes, name: str) -> tuple[list[str], int]:
    """Return the head, and where the first row begins."""
    end = data.find(b"\n")
    first = text_of(data if end < 0 else data[:end], name)
    try:
        heads = [head.strip() for head in next(csv.reader([first]), [])]
    except csv.Error as error:
        refuse(name, f"is no CSV: {error}", 1, 1)
    return heads, len(data) if end < 0 else end + 1


def _pieces(data: bytes, name: str, begin: int, most: int) -> Iterator[_Piece]:
    """Cut a file at ends of lines that are in no quotes."""
    start = begin
    while start < len(data):
        end, counted, quotes = start + most, start, 0
        while True:
            end = data.find(b"\n", end) + 1 or len(data)
            quotes += data.count(b'"', counted, end)
            if quotes % 2 == 0:
                break
            if end >= len(data):
                refuse(name, "is no CSV: quotes are open at the end", data.count(b"\n", 0, start) + 1, 1)
            counted = end
        yield _Piece(data[start:end], start)
        start = end


def _table(piece: _Piece, data: bytes, name: str, width: int) -> _Table | None:
    """Find the cells of a piece, ``None`` if there are none. Raises `SpecError` for rows that have too few, or too many."""
    text = Text(piece.data if piece.data.endswith(b"\n") else piece.data + b"\n")
    read = text.bytes[text.start : text.end]
    is_end = (read == _COMMA) | (read == _LINE_END)
    quotes = np.flatnonzero(read == _QUOTE)
    if len(quotes):
        is_end &= ~np.logical_xor.accumulate(read == _QUOTE)
    ends = np.flatnonzero(is_end)
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    at_line_end = read[ends] == _LINE_END
    last = np.flatnonzero(at_line_end)
    cells = np.diff(last, prepend=-1)
    ends -= at_line_end & (read[ends - 1] == _RETURN) & (ends > starts)
    rows = (cells > 1) | (ends[last] > starts[last])  # an empty line is no row, unless there is one column
    if not rows.any():
        return None
    if (cells[rows] != width).any():
        row = int(np.argmax(rows & (cells != width)))
        line = data.count(b"\n", 0, piece.start + int(starts[last[row] - cells[row] + 1])) + 1
        refuse(name, f"{cells[row]} cells where the head has {width}", line, 1)
    quoted = None
    if len(quotes):
        quoted, bad = _unquote(read, quotes, starts, ends)
        if bad is not None:
            line = data.count(b"\n", 0, piece.start + bad) + 1
            refuse(name, "quotes must be around a whole cell, and doubled within it", line, 1)
    kept = np.repeat(rows, cells) if not rows.all() else slice(None)
    shape = (-1, width)
    return _Table(
        text,
        starts[kept].reshape(shape) + text.start,
        ends[kept].reshape(shape) + text.start,
        None if quoted is None else quoted[kept].reshape(shape),
    )


def _unquote(read: NDArray[np.uint8], quotes: Places, starts: Places, ends: Places) -> tuple[NDArray[np.bool_], int | None]:
    """Take the quotes off cells that begin and end with one.

    Returns which these are, and where the first cell is in which quotes stand elsewhere, ``None`` if there is none.
    """
    cell = np.searchsorted(ends, quotes, side="left")
    counts = np.bincount(cell, minlength=len(starts))
    quoted = counts > 0
    bad = quoted & ((read[starts] != _QUOTE) | (read[ends - 1] != _QUOTE) | (ends - starts < 2))
    rank = np.arange(len(quotes)) - np.repeat(np.cumsum(counts) - counts, counts)
    inner = np.flatnonzero((rank % 2 == 1) & (rank < counts[cell] - 1))  # each stands for a quote together with the next one
    bad[cell[inner[quotes[inner + 1] != quotes[inner] + 1]]] = True
    starts += quoted
    ends -= quoted
    return quoted, int(starts[np.argmax(bad)]) if bad.any() else None


def _add(column: Column, table: _Table, place: int, kind: str, *, must: bool) -> _Odd | None:
    """Add the cells of a column; returns the first one that is not of the kind, or is empty though it `must` not be."""
    cells = table.column(place)
    if kind == TEXT:
        return _add_texts(column, cells, None if table.quoted is None else table.quoted[:, place])
    values, odd = {WHOLE: Cells.whole, NUMBER: Cells.number, MOMENT: Cells.moment}[kind](cells)
    if must:
        odd |= cells.widths == 0
    read = cell_reader(kind)
    for row in np.flatnonzero(odd).tolist():
        cell = ""
        try:
            cell = cells.at(row)
            values[row] = read(cell)
        except ValueError:
            return _Odd(row, f"{shorten(cell)} is not {kind}" if cell else f"must be {kind}")
    column.add(values)
    return None


def _add_texts(column: Column, cells: Cells, quoted: NDArray[np.bool_] | None) -> _Odd | None:
    distinct = cells.distinct()
    names = []
    for row in range(len(cells.starts)) if distinct is None else distinct[0]:
        try:
            text = cells.at(row)
        except UnicodeDecodeError:
            return _Odd(row, "is not UTF-8 text")
        names.append(text.replace('""', '"') if quoted is not None and quoted[row] else text)
    if distinct is None:
        column.add_plain(names)
    else:
        column.add_texts(names, distinct[1])
    return None


def _place(data: bytes, begin: int, row: int, place: int) -> tuple[int, int]:
    """Return the line and, roughly where there are quotes, the column of a cell."""
    first = data.count(b"\n", 0, begin) + 1
    for number, (line, cells) in enumerate(_rows(data[begin:].decode("utf-8", "replace"), first)):
        if number == row:
            return line, 1 + sum(len(cell) + 1 for cell in cells[:place])
    return 1, 1


def _rows(text: str, line: int) -> Iterator[tuple[int, list[str]]]:
    """Iterate over rows from a line on, with the line that each begins on; empty lines are none."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = line
    for row in reader:
        if row:
            yield begins, row
        begins = line + reader.line_num
