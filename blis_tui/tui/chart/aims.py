"""What a file aims at, in the measure that a chart shows: the line over the bars, and the targets of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from blis_tui.plot import Level
from blis_tui.problems import SpecError
from blis_tui.spec.format.facts import end_us
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.totals.expected import Stage
from blis_tui.workload.totals.measures import REQUESTS, SESSIONS, UNDER_WAY, expect_of, stage_tokens
from blis_tui.workload.totals.targets import EXPECTED, TARGET, sessions_arrive, target, target_steps

if TYPE_CHECKING:
    from blis_tui.spec.format.model import WorkloadSpec
    from blis_tui.workload.expansion.clients import Expansion
    from blis_tui.workload.requests import Requests
    from blis_tui.workload.totals.counts import Count

_MOST_STEPS = 100
"""How often the line over the bars may change where there are no stages."""


class Aims(NamedTuple):
    """What the spec aims at, in the measure. `factor` makes an arrival rate one of the measure; ``None`` if nothing does."""

    clients: Expansion | None = None
    stages: tuple[Stage, ...] = ()
    total: Count | None = None
    factor: float | None = None
    line: str = ""
    factor_of_all: float | None = None
    """The same for the stages and what is beside them."""

    def stage_rates(self) -> list[float]:
        """Return how much of the measure each stage makes in a second: as it is aimed at or, where that is not it, expected."""
        if self.line != EXPECTED:
            return [stage.target_rate * (self.factor or 0.0) for stage in self.stages]
        return [
            stage.expected.mean / max(stage.end_us - stage.start_us, 1) * 1e6 if stage.expected is not None else 0.0
            for stage in self.stages
        ]

    def mean_rate(self, end: int) -> float:
        """Return what is aimed at on average until a time; 0 where that is not known."""
        aim = target(self.clients, self.stages, end) if self.clients is not None else None
        return aim.mean * (self.factor_of_all or 0.0) if aim is not None else 0.0

    def levels(self, end: int, selected: int, most: int = _MOST_STEPS) -> tuple[str, list[Level]]:
        """Return the step line over the bars, and what it is called; where stages are cut off it goes on dashed.

        Without stages, of more than `most` steps means are shown.
        """
        if self.clients is not None and (not self.stages or self.clients.spec.cohorts):
            steps = target_steps(self.clients, self.stages, end, most) if self.factor_of_all is not None else []
            return (TARGET if steps else "", [Level(*step) for step in steps])
        if self.factor is None:
            return "", []
        levels = []
        for number, (stage, rate) in enumerate(zip(self.stages, self.stage_rates(), strict=True)):
            planned = stage.start_us + stage.planned_us
            spans = ((stage.start_us, stage.end_us), (max(stage.start_us, stage.end_us), planned))
            levels += [
                Level(float(start), float(stop), rate, number == selected and not dashed, dashed)
                for dashed, (start, stop) in zip((False, True), spans, strict=True)
                if start < stop
            ]
        return (self.line, levels) if levels else ("", [])


def aims(measure: str, spec: WorkloadSpec | None, requests: Requests | None) -> Aims:
    """Return what a spec aims at; without stages what the clients of the requests do."""
    if spec is None or spec.inference_perf is None:
        if requests is None:
            return Aims()
        return Aims(requests.clients, factor_of_all=_factor_of_clients(measure, requests.clients))
    try:
        clients = expand(spec)
    except SpecError:
        return Aims()
    expected = expect_of(counted(measure), clients, end_us(spec))
    factor, line = _factor(measure, clients)
    factor_of_all = _factor_of_clients(measure, clients) if spec.cohorts else factor
    return Aims(clients, expected.stages, expected.total, factor, line, factor_of_all)


def counted(measure: str) -> str:
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
    chat = compact is not None and compact.chat
    if measure == REQUESTS:
        return 1.0, EXPECTED if sessions_arrive(spec) else TARGET
    if measure == SESSIONS:
        return (1.0, TARGET) if sessions_arrive(spec) else (None, "")
    if measure == UNDER_WAY:
        return None, ""
    each = None if chat else stage_tokens(clients, measure)
    return (None, "") if each is None else (float(each), TARGET)
