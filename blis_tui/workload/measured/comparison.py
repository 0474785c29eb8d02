"""A run beside the workload file that it is of: what was wanted, what was measured, and where it fell short."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from blis_tui.numbers import counted, rate
from blis_tui.workload.measured.design import Aim, Design
from blis_tui.workload.measured.matching import match, whole_rate
from blis_tui.workload.measured.run import ANSWERED, Measured, Run

_SHORT = 0.05
"""From so large a part below the target on a stage fell short of it."""
_OTHER_COUNT = 0.05
_MORE = 0.2
"""From so large a part above the target on, a run may be one of something else."""


class Row(NamedTuple):
    """A stage of the file, or all of it: what is wanted, and what was measured; ``None`` where there is neither."""

    name: str
    aim: Aim | None
    measured: Measured | None

    @property
    def missed(self) -> float | None:
        """The part of the target that was not achieved, if that is more than chance; ``None`` otherwise.

        Where fewer requests are planned than the target comes to, no more than these can be achieved.
        """
        found, aim = self.measured, self.aim
        if found is None or found.rate is None or aim is None or not aim.target:
            return None
        wanted = min(aim.target, aim.target if aim.planned_rate is None else aim.planned_rate)
        return 1 - found.rate / aim.target if found.rate < wanted * (1 - _SHORT) else None


class Comparison(NamedTuple):
    """A run beside a file. `others` are stages of the run that are not known to be one of the file's."""

    run: Run
    design: Design
    stages: tuple[Row, ...]
    whole: Row
    others: tuple[Row, ...]
    remarks: tuple[str, ...]
    """How the run is to be read."""
    findings: tuple[str, ...]
    """Where it fell short, and what failed."""

    @property
    def told(self) -> tuple[str, ...]:
        """All sentences about it, the most important first."""
        unknown = bool(self.stages) and not any(row.measured for row in self.stages)
        return (*self.remarks, *self.findings) if unknown else (*self.findings, *self.remarks)


def compare(run: Run, design: Design) -> Comparison:
    """Hold a run against what its file wants."""
    matched = match(run, design)
    stages = tuple(
        Row(str(number), aim, found) for number, (aim, found) in enumerate(zip(design.stages, matched.stages, strict=True), 1)
    )
    others = tuple(Row(f"run's {each.number or number}", None, each) for number, each in enumerate(matched.others, 1))
    whole = Row("total", design.whole, run.whole._replace(rate=whole_rate(run, design)))
    remarks = [*matched.remarks, *run.notes]
    if run.counts == ANSWERED:
        until = ", until the last of them" if run.timings is None else ""
        remarks.append(f"{run.tool} counts answers: achieved is their number per second{until}.")
    remarks += _fewer(whole)
    told = stages if any(row.measured for row in stages) else (whole,)
    findings = [text for row in told for text in _missed(row)] + [text for row in told for text in _failed(row)]
    return Comparison(run, design, stages, whole, others, tuple(remarks), tuple(findings))


def _fewer(whole: Row) -> Iterator[str]:
    """Say that a run is of another number of requests, which it is if it is of another file, or ended early."""
    sent, planned = whole.measured.requests if whole.measured else None, whole.aim.planned if whole.aim else None
    if sent is not None and planned and abs(sent - planned) > planned * _OTHER_COUNT:
        yield f"The run sent {counted(sent, 'request')}, where the file plans {planned:,}."


def _name(row: Row) -> str:
    return "The whole run" if row.name == "total" else f"Stage {row.name}"


def _missed(row: Row) -> Iterator[str]:
    found, aim = row.measured, row.aim
    if found is None or found.rate is None or aim is None or not aim.target:
        return
    achieved, target, planned = rate(found.rate), rate(aim.target), aim.planned_rate or 0.0
    if row.missed is not None:
        fewer = f", of which {rate(planned)} were planned" if 0 < planned < aim.target * (1 - _SHORT) else ""
        yield f"{_name(row)} achieved {achieved} of {target} requests/s: {row.missed:.0%} short of its target{fewer}."
    elif found.rate > max(aim.target, planned) * (1 + _MORE):
        yield f"{_name(row)} achieved {achieved} requests/s, more than the {target} of its target: is it a run of this file?"


def _failed(row: Row) -> Iterator[str]:
    found = row.measured
    if found is None or not found.failures:
        return
    requests = counted(found.requests or found.failures, "request")
    if found.failures == found.requests:
        yield f"{_name(row)}: all of {requests} failed, so there are no times."
    else:
        yield f"{_name(row)}: {'' if found.requests is None else f'{found.failures:,} of '}{requests} failed."
