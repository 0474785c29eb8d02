"""What the chart shows, worked out from the spec and its preview: a figure, its legend and the table of stages.

Runs in a thread: counting a preview of millions of requests takes a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from blis_tui.axes import MOST_TICKS, round_scale, ticks
from blis_tui.numbers import duration
from blis_tui.problems import SpecError, printable
from blis_tui.spec.facts import end_us
from blis_tui.tui.widgets.plot import FINE, Bars, Figure, Label, Level, room
from blis_tui.workload.bins import round_width_us
from blis_tui.workload.expand import expand
from blis_tui.workload.expected import Stage
from blis_tui.workload.measures import REQUESTS, SESSIONS, Tallies, expect_of, stage_tokens, tallies, weights_of
from blis_tui.workload.summary import Tally, span_us

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.spec.model import WorkloadSpec
    from blis_tui.tui.preview import Preview
    from blis_tui.workload.clients import Expansion
    from blis_tui.workload.counts import Count
    from blis_tui.workload.requests import Requests

MOST_GROUPS = 5
MARKERS = "█▓▒░▚#"
"""What the bars of stacked groups are made of: they can be told apart without colour."""
_COLUMNS_PER_BIN = 1
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


class Chart(NamedTuple):
    """What the chart shows of a measure. `groups` are the names of the stacked bars, the last first; `rows` the stages."""

    measure: str
    figure: Figure
    bin_us: int
    groups: tuple[str, ...]
    rows: tuple[StageRow, ...]
    total: StageRow | None
    line: str
    """What the line over the bars is; empty if there is none."""
    note: str
    """Why there is nothing to see; empty if there is."""


def chart(wanted: Wanted) -> Chart:
    """Work out the chart."""
    preview = wanted.preview
    aims = _aims(wanted)
    stages, requests = aims.stages, preview.requests
    found = _found(wanted)
    spec_end = max((stage.end_us for stage in stages), default=0)
    end = max(spec_end, span_us(requests) if requests is not None else 0, 1)
    line, levels = _levels(wanted, aims)
    labels_width = 8
    bin_us = round_width_us(end, max((wanted.width - labels_width) // _COLUMNS_PER_BIN, 1))
    names, heights = _bars(wanted, requests, end, bin_us)
    highest = max([float(heights[0].max(initial=0.0)) if len(heights) else 0.0, *(level.height for level in levels)])
    labels_room = 1 + 1.5 / max(wanted.height - 4, 4) if stages else 1  # the stages' numbers stand above the bars
    top, step = round_scale(highest * labels_room, max(2, min(MOST_TICKS, (wanted.height - 3) // 3)))
    y_ticks = [(place, _short(place)) for place in ticks(step, top)]
    x_step = round_width_us(end, MOST_TICKS if wanted.width >= 60 else MOST_TICKS - 2)
    titled = wanted.height >= _LEAST_FOR_TITLES
    columns = room(wanted.width, [text for _, text in y_ticks])
    figure = Figure(
        width=wanted.width,
        height=wanted.height,
        end=float(end),
        top=top,
        bin_width=float(bin_us),
        bars=[
            Bars(each.tolist(), MARKERS[min(number, len(MARKERS) - 1)] if wanted.stacked else FINE)
            for number, each in enumerate(heights)
        ],
        levels=levels,
        boundaries=_boundaries(stages, preview, end),
        labels=_labels(stages, wanted.selected, end, columns),
        x_ticks=[(place, duration(int(place)) if place else "0") for place in ticks(x_step, end)],
        y_ticks=y_ticks,
        x_title="time" if titled else "",
    )
    return Chart(
        wanted.measure,
        figure,
        bin_us,
        names,
        tuple(_row(number, aims, found, preview.cut_us) for number in range(len(stages))),
        _total(aims, end, found, preview),
        line,
        _note(wanted, requests, heights),
    )


class _Aims(NamedTuple):
    """What the spec aims at, in the measure. `factor` makes a stage's rate one of the measure; ``None`` if nothing does."""

    stages: tuple[Stage, ...] = ()
    total: Count | None = None
    factor: float | None = None
    line: str = ""


def _aims(wanted: Wanted) -> _Aims:
    spec, none = wanted.spec, _Aims(factor=1.0 if wanted.measure == REQUESTS else None)
    if spec is None or spec.inference_perf is None:
        return none
    try:
        clients = expand(spec)
    except SpecError:
        return none
    expected = expect_of(wanted.measure, clients, end_us(spec))
    factor, line = _factor(wanted.measure, clients)
    return _Aims(expected.stages, expected.total, factor, line)


def _factor(measure: str, clients: Expansion) -> tuple[float | None, str]:
    """Return what makes a stage's rate one of the measure, ``None`` if nothing does, and what the line over the bars is."""
    spec = clients.spec
    compact = spec.inference_perf
    chat = compact is not None and compact.shared_prefix is not None and compact.shared_prefix.enable_multi_turn_chat
    if measure == REQUESTS:
        return 1.0, "expected" if chat and spec.rules == 1 else "target"
    if measure == SESSIONS:
        return (1.0, "target") if chat and spec.rules == 1 else (None, "")
    each = None if chat else stage_tokens(clients)
    return (None, "") if each is None else (float(each), "target")


