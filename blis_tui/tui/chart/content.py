"""What the chart shows, worked out from the spec and its preview: a figure, its legend and the table of stages.

Runs in a thread: counting a preview of millions of requests takes a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.axes import MOST_TICKS, round_scale, ticks
from blis_tui.numbers import duration
from blis_tui.plot import FINE, Bars, Figure, Label, Level, room
from blis_tui.problems import SpecError
from blis_tui.spec.format.facts import end_us
from blis_tui.tui.chart import bars
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.totals.bins import Bins, Levels, Series, round_width_us
from blis_tui.workload.totals.capacity import Level as UnderWayLevel
from blis_tui.workload.totals.capacity import UnderWay
from blis_tui.workload.totals.expected import Stage
from blis_tui.workload.totals.measures import REQUESTS, SESSIONS, UNDER_WAY, Tallies, expect_of, stage_tokens, tallies
from blis_tui.workload.totals.summary import Tally, span_us
from blis_tui.workload.totals.targets import EXPECTED, TARGET, sessions_arrive, target, target_steps

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from blis_tui.spec.format.model import WorkloadSpec
    from blis_tui.tui.preview.state import Preview
    from blis_tui.workload.expansion.clients import Expansion
    from blis_tui.workload.requests import Requests
    from blis_tui.workload.totals.counts import Count

MARKERS = "█▓▒░▚#"
"""What the bars of stacked groups are made of: they can be told apart without colour."""
_MOST_STEPS = 100
"""How often the line over the bars may change where there are no stages."""
_LEAST_FOR_TITLES = 10


class Wanted(NamedTuple):
    """What is to be drawn: of which spec and preview, how large, what is measured, and which stage is selected."""

    spec: WorkloadSpec | None
    preview: Preview
    width: int
    height: int
    measure: str = REQUESTS
    stacked: bool = False
    selected: int = 0


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
    """What the chart shows of a measure. `groups` are the names of the stacked bars, the last first; `rows` the stages."""

    measure: str
    figure: Figure
    over_time: Series | Levels | None
    """What is shown, without groups; ``None`` without a preview."""
    groups: tuple[str, ...]
    rows: tuple[StageRow, ...]
    total: StageRow | None
    line: str
    """What the line over the bars is; empty if there is none."""
    note: str
    """Why there is nothing to see; empty if there is."""

    @property
    def title(self) -> str:
        """What the bars are."""
        return self.measure if self.measure == UNDER_WAY else f"{self.measure}/s"


def chart(wanted: Wanted) -> Chart:
    """Work out the chart."""
    preview = wanted.preview
    aims = _aims(wanted)
    stages, requests = aims.stages, preview.requests
    found, plan = _found(wanted), preview.plan
    made_end = max(span_us(requests) if requests is not None else 0, 1)
    spec_end = max([made_end, *(stage.end_us for stage in stages)])
    end = max([spec_end, *(stage.start_us + stage.planned_us for stage in stages)])
    line, levels = _levels(wanted, aims, spec_end)
    bins = Bins(round_width_us(made_end), made_end)  # as in the summary
    under_way = UnderWay(requests, preview.server) if requests is not None and wanted.measure == UNDER_WAY else None
    over_time: Series | Levels | None = None
    names: tuple[str, ...] = ()
    heights: list[NDArray[np.float64]] = []
    if requests is not None and len(requests):
        over_time = bars.over_time(wanted.measure, requests, bins) if under_way is None else under_way.over(bins)
        heights = [over_time.rates]
        if wanted.stacked:
            names, heights = bars.by_group(wanted.measure, requests, bins, under_way)
    behind = bars.planned(wanted.measure, plan, bins, preview.server) if plan is not None and not wanted.stacked else []
    highest = over_time.highest.tolist() if over_time is not None and over_time.has_spans else []
    reached = max(
        [*highest, *behind, *(heights[0].tolist() if heights else ()), *(level.height for level in levels)], default=0.0
    )
    labels_room = 1 + 1.5 / max(wanted.height - 4, 4) if stages else 1  # the stages' numbers stand above the bars
    top, step = round_scale(reached * labels_room, max(2, min(MOST_TICKS, (wanted.height - 3) // 3)))
    y_ticks = [(place, _short(place)) for place in ticks(step, top)]
    x_step = round_width_us(end, MOST_TICKS if wanted.width >= 60 else MOST_TICKS - 2)
    titled = wanted.height >= _LEAST_FOR_TITLES
    columns = room(wanted.width, [text for _, text in y_ticks])
    figure = Figure(
        width=wanted.width,
        height=wanted.height,
        end=float(end),
        top=top,
        bin_width=float(bins.width_us),
        bins_end=float(made_end),
        bars=[
            Bars(each.tolist(), MARKERS[min(number, len(MARKERS) - 1)] if wanted.stacked else FINE)
            for number, each in enumerate(heights)
        ],
        highest=highest,
        levels=levels,
        boundaries=_boundaries(stages, preview, end),
        labels=_labels(stages, wanted.selected, end, columns),
        x_ticks=[(place, duration(int(place)) if place else "0") for place in ticks(x_step, end)],
        y_ticks=y_ticks,
        x_title="time" if titled else "",
        behind=behind,
    )
    rows = tuple(_row(number, aims, found, preview.cut_us) for number in range(len(stages)))
    total = _total(aims, spec_end, found, preview)
    if under_way is not None:
        rows = tuple(row._replace(level=_level(under_way, row)) for row in rows)
        total = None if total is None else total._replace(level=_level(under_way, total))
    elif plan is not None:
        planned = tallies(wanted.measure, plan)
        rows = tuple(row._replace(planned=tally.generated) for row, tally in zip(rows, planned.stages, strict=True))
        total = None if total is None else total._replace(planned=planned.total.generated)
    return Chart(
        wanted.measure,
        figure,
        over_time,
        names,
        rows,
        total,
        line,
        _note(wanted, requests, heights),
    )


class _Aims(NamedTuple):
    """What the spec aims at, in the measure. `factor` makes an arrival rate one of the measure; ``None`` if nothing does."""

    clients: Expansion | None = None
    stages: tuple[Stage, ...] = ()
    total: Count | None = None
    factor: float | None = None
    line: str = ""
    factor_of_all: float | None = None
    """The same for the stages and what is beside them."""


def _aims(wanted: Wanted) -> _Aims:
    spec, requests = wanted.spec, wanted.preview.requests
    if spec is None or spec.inference_perf is None:
        if requests is None:
            return _Aims()
        return _Aims(requests.clients, factor_of_all=_factor_of_clients(wanted.measure, requests.clients))
    try:
        clients = expand(spec)
    except SpecError:
        return _Aims()
    expected = expect_of(_counted(wanted.measure), clients, end_us(spec))
    factor, line = _factor(wanted.measure, clients)
    factor_of_all = _factor_of_clients(wanted.measure, clients) if spec.cohorts else factor
    return _Aims(clients, expected.stages, expected.total, factor, line, factor_of_all)


def _counted(measure: str) -> str:
    """Return what is counted: requests, where what is shown is how many are under way."""
    return REQUESTS if measure == UNDER_WAY else measure


def _factor_of_clients(measure: str, clients: Expansion) -> float | None:
    """Return 1 where all arrivals of explicit clients are what is measured: requests, or the beginnings of sessions."""
    chats = {block.template.turns is not None for block in clients.blocks}
    return 1.0 if (measure == REQUESTS and chats == {False}) or (measure == SESSIONS and chats == {True}) else None


def _factor(measure: str, clients: Expansion) -> tuple[float | None, str]:
    """Return what makes a stage's rate one of the measure, ``None`` if nothing does, and what the line over the bars is."""
    spec = clients.spec
    compact = spec.inference_perf
    chat = compact is not None and compact.shared_prefix is not None and compact.shared_prefix.enable_multi_turn_chat
    if measure == REQUESTS:
        return 1.0, EXPECTED if sessions_arrive(spec) else TARGET
    if measure == SESSIONS:
        return (1.0, TARGET) if sessions_arrive(spec) else (None, "")
    if measure == UNDER_WAY:
        return None, ""
    each = None if chat else stage_tokens(clients, measure)
    return (None, "") if each is None else (float(each), TARGET)


