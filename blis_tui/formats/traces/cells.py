"""The cells of many rows at once: where they begin and end in a text, and what stands in them.

Eight bytes of a cell are one word. Digits of a word become a number in three steps, which join neighbours: digits to pairs, pairs
to fours, fours to eight.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_WORD = 8
_ROOM = 32
_MOST_DIGITS = 2 * _WORD
"""Longer numbers are odd."""
_MOST_WORDS = 16
"""Longer texts are odd."""
_EXACT = 1 << 53
"""Whole numbers below this are exact as floats."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SPREAD = np.uint64(29)
_ZEROS, _NINES, _HIGH = (np.uint64(int.from_bytes(bytes([byte]) * _WORD, "little")) for byte in (0x30, 0x76, 0x80))
_STEPS = tuple(
    (np.uint64(mask), np.uint64(factor), np.uint64(shift))
    for mask, factor, shift in (
        (0x0F0F0F0F0F0F0F0F, 1 + (10 << 8), 8),
        (0x00FF00FF00FF00FF, 1 + (100 << 16), 16),
        (0x0000FFFF0000FFFF, 1 + (10_000 << 32), 32),
    )
)
_DAY_US, _HOUR_US, _MINUTE_US, _SECOND_US = 86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000
_EPOCH_DAY = date(1970, 1, 1).toordinal()
Places = NDArray[np.int64]
Read = tuple[NDArray[Any], NDArray[np.bool_]]
"""Values, and which of the cells are odd and so have none."""


class Text:
    """The bytes of some lines; places in it are those of `bytes`."""

    def __init__(self, data: bytes | memoryview) -> None:
        self.bytes = np.zeros(len(data) + 2 * _ROOM, np.uint8)
        """With room before and after, so that what is looked at may begin anywhere."""
        self.start = _ROOM
        self.end = self.start + len(data)
        self.bytes[self.start : self.end] = np.frombuffer(data, np.uint8)
        self._words: NDArray[np.uint64] = np.ndarray((len(self.bytes) - _WORD + 1,), "<u8", self.bytes, 0, (1,))

    def words(self, places: Places) -> NDArray[np.uint64]:
        """Return the eight bytes from each place on, the first as the lowest; beyond the end there are zeros."""
        return self._words[np.minimum(places, len(self._words) - 1)]

    def cut(self, start: int, end: int) -> str:
        """Return a part as text; raises `UnicodeDecodeError`."""
        return self.bytes[start:end].tobytes().decode()


