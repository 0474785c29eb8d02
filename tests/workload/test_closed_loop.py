"""What is sent with an assumed server: the streams that BLIS made of it, to the last token, and random specs."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference.closed_loop import send
from reference.generator import generate as plan_slowly
from reference_rows import rows
from workload_specs import SECOND, client, common, compact_specs, explicit, explicit_specs, reasonings, seeds, thorough, windows

from blis_tui.formats.export import write_to
from blis_tui.problems import SpecError
from blis_tui.spec.format.model import Client, Lifecycle, WorkloadSpec
from blis_tui.spec.reading.decode import decode
from blis_tui.workload.generate import generate
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.tuning import Tuning

GOLDEN = Path(__file__).parent.parent / "golden" / "closed-loop"
CASES = {name: rest for name, *rest in (line.split("\t") for line in (GOLDEN / "digests.tsv").read_text("utf-8").splitlines())}
SERVERS = st.builds(AssumedServer, st.sampled_from([20_000, 200_000, 437_123]), st.sampled_from([0, 1, 5000, 31_007]))


def spec_of(name: str) -> WorkloadSpec:
    decoded = decode((GOLDEN / f"{name}.yaml").read_text("utf-8"))
    assert not decoded.problems
    assert decoded.spec is not None
    return decoded.spec


def test_all_cases_are_there() -> None:
    assert len(CASES) == 17
    assert {path.stem for path in GOLDEN.glob("*.yaml")} == {path.stem for path in GOLDEN.glob("*.csv")} == set(CASES)


@pytest.mark.usefixtures("each_kernel")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", sorted(CASES))
def test_what_is_sent_is_what_blis_sends(name: str, threads: int) -> None:
    ttft, itl, count, digest = CASES[name]
    spec = spec_of(name)
    requests = generate(spec, server=AssumedServer(int(ttft), int(itl)), threads=threads)
    assert requests.sent
    assert len(requests) == int(count)
    stream = io.BytesIO()
    write_to(stream, spec, "csv", requests=requests)
    body = stream.getvalue().partition(b"\n")[2]
    assert body.splitlines() == (GOLDEN / f"{name}.csv").read_bytes().splitlines()
    assert hashlib.sha256(body).hexdigest() == digest


@st.composite
def closed_specs(draw: st.DrawFn) -> WorkloadSpec:
    """Draw a spec of conversations, of virtual users, or of users beside clients with a rate."""
    kind = draw(st.sampled_from(["chats", "users", "mixed", "same ids"]))
    clients = []
    prefixes = st.tuples(st.sampled_from(["", "g", "g", "h"]), st.sampled_from([0, 1, 5, 9, 30]))
    for number in range(draw(st.integers(1, 3))):
        fields: dict[str, Any] = draw(common()) | {"timeout": draw(st.sampled_from([None, None, 0, 5, 400_000]))}
        name = "c" if kind == "same ids" else f"c{number}"
        if kind == "users" or (kind == "mixed" and number == 0):
            own = {
                key: value for key, value in fields.items() if key not in ("reasoning", "multimodal", "closed_loop", "arrival")
            }
            think = draw(st.sampled_from([0, 1, 7, 300_000, 2 * SECOND]))
            clients.append(Client(id=name, concurrency=draw(st.integers(1, 5)), think_time_us=think, **own))
            continue
        fields["reasoning"] = None if kind == "mixed" else draw(reasonings())
        fields["prefix_group"], fields["prefix_length"] = draw(prefixes)
        if draw(st.integers(0, 3)) == 0:
            fields["lifecycle"] = Lifecycle(windows=draw(windows(st.none())))
        clients.append(Client(id=name, rate_fraction=draw(st.sampled_from([0.1, 1.0, 1 / 3])), **fields))
    horizon, count = draw(st.sampled_from([(3, 0), (8, 0), (0, 5), (0, 30), (3, 1), (8, 30)]))
    return WorkloadSpec(
        version="2",
        seed=draw(seeds),
        aggregate_rate=draw(st.sampled_from([1.0, 4.0])),
        clients=tuple(clients),
        horizon=horizon * SECOND,
        num_requests=count,
    )


@pytest.mark.usefixtures("each_kernel")
@given(closed_specs(), SERVERS, st.sampled_from([1, 2]), st.sampled_from([Tuning(), Tuning(1, 3)]))
@thorough(80)
def test_random_closed_loops(spec: WorkloadSpec, server: AssumedServer, threads: int, tuning: Tuning) -> None:
    assert rows(spec, threads, server, tuning) == send(spec, server.ttft_us, server.itl_us)


@pytest.mark.usefixtures("each_kernel")
@given(st.one_of(explicit_specs(), compact_specs("2"), compact_specs("1")), SERVERS)
@thorough(60)
def test_random_specs_of_other_kinds(spec: WorkloadSpec, server: AssumedServer) -> None:
    assert rows(spec, None, server) == send(spec, server.ttft_us, server.itl_us)


@pytest.mark.parametrize("name", sorted(name for name in CASES if name.startswith("chat")))
def test_without_a_server_it_is_the_plan(name: str) -> None:
    spec = spec_of(name)
    requests = generate(spec)
    assert not requests.sent
    assert not requests.follow_up.any()
    np.testing.assert_array_equal(requests.prefix_length, requests.prefix_tokens)
    assert rows(spec) == plan_slowly(spec)


@given(explicit_specs())
@thorough(20)
def test_a_server_changes_nothing_where_nothing_waits(spec: WorkloadSpec) -> None:
    spec = spec.replace(
        clients=tuple(each.replace(closed_loop=False) for each in spec.clients),
        cohorts=tuple(each.replace(closed_loop=False) for each in spec.cohorts),
    )
    assert rows(spec, None, AssumedServer()) == rows(spec)


@pytest.mark.parametrize("name", sorted(name for name in CASES if not name.startswith("chat")))
def test_virtual_users_need_an_assumption(name: str) -> None:
    with pytest.raises(SpecError) as caught:
        generate(spec_of(name))
    (problem,) = caught.value.problems
    assert problem.code == "not-generated"
    assert "--assume ttft=200ms,itl=20ms" in problem.message
    assert problem.path[0] == "clients" and problem.path[-1] == "concurrency"


def test_users_that_never_stop_are_refused() -> None:
    pool = client("pool", rate_fraction=0.0, concurrency=3)
    spec = explicit(pool, aggregate_rate=0.0)
    with pytest.raises(SpecError, match="endlessly"):
        generate(spec, server=AssumedServer(0, 0))
    assert len(generate(spec.replace(num_requests=50), server=AssumedServer(0, 0))) == 50


def test_users_of_clients_with_one_id_are_refused() -> None:
    """BLIS makes one session of two such users."""
    pools = [client("pool", rate_fraction=0.0, concurrency=3, think_time_us=SECOND) for _ in range(2)]
    with pytest.raises(SpecError, match=r"clients\[1\]\.id"):
        generate(explicit(*pools, aggregate_rate=0.0), server=AssumedServer())
