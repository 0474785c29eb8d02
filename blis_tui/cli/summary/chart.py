"""The arrivals over time as a chart of characters."""

from __future__ import annotations

from collections.abc import Sequence

from blis_tui.axes import MOST_TICKS, round_scale, ticks
from blis_tui.numbers import duration
from blis_tui.plot import BARS, FINE, HIGHEST, LINE, OVER, WHISKER, Bars, Figure, Level, Line, draw
from blis_tui.workload.totals.bins import Series, round_width_us
from blis_tui.workload.totals.targets import Step

WIDTHS = (40, 200)
MOST_STEPS = 100
"""How often the line over the bars may change."""
_HEIGHT = 15
_COLOURS = {BARS: "38;5;6", HIGHEST: "38;5;6", LINE: "38;5;11", LINE + OVER: "38;5;11;48;5;6"}
_ASCII = str.maketrans("┌┐└┘─│┤├┬┴┼" + WHISKER, "++++-|+++++:")
_ASCII_LINE = str.maketrans("─│", "=|")


def draw_chart(over_time: Series, steps: Sequence[Step], width: int, *, colour: bool, unicode: bool = True) -> str:
    """Draw the requests per second of each bin, the highest rate in it, and what is aimed at; no line end at the end."""
    end = over_time.bins.end_us
    heights, highest = over_time.rates.tolist(), over_time.highest.tolist()
    levels = [Level(step.start_us, min(step.end_us, end), step.rate) for step in steps if step.start_us < end]
    top, step = round_scale(max([*highest, *heights, *(level.height for level in levels)]))
    x_step = round_width_us(end, MOST_TICKS)
    lines = draw(
        Figure(
            width=max(WIDTHS[0], min(width, WIDTHS[1])),
            height=_HEIGHT,
            end=float(end),
            top=top,
            bin_width=float(over_time.bins.width_us),
            bars=[Bars(heights, FINE if unicode else "#")],
            highest=highest if over_time.has_spans else (),
            levels=levels,
            x_ticks=[(place, duration(int(place)) if place else "0") for place in ticks(x_step, end)],
            y_ticks=[(place, f"{place:,.10g}") for place in ticks(step, top)],
        )
    )
    return "\n".join(_text(line, colour=colour, unicode=unicode).rstrip() for line in lines)


def _text(line: Line, *, colour: bool, unicode: bool) -> str:
    parts = []
    for text, role in line:
        shown = text if unicode else text.translate(_ASCII_LINE if role % OVER == LINE else _ASCII)
        parts.append(f"\x1b[{_COLOURS[role]}m{shown}\x1b[0m" if colour and role in _COLOURS else shown)
    return "".join(parts)
