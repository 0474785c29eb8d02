"""Numbers as people read them."""

from __future__ import annotations

from collections.abc import Sequence

UNITS_US = {"us": 1, "µs": 1, "μs": 1, "ms": 10**3, "s": 10**6, "m": 60 * 10**6, "min": 60 * 10**6, "h": 3600 * 10**6}
"""The units in which times are typed, in µs; µ may be the sign or the letter."""
_DAYS_FROM_H = 48
"""From so many hours on a time is told in days."""
_HUGE = 1e15
"""A file may have numbers of hundreds of figures, which no table has room for."""


def counted(count: int, noun: str) -> str:
    """Write how many of something there are: ``1 file``, ``2,000 files``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def whole(value: float) -> str:
    """Write a number rounded to a whole one, thousands separated; of a huge one two figures and the power of ten."""
    return f"{value:,.0f}" if abs(value) < _HUGE else f"{value:.1e}"


def rate(value: float) -> str:
    """Write a rate: three or four figures, or a `whole` number; of less than a tenth two figures."""
    if value >= 1000:
        return whole(value)
    return f"{value:.1f}" if value >= 100 else f"{value:.2f}" if value >= 0.1 or not value else f"{value:.2g}"


def shortened(value: float) -> str:
    """Write a number with all its figures, but a letter for the zeros of a large one: ``9,000``, ``10k``, ``2.5M``."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= size:
            return f"{value / (1e3 if letter == 'k' else size):,.10g}{letter}"
    return f"{value:,.10g}"


def mean(value: float) -> str:
    """Write a number that is expected or a mean: as a whole one if it is one or large, and never rounded to nothing."""
    if value >= _HUGE:
        return "∞"
    if value >= 100 or abs(value - round(value)) < 1e-6 * max(value, 1e-6):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def duration(microseconds: int) -> str:
    """Write a time exactly, in the units that fit it: ``30 days``, ``1 h 30 min``, ``12.5 s``, ``3 µs``."""
    if microseconds < 1000:
        return f"{microseconds} µs" if microseconds else "0 s"
    if microseconds < 1_000_000:
        return f"{microseconds / 1000:.6g} ms"
    seconds, rest = divmod(microseconds, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24) if hours >= _DAYS_FROM_H else (0, hours)
    parts = [f"{days:,} days"] if days else []
    if hours:
        parts.append(f"{hours} h")
    if minutes:
        parts.append(f"{minutes} min")
    if seconds or rest:
        fraction = f".{rest:06d}".rstrip("0") if rest else ""
        parts.append(f"{seconds}{fraction} s")
    return " ".join(parts)


def roughly(microseconds: float) -> str:
    """Write a time in its two largest units: ``5 min 6 s``, ``2 h 5 min``; to the millisecond if it is short."""
    for least, unit in ((_DAYS_FROM_H * 3600, 3600), (3600, 60), (60, 1), (1, 0.001)):
        if microseconds >= least * 1_000_000:
            return duration(round(microseconds / 1_000_000 / unit) * round(unit * 1_000_000))
    return duration(round(microseconds))


def latency(microseconds: float) -> str:
    """Write how long an answer took, with three figures in one unit: ``850 µs``, ``18.2 ms``, ``1.24 s``, ``125 s``."""
    for unit, size in (("µs", 1.0), ("ms", 1e3)):
        if microseconds < 999.5 * size:
            return f"{_three_figures(microseconds / size)} {unit}"
    return f"{_three_figures(microseconds / 1e6)} s"


def _three_figures(value: float) -> str:
    return whole(value) if value >= 99.95 else f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"


def clock(microseconds: int) -> str:
    """Write a time exactly, as a clock shows it: ``14:20``, ``1:14:20``, ``2 d 0:14:20``, ``0:05.2``."""
    seconds, rest = divmod(microseconds, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24) if hours >= _DAYS_FROM_H else (0, hours)
    fraction = f".{rest:06d}".rstrip("0") if rest else ""
    above = f"{days} d {hours}:{minutes:02d}" if days else f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{above}:{seconds:02d}{fraction}"


def time_left(seconds: float) -> str:
    """Write roughly how long something still takes, at least a second."""
    return roughly(max(1, round(seconds)) * 1_000_000)


def spoken_size(size: int) -> str:
    """Write a number of bytes with three digits and its unit: ``88.9 MB``."""
    if size < 1000:
        return f"{size} B"
    number = float(size)
    for unit in ("kB", "MB", "GB"):
        number /= 1000
        if number < 999.5:
            return f"{number:.3g} {unit}"
    return f"{number / 1000:,.3g} TB"


def aligned(table: Sequence[Sequence[str]]) -> list[str]:
    """Write a table in lines: its first column aligned on the left, the others on the right."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
