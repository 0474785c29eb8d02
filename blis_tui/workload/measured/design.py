"""What a workload file wants of a run: the numbers that measured ones are held against."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.workload.requests import Requests
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


def design(requests: Requests, summary: Summary, cut_us: int | None = None) -> Design:
    """Return what a file wants by its requests and their summary; these are known up to `cut_us`, ``None`` for all.

    Nothing is planned where virtual users send as answers come.
    """
    sessions, has_plan = sessions_arrive(requests.spec), not requests.sent
    chats = any(block.template.turns is not None for block in requests.clients.blocks)

    def stage_aim(stage: StageSummary) -> Aim:
        span, expected = stage.end_us - stage.start_us, stage.requests.expected
        target: float | None = stage.target_rate
        if sessions:
            target = expected.mean / span * 1e6 if expected is not None and span > 0 else None
        known = has_plan and (cut_us is None or stage.end_us <= cut_us)
        return Aim(stage.start_us, stage.end_us, target, stage.target_rate, stage.requests.generated if known else None)

    stages = tuple(stage_aim(stage) for stage in summary.stages)
    target = None if chats or summary.target is None else summary.target.mean
    if stages and all(aim.target is not None for aim in stages) and not requests.spec.cohorts and not requests.spec.clients:
        target = _mean_target(stages)
    planned = summary.requests.generated if has_plan and cut_us is None else None
    first = int(requests.arrival_us[0]) if len(requests) else 0
    return Design(stages, Aim(0, summary.bins.end_us, target, None, planned), first)


def _mean_target(stages: tuple[Aim, ...]) -> float | None:
    length = sum(aim.end_us - aim.start_us for aim in stages)
    return sum((aim.target or 0.0) * (aim.end_us - aim.start_us) for aim in stages) / length if length else None