def _found(wanted: Wanted) -> Tallies | None:
    requests, summary = wanted.preview.requests, wanted.preview.summary
    if summary is not None and _counted(wanted.measure) == REQUESTS:
        return Tallies(tuple(stage.requests for stage in summary.stages), summary.requests)
    return tallies(wanted.measure, requests) if requests is not None else None


def _levels(wanted: Wanted, aims: _Aims, end: int) -> tuple[str, list[Level]]:
    """Return the step line over the bars, and what it is called; where stages are cut off it goes on dashed."""
    selected = wanted.selected
    if aims.clients is not None and (not aims.stages or aims.clients.spec.cohorts):
        steps = target_steps(aims.clients, aims.stages, end, _MOST_STEPS) if aims.factor_of_all is not None else []
        return (TARGET if steps else "", [Level(*step) for step in steps])
    if aims.factor is None:
        return "", []
    levels = []
    for number, (stage, rate) in enumerate(zip(aims.stages, _stage_rates(aims), strict=True)):
        planned = stage.start_us + stage.planned_us
        spans = ((stage.start_us, stage.end_us), (max(stage.start_us, stage.end_us), planned))
        levels += [
            Level(float(start), float(stop), rate, number == selected and not dashed, dashed)
            for dashed, (start, stop) in zip((False, True), spans, strict=True)
            if start < stop
        ]
    return (aims.line, levels) if levels else ("", [])