class Cells(NamedTuple):
    """Where the cells of a column begin and end in a text, a row each."""

    text: Text
    starts: Places
    ends: Places

    @property
    def widths(self) -> Places:
        """How many bytes each has."""
        return self.ends - self.starts

    def stripped(self) -> Cells:
        """Leave out a space before and after each cell."""
        data = self.text.bytes
        starts = self.starts + (data[self.starts] == ord(" "))
        return Cells(self.text, starts, np.maximum(starts, self.ends - (data[self.ends - 1] == ord(" "))))

    def at(self, row: int) -> str:
        """Return one cell; raises `UnicodeDecodeError`."""
        return self.text.cut(int(self.starts[row]), int(self.ends[row]))

    def whole(self) -> Read:
        """Read digits; an empty cell is 0."""
        widths = self.widths
        most = int(widths.max(initial=0))
        if most <= 1:
            digits = self.text.bytes[self.ends - 1] ^ np.uint8(ord("0"))
            return np.where(widths > 0, digits, 0).astype(np.int64), (digits > 9) & (widths > 0)
        values, odd = self._digits(self.ends, np.minimum(widths, _WORD))
        if most > _WORD:
            high, odd_high = self._digits(self.ends - _WORD, np.clip(widths - _WORD, 0, _WORD))
            values = values + high * np.uint64(10**_WORD)
            odd = odd | odd_high | (widths > _MOST_DIGITS)
        return values.astype(np.int64), odd

    def _digits(self, ends: Places, widths: Places) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        """Read up to eight digits that stand before each end."""
        shifts = ((_WORD - widths) * 8).astype(np.uint64)
        word = self.text.words(ends - _WORD) ^ _ZEROS
        word = np.where(widths > 0, word >> shifts << shifts, np.uint64(0))
        odd = ((word + _NINES) | word) & _HIGH != 0
        for mask, factor, shift in _STEPS:
            word = ((word & mask) * factor) >> shift
        return word, odd

    def number(self) -> Read:
        """Read digits with a point among them, as exactly as it can be; an empty cell is 0."""
        data, widths = self.text.bytes, self.widths
        point = np.zeros(len(widths), np.int64)
        for back in range(2, min(int(widths.max(initial=0)), _MOST_DIGITS + 1)):
            point[(data[self.ends - back] == ord(".")) & (back < widths)] = back
        fraction = np.maximum(point - 1, 0)
        before, odd = Cells(self.text, self.starts, self.ends - point).whole()
        after, odd_after = Cells(self.text, self.ends - fraction, self.ends).whole()
        odd |= odd_after | (widths > _MOST_DIGITS + 1)
        scale = 10 ** np.where(odd, 0, fraction)
        digits = np.where(odd, 0, before) * scale + np.where(odd, 0, after)
        return digits / scale.astype(np.float64), odd | (digits >= _EXACT)

    def moment(self) -> Read:
        """Read times such as ``2023-11-16 18:15:46.680590``, in µs since 1970; what is finer is cut off."""
        data, starts = self.text.bytes, self.starts
        utc = "+00:00"
        ends = self.ends - len(utc) * _all_at(data, self.ends - len(utc), utc)
        ends = np.maximum(ends, starts)
        odd = ends - starts < len("2023-11-16 18:15:46")
        safe = np.where(odd, self.text.start, starts)
        for place, text in ((4, "-"), (7, "-"), (13, ":"), (16, ":")):
            odd |= data[safe + place] != ord(text)
        odd |= (data[safe + 10] != ord(" ")) & (data[safe + 10] != ord("T"))
        parts = []
        for place, width, most in ((0, 4, 9999), (5, 2, 12), (8, 2, 31), (11, 2, 23), (14, 2, 59), (17, 2, 59)):
            values, bad = Cells(self.text, safe + place, safe + place + width).whole()
            odd |= bad | (values > most)
            parts.append(values)
        fraction = np.where(odd, 0, ends - starts - len("2023-11-16 18:15:46."))
        odd |= (fraction >= 0) & (data[safe + 19] != ord(".")) | (fraction == 0) | (fraction > 9)
        digits, bad = Cells(self.text, ends - np.clip(fraction, 0, 9), ends).whole()
        odd |= bad
        micros = digits * 10 ** np.maximum(6 - np.clip(fraction, 0, 9), 0) // 10 ** np.clip(fraction - 6, 0, 3)
        days, bad = _days(*(np.where(odd, 1, part) for part in parts[:3]))
        hours, minutes, seconds = parts[3:]
        return days * _DAY_US + hours * _HOUR_US + minutes * _MINUTE_US + seconds * _SECOND_US + micros, odd | bad

    def distinct(self) -> tuple[Sequence[int], NDArray[np.int64]] | None:
        """Return a row of each distinct text, in the order of these rows, and the number of each row's; ``None`` if odd."""
        widths = self.widths
        most = -(-int(widths.max(initial=0)) // _WORD)
        if most > _MOST_WORDS:
            return None
        words = [widths.astype(np.uint64)]
        for number in range(most):
            shifts = (8 * np.clip(_WORD * (number + 1) - widths, 0, _WORD - 1)).astype(np.uint64)
            word = self.text.words(self.starts + _WORD * number) << shifts
            words.append(np.where(widths > _WORD * number, word, np.uint64(0)))
        if all((word == word[0]).all() for word in words):
            return [0][: len(widths)], np.zeros(len(widths), np.int64)
        mixed = np.zeros(len(widths), np.uint64)
        for word in words:
            mixed = (mixed ^ word) * _MIX
            mixed ^= mixed >> _SPREAD
        rows, of = by_first(mixed)
        if any((word != word[rows][of]).any() for word in words):
            return None  # two texts that are mixed to the same number
        return rows.tolist(), of


def by_first(values: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number different values in the order in which they first stand there; returns the first row of each, and each row's."""
    _, first, of = np.unique(values, return_index=True, return_inverse=True)
    order = np.argsort(first)
    ranks = np.empty(len(first), np.int64)
    ranks[order] = np.arange(len(first))
    return first[order], ranks[of]


def _all_at(data: NDArray[np.uint8], places: Places, text: str) -> NDArray[np.bool_]:
    """Return where a text stands at a place."""
    found = np.ones(len(places), np.bool_)
    for offset, byte in enumerate(text.encode()):
        found &= data[places + offset] == byte
    return found


def _days(year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]) -> Read:
    """Return the days since 1970 of dates, and which are none."""
    dates, of = np.unique((year * 100 + month) * 100 + day, return_inverse=True)
    days = np.zeros(len(dates), np.int64)
    odd = np.zeros(len(dates), np.bool_)
    for number, each in enumerate(dates.tolist()):
        try:
            days[number] = date(each // 10_000, each // 100 % 100, each % 100).toordinal() - _EPOCH_DAY
        except ValueError:
            odd[number] = True
    return days[of], odd[of]
