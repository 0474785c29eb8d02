"""The behavioural contracts of expanding and generating (those of reading files are in tests/spec)."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streams import drawing
from workload_specs import SECOND, client, compact, compact_specs, constant, explicit, seeds, thorough, turns

from blis_tui.problems import ERROR
from blis_tui.spec.format.model import Client, Cohort, Drain, Spike, WorkloadSpec
from blis_tui.spec.rules.file_errors import validate
from blis_tui.workload import kernel
from blis_tui.workload.expansion.clients import Expansion
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests
from blis_tui.workload.sampling.lengths import length_sampler

pytestmark = pytest.mark.usefixtures("each_kernel")

NINE_BY_FIVE = {"prompts": 9, "users": 5, "system_prompt_len": 100, "question_len": 447, "output_len": 248}


def spans(client: Client) -> list[tuple[int, int]]:
    return [(window.start_us, window.end_us) for window in client.lifecycle.windows] if client.lifecycle else []


def as_explicit(spec: WorkloadSpec, clients: Expansion, **fields: object) -> WorkloadSpec:
    """Write the clients of a spec out."""
    return spec.replace(
        inference_perf=None,
        cohorts=(),
        clients=tuple(clients),
        aggregate_rate=clients.aggregate_rate,
        category=clients.category,
        **fields,
    )


def contents(requests: Requests) -> list[object]:
    """Everything that requests are, to be compared."""
    names = list(requests.clients.column("id"))
    columns = [requests.arrival_us, requests.input_tokens, requests.output_tokens, requests.prefix_tokens, requests.session]
    columns += [requests.round, requests.reason_ratio, requests.deadline_us, requests.slo_target_us]
    tokens = [(inputs.tolist(), outputs.tolist()) for inputs, outputs in requests.tokens()]
    return [[column.tolist() for column in columns], [names[number] for number in requests.client.tolist()], tokens]


def test_bc_1_every_client_has_a_window_per_stage_back_to_back() -> None:
    for member in expand(compact((8, 600), (20, 600), (1, 5), **NINE_BY_FIVE)):
        assert spans(member) == [(0, 600_000_000), (600_000_000, 1_200_000_000), (1_200_000_000, 1_205_000_000)]


def test_bc_1_one_stage_gives_no_lifecycle() -> None:
    assert all(member.lifecycle is None for member in expand(compact((8, 600))))


def test_bc_2_aggregate_rate_is_the_time_weighted_mean_and_the_peak_stands_beside_it() -> None:
    clients = expand(compact((8, 600), (20, 600)))
    assert (clients.aggregate_rate, clients.peak_rate) == (14.0, 20.0)
    clients = expand(compact((8, 100), (20, 300)))
    assert clients.aggregate_rate == 17.0


@pytest.mark.parametrize("rates", [(8, 20), (20, 8), (1, 40)])
def test_bc_2_the_realised_rate_in_a_window_is_that_of_its_stage(rates: tuple[float, float]) -> None:
    arrivals = generate(compact((rates[0], 600), (rates[1], 600), **NINE_BY_FIVE)).arrival_us
    first = np.count_nonzero(arrivals < 600 * SECOND)
    for count, rate in zip((first, len(arrivals) - first), rates, strict=True):
        assert abs(count - 600 * rate) < 4 * (600 * rate) ** 0.5


def test_bc_3_clients_are_prompts_times_users() -> None:
    clients = list(expand(compact((8, 600), **NINE_BY_FIVE)))
    assert [member.id for member in clients] == [f"prompt-{p}-user-{u}" for p in range(9) for u in range(5)]
    assert [member.prefix_group for member in clients] == [f"prompt-{p}" for p in range(9) for _ in range(5)]
    for member in clients:
        assert member.tenant_id == member.prefix_group
        assert member.rate_fraction == 1 / 45
        assert (member.slo_class, member.arrival.process) == ("batch", "poisson")


def test_bc_4_prefix_length_is_the_system_prompts() -> None:
    assert {member.prefix_length for member in expand(compact((8, 60), system_prompt_len=321))} == {321}


@pytest.mark.parametrize("version", ["1", "2"])
def test_bc_4_requests_of_a_group_begin_with_the_same_tokens_and_of_others_do_not(version: str) -> None:
    requests = generate(compact((30, 2), version=version, prompts=3, users=2, system_prompt_len=40))
    begins: dict[str, set[tuple[int, ...]]] = {}
    groups = requests.clients.column("prefix_group")
    rests = set()
    for member, (inputs, _) in zip(requests.client.tolist(), requests.tokens(), strict=True):
        begins.setdefault(groups[member], set()).add(tuple(inputs[:40].tolist()))
        rests.add(tuple(inputs[40:].tolist()))
    assert len(begins) == 3
    assert all(len(begin) == 1 for begin in begins.values())
    assert len(set.union(*begins.values())) == 3
    assert len(rests) == len(requests)


@pytest.mark.parametrize("version", ["1", "2"])
def test_bc_5_lengths_are_constant(version: str) -> None:
    for member in expand(compact((8, 60), version=version, question_len=447, output_len=248)):
        assert member.input_distribution == constant(447)
        assert member.output_distribution == constant(248)


@given(seeds, st.floats(-1e18, 1e18))
@thorough(100)
def test_bc_6_a_constant_distribution_gives_its_value_whatever_the_random_state(seed: int, value: float) -> None:
    stream = kernel.RandomStream(seed)
    stream.int63()
    draw = drawing(length_sampler(constant(value)))
    assert {draw(stream) for _ in range(3)} == {max(1, int(value))}
    assert stream.place == 1


def test_bc_7_chat_is_five_rounds_that_accumulate() -> None:
    clients = expand(compact((8, 60), (2, 60), enable_multi_turn_chat=True))
    assert clients.category == "reasoning"
    talk = turns(5, 500_000, accumulate=True, reason_ratio_distribution=constant(0))
    assert all(member.reasoning == talk for member in clients)


def test_bc_7_without_chat_there_is_no_reasoning() -> None:
    clients = expand(compact((8, 60)))
    assert clients.category == "language"
    assert all(member.reasoning is None for member in clients)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("chat", [True, False])
def test_bc_7_a_given_category_is_kept(version: str, chat: bool) -> None:
    assert expand(compact((8, 60), version=version, category="multimodal", enable_multi_turn_chat=chat)).category == "multimodal"


@given(st.one_of(compact_specs("1"), compact_specs("2")))
@thorough(60)
def test_bc_8_an_expansion_is_valid_as_it_stands(spec: WorkloadSpec) -> None:
    written_out = as_explicit(spec, expand(spec), horizon=spec.horizon or 60 * SECOND)
    assert not [problem for problem in validate(written_out) if problem.severity == ERROR]


@given(st.one_of(compact_specs("1"), compact_specs("2")))
@thorough(20)
def test_bc_9_the_same_requests_every_time_and_the_input_unchanged(spec: WorkloadSpec) -> None:
    before = repr(spec)
    first = contents(generate(spec))
    assert contents(generate(spec)) == first
    assert repr(spec) == before


PROCESS = """
import hashlib, sys
from blis_tui.spec.reading.decode import decode
from blis_tui.workload.generate import generate
requests = generate(decode(sys.stdin.read()).spec)
digest = hashlib.sha256(requests.arrival_us.tobytes() + requests.client.tobytes())
for pair in requests.tokens():
    for ids in pair:
        digest.update(ids.tobytes())
