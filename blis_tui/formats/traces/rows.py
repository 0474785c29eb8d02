"""What is read of the rows of a trace: columns, and what is wrong with them.

The readers, of CSV and of JSON lines, go through a file by pieces of whole lines. Of each they find the cells at once and read
those that are written plainly, all of a column together (`cells`); whatever is odd is read by the standard library, which also
says what is wrong and where.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from blis_tui.problems import ERROR, Problem, SpecError

WHOLE, NUMBER, TEXT, WHOLES = "a whole number", "a number", "text", "a list of whole numbers"
MOMENT = "a time such as 2023-11-16 18:15:46.680590"
"""What the cells of a column are."""
PIECE = 1 << 21
"""About how many bytes are read at once."""
_INT64 = range(-(2**63), 2**63)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
        """Return a column of whole numbers or of moments, 0 where it is not there or a cell is empty."""
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


class Column:
    """A column while it is read, a piece after the other."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._parts: list[NDArray[Any]] = []
        self._counts: list[NDArray[np.int64]] = []
        self._numbers: dict[str, int] = {}

    def add(self, values: NDArray[Any]) -> None:
        """Add the numbers of a piece."""
        self._parts.append(values)

    def add_texts(self, names: Sequence[str], of: NDArray[np.integer[Any]]) -> None:
        """Add the texts of a piece: some names, in the order of their first rows, and the number of each row's."""
        numbers = np.array([self._numbers.setdefault(name, len(self._numbers)) for name in names], np.int64)
        self._parts.append(numbers[of])

    def add_lists(self, values: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        """Add the lists of a piece: their values, and how many each row has."""
        self._parts.append(values)
        self._counts.append(counts)

    def add_nothing(self, count: int) -> None:
        """Add rows that do not have the column."""
        none = np.zeros(count, np.int64)
        if self._kind == TEXT:
            self.add_texts([""], none)
        elif self._kind == WHOLES:
            self.add_lists(none[:0], none)
        else:
            self.add(none)

    def add_plain(self, values: Sequence[Any]) -> None:
        """Add what was read one by one, ``None`` where nothing stands."""
        if self._kind == TEXT:
            names: dict[str, int] = {}
            of = np.array([names.setdefault(value or "", len(names)) for value in values], np.int64)
            self.add_texts(list(names), of)
        elif self._kind == WHOLES:
            each = [value or () for value in values]
            self.add_lists(np.array([number for value in each for number in value], np.int64), np.array(list(map(len, each))))
        else:
            self.add(np.array([value or 0 for value in values], np.float64 if self._kind == NUMBER else np.int64))

    def finished(self) -> Any:
        """Return the whole column."""
        empty = np.empty(0, np.float64 if self._kind == NUMBER else np.int64)
        whole: NDArray[Any] = np.concatenate([empty, *self._parts])
        self._parts = []
        if self._kind == TEXT:
            return Texts(list(self._numbers), whole)
        if self._kind == WHOLES:
            return Lists(whole, np.concatenate([[0], np.cumsum(np.concatenate([np.empty(0, np.int64), *self._counts]))]))
        return whole


def refuse(name: str, message: str, line: int | None = None, column: int | None = None) -> NoReturn:
    """Raise `SpecError` for a trace that cannot be read."""
    raise SpecError([Problem("trace", ERROR, (), message, line, column)], name)


def text_of(data: bytes, name: str, line: int = 1) -> str:
    """Decode a trace, which is in UTF-8, or a part of one that begins with a line."""
    try:
        return data.decode("utf-8-sig" if line == 1 else "utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line += before.count(b"\n")
        refuse(name, f"is not UTF-8 text: byte 0x{data[error.start]:02x}", line, error.start - before.rfind(b"\n"))


def cell_reader(kind: str) -> Callable[[str], Any]:
    """Return what reads one cell of CSV that is not empty; it raises `ValueError` for one that is not of a kind."""
    return {WHOLE: _whole, NUMBER: _number, MOMENT: _moment}[kind]


def is_whole(value: Any) -> bool:
    """Return whether a value of JSON is a whole number that there is room for."""
    return isinstance(value, int) and not isinstance(value, bool) and value in _INT64


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


def _moment(cell: str) -> int:
    """Return the µs since 1970; more digits of a fraction than Python takes are cut off."""
    head, dot, fraction = cell.strip().partition(".")
    digits = len(fraction) - len(fraction.lstrip("0123456789"))
    time = datetime.fromisoformat(f"{head}.{fraction[: min(digits, 6)]}{fraction[digits:]}" if dot and digits else cell.strip())
    since = (time if time.tzinfo else time.replace(tzinfo=UTC)) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
