"""The contracts of expansion and generation, each named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blis_tui.problems import ERROR, Cancelled, SpecError
from blis_tui.spec.check import check
from blis_tui.spec.model import Distribution, InferencePerf, SharedPrefix, Stage, WorkloadSpec
from blis_tui.spec.validate import validate
from blis_tui.workload import clients as clients_module
from blis_tui.workload.expand import expand
from blis_tui.workload.generate import generate
from blis_tui.workload.lengths import length_sampler
from blis_tui.workload.random.stream import Stream

ROOT = Path(__file__).parent.parent.parent


def compact(
    version: str = "1", stages: tuple[tuple[float, int], ...] = ((10.0, 20),), chat: bool = False, **options: Any
) -> WorkloadSpec:
    prompts, users = options.pop("prompts", 3), options.pop("users", 4)
    return WorkloadSpec(
        version=version,
        horizon=options.pop("horizon", sum(duration for _, duration in stages) * 1_000_000),
        inference_perf=InferencePerf(
            stages=tuple(Stage(rate=rate, duration=duration) for rate, duration in stages),
            shared_prefix=SharedPrefix(
                num_unique_system_prompts=prompts,
                num_users_per_system_prompt=users,
                system_prompt_len=11,
                question_len=23,
                output_len=17,
                enable_multi_turn_chat=chat,
            ),
        ),
        **options,
    )


def test_bc_3_n_times_m_clients_in_n_groups() -> None:
    clients = expand(compact())
    assert len(clients) == 12
    assert [client.id for client in clients[:5]] == [f"prompt-0-user-{user}" for user in range(4)] + ["prompt-1-user-0"]
    groups = [client.prefix_group for client in clients]
    assert {group: groups.count(group) for group in groups} == {"prompt-0": 4, "prompt-1": 4, "prompt-2": 4}
    for client in clients:
        assert client.tenant_id == client.prefix_group
        assert (client.rate_fraction, client.slo_class, client.arrival.process) == (1 / 12, "batch", "poisson")


@pytest.mark.parametrize("version", ["1", "2"])
def test_bc_4_requests_of_a_group_begin_with_the_same_tokens(version: str) -> None:
    requests = generate(compact(version, seed=3))
    assert {client.prefix_length for client in requests.clients} == {11}
    beginnings: dict[str, set[bytes]] = {}
    groups = list(requests.clients.column("prefix_group"))
    for client, (ids, _) in zip(requests.client.tolist(), requests.tokens(), strict=True):
        beginnings.setdefault(groups[client], set()).add(ids[:11].tobytes())
    assert [len(found) for found in beginnings.values()] == [1, 1, 1]
    assert len(set.union(*beginnings.values())) == 3


def test_bc_5_lengths_become_constant_distributions() -> None:
    client = expand(compact())[0]
    assert client.input_distribution == Distribution(type="constant", params={"value": 23})
    assert client.output_distribution == Distribution(type="constant", params={"value": 17})


@pytest.mark.parametrize(("value", "drawn"), [(5, 5), (1, 1), (0, 1), (-3, 1), (2.9, 2)])
def test_bc_6_a_constant_is_the_same_whatever_the_random_state(value: float, drawn: int) -> None:
    sampler = length_sampler(Distribution(type="constant", params={"value": value}))
    stream = Stream.seeded(1)
    assert [sampler(stream) for _ in range(3)] == [drawn] * 3
    assert stream.at == 0


def test_bc_7_chat_in_version_1() -> None:
    clients = expand(compact(chat=True))
    reasoning = clients[0].reasoning
    assert reasoning is not None and reasoning.multi_turn is not None
    turns = reasoning.multi_turn
    assert (turns.max_rounds, turns.think_time_us, turns.context_growth, turns.single_session) == (
        5,
        500_000,
        "accumulate",
        False,
    )
    assert reasoning.reason_ratio_distribution == Distribution(type="constant", params={"value": 0})
    assert clients.category == "reasoning"
    assert expand(compact())[0].reasoning is None
    assert expand(compact()).category == "language"
    assert expand(compact(chat=True, category="language")).category == "language"


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("chat", [False, True])
@pytest.mark.parametrize("stages", [((10.0, 20),), ((10.0, 20), (15.0, 10))])
def test_bc_8_an_expansion_passes_the_validation_of_hand_written_specs(
    version: str, chat: bool, stages: tuple[tuple[float, int], ...]
) -> None:
    spec = compact(version, stages, chat)
    clients = expand(spec)
    explicit = spec.replace(
        inference_perf=None, clients=tuple(clients), aggregate_rate=clients.aggregate_rate, category=clients.category
    )
    assert [problem for problem in validate(explicit) if problem.severity == ERROR] == []


def test_bc_9_the_same_in_every_process() -> None:
    script = (
        "import hashlib, blis_tui\n"
        "requests = blis_tui.generate(blis_tui.load('examples/cohorts.yaml'))\n"
        "digest = hashlib.sha256(requests.arrival_us.tobytes())\n"
        "for a, b in requests.tokens(): digest.update(a.tobytes() + b.tobytes())\n"
        "print(digest.hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(runs) == 1


def test_bc_9_expanding_and_generating_leave_the_spec_as_it_was() -> None:
    checked = check((ROOT / "examples" / "cohorts.yaml").read_bytes())
    before = repr(checked.spec)
    assert checked.spec is not None
    generate(checked.spec)
    assert repr(checked.spec) == before


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "golden").glob("*.yaml")), ids=lambda path: path.stem)
def test_arrivals_never_decrease_and_requests_have_tokens(path: Path) -> None:
    spec = check(path.read_bytes()).spec
    assert spec is not None
    requests = generate(spec)
    assert (np.diff(requests.arrival_us) >= 0).all()
    assert (requests.output_tokens >= 1).all()
    assert (requests.input_tokens > requests.prefix_tokens).all()
    if spec.num_requests:
        assert len(requests) <= spec.num_requests


def test_a_spec_with_errors_is_refused_with_its_problems() -> None:
    with pytest.raises(SpecError) as caught:
        generate(compact(stages=((10.0, 0),)))
    assert "inference_perf.stages[0].duration must be positive" in str(caught.value)


def test_a_million_clients_are_counted_and_looked_at_without_being_built(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = expand(compact("2", ((1_000_000.0, 10), (5.0, 10)), prompts=1000, users=1000))
    built = []
    member = clients_module.ClientBlock.member
    monkeypatch.setattr(clients_module.ClientBlock, "member", lambda *given: built.append(1) or member(*given))
    assert len(clients) == 2_000_000
    assert clients[1_500_000:1_500_050][49].id == "stage-1-prompt-500-user-49"
    assert len(built) == 50
    assert clients.column("prefix_group")[1_999_999] == "prompt-999"
    assert len(built) == 50


def test_progress_is_told_and_can_cancel() -> None:
    told: list[float] = []
    generate(compact("2", ((50.0, 200), (50.0, 200))), progress=told.append)
    assert told == sorted(told) and told[-1] == 1.0 and len(told) > 2

    def stop(done: float) -> None:
        if done > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        generate(compact("2", ((50.0, 200), (50.0, 200))), progress=stop)
