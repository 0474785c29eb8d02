"""What a workload file wants of a run: the numbers that measured ones are held against."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.spec.format.facts import end_us
from blis_tui.workload.expansion.clients import Expansion
from blis_tui.workload.requests import Requests
from blis_tui.workload.totals.expected import expect
from blis_tui.workload.totals.summary import StageSummary, Summary
from blis_tui.workload.totals.targets import sessions_arrive


class Aim(NamedTuple):
    """What is wanted from a time to another: requests per second and in all, ``None`` where that is not known.

    `stated` is the rate as the file states it, which may be one of sessions.
    """

    start_us: int
    end_us: int
    target: float | None
    stated: float | None
    planned: int | None

    @property
    def planned_rate(self) -> float | None:
        """The requests per second that are planned."""
        span = self.end_us - self.start_us
        return None if self.planned is None or span <= 0 else self.planned / span * 1e6


class Design(NamedTuple):
    """What is wanted of each stage, and of all; `first_us` is when the first request arrives."""

    stages: tuple[Aim, ...]
    whole: Aim
    first_us: int


def design(requests: Requests, summary: Summary, uncut: Expansion | None = None) -> Design:
    """Return what a file wants by its requests and their summary.

    If these are the first part only, `uncut` is the whole file's, and nothing is planned where they end before it does. Nor is
    it where virtual users send as answers come.
    """
    spec = requests.spec if uncut is None else uncut.spec
    stages, end = [(stage.start_us, stage.end_us) for stage in summary.stages], summary.bins.end_us
    if uncut is not None:
        whole = expect(uncut, end_us(spec)).stages
        stages = [(stage.start_us, stage.end_us) for stage in whole]
        end = max([end_us(spec) or end, *(stage.end_us for stage in whole)])
    known_us = -1 if requests.sent else end if uncut is None else requests.horizon_us or 0
    sessions = sessions_arrive(spec)

    def stage_aim(stage: StageSummary, start_us: int, stop_us: int) -> Aim:
        span, expected = stage.end_us - stage.start_us, stage.requests.expected
        target: float | None = stage.target_rate
        if sessions:
            target = expected.mean / span * 1e6 if expected is not None and span > 0 else None
        return Aim(start_us, stop_us, target, stage.target_rate, stage.requests.generated if stop_us <= known_us else None)

    aims = tuple(stage_aim(stage, *span) for stage, span in zip(summary.stages, stages, strict=True))
    chats = any(block.template.turns is not None for block in requests.clients.blocks)
    target = None if chats or summary.target is None else summary.target.mean
    if aims and all(aim.target is not None for aim in aims) and not spec.cohorts and not spec.clients:
        target = _mean_target(aims)
    planned = summary.requests.generated if end <= known_us else None
    return Design(aims, Aim(0, end, target, None, planned), int(requests.arrival_us[0]) if len(requests) else 0)


def _mean_target(stages: tuple[Aim, ...]) -> float | None:
    length = sum(aim.end_us - aim.start_us for aim in stages)
    return sum((aim.target or 0.0) * (aim.end_us - aim.start_us) for aim in stages) / length if length else None
