"""How much less is sent than planned where sessions wait for answers, and from which answer time on a target is missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from blis_tui.numbers import counted, duration, rate, roughly
from blis_tui.problems import INFO, Path, Problem
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.expansion.clients import Expansion
from blis_tui.workload.requests import Requests
from blis_tui.workload.server import AssumedServer

CHAT = ("inference_perf", "shared_prefix", "enable_multi_turn_chat")


class Limit(NamedTuple):
    """What a stage of conversations aims at: so many users, each with one session, send so many requests per second in all."""

    users: int
    rate: float
    think_us: int

    @property
    def answer_us(self) -> int:
        """How long answers may take before the rate is missed: users / rate − think time."""
        return max(0, int(self.users / self.rate * 1e6) - self.think_us)


def limits(clients: Expansion) -> list[Limit | None]:
    """Return the limit of each stage; ``None`` where sessions begin at a rate that does not depend on answers."""
    compact = clients.spec.inference_perf
    if compact is None:
        return []
    if clients.spec.rules == 1:
        return [None] * len(compact.stages)
    found: list[Limit | None] = []
    for stage, block in zip(compact.stages, clients.blocks, strict=False):
        turns = block.template.turns
        found.append(Limit(block.size, stage.rate, turns.think_time_us) if turns is not None and turns.single_session else None)
    return found


def answer_text(server: AssumedServer) -> str:
    """Set how long answers are assumed to take."""
    return f"an answer takes {duration(server.ttft_us)} + {duration(server.itl_us)} per token"


def shortfall(plan: Requests | None, sent: Requests | None, server: AssumedServer) -> Problem | None:
    """Say by how much less is sent than is planned; ``None`` if it is not less. The problem has its path, but no line."""
    if plan is None or sent is None or len(sent) >= len(plan):
        return None
    less = 1 - len(sent) / len(plan)
    share = f"{less:.0%}" if less >= 0.005 else "less than 1%"
    message = f"{len(sent):,} of the {counted(len(plan), 'planned request')} are sent, {share} fewer, if {answer_text(server)}"
    limit = missed_text(limits(plan.clients))
    return Problem("fewer-sent", INFO, _waiting_path(plan.spec), message + (f"; {limit}" if limit else ""))


def missed_text(found: Sequence[Limit | None]) -> str:
    """Say from which answer time on stages miss their targets; empty where no stage has such a limit."""
    stages = [(limit.answer_us, number, limit) for number, limit in enumerate(found, 1) if limit is not None]
    if not stages:
        return ""
    least, number, limit = min(stages)
    text = f"stage {number} cannot reach {rate(limit.rate)} req/s "
    text += f"once answers take more than {roughly(least)}" if least else "however fast the answers are"
    text += f": {limit.users:,} users / {limit.rate:g} req/s − {roughly(limit.think_us)} think time = {roughly(least)}"
    return text + (f"; the same goes for all {len(stages)} stages" if len(stages) > 1 and max(stages)[0] == least else "")


def _waiting_path(spec: WorkloadSpec) -> Path:
    """Return where the file says that sessions wait for answers."""
    prefix = spec.inference_perf.shared_prefix if spec.inference_perf is not None else None
    if prefix is not None and prefix.enable_multi_turn_chat:
        return CHAT
    for name, members in (("clients", spec.clients), ("cohorts", spec.cohorts)):
        for number, member in enumerate(members):
            if member.waits:
                return (name, number)
    return ()
