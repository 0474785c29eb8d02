"""Random small specs of every kind, against the slow reference implementation."""

from __future__ import annotations

import pytest
from hypothesis import given
from reference.generator import Request
from reference.generator import generate as generate_slowly
from workload_specs import compact_specs, explicit_specs, stepped_specs, thorough

from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload.generate import generate
from blis_tui.workload.server import AssumedServer

pytestmark = pytest.mark.usefixtures("each_kernel")


def rows(spec: WorkloadSpec, threads: int | None = None, server: AssumedServer | None = None) -> list[Request]:
    """Generate a spec, and write its requests as the reference does."""
    requests = generate(spec, threads=threads, server=server)
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


@given(explicit_specs())
@thorough(120)
def test_explicit_clients_and_cohorts(spec: WorkloadSpec) -> None:
    assert rows(spec) == generate_slowly(spec)


@given(compact_specs("2"))
@thorough(120)
def test_compact_version_2(spec: WorkloadSpec) -> None:
    assert rows(spec) == generate_slowly(spec)


@given(compact_specs("1"))
@thorough(120)
def test_compact_version_1(spec: WorkloadSpec) -> None:
    assert rows(spec) == generate_slowly(spec)


@given(stepped_specs())
@thorough(120)
def test_version_1_windows_with_rates(spec: WorkloadSpec) -> None:
    assert rows(spec) == generate_slowly(spec)
