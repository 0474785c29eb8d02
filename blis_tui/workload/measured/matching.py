"""Which stage of a run is which stage of a file. Where that is not sure it is not known, and said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from blis_tui.numbers import counted, rate
from blis_tui.workload.measured.design import Aim, Design
from blis_tui.workload.measured.run import Measured, Run, Timings, answer_rate, measured

_SAME = 0.01
"""Rates that differ by no more than this part are the same."""
_MOST_NAMED = 3


class Matched(NamedTuple):
    """What was measured of each stage of the file, ``None`` where nothing was; `others` are of no stage. `remarks` say why."""

    stages: tuple[Measured | None, ...]
    others: tuple[Measured, ...] = ()
    remarks: tuple[str, ...] = ()


def match(run: Run, design: Design) -> Matched:
    """Find what was measured of each stage: by number, by rate, or by time where single requests are known."""
    aims = design.stages
    if not aims:
        text = f"The file has no stages: those of the run, {len(run.stages)}, are listed by themselves."
        return Matched((), run.stages, (text,) if run.stages else ())
    found = _by_number(run.stages, aims) or _by_order(run.stages, aims) or _by_rate(run.stages, aims)
    if found is not None:
        return found
    if len(aims) == 1 and not run.stages:
        return Matched((run.whole,))
    if run.timings is not None:
        return by_time(run.timings, design)
    nothing = (None,) * len(aims)
    if not run.stages:
        return Matched(nothing, (), (f"{run.tool} measured the run as a whole, so nothing is known of the {len(aims)} stages.",))
    text = f"The run has {counted(len(run.stages), 'stage')}, the file {len(aims)}, and their rates do not say which is which."
    return Matched(nothing, run.stages, (text,))


def _by_number(stages: Sequence[Measured], aims: Sequence[Aim]) -> Matched | None:
    """Match by the numbers that the tool gives to stages, if the rates do not speak against it."""
    places = {each.number - 1: each for each in stages if each.number is not None}
    if not stages or len(places) < len(stages) or max(places) >= len(aims):
        return None
    if any(_differs(each, aims[place]) for place, each in places.items()):
        return None
    missing = [place for place in range(len(aims)) if place not in places]
    return Matched(tuple(places.get(place) for place in range(len(aims))), (), _missing(missing, len(stages)))


def _by_order(stages: Sequence[Measured], aims: Sequence[Aim]) -> Matched | None:
    if len(stages) != len(aims):
        return None
    wrong = [
        f"stage {number} at {rate(each.requested_rate or 0.0)}/s instead of {rate(aim.stated or 0.0)}/s"
        for number, (each, aim) in enumerate(zip(stages, aims, strict=True), 1)
        if _differs(each, aim)
    ]
    return Matched(tuple(stages), (), (f"The run was of other rates: {_listed(wrong)}.",) if wrong else ())


def _by_rate(stages: Sequence[Measured], aims: Sequence[Aim]) -> Matched | None:
    """Match stages in their order by their rates, if there is one way only to do so."""
    if not stages or len(stages) > len(aims) or any(each.requested_rate is None for each in stages):
        return None
    ways = [[0] * (len(aims) + 1) for _ in range(len(stages) + 1)]  # of the stages and aims from there on
    ways[-1] = [1] * (len(aims) + 1)
    for number in reversed(range(len(stages))):
        for place in reversed(range(len(aims))):
            taken = 0 if _differs(stages[number], aims[place]) else ways[number + 1][place + 1]
            ways[number][place] = ways[number][place + 1] + taken
    if ways[0][0] != 1:
        return None
    found: list[Measured | None] = []
    for place, aim in enumerate(aims):
        number = len([each for each in found if each is not None])
        fits = number < len(stages) and not _differs(stages[number], aim) and ways[number + 1][place + 1] == 1
        found.append(stages[number] if fits else None)
    missing = [place for place, each in enumerate(found) if each is None]
    return Matched(tuple(found), (), (*_missing(missing, len(stages)), "Stages are matched by their rates."))


def by_time(timings: Timings, design: Design) -> Matched:
    """Give each request to the stage in which it was due; the rate is that of what was sent within the stage."""
    shift = shift_us(timings, design)
    due, sent = timings.due_us + shift, timings.sent_us + shift
    found: list[Measured | None] = []
    for aim in design.stages:
        here = (due >= aim.start_us) & (due < aim.end_us)
        number = int(((sent >= aim.start_us) & (sent < aim.end_us)).sum())
        span = aim.end_us - aim.start_us
        stage = measured(timings, here)
        if timings.by_answers:
            stage = stage._replace(rate=answer_rate(timings, here, span))
        else:
            stage = stage._replace(rate=number / span * 1e6 if span > 0 else None)
        found.append(stage if here.any() or number else None)
    end = design.stages[-1].end_us
    late = int((due >= end).sum())
    what = "were sent" if timings.planned_us is None else "were due"
    remarks = [f"Stages are told by time: each request counts for the stage in which it {what.replace('were', 'was')}."]
    if late:
        remarks.append(f"{counted(late, 'request')} {what if late > 1 else what.replace('were', 'was')} after the last stage.")
    return Matched(tuple(found), (), (*remarks, *_missing([n for n, each in enumerate(found) if each is None], None)))


def whole_rate(run: Run, design: Design) -> float | None:
    """Return the rate of a whole run: over the time of the file where single requests are known, else as the tool tells it.

    That of a part of the stages is no rate of the whole.
    """
    timings, end = run.timings, design.whole.end_us
    if timings is None and run.stages and len(design.stages) > 1:
        return None
    if timings is None or not len(timings) or end <= 0:
        return run.whole.rate
    if timings.by_answers:
        return answer_rate(timings, np.ones(len(timings), np.bool_), end)
    return float(np.count_nonzero(timings.sent_us + shift_us(timings, design) < end)) / end * 1e6


def shift_us(timings: Timings, design: Design) -> int:
    """Return what makes the times of a run those of the file: where they begin with a request, that is the file's first."""
    return 0 if timings.absolute or not len(timings) else design.first_us - int(timings.due_us.min())


def _differs(stage: Measured, aim: Aim) -> bool:
    """Return whether a stage was run at another rate than is wanted; that is not so where no rate is known."""
    known = stage.requested_rate is not None and aim.stated is not None
    return known and not math.isclose(stage.requested_rate or 0.0, aim.stated or 0.0, rel_tol=_SAME)


def _missing(places: Sequence[int], run_stages: int | None) -> tuple[str, ...]:
    if not places:
        return ()
    names = f"stage{'' if len(places) == 1 else 's'} {_listed([str(place + 1) for place in places])}"
    if run_stages is None:
        return (f"Nothing was measured in {names}.",)
    return (f"The run has {counted(run_stages, 'stage')} only: nothing was measured in {names}.",)


def _listed(texts: Sequence[str]) -> str:
    if len(texts) > _MOST_NAMED + 1:
        texts = [*texts[:_MOST_NAMED], f"{len(texts) - _MOST_NAMED} more"]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
