"""What to know when reading the totals of a workload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from blis_tui.spec.model import Client, WorkloadSpec

if TYPE_CHECKING:
    from blis_tui.workload.clients import Expansion
    from blis_tui.workload.expected import Stage


def stage_remarks(spec: WorkloadSpec, spans_us: Sequence[tuple[int, int]]) -> list[str]:
    """Return what to know about expected and generated requests; `spans_us` are the stages' (actual, planned) lengths."""
    compact = spec.inference_perf
    remarks = []
    if any(actual < planned for actual, planned in spans_us):
        remarks.append("The horizon cuts stages off; what is expected is what fits before it.")
    if compact is not None and compact.shared_prefix is not None and compact.shared_prefix.enable_multi_turn_chat:
        if spec.rules == 1:
            remarks.append("Each arrival starts a session of up to 5 requests: targets are sessions per second.")
        elif len(compact.stages) > 1:
            remarks.append("Rounds of a session that fall behind the end of its stage are lost, as expected here.")
    return remarks


def run_remarks(clients: Expansion, stages: Sequence[Stage]) -> list[str]:
    """Return what to know about a workload before it is run."""
    remarks = stage_remarks(clients.spec, [(stage.end_us - stage.start_us, stage.planned_us) for stage in stages])
    if any(_waits(block.template) for block in clients.blocks):
        remarks.append(
            "Sessions are closed-loop: here every round comes on its own clock, while a run waits for each answer "
            "before it sends the next round. So a run takes longer than this if the server is slow."
        )
    remarks.append("A replayed trace gets new random tokens, of the same lengths and prefix groups.")
    return remarks


def _waits(client: Client) -> bool:
    chat = client.reasoning is not None and client.reasoning.multi_turn is not None
    return chat and client.closed_loop is not False
