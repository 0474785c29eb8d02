"""What the chart shows, worked out from the spec and its preview: a figure, its legend and the table of stages.

Runs in a thread: counting a preview of millions of requests takes a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.axes import MOST_TICKS, round_scale, ticks
from blis_tui.numbers import duration, shortened
from blis_tui.plot import FINE, Bars, Figure, Label, Level, room
from blis_tui.tui.chart import bars
from blis_tui.tui.chart.achieved import achieved
from blis_tui.tui.chart.aims import Aims, aims, counted
from blis_tui.tui.chart.readings import Readings, readings
from blis_tui.tui.chart.visible import Visible, visible
from blis_tui.workload.totals.bins import Bins, Levels, Series, round_width_us
from blis_tui.workload.totals.capacity import Level as UnderWayLevel
from blis_tui.workload.totals.capacity import UnderWay
from blis_tui.workload.totals.groups import kinds_in
from blis_tui.workload.totals.measures import REQUESTS, SESSIONS, UNDER_WAY, Tallies, tallies
from blis_tui.workload.totals.summary import Tally, span_us

if TYPE_CHECKING:
    from blis_tui.spec.format.model import WorkloadSpec
    from blis_tui.tui.preview.state import Preview
    from blis_tui.workload.measured.comparison import Comparison
    from blis_tui.workload.requests import Requests
    from blis_tui.workload.totals.counts import Count
    from blis_tui.workload.totals.expected import Stage

MARKERS = "█▓▒░▚#"
"""What the bars of stacked groups are made of, the largest first: they can be told apart without colour."""
_LEAST_FOR_TITLES = 10


class Wanted(NamedTuple):
    """What is to be drawn: of which spec and preview, how large, what is measured, and which stage is selected."""

    spec: WorkloadSpec | None
    preview: Preview
    width: int
    height: int
    measure: str = REQUESTS
    stack: str = ""
    """The kind of groups that bars are stacked by; empty for none."""
    selected: int = 0
    span: tuple[int, int] | None = None
    """The part of the time that is shown, in µs; ``None`` for all."""
    bin_us: int = 0
    """How wide bins are to be; 0 for what suits the time that is shown."""
    reads: bool = False
    """Whether each bin can be read."""
    hint: str = ""
    """How all of the time is shown again."""


class StageRow(NamedTuple):
    """A row of the table of stages. `tally` compares what was generated, and is ``None`` without a preview.

    `target_rate` is in units of the measure per second, and 0 where the file aims at no such rate.
    """

    start_us: int
    end_us: int
    planned_us: int
    target_rate: float
    expected: Count | None
    tally: Tally | None
    cut: bool
    """Whether the preview ends before the stage does."""
    planned: int | None = None
    """How much was planned, where it is something else that is sent."""
    level: UnderWayLevel | None = None
    """What is there at a time, where that is shown and nothing is counted."""


class Chart(NamedTuple):
    """What the chart shows of a measure. `groups` are the names of the stacked bars, the largest first; `rows` the stages."""

    measure: str
    stack: str
    """The kind of these groups; empty if there are none."""
    figure: Figure
    """Its time begins where what is visible does."""
    visible: Visible
    made_us: int
    """How far requests are known."""
    over_time: Series | Levels | None
    """What is shown, without groups; ``None`` without a preview."""
    groups: tuple[str, ...]
    rows: tuple[StageRow, ...]
    total: StageRow | None
    line: str
    """What the line over the bars is; empty if there is none."""
    note: str
    """Why there is nothing to see; empty if there is."""
    kinds: tuple[str, ...] = ()
    """The kinds of groups that bars can be stacked by."""
    readings: Readings | None = None
    comparison: Comparison | None = None
    """A run whose requests are shown over those of the file."""

    @property
    def title(self) -> str:
        """What the bars are."""
        return self.measure if self.measure == UNDER_WAY else f"{self.measure}/s"


def chart(wanted: Wanted) -> Chart:
    """Work out the chart."""
    preview = wanted.preview
    requests, plan = preview.requests, preview.plan
    aim = aims(wanted.measure, wanted.spec, requests)
    stages, found = aim.stages, _found(wanted)
    made_end = max(span_us(requests) if requests is not None else 0, 1)
    spec_end = max([made_end, *(stage.end_us for stage in stages)])
    end = max([spec_end, *(stage.start_us + stage.planned_us for stage in stages)])
    shown = visible(end, made_end, wanted.span, wanted.bin_us, wanted.width)
    bins = shown.bins
    line, levels = aim.levels(spec_end, wanted.selected)
    under_way = UnderWay(requests, preview.server) if requests is not None and wanted.measure == UNDER_WAY else None
    over_time: Series | Levels | None = None
    stack = bars.Stack((), ())
    if requests is not None and len(requests) and bins.number:
        over_time = bars.over_time(wanted.measure, requests, bins) if under_way is None else under_way.over(bins)
        stack = bars.Stack((), (over_time.rates,))
        if wanted.stack:
            stack = bars.by_group(wanted.stack, wanted.measure, requests, bins, under_way)
    behind = bars.planned(wanted.measure, plan, bins, preview.server) if plan is not None and not wanted.stack else []
    highest = over_time.highest.tolist() if over_time is not None and over_time.has_spans else []
    levels = _clipped(levels, shown)
    comparison = preview.comparison if wanted.measure == REQUESTS else None
    marks = [] if comparison is None else _clipped(achieved(comparison, _bins_of_all(shown)), shown)
    figure = _figure(wanted, shown, stack, levels, marks, highest, behind, stages)
    rows = tuple(_row(number, aim, found, preview.cut_us) for number in range(len(stages)))
    total = _total(aim, spec_end, found, preview)
    if under_way is not None:
        rows = tuple(row._replace(level=_level(under_way, row)) for row in rows)
        total = None if total is None else total._replace(level=_level(under_way, total))
    elif plan is not None:
        planned = tallies(wanted.measure, plan)
        rows = tuple(row._replace(planned=tally.generated) for row, tally in zip(rows, planned.stages, strict=True))
        total = None if total is None else total._replace(planned=planned.total.generated)
    read = None
    if wanted.reads and requests is not None and over_time is not None:
        expected = found.total.expected if found is not None and not requests.sent else None
        read = readings(requests, over_time, aim, spec_end, expected)
    return Chart(
        wanted.measure,
        wanted.stack,
        figure,
        shown,
        made_end,
        over_time,
        stack.names,
        rows,
        total,
        line,
        _note(wanted, requests, over_time),
        tuple(kinds_in(requests.clients)) if requests is not None else (),
        read,
        comparison,
    )


def _bins_of_all(shown: Visible) -> Bins:
    """Return the bins of all that is visible, also of what is not generated."""
    return shown.bins._replace(end_us=shown.stop_us)


def _figure(
    wanted: Wanted,
    shown: Visible,
    stack: bars.Stack,
    levels: Sequence[Level],
    marks: Sequence[Level],
    highest: Sequence[float],
    behind: Sequence[float],
    stages: Sequence[Stage],
) -> Figure:
    heights = [each.tolist() for each in reversed(stack.heights)]  # what is drawn later stands before
    reached = max(
        [*highest, *behind, *(heights[0] if heights else ()), *(level.height for level in (*levels, *marks))], default=0.0
    )
    labels_room = 1 + 1.5 / max(wanted.height - 4, 4) if stages else 1  # the stages' numbers stand above the bars
    top, step = round_scale(reached * labels_room, max(2, min(MOST_TICKS, (wanted.height - 3) // 3)))
    y_ticks = [(place, shortened(place)) for place in ticks(step, top)]
    start, span = shown.start_us, shown.stop_us - shown.start_us
    x_step = round_width_us(span, MOST_TICKS if wanted.width >= 60 else MOST_TICKS - 2)
    x_ticks = range(-(-start // x_step) * x_step, shown.stop_us + 1, x_step)
    cut = wanted.preview.cut_us
    boundaries = [*(stage.end_us for stage in stages[:-1]), *(() if cut is None else (cut,))]
    columns = room(wanted.width, [text for _, text in y_ticks])
    title = f"time: {shown.told}{wanted.hint}" if shown.is_part else "time"
    return Figure(
        width=wanted.width,
        height=wanted.height,
        end=float(span),
        top=top,
        bin_width=float(shown.bins.width_us),
        bins_end=float(shown.bins.end_us - start),
        bars=[
            Bars(each, MARKERS[min(len(heights) - 1 - number, len(MARKERS) - 1)] if stack.names else FINE)
            for number, each in enumerate(heights)
        ],
        highest=highest,
        levels=levels,
        marks=marks,
        boundaries=[float(place - start) for place in boundaries if start < place < shown.stop_us],
        labels=_labels(stages, wanted.selected, shown, columns),
        x_ticks=[(float(place - start), duration(place) if place else "0") for place in x_ticks],
        y_ticks=y_ticks,
        x_title=title if shown.is_part or wanted.height >= _LEAST_FOR_TITLES else "",
        behind=behind,
    )


def _clipped(levels: Sequence[Level], shown: Visible) -> list[Level]:
    """Return the parts of levels that are visible, from where the visible time begins."""
    found = []
    for level in levels:
        start, end = max(level.start, shown.start_us), min(level.end, shown.stop_us)
        if start < end:
            found.append(level._replace(start=start - shown.start_us, end=end - shown.start_us))
    return found


def _found(wanted: Wanted) -> Tallies | None:
    requests, summary = wanted.preview.requests, wanted.preview.summary
    if summary is not None and counted(wanted.measure) == REQUESTS:
        return Tallies(tuple(stage.requests for stage in summary.stages), summary.requests)
    return tallies(wanted.measure, requests) if requests is not None else None


def _level(under_way: UnderWay, row: StageRow) -> UnderWayLevel:
    span = max(row.end_us - row.start_us, 1)
    return UnderWayLevel(under_way.busy_us(row.start_us, row.end_us) / span, under_way.peak(row.start_us, row.end_us))


def _labels(stages: Sequence[Stage], selected: int, shown: Visible, columns: int) -> list[Label]:
    """Return the numbers of the stages, as many as there is room for beside each other, the selected one in any case."""
    labels: dict[int, Label] = {}
    taken: list[tuple[float, float]] = []
    for number in sorted(range(len(stages)), key=lambda number: number != selected):
        is_selected = number == selected
        start, end = max(stages[number].start_us, shown.start_us), min(stages[number].end_us, shown.stop_us)
        text = f"▸{number + 1}" if is_selected else str(number + 1)
        middle = (start + end) / 2.0 - shown.start_us
        left = middle / (shown.stop_us - shown.start_us) * columns - len(text) / 2
        right = left + len(text)
        if start < end and all(right + 1 <= low or high + 1 <= left for low, high in taken):
            labels[number] = Label(middle, text, is_selected)
            taken.append((left, right))
    return [labels[number] for number in sorted(labels)]


def _row(number: int, aim: Aims, found: Tallies | None, cut_us: int | None) -> StageRow:
    stage = aim.stages[number]
    tally = found.stages[number] if found is not None and number < len(found.stages) else None
    cut = cut_us is not None and stage.end_us > cut_us
    rate = aim.stage_rates()[number]
    return StageRow(stage.start_us, stage.end_us, stage.planned_us, rate, stage.expected, tally, cut)


def _total(aim: Aims, end: int, found: Tallies | None, preview: Preview) -> StageRow | None:
    tally = found.total if found is not None else None
    expected = tally.expected if aim.total is None and tally is not None else aim.total
    if expected is None and tally is None:
        return None
    return StageRow(0, end, end, aim.mean_rate(end), expected, tally, preview.cut_us is not None)


def _note(wanted: Wanted, requests: Requests | None, over_time: Series | Levels | None) -> str:
    if requests is None:
        return ""
    if not len(requests):
        return "The file makes no requests."
    if wanted.measure == SESSIONS and not wanted.span and (over_time is None or not over_time.rates.any()):
        return "No sessions: all requests are single-turn."
    return ""
