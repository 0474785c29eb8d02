"""Reading the rows of a trace by columns, from CSV and from JSON lines.

Where pyarrow is installed it reads what has nothing odd about it, at gigabytes per second. Whatever it does not take is read by
the standard library, row by row, which also says what is wrong and where.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from blis_tui.problems import ERROR, Problem, SpecError
from blis_tui.spec.yaml.scalars import shorten

WHOLE, NUMBER, TEXT, WHOLES = "a whole number", "a number", "text", "a list of whole numbers"
"""What the cells of a column are."""
_INT64 = range(-(2**63), 2**63)
_EVERY = 4096
"""Rows between two calls of `check`."""
Check = Callable[[], None]
"""Is called now and then; may raise, best `Cancelled`, to stop."""


class Texts(NamedTuple):
    """A column of texts: the distinct ones in the order of their first rows, and the number of each row's."""

    names: Sequence[str]
    of: NDArray[np.int64]


class Lists(NamedTuple):
    """A column of lists: all their values end to end, and where each row's begin and end, shape (rows + 1)."""

    values: NDArray[np.int64]
    bounds: NDArray[np.int64]


class Rows:
    """The columns that were wanted of a trace. Of these, `columns` has those that are there: arrays, `Texts` and `Lists`."""

    def __init__(self, name: str, count: int, columns: Mapping[str, Any], place: Callable[[int, str], tuple[int, int]]) -> None:
        self.name = name
        self._count = count
        self._columns = columns
        self._place = place

    def __len__(self) -> int:
        return self._count

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def whole(self, name: str) -> NDArray[np.int64]:
        """Return a column of whole numbers, 0 where it is not there or a cell is empty."""
        column: NDArray[np.int64] | None = self._columns.get(name)
        return np.zeros(self._count, np.int64) if column is None else column

    def number(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers, 0 where it is not there or a cell is empty."""
        column: NDArray[np.float64] | None = self._columns.get(name)
        return np.zeros(self._count) if column is None else column

    def texts(self, name: str) -> Texts:
        """Return a column of texts, empty ones where it is not there."""
        column: Texts | None = self._columns.get(name)
        return Texts([""], np.zeros(self._count, np.int64)) if column is None else column

    def lists(self, name: str) -> Lists:
        """Return a column of lists, empty ones where it is not there."""
        column: Lists | None = self._columns.get(name)
        return Lists(np.empty(0, np.int64), np.zeros(self._count + 1, np.int64)) if column is None else column

    def demand(self, good: NDArray[np.bool_], column: str, message: str) -> None:
        """Refuse the trace at the first row that is not good. Raises `SpecError` with its place."""
        if not good.all():
            line, place = self._place(int(np.argmin(good)), column)
            refuse(self.name, f"{column}: {message}", line, place)

    def demand_range(self, column: str, low: int, high: int) -> None:
        """Refuse the trace if a whole number is outside low … high, both inclusive."""
        values = self.whole(column)
        self.demand((values >= low) & (values <= high), column, f"must be from {low:,} to {high:,}")


def refuse(name: str, message: str, line: int | None = None, column: int | None = None) -> NoReturn:
    """Raise `SpecError` for a trace that cannot be read."""
    raise SpecError([Problem("trace", ERROR, (), message, line, column)], name)


def text_of(data: bytes, name: str) -> str:
    """Decode a trace, which is in UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        refuse(name, f"is not UTF-8 text: byte 0x{data[error.start]:02x}", line, error.start - before.rfind(b"\n"))


# ---- CSV


def read_csv(data: bytes, name: str, wanted: Mapping[str, str], needed: Sequence[str], check: Check) -> Rows:
    """Read the `wanted` columns of a CSV text with a head, of which the `needed` ones must be there. Raises `SpecError`."""
    heads = _heads(data, name)
    for missing in (column for column in needed if column not in heads):
        refuse(name, f"the column {missing} is missing", 1, 1)
    if len(set(heads)) < len(heads):
        twice = next(head for head in heads if heads.count(head) > 1)
        refuse(name, f"the column {shorten(twice)} stands there twice", 1, 1)
    there = {column: kind for column, kind in wanted.items() if column in heads}
    columns = _arrow_csv(data, heads, there) if find_spec("pyarrow") is not None else None
    check()
    if columns is None:
        columns = _plain_csv(data, name, heads, there, check)
    count = len(next(iter(columns.values()))) if columns else 0
    return Rows(name, count, _finished(columns, there), lambda row, column: _csv_place(data, heads, row, column))


def _heads(data: bytes, name: str) -> list[str]:
    end = data.find(b"\n")
    first = text_of(data if end < 0 else data[:end], name)
    return [head.strip() for head in next(csv.reader([first]), [])]


def _arrow_csv(data: bytes, heads: Sequence[str], wanted: Mapping[str, str]) -> dict[str, Any] | None:
    """Read with pyarrow; ``None`` for whatever it does not take."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    types = {WHOLE: pa.int64(), NUMBER: pa.float64(), TEXT: pa.dictionary(pa.int32(), pa.string())}
    try:
        table = arrow.read_csv(
            pa.py_buffer(data),
            read_options=arrow.ReadOptions(column_names=list(heads), skip_rows=1),
            convert_options=arrow.ConvertOptions(
                column_types={column: types[kind] for column, kind in wanted.items()},
                include_columns=list(wanted),
                null_values=[""],
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowKeyError):
        return None
    return {column: table.column(column) for column in wanted}


def _plain_csv(data: bytes, name: str, heads: Sequence[str], wanted: Mapping[str, str], check: Check) -> dict[str, list[Any]]:
    """Read row by row; raises `SpecError` at the first cell that is not as it should be."""
    text = text_of(data, name)
    columns: dict[str, list[Any]] = {column: [] for column in wanted}
    targets = [(heads.index(column), column, _cell_reader(kind), columns[column].append) for column, kind in wanted.items()]
    try:
        for line, row in _csv_rows(text, check):
            if len(row) != len(heads):
                refuse(name, f"{len(row)} cells where the head has {len(heads)}", line, 1)
            for place, column, read, put in targets:
                try:
                    put(read(row[place]))
                except ValueError:
                    kind = wanted[column]
                    refuse(name, f"{column}: {shorten(row[place])} is not {kind}", line, _offset(row, place))
    except csv.Error as error:
        refuse(name, f"is no CSV: {error}", 1, 1)
    return columns


def _csv_rows(text: str, check: Check) -> Iterator[tuple[int, list[str]]]:
    """Iterate over the rows after the head, with the line that each begins on; empty lines are none."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    next(reader, None)
    begins = reader.line_num + 1
    for number, row in enumerate(reader):
        if number % _EVERY == 0:
            check()
        if row:
            yield begins, row
        begins = reader.line_num + 1


def _offset(row: Sequence[str], place: int) -> int:
    """Return the column at which a cell begins in its line, roughly where cells before it are in quotes."""
    return 1 + sum(len(cell) + 1 for cell in row[:place])


def _csv_place(data: bytes, heads: Sequence[str], row: int, column: str) -> tuple[int, int]:
    for number, (line, cells) in enumerate(_csv_rows(data.decode("utf-8-sig", "replace"), lambda: None)):
        if number == row:
            return line, _offset(cells, heads.index(column) if column in heads else 0)
    return 1, 1


def _cell_reader(kind: str) -> Callable[[str], Any]:
    read: Callable[[str], Any] | None = {WHOLE: _whole, NUMBER: _number}.get(kind)
    return str if read is None else lambda cell: read(cell) if cell else None


def _whole(cell: str) -> int:
    value = int(cell)
    if value not in _INT64 or "_" in cell:
        raise ValueError(cell)
    return value


def _number(cell: str) -> float:
    value = float(cell)
    if "_" in cell or math.isnan(value):
        raise ValueError(cell)
    return value


# ---- JSON lines


def read_json_lines(data: bytes, name: str, wanted: Mapping[str, str], needed: Sequence[str], check: Check) -> Rows:
    """Read the `wanted` fields of a text of JSON objects, one a line, each with the `needed` ones. Raises `SpecError`."""
    columns = _arrow_json(data, wanted, needed) if find_spec("pyarrow") is not None else None
    check()
    if columns is None:
        columns = _plain_json(data, name, wanted, needed, check)
    count = len(next(iter(columns.values()))) if columns else 0
    return Rows(name, count, _finished(columns, wanted), lambda row, column: _json_place(data, row, column))


def _arrow_json(data: bytes, wanted: Mapping[str, str], needed: Sequence[str]) -> dict[str, Any] | None:
    """Read with pyarrow; ``None`` for whatever it does not take."""
    import pyarrow as pa
    from pyarrow import json as arrow

    types = {WHOLE: pa.int64(), NUMBER: pa.float64(), TEXT: pa.string(), WHOLES: pa.list_(pa.int64())}
    schema = pa.schema([(column, types[kind]) for column, kind in wanted.items()])
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    try:
        table = arrow.read_json(
            pa.py_buffer(memoryview(data)[start:]),
            read_options=arrow.ReadOptions(block_size=max(1 << 20, min(len(data), 64 << 20))),
            parse_options=arrow.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowKeyError):
        return None
    if any(table.column(column).null_count for column in needed):
        return None  # the plain reader says where
    return {column: table.column(column) for column in wanted if table.column(column).null_count < len(table) or column in needed}


def _plain_json(data: bytes, name: str, wanted: Mapping[str, str], needed: Sequence[str], check: Check) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {column: [] for column in wanted}
    seen = set(needed)
    for number, (line, text) in enumerate(_lines(text_of(data, name))):
        if number % _EVERY == 0:
            check()
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            refuse(name, f"is no JSON: {error.msg}", line, error.colno)
        except (ValueError, RecursionError):
            refuse(name, "is no JSON that can be read", line, 1)
        if not isinstance(value, dict):
            refuse(name, "each line must be a JSON object", line, 1)
        for column, kind in wanted.items():
            if value.get(column) is None and column in needed:
                refuse(name, f"{column} is missing", line, 1)
            if value.get(column) is not None and not _is(value[column], kind):
                found = shorten(json.dumps(value[column]))
                refuse(name, f"{column}: {found} is not {kind}", line, _key_place(text, column))
            columns[column].append(value.get(column))
            if value.get(column) is not None:
                seen.add(column)
    return {column: values for column, values in columns.items() if column in seen}


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line


def _is(value: Any, kind: str) -> bool:
    if kind == WHOLES:
        return isinstance(value, list) and all(_is(each, WHOLE) for each in value)
    if kind == TEXT:
        return isinstance(value, str)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) and value in _INT64 if kind == WHOLE else isinstance(value, int | float) and abs(value) < 1e300


