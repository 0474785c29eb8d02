"""The arrivals over time as a chart of characters, drawn by plotext."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from blis_tui.axes import MOST_TICKS, round_scale, ticks
from blis_tui.numbers import duration
from blis_tui.workload.bins import Bins, round_width_us
from blis_tui.workload.summary import StageSummary

WIDTHS = (40, 200)
_HEIGHT = 15
_GENERATED, _TARGET = "cyan", "orange+"
_ASCII = str.maketrans("┌┐└┘─│┤├┬┴┼", "++++-|+++++")


def draw(bins: Bins, stages: Sequence[StageSummary], width: int, *, colour: bool, unicode: bool = True) -> str:
    """Draw the requests per second of each bin, and the stages' target rates over them; lines without a line end."""
    import plotext  # type: ignore[import-untyped]

    rates = bins.rates(bins.requests).tolist()
    width = max(WIDTHS[0], min(width, WIDTHS[1]))
    spans = [(stage.start_us, stage.end_us, stage.target_rate) for stage in stages if stage.start_us < stage.end_us]
    top, step = round_scale(max([*rates, *(target for _, _, target in spans)]))
    times = [bins.end_us * (column + 0.5) / (2 * width) for column in range(2 * width)]
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)
    plotext.plotsize(width, _HEIGHT)
    plotext.xlim(0, bins.end_us)
    plotext.ylim(0, top)
    plotext.yticks(*_ticks(step, top, lambda value: f"{value:,.10g}"))
    plotext.xticks(*_ticks(round_width_us(bins.end_us, MOST_TICKS), bins.end_us, lambda value: duration(int(value))))
    heights = [rates[min(int(time // bins.width_us), len(rates) - 1)] for time in times]
    plotext.plot(times, heights, marker="hd" if unicode else "#", fillx=True, color=_GENERATED)
    for start, end, target in spans:
        plotext.plot([start, min(end, bins.end_us)], [target, target], marker="─" if unicode else "=", color=_TARGET)
    drawn = plotext.build()
    plotext.clear_figure()
    if not colour:
        drawn = plotext.uncolorize(drawn)
    if not unicode:
        drawn = drawn.translate(_ASCII)
    return "\n".join(line.rstrip() for line in drawn.rstrip("\n").split("\n"))


def _ticks(step: float, end: float, label: Callable[[float], str]) -> tuple[list[float], list[str]]:
    places = ticks(step, end)
    return places, [label(place) for place in places]
