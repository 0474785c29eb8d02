"""What to know when reading the totals of a workload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from blis_tui.numbers import counted
from blis_tui.spec.format.facts import overrun
from blis_tui.spec.format.model import WorkloadSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.workload.expansion.clients import ClientBlock, Expansion
    from blis_tui.workload.requests import Requests
    from blis_tui.workload.totals.expected import Stage


def stage_remarks(spec: WorkloadSpec, spans_us: Sequence[tuple[int, int]]) -> list[str]:
    """Return what to know about expected and generated requests; `spans_us` are the stages' (actual, planned) lengths."""
    compact = spec.inference_perf
    remarks = []
    if any(actual < planned for actual, planned in spans_us):
        remarks.append("The horizon cuts stages off; only what fits before it is expected.")
    if compact is not None and compact.chat:
        if spec.rules == 1:
            remarks.append("Each arrival starts a session of up to 5 requests: targets are sessions per second.")
        elif len(compact.stages) > 1:
            remarks.append("Rounds of a session that fall after the end of its stage are lost, as expected here.")
    return remarks


def run_remarks(clients: Expansion, stages: Sequence[Stage]) -> list[str]:
    """Return what to know about a workload before it is run."""
    remarks = stage_remarks(clients.spec, [(stage.end_us - stage.start_us, stage.planned_us) for stage in stages])
    if any(block.template.waits for block in clients.blocks):
        remarks.append(
            "Sessions are closed-loop: here every round is sent on schedule, while a run waits for each answer "
            "before it sends the next round. So a run takes longer than this if the server is slow."
        )
    remarks.append("A replayed trace gets new random tokens with the same lengths and prefix groups.")
    return remarks


def limit_text(spec: WorkloadSpec) -> str:
    """Say what num_requests limits: the requests, or where sessions go on past it those of the plan."""
    requests = counted(spec.num_requests, "request")
    return f"at most {requests}" if overrun(spec) is None else f"plan cut at {requests}"


def limit_remark(requests: Requests) -> str | None:
    """Say how many requests a run sends of sessions that num_requests cuts off in the plan; ``None`` if it cuts none off."""
    if overrun(requests.spec) is None:
        return None
    begun = requests.client[(requests.session >= 0) & (requests.round == 0)]
    rounds = np.concatenate([_rounds(block) for block in requests.clients.blocks])
    waiting = np.array([block.template.waits for block in requests.clients.blocks])
    sessions = begun[np.repeat(waiting, [block.size for block in requests.clients.blocks])[begun]]
    others = int((~waiting[requests.block]).sum())
    sent = int(rounds[sessions].sum()) + others
    kinds = np.unique(rounds[sessions]).tolist()
    each = f"{kinds[0]:,}" if len(kinds) == 1 else f"{kinds[0]:,} to {kinds[-1]:,}" if kinds else "0"
    return (
        f"num_requests only limits the plan: a run sends all rounds of its {counted(len(sessions), 'session')}, "
        f"{len(sessions):,} × {each}{f' + {others:,} others' if others else ''} = {counted(sent, 'request')}"
        f"{', fewer if the horizon comes first' if requests.spec.horizon else ''}."
    )


def _rounds(block: ClientBlock) -> NDArray[np.int64]:
    """Return the rounds of a session of each client of a block, shape (clients); 1 for single requests."""
    turns = block.template.turns
    rounds = np.full(block.size, 1 if turns is None else turns.max_rounds)
    if turns is not None and block.dealt is not None:
        rounds[:] = block.dealt.base
        rounds[: block.dealt.extra] += 1
    return rounds
