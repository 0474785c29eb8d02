"""Charts of characters, drawn by plotext: the only place that knows it.

plotext keeps one figure for the whole process, so that drawing is serialised; it takes tens of milliseconds and belongs in a
thread. What comes back is text in runs of one role each; a widget gives roles their styles, so that a chart follows
the theme without being drawn again.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

AXES, LINE, SELECTED, BOUNDARY, LABEL, HIGHEST, BEHIND, MARK = range(8)
"""The roles of what is no bar; the roles of bars follow, `BARS` + number."""
BARS = 10
OVER = 100
"""Is added to a line's role, times 1 + the number of the bars that stand after it."""
FINE = "hd"
"""The marker of bars that are drawn at two steps per cell in both directions."""
WHISKER = "┊"
"""What reaches from a bar up to the highest rate within its bin."""
SHADE = "░"
"""What bars stand before, to be compared with."""
DOT = "•"
"""What stands before everything, at every other column, so that a line in the same place is seen too."""
_LEAST_FOR_GAPS, _LEAST_FOR_WIDE_GAPS = 2, 4
"""Steps of a bin from which on there is a gap of one after its bar, or of two."""
_FUZZ = 1e-9
_COLOUR = re.compile(r"\x1b\[([0-9;]*)m")
_lock = threading.Lock()

Run = tuple[str, int]
Line = tuple[Run, ...]


class Bars(NamedTuple):
    """Bars of one kind from 0 up: the height of each bin, and the character they are made of."""

    heights: Sequence[float]
    marker: str = FINE

    @property
    def fineness(self) -> int:
        """How many steps a column has."""
        return 2 if self.marker == FINE else 1


class Level(NamedTuple):
    """A horizontal line from `start` to `end`, joined to a level that ends where it starts."""

    start: float
    end: float
    height: float
    selected: bool = False
    dashed: bool = False
    """Whether it is what would follow."""


class Label(NamedTuple):
    """A text at the top, centred at a place of the x axis."""

    place: float
    text: str
    selected: bool = False


class Figure(NamedTuple):
    """What is to be drawn. x runs from 0 to `end`, y from 0 to `top`.

    Bins are `bin_width` wide, but for the last, which goes on to `bins_end`, or to the end without one. `highest`, if given, is
    what each bin reaches within: whiskers reach up to it. Behind all, if given, is a shade as high as `behind` is in each bin.
    Later bars stand before earlier ones, levels before bars, and `marks`, rows of dots, before levels. Ticks are (place, text).
    """

    width: int
    height: int
    end: float
    top: float
    bin_width: float
    bars: Sequence[Bars] = ()
    levels: Sequence[Level] = ()
    marks: Sequence[Level] = ()
    boundaries: Sequence[float] = ()
    labels: Sequence[Label] = ()
    x_ticks: Sequence[tuple[float, str]] = ()
    y_ticks: Sequence[tuple[float, str]] = ()
    x_title: str = ""
    highest: Sequence[float] = ()
    behind: Sequence[float] = ()
    bins_end: float = math.inf


def draw(figure: Figure) -> list[Line]:
    """Draw a figure: `height` lines of at most `width` columns."""
    with _lock:
        import plotext  # type: ignore[import-untyped]

        try:
            text = _build(plotext, figure)
        finally:
            plotext.clear_figure()
    return [_over_bars(figure, _runs(line)) for line in text.rstrip("\n").split("\n")[: figure.height]]


def room(figure_width: int, y_labels: Sequence[str]) -> int:
    """Return how many columns the bars have, beside axes and labels."""
    return max(figure_width - max(map(len, y_labels), default=0) - 2, 1)