def _json_place(data: bytes, row: int, column: str) -> tuple[int, int]:
    for number, (line, text) in enumerate(_lines(data.decode("utf-8-sig", "replace"))):
        if number == row:
            return line, _key_place(text, column)
    return 1, 1


def _key_place(line: str, key: str) -> int:
    return max(line.find(f'"{key}"'), 0) + 1


# ---- columns


def _finished(columns: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    """Make arrays, `Texts` and `Lists` of what either reader has found."""
    makers = {WHOLE: _wholes, NUMBER: _numbers, TEXT: _texts, WHOLES: _lists}
    return {name: makers[kinds[name]](column) for name, column in columns.items()}


def _wholes(column: Any) -> NDArray[np.int64]:
    if isinstance(column, list):
        return np.array([0 if value is None else value for value in column], np.int64)
    return np.asarray((column.fill_null(0) if column.null_count else column).to_numpy(), np.int64)


def _numbers(column: Any) -> NDArray[np.float64]:
    if isinstance(column, list):
        return np.array([0.0 if value is None else value for value in column], np.float64)
    return np.asarray((column.fill_null(0.0) if column.null_count else column).to_numpy(), np.float64)


def _texts(column: Any) -> Texts:
    if isinstance(column, list):
        numbers: dict[str, int] = {}
        of = [numbers.setdefault(value or "", len(numbers)) for value in column]
        return Texts(list(numbers), np.array(of, np.int64))
    whole = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    if not hasattr(whole.type, "index_type"):
        whole = whole.fill_null("").dictionary_encode()
    whole = whole.unify_dictionaries() if hasattr(whole, "unify_dictionaries") else whole
    whole = whole.combine_chunks() if hasattr(whole, "num_chunks") else whole
    return Texts(whole.dictionary.to_pylist(), np.asarray(whole.indices.to_numpy(zero_copy_only=False), np.int64))


def _lists(column: Any) -> Lists:
    if isinstance(column, list):
        counts = np.array([len(value or ()) for value in column], np.int64)
        values = np.array([each for value in column for each in value or ()], np.int64)
        return Lists(values, np.concatenate([[0], np.cumsum(counts)]))
    import pyarrow.compute as pc

    counts = np.asarray(pc.fill_null(pc.list_value_length(column), 0).to_numpy(), np.int64)
    values = pc.list_flatten(column)
    return Lists(np.asarray(values.to_numpy(), np.int64), np.concatenate([[0], np.cumsum(counts)]))