def _found(wanted: Wanted) -> Tallies | None:
    requests, summary = wanted.preview.requests, wanted.preview.summary
    if summary is not None and wanted.measure == REQUESTS:
        return Tallies(tuple(stage.requests for stage in summary.stages), summary.requests)
    return tallies(wanted.measure, requests) if requests is not None else None


def _levels(wanted: Wanted, aims: _Aims) -> tuple[str, list[Level]]:
    """Return the step line over the bars, and what it is called."""
    if aims.factor is None:
        return "", []
    rates = [stage.target_rate * aims.factor for stage in aims.stages]
    if aims.line == "expected":
        rates = [
            stage.expected.mean / max(stage.end_us - stage.start_us, 1) * 1e6 if stage.expected is not None else 0.0
            for stage in aims.stages
        ]
    levels = [
        Level(float(stage.start_us), float(stage.end_us), rate, number == wanted.selected)
        for number, (stage, rate) in enumerate(zip(aims.stages, rates, strict=True))
        if stage.start_us < stage.end_us
    ]
    return (aims.line, levels) if levels else ("", [])


def _bars(wanted: Wanted, requests: Requests | None, end: int, bin_us: int) -> tuple[tuple[str, ...], list[NDArray[np.float64]]]:
    """Return the names and heights of the bars, those that stand behind first; unnamed if there is one kind only."""
    if requests is None or not len(requests):
        return (), []
    bins = -(-end // bin_us)
    weights = weights_of(wanted.measure, requests)
    places = requests.arrival_us // bin_us
    lengths = np.full(bins, bin_us / 1e6)
    lengths[-1] = (end - (bins - 1) * bin_us) / 1e6
    if not wanted.stacked:
        return (), [np.bincount(places, weights, bins)[:bins] / lengths]
    groups = requests.prefix_group
    order = _largest(groups, weights)
    rank = np.full(int(groups.max(initial=-1)) + 2, len(order), np.int64)
    rank[order + 1] = np.arange(len(order))
    counts = np.bincount(places * (len(order) + 1) + rank[groups + 1], weights, bins * (len(order) + 1))
    table = counts.reshape(bins, -1) / lengths[:, None]
    names = [_group_name(requests, group) for group in order.tolist()]
    if table[:, -1].any():
        names.append("others")
    else:
        table = table[:, :-1]
    heights = np.cumsum(table, axis=1)
    return tuple(reversed(names)), [heights[:, column] for column in reversed(range(heights.shape[1]))]


def _largest(groups: NDArray[np.int32], weights: NDArray[np.bool_] | NDArray[np.int32] | None) -> NDArray[np.int64]:
    """Return the numbers of the largest groups, the largest first; -1 stands for requests without a group."""
    sizes = np.bincount(groups + 1, weights)
    order = np.argsort(-sizes, kind="stable")[:MOST_GROUPS]
    return order[sizes[order] > 0] - 1


def _group_name(requests: Requests, group: int) -> str:
    if group < 0:
        return "no prefix"
    first = int(np.argmax(requests.prefix_group == group))
    return printable(requests.clients[int(requests.client[first])].prefix_group)


def _boundaries(stages: Sequence[Stage], preview: Preview, end: int) -> list[float]:
    places = [float(stage.end_us) for stage in stages[:-1]]
    if preview.cut_us is not None:
        places.append(float(preview.cut_us))
    return [place for place in places if 0 < place < end]


def _labels(stages: Sequence[Stage], selected: int, end: int, columns: int) -> list[Label]:
    """Return the numbers of the stages, where there is room for them."""
    labels = []
    for number, stage in enumerate(stages):
        text = f"▸{number + 1}" if number == selected else str(number + 1)
        if (stage.end_us - stage.start_us) / end * columns > len(text) + 1:
            labels.append(Label((stage.start_us + stage.end_us) / 2.0, text, number == selected))
    return labels


def _row(number: int, aims: _Aims, found: Tallies | None, cut_us: int | None) -> StageRow:
    stage = aims.stages[number]
    tally = found.stages[number] if found is not None and number < len(found.stages) else None
    cut = cut_us is not None and stage.end_us > cut_us
    rate = stage.target_rate * (aims.factor or 0.0)
    return StageRow(stage.start_us, stage.end_us, stage.planned_us, rate, stage.expected, tally, cut)


def _total(aims: _Aims, end: int, found: Tallies | None, preview: Preview) -> StageRow | None:
    tally = found.total if found is not None else None
    expected = tally.expected if aims.total is None and tally is not None else aims.total
    if expected is None and tally is None:
        return None
    mean = preview.summary.target_rate.mean if preview.summary is not None else 0.0
    return StageRow(0, end, end, mean * (aims.factor or 0.0), expected, tally, preview.cut_us is not None)


def _note(wanted: Wanted, requests: Requests | None, heights: Sequence[NDArray[np.float64]]) -> str:
    if requests is None:
        return ""
    if not len(requests):
        return "The file makes no requests."
    if wanted.measure == SESSIONS and (not heights or not heights[0].any()):
        return "No sessions: every request stands alone."
    return ""


def _short(value: float) -> str:
    """Write a number on an axis."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= size:
            return f"{value / (1e3 if letter == 'k' else size):,.10g}{letter}"
    return f"{value:,.10g}"
