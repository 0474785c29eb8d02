"""The end that an opened config gets."""

from __future__ import annotations

from blis_tui.spec.format.facts import clients_per_stage, stage_requests, stages_end_us
from blis_tui.spec.format.model import InferencePerf


def usual_horizon(compact: InferencePerf) -> int:
    """Return the stages' end, or the next µs if requests fall on that end, which a horizon there would cut off."""
    end, prefix = stages_end_us(compact), compact.shared_prefix
    if len(compact.stages) > 1 or prefix is None or prefix.enable_multi_turn_chat:
        return end
    clients = clients_per_stage(prefix)
    return end + 1 if clients > 0 and stage_requests(compact.stages[0]) // clients == 1 else end
