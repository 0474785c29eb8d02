"""What is generated, written as the slow reference does."""

from __future__ import annotations

from reference.generator import Request

from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.generate import generate_tuned
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.tuning import Tuning


def rows(
    spec: WorkloadSpec, threads: int | None = None, server: AssumedServer | None = None, tuning: Tuning | None = None
) -> list[Request]:
    """Generate a spec, and write its requests as the reference does."""
    requests = generate_tuned(spec, tuning or Tuning(), threads=threads, server=server)
    names, tenants, classes = (requests.clients.column(name) for name in ("id", "tenant_id", "slo_class"))
    columns = zip(
        requests.arrival_us.tolist(),
        requests.client.tolist(),
        requests.prefix_length.tolist(),
        requests.session.tolist(),
        requests.user.tolist(),
        requests.round.tolist(),
        requests.reason_ratio.tolist(),
        requests.deadline_us.tolist(),
        requests.slo_target_us.tolist(),
        requests.streaming.tolist(),
        zip(*(getattr(requests, f"{kind}_tokens").tolist() for kind in ("text", "image", "audio", "video")), strict=True),
        requests.input_tokens.tolist(),
        requests.output_tokens.tolist(),
        requests.tokens(),
        strict=True,
    )
    result = []
    for arrival, client, prefix, session, user, *rest, inputs, outputs, ids in columns:
        assert (len(ids[0]), len(ids[1])) == (inputs, outputs)
        who = (names[client], tenants[client], classes[client], prefix, ids[0].tolist(), ids[1].tolist())
        result.append(Request(arrival, *who, f"concurrency_{names[client]}_user_{user}" if user >= 0 else session, *rest))
    return result
