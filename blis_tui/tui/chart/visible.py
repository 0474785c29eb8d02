"""Which part of the time the chart shows, and the bins that this part is cut into."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.numbers import duration, roughly
from blis_tui.workload.totals.bins import Bins, next_width_us, round_width_us

_LEAST_US = 1_000
"""The shortest time that is shown."""
_BINS_PER_COLUMN = 2


class Visible(NamedTuple):
    """What is visible, from `start_us` to `stop_us` of all the time to `end_us`; `bins` go as far as requests are known."""

    start_us: int
    stop_us: int
    end_us: int
    bins: Bins

    @property
    def is_part(self) -> bool:
        """Whether there is more time than is shown."""
        return self.stop_us - self.start_us < self.end_us

    @property
    def told(self) -> str:
        """What is visible, in words."""
        end = roughly(self.end_us)
        return f"{duration(self.start_us)}–{end if self.stop_us == self.end_us else duration(self.stop_us)} of {end}"


def visible(end_us: int, made_us: int, span: tuple[int, int] | None, bin_us: int, columns: int) -> Visible:
    """Return what is visible of a time to `end_us`: the span that is asked for, with whole bins, or all.

    Requests are known up to `made_us`. Bins are `bin_us` wide, as far as that many can be seen; without, as in the summary.
    """
    start, stop = (0, end_us) if span is None else moved(span, end_us, 0)
    length = made_us if span is None else max(stop - start, 1)
    width = max(bin_us, round_width_us(length, max(columns, 1) * _BINS_PER_COLUMN)) if bin_us else round_width_us(length)
    if span is not None:
        start -= start % width
        stop = min(start + -(-length // width) * width, end_us)
    return Visible(start, stop, end_us, Bins(width, max(min(stop, made_us), start), start))


def zoomed(span: tuple[int, int] | None, end_us: int, factor: float, centre_us: int | None) -> tuple[int, int] | None:
    """Return a longer or shorter span in which a time stays where it is, the middle by default; ``None`` for all the time."""
    start, stop = span or (0, end_us)
    centre = (start + stop) // 2 if centre_us is None else centre_us
    length = max(round((stop - start) * factor), min(_LEAST_US, end_us))
    if length >= end_us:
        return None
    place = (centre - start) / max(stop - start, 1)
    return moved((round(centre - place * length), round(centre - place * length) + length), end_us, 0)


def moved(span: tuple[int, int], end_us: int, by_us: int) -> tuple[int, int]:
    """Return a span moved in time, as far as there is any."""
    length = min(span[1] - span[0], end_us)
    start = max(0, min(span[0] + by_us, end_us - length))
    return start, start + length


def next_bin_us(shown: Visible, step: int, columns: int) -> int:
    """Return the next wider or narrower bins that can be seen: at least one, and no more than there is room for."""
    span = shown.stop_us - shown.start_us
    width = next_width_us(shown.bins.width_us, step)
    fits = round_width_us(span, max(columns, 1) * _BINS_PER_COLUMN) <= width <= span
    return width if fits else shown.bins.width_us