def _build(plotext, figure: Figure) -> str:  # type: ignore[no-untyped-def]
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)
    plotext.plotsize(figure.width, figure.height)
    plotext.xlim(0, figure.end)
    plotext.ylim(0, figure.top)
    plotext.xticks(*_split(figure.x_ticks))
    plotext.yticks(*_split(figure.y_ticks))
    if figure.x_title:
        plotext.xlabel(figure.x_title)
    for boundary in figure.boundaries:
        plotext.vline(boundary, _code(BOUNDARY))
    columns = room(figure.width, [text for _, text in figure.y_ticks])
    if figure.behind:
        places = (figure.end * (column + 0.5) / columns for column in range(columns))
        _fill(plotext, figure, [_height(figure, figure.behind, place) for place in places], SHADE, BEHIND)
    if figure.highest:
        _fill(plotext, figure, _highest(figure, columns), WHISKER, HIGHEST)
    for number, bars in enumerate(figure.bars):
        points = columns * bars.fineness
        heights = [_bar(figure, bars, point, points) for point in range(points)]
        _fill(plotext, figure, heights, bars.marker, BARS + number)
    for before, level in pairwise((None, *figure.levels)):
        assert level is not None
        if before is not None and before.end == level.start and before.height != level.height:
            plotext.plot([level.start] * 2, [before.height, level.height], marker="│", color=_code(LINE))
    for level in figure.levels:
        role, marker = (SELECTED, "━") if level.selected else (LINE, "╌" if level.dashed else "─")
        plotext.plot([level.start, level.end], [level.height] * 2, marker=marker, color=_code(role))
    _dot(plotext, figure, columns)
    for label in figure.labels:
        plotext.text(label.text, label.place, figure.top, color=_code(SELECTED if label.selected else LABEL), alignment="center")
    built: str = plotext.build()
    return built


def _fill(plotext, figure: Figure, heights: Sequence[float], marker: str, role: int) -> None:  # type: ignore[no-untyped-def]
    """Draw what is so high, at even distances; nothing where there is no height, or it would show as a line."""
    there = [(figure.end * (point + 0.5) / len(heights), height) for point, height in enumerate(heights) if height > 0]
    if there:
        places, tops = zip(*there, strict=True)
        kind = {"fillx": True, "marker": marker, "color": _code(role)}
        plotext.scatter(places, [min(height, figure.top) for height in tops], **kind)


def _dot(plotext, figure: Figure, columns: int) -> None:  # type: ignore[no-untyped-def]
    """Draw the marks: a dot in the middle of every other column."""
    middles = [figure.end * (column + 0.5) / columns for column in range(0, columns, 2)]
    found = [(place, _mark_at(figure, place)) for place in middles]
    there = [(place, min(height, figure.top)) for place, height in found if height is not None]
    if there:
        plotext.scatter(*zip(*there, strict=True), marker=DOT, color=_code(MARK))


def _mark_at(figure: Figure, place: float) -> float | None:
    return next((mark.height for mark in figure.marks if mark.start <= place < mark.end), None)


