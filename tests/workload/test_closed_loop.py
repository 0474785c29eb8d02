"""What is sent with an assumed server: the streams that BLIS made of it, to the last token, and random specs."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference.closed_loop import send
from reference.generator import generate as plan_slowly
from reference_rows import rows
from workload_specs import SECOND, client, closed_specs, compact_specs, constant, explicit, explicit_specs, thorough, turns

from blis_tui.formats.export import write_to
from blis_tui.problems import SpecError
from blis_tui.spec.format.model import WorkloadSpec
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


def test_of_very_many_users_only_those_who_begin_cost_something() -> None:
    users = tuple(client(name, concurrency=2**62, think_time_us=SECOND, rate_fraction=0.0) for name in "ab")
    requests = generate(explicit(*users, num_requests=20), server=AssumedServer())
    assert len(requests) == 20
    assert set(requests.client.tolist()) == {0}


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


@pytest.mark.usefixtures("each_kernel")
@given(closed_specs(), SERVERS, st.sampled_from([1, 2]), st.sampled_from([Tuning(), Tuning(1, 3)]))
@thorough(80)
def test_random_closed_loops(spec: WorkloadSpec, server: AssumedServer, threads: int, tuning: Tuning) -> None:
    assert rows(spec, threads, server, tuning) == send(spec, server.ttft_us, server.itl_us)


@pytest.mark.usefixtures("each_kernel")
@pytest.mark.parametrize("output", [33, 2000])
def test_follow_ups_repeat_a_first_round_that_a_client_of_the_same_id_began(output: int) -> None:
    """That client's stream has gone past the round's first token, which the follow-up is drawn from again."""
    alone = client("c", reasoning=turns(1), output_distribution=constant(output))
    growing = client("c", reasoning=turns(2, accumulate=True), output_distribution=constant(1))
    spec = explicit(alone, growing, aggregate_rate=40.0, horizon=3 * SECOND)
    sent = rows(spec, None, AssumedServer(20_000, 0))
    assert sent == send(spec, 20_000, 0)
    assert {len(row.input) for row in sent if row.round} >= {4 + output + 4}


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
