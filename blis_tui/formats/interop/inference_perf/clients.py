"""Explicit clients for a config whose lengths are drawn from distributions, which the compact block cannot say."""

from __future__ import annotations

from collections.abc import Mapping

from blis_tui.formats.interop.inference_perf.lengths import Lengths
from blis_tui.numbers import counted
from blis_tui.spec.format.facts import clients_per_stage
from blis_tui.spec.format.model import Arrival, Client, Distribution, WorkloadSpec

MOST_CLIENTS = 5_000
"""More than that make no file that anybody reads."""


def explicit(spec: WorkloadSpec, drawn: Mapping[str, Lengths]) -> WorkloadSpec | str:
    """Return a compact spec's clients with lengths from distributions; or, in words, why BLIS cannot have them.

    Single requests with a prefix need clients without rates on their windows, and such clients have one rate for good.
    """
    compact = spec.inference_perf
    assert compact is not None and compact.shared_prefix is not None
    prefix = compact.shared_prefix
    if prefix.enable_multi_turn_chat:
        return "which the sessions of enable_multi_turn_chat cannot have here"
    if len(compact.stages) > 1:
        return "which BLIS can have with a prefix in one stage only, not in several"
    if spec.rules == 1 or clients_per_stage(prefix) > MOST_CLIENTS:
        return f"which would take {counted(clients_per_stage(prefix), 'explicit client')}, at most {MOST_CLIENTS:,}"

    def lengths(name: str, constant: int) -> Distribution:
        found = drawn[name].same if name in drawn else None
        return found if found is not None else Distribution(type="constant", params={"value": float(max(constant, 1))})

    clients = tuple(
        Client(
            id=f"prompt-{prompt}-user-{user}",
            tenant_id=f"prompt-{prompt}",
            rate_fraction=1.0,
            arrival=Arrival(process="poisson"),
            input_distribution=lengths("question_len", prefix.question_len),
            output_distribution=lengths("output_len", prefix.output_len),
            prefix_group=f"prompt-{prompt}",
            prefix_length=prefix.system_prompt_len,
        )
        for prompt in range(prefix.num_unique_system_prompts)
        for user in range(prefix.num_users_per_system_prompt)
    )
    return spec.replace(inference_perf=None, clients=clients, aggregate_rate=compact.stages[0].rate)