def _height(figure: Figure, heights: Sequence[float], place: float) -> float:
    """Return the height of the bin at a place of the x axis."""
    there = heights and place < figure.bins_end
    return heights[min(int(place // figure.bin_width), len(heights) - 1)] if there else 0.0


def _bar(figure: Figure, bars: Bars, point: int, points: int) -> float:
    """Return the height of bars at one of the points of a line; 0 between them, so that what is behind is seen.

    Bins that are too narrow for gaps of their own are shown by a bar in each column, as high as the bin in its middle.
    """
    each = points * figure.bin_width / figure.end
    if each < _LEAST_FOR_GAPS:
        is_gap = point % bars.fineness > 0
        return 0.0 if is_gap else _height(figure, bars.heights, figure.end * (point + bars.fineness / 2) / points)
    last = max(len(bars.heights) - 1, 0)
    number = min(int((point + 0.5) / each + _FUZZ), last)
    longer = max(points * min(figure.bins_end / figure.end, 1.0) - (last + 1) * each, 0.0) if number == last else 0.0
    if point - _first_point(number, each) < _thickness(each) + int(longer):
        return _height(figure, bars.heights, figure.end * (point + 0.5) / points)
    return 0.0


def _first_point(number: int, each: float) -> int:
    """Return the first point whose middle is in a bin."""
    return math.ceil(number * each - 0.5 - _FUZZ)


def _thickness(each: float) -> int:
    """Return how many of a bin's points its bar takes: the columns are thin, so that what is behind and between them is seen."""
    return max(int(each) - (1 if each < _LEAST_FOR_WIDE_GAPS else 2), 1)


def bar_column(figure: Figure, number: int) -> int:
    """Return the column of the picture in which the bar of a bin begins."""
    columns = room(figure.width, [text for _, text in figure.y_ticks])
    return figure.width - 1 - columns + min(_first_column(figure, number, columns), columns - 1)


def _first_column(figure: Figure, number: int, columns: int) -> int:
    fineness = max((bars.fineness for bars in figure.bars), default=1)
    return _first_point(number, columns * fineness * figure.bin_width / figure.end) // fineness


def place_of(figure: Figure, column: int) -> tuple[float, float]:
    """Return the part of the x axis that a column of the picture stands for."""
    columns = room(figure.width, [text for _, text in figure.y_ticks])
    place = column - (figure.width - 1 - columns)
    return place / columns * figure.end, (place + 1) / columns * figure.end


def _highest(figure: Figure, columns: int) -> list[float]:
    """Return how high each column reaches: where there are gaps, those where bars begin, each as its bin does.

    Else as its middle does, and all bins that begin in it, so that none is left out.
    """
    fineness = max((bars.fineness for bars in figure.bars), default=1)
    if columns * fineness * figure.bin_width / figure.end >= _LEAST_FOR_GAPS:
        beginning_at = [0.0] * columns
        for number, height in enumerate(figure.highest):
            column = min(_first_column(figure, number, columns), columns - 1)
            beginning_at[column] = max(beginning_at[column], height)
        return beginning_at
    width = figure.end / columns
    found = []
    for column in range(columns):
        beginning = (math.ceil(edge * width / figure.bin_width) for edge in (column, column + 1))
        found.append(max([_height(figure, figure.highest, (column + 0.5) * width), *figure.highest[slice(*beginning)]]))
    return found


def _split(ticks: Sequence[tuple[float, str]]) -> tuple[list[float], list[str]]:
    return [place for place, _ in ticks], [text for _, text in ticks]


def _code(role: int) -> tuple[int, int, int]:
    """Write a role as a colour, to be read again from the drawn text."""
    return (1, 1, role)


def _runs(line: str) -> Line:
    runs: list[Run] = []
    role = AXES
    parts = _COLOUR.split(line)
    for position, part in enumerate(parts):
        if position % 2:
            codes = part.split(";")
            role = int(codes[4]) if len(codes) == 5 else AXES
        elif part:
            runs.append((part, role))
    return tuple(runs)


def _over_bars(figure: Figure, line: Line) -> Line:
    """Mark the cells of a level that solid bars reach: plotext leaves out what stands after a line."""
    columns = room(figure.width, [text for _, text in figure.y_ticks])
    column = columns - sum(len(text) for text, _ in line) + 1  # the frame's right side is no column of bars
    runs: list[Run] = []
    for text, role in line:
        if role in (LINE, SELECTED, MARK) and text.strip(f"─━╌{DOT}") == "":
            levels = figure.marks if role == MARK else figure.levels
            for at in range(column, column + len(text)):
                runs.append((text[at - column], role + OVER * _behind(figure, levels, at / columns, (at + 1) / columns)))
        else:
            runs.append((text, role))
        column += len(text)
    return tuple(runs)


def _least(figure: Figure, bars: Bars, column: int, columns: int) -> float:
    """Return how high all of a column is filled."""
    fineness = bars.fineness
    return min(_bar(figure, bars, column * fineness + step, columns * fineness) for step in range(fineness))


def _behind(figure: Figure, levels: Sequence[Level], left: float, right: float) -> int:
    """Return 1 + the number of the solid bars that a level has after it in a column; 0 if there are none.

    `left` and `right` are parts of the x axis. Of several levels in a column it is not known which is meant. Bars that
    end in a level's own line reach it as far as can be seen.
    """
    heights = [level.height for level in levels if level.start < right * figure.end and level.end > left * figure.end]
    if not heights:
        return 0
    seen = max(max(heights) - figure.top / figure.height / 2, 0.0)
    columns = round(1 / (right - left))
    reaching = [number for number, bars in enumerate(figure.bars) if _least(figure, bars, round(left * columns), columns) >= seen]
    return reaching[-1] + 1 if reaching and figure.bars[reaching[-1]].marker in (FINE, "█") else 0