print(len(requests), digest.hexdigest())
"""
TEXT = """\
version: "1"
seed: 5
inference_perf:
  stages: [{rate: 20.0, duration: 3}, {rate: 4.0, duration: 9}]
  shared_prefix:
    {num_unique_system_prompts: 4, num_users_per_system_prompt: 3, question_len: 9, output_len: 4, enable_multi_turn_chat: true}
"""


def test_bc_9_the_same_requests_in_every_process() -> None:
    printed = set()
    for hash_seed in ("0", "1", "4000000000"):
        environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)}
        command = [sys.executable, "-c", PROCESS]
        printed.add(subprocess.run(command, input=TEXT, capture_output=True, text=True, check=True, env=environment).stdout)
    assert len(printed) == 1


@given(st.one_of(compact_specs("1"), compact_specs("2")))
@thorough(60)
def test_arrivals_never_decrease_and_lengths_reach_what_is_asked(spec: WorkloadSpec) -> None:
    requests = generate(spec)
    assert spec.inference_perf is not None and spec.inference_perf.shared_prefix is not None
    prefix = spec.inference_perf.shared_prefix
    assert (np.diff(requests.arrival_us) >= 0).all()
    assert (requests.output_tokens >= 1).all()
    assert (requests.input_tokens >= prefix.system_prompt_len + prefix.question_len).all()
    assert requests.spec.seed == spec.seed
    assert not spec.num_requests or len(requests) <= spec.num_requests


def test_another_seed_gives_other_requests() -> None:
    assert contents(generate(compact((9, 9), seed=1))) != contents(generate(compact((9, 9), seed=2)))


def test_num_requests_keeps_the_earliest() -> None:
    spec = compact((20, 5), (40, 5))
    everything = generate(spec)
    for count in (1, 60, 150):
        part = generate(spec.replace(num_requests=count))
        assert part.arrival_us.tolist() == everything.arrival_us[:count].tolist()


@given(compact_specs("1"))
@thorough(60)
def test_a_compact_spec_and_its_expansion_give_the_same_requests(spec: WorkloadSpec) -> None:
    requests = generate(spec)
    written_out = as_explicit(spec, requests.clients, horizon=requests.horizon_us or 0)
    assert contents(generate(written_out)) == contents(requests)


def test_cohorts_and_their_clients_give_the_same_requests() -> None:
    cohort = Cohort(
        id="co",
        population=4,
        rate_fraction=0.7,
        arrival=client().arrival,
        input_distribution=constant(3),
        output_distribution=constant(2),
        prefix_group="g",
        prefix_sharing="per_member",
        spike=Spike(start_time_us=SECOND, duration_us=4 * SECOND),
        drain=Drain(start_time_us=9 * SECOND, ramp_duration_us=9 * SECOND),
    )
    spec = explicit(client("a", rate_fraction=0.3), cohorts=(cohort,))
    requests = generate(spec)
    assert len(requests) > 50
    assert {f"co-{number}" for number in range(4)} < set(requests.clients.column("id"))
    assert contents(generate(as_explicit(spec, requests.clients))) == contents(requests)
