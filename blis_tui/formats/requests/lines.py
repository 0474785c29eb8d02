"""Text for many lines at once, as matrices of bytes.

A column of text is a matrix with a row for each line, in which every text is padded to the longest by a byte that
UTF-8 never has. Columns are laid side by side, with the text that all lines share between them, and one
`bytes.translate` takes the padding out. So no line is made in Python, and the time goes by bytes, not by fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

PADDING = b"\xff"
Matrix = NDArray[np.uint8]
Part = bytes | Matrix
"""A text that all lines share, or the text of each line: a row, padded in any place."""
_GROUP = 10_000
_BLANK = 2 * _GROUP
_TABLE_BYTES = 1 << 20


def numbers(values: NDArray[np.integer[Any]], *, blank: bool = False) -> Part:
    """Write whole numbers, one per line; with `blank`, negative ones as nothing.

    Four digits at a time are looked up in a table.
    """
    low, high = int(values.min()), int(values.max())
    if blank and high < 0:
        return b""
    if low == high:
        return b"%d" % low
    if low < 0 and not blank:  # no column has such unless its times overflow, as BLIS's then do
        return rendered(values, str)
    groups = -(-len(str(high)) // 4)
    text = np.empty((len(values), groups), np.uint32)
    rest = values.astype(np.int64, copy=False)
    negative = rest < 0 if low < 0 else None
    for group in reversed(range(groups)):
        quotient = rest // _GROUP
        index = rest - quotient * _GROUP
        index += (quotient > 0) * _GROUP
        if group < groups - 1:
            index[rest == 0] = _BLANK
        if negative is not None:
            index[negative] = _BLANK
        text[:, group] = _four_digits()[index]
        rest = quotient
    return text.view(np.uint8)[:, 4 * groups - len(str(high)) :]


@cache
def _four_digits() -> NDArray[np.uint32]:
    """Return the texts of 0 … 9999 padded on their left, then those with zeros in front, then a blank one."""
    texts = [*(b"%d" % number for number in range(_GROUP)), *(b"%04d" % number for number in range(_GROUP)), b""]
    return np.frombuffer(b"".join(text.rjust(4, PADDING) for text in texts), np.uint32)


class Texts:
    """Some texts, of which every line has one."""

    def __init__(self, texts: Sequence[bytes], table_bytes: int = _TABLE_BYTES) -> None:
        self._texts = texts
        self.width = max(map(len, texts), default=0)
        self._table = _padded(texts) if len(texts) * self.width <= table_bytes else None

    def of(self, which: NDArray[np.integer[Any]]) -> Part:
        """Write the text of each line, given their numbers."""
        if (which == which[0]).all():
            return self._texts[int(which[0])]
        table = self._table
        if table is None:  # many texts or long ones: only those that are needed are padded
            distinct, which = np.unique(which, return_inverse=True)
            table = _padded([self._texts[number] for number in distinct.tolist()])
        return np.take(table, which, axis=0)


def _padded(texts: Sequence[bytes]) -> Matrix:
    width = max(map(len, texts), default=0)
    joined = b"".join(text.ljust(width, PADDING) for text in texts)
    return np.frombuffer(joined, np.uint8).reshape(len(texts), width)


def rendered(values: NDArray[Any], render: Callable[[Any], str]) -> Part:
    """Write values of which there are few different ones."""
    if (values == values[0]).all():
        return render(values[0].item()).encode()
    distinct, where = np.unique(values, return_inverse=True)
    return Texts([render(value).encode() for value in distinct.tolist()]).of(where)


def true_or_false(values: NDArray[np.bool_]) -> Part:
    """Write truth values as JSON and Go do."""
    return rendered(values, lambda value: "true" if value else "false")


def lay_out(parts: Iterable[Part], count: int) -> Matrix:
    """Lay parts side by side: the text, still padded, of `count` lines."""
    given = list(parts)
    blanks = [part if isinstance(part, bytes) else PADDING * part.shape[1] for part in given]
    lines = np.empty((count, sum(map(len, blanks))), np.uint8)
    lines[:] = np.frombuffer(b"".join(blanks), np.uint8)
    at = 0
    for part, blank in zip(given, blanks, strict=True):
        if not isinstance(part, bytes):
            lines[:, at : at + len(blank)] = part
        at += len(blank)
    return lines


def without_padding(lines: NDArray[Any]) -> bytes:
    """Return the text of lines that were laid out."""
    return lines.tobytes().translate(None, PADDING)


def separated(columns: Iterable[Sequence[Part]]) -> Iterator[Part]:
    """Put commas between columns, each of some parts, and the line end after them."""
    for number, column in enumerate(columns):
        if number:
            yield b","
        yield from column
    yield b"\n"