def _level(under_way: UnderWay, row: StageRow) -> UnderWayLevel:
    span = max(row.end_us - row.start_us, 1)
    return UnderWayLevel(under_way.busy_us(row.start_us, row.end_us) / span, under_way.peak(row.start_us, row.end_us))


def _stage_rates(aims: _Aims) -> list[float]:
    """Return how much of the measure each stage makes in a second: as it is aimed at or, where that is not it, expected."""
    if aims.line != EXPECTED:
        return [stage.target_rate * (aims.factor or 0.0) for stage in aims.stages]
    return [
        stage.expected.mean / max(stage.end_us - stage.start_us, 1) * 1e6 if stage.expected is not None else 0.0
        for stage in aims.stages
    ]


def _boundaries(stages: Sequence[Stage], preview: Preview, end: int) -> list[float]:
    places = [float(stage.end_us) for stage in stages[:-1]]
    if preview.cut_us is not None:
        places.append(float(preview.cut_us))
    return [place for place in places if 0 < place < end]


def _labels(stages: Sequence[Stage], selected: int, end: int, columns: int) -> list[Label]:
    """Return the numbers of the stages, as many as there is room for beside each other, the selected one in any case."""
    labels: dict[int, Label] = {}
    taken: list[tuple[float, float]] = []
    for number in sorted(range(len(stages)), key=lambda number: number != selected):
        stage, is_selected = stages[number], number == selected
        text = f"▸{number + 1}" if is_selected else str(number + 1)
        middle = (stage.start_us + stage.end_us) / 2.0
        left = middle / end * columns - len(text) / 2
        right = left + len(text)
        if stage.start_us < stage.end_us and all(right + 1 <= low or high + 1 <= left for low, high in taken):
            labels[number] = Label(middle, text, is_selected)
            taken.append((left, right))
    return [labels[number] for number in sorted(labels)]


def _row(number: int, aims: _Aims, found: Tallies | None, cut_us: int | None) -> StageRow:
    stage = aims.stages[number]
    tally = found.stages[number] if found is not None and number < len(found.stages) else None
    cut = cut_us is not None and stage.end_us > cut_us
    rate = _stage_rates(aims)[number]
    return StageRow(stage.start_us, stage.end_us, stage.planned_us, rate, stage.expected, tally, cut)


def _total(aims: _Aims, end: int, found: Tallies | None, preview: Preview) -> StageRow | None:
    tally = found.total if found is not None else None
    expected = tally.expected if aims.total is None and tally is not None else aims.total
    if expected is None and tally is None:
        return None
    aim = target(aims.clients, aims.stages, end) if aims.clients is not None else None
    rate = aim.mean * (aims.factor_of_all or 0.0) if aim is not None else 0.0
    return StageRow(0, end, end, rate, expected, tally, preview.cut_us is not None)


def _note(wanted: Wanted, requests: Requests | None, heights: Sequence[NDArray[np.float64]]) -> str:
    if requests is None:
        return ""
    if not len(requests):
        return "The file makes no requests."
    if wanted.measure == SESSIONS and (not heights or not heights[0].any()):
        return "No sessions: all requests are single-turn."
    return ""


def _short(value: float) -> str:
    """Write a number on an axis."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= size:
            return f"{value / (1e3 if letter == 'k' else size):,.10g}{letter}"
    return f"{value:,.10g}"
