"""Expansions are made of blocks and build their clients only when asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from workload_specs import client, compact, explicit

from blis_tui.problems import SpecError
from blis_tui.spec.format.model import Client, Cohort
from blis_tui.workload.expansion.compact import expand


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Count the clients that are built."""
    count = [0]
    original = Client.__init__

    def counting(self: Client, **values: object) -> None:
        count[0] += 1
        original(self, **values)

    monkeypatch.setattr(Client, "__init__", counting)
    return count


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_million_clients_cost_nothing_until_they_are_looked_at(built: list[int], version: str) -> None:
    spec = compact((2_000_000.0, 10), version=version, prompts=1000, users=1000, horizon=1)
    clients = expand(spec)
    assert len(clients) == 1_000_000
    assert built[0] < 10
    page = clients[500_000:500_050]
    assert [member.id for member in page] == [f"prompt-500-user-{user}" for user in range(50)]
    assert built[0] < 160
    after = built[0]
    ids = clients.column("id")
    assert len(ids) == 1_000_000
    assert (ids[-1], ids[7], ids[999_999]) == ("prompt-999-user-999", "prompt-0-user-7", "prompt-999-user-999")
    assert ids[500_000:500_002] == ["prompt-500-user-0", "prompt-500-user-1"]
    assert clients.column("tenant_id")[1_000] == clients.column("prefix_group")[1_999] == "prompt-1"
    assert clients.column("slo_class")[0] == ("batch" if version == "1" else "standard")
    assert clients.column("adapter")[12] == clients.column("model")[12] == ""
    assert built[0] == after


def test_clients_are_sequences() -> None:
    clients = expand(compact((9, 9), (3, 9), version="2", prompts=2, users=2))
    everyone = list(clients)
    assert [member.id for member in everyone] == [
        f"stage-{s}-prompt-{p}-user-{u}" for s in (0, 1) for p in (0, 1) for u in (0, 1)
    ]
    assert everyone == [clients[number] for number in range(8)] == clients[:]
    assert clients[-1] == everyone[7]
    assert clients[::-3] == everyone[::-3]
    assert clients[5:100] == everyone[5:]
    assert list(clients.column("id")) == [member.id for member in everyone]
    assert everyone[3] in clients
    assert clients.index(everyone[3]) == 3
    for index in (8, -9):
        with pytest.raises(IndexError):
            clients[index]


def test_blocks_follow_each_other_in_the_order_of_the_reference() -> None:
    cohort = Cohort(id="co", population=3, rate_fraction=0.6, prefix_group="g", prefix_sharing="per_member", **common())
    shared = cohort.replace(id="all", prefix_sharing="shared", population=2)
    clients = expand(explicit(client("a"), client("b"), cohorts=(cohort, shared)))
    assert list(clients.column("id")) == ["a", "b", "co-0", "co-1", "co-2", "all-0", "all-1"]
    assert list(clients.column("prefix_group")) == ["", "", "g-0", "g-1", "g-2", "g", "g"]
    assert [member.rate_fraction for member in clients][2:] == [0.6 / 3] * 3 + [0.6 / 2] * 2
    assert clients[3].tenant_id == "t"


def common() -> dict[str, object]:
    one = client()
    return {
        "tenant_id": "t",
        "arrival": one.arrival,
        "input_distribution": one.input_distribution,
        "output_distribution": one.output_distribution,
    }


def test_version_1_renames_the_service_classes_of_clients_only() -> None:
    spec = explicit(client("a", slo_class="realtime"), client("b", slo_class="interactive"), client("c", slo_class="batch"))
    assert list(expand(spec.replace(version="1")).column("slo_class")) == ["critical", "standard", "batch"]
    assert [member.slo_class for member in expand(spec.replace(version=""))] == ["critical", "standard", "batch"]


def test_chat_of_version_2_deals_the_rounds() -> None:
    clients = expand(compact((7, 1), (4, 3), version="2", prompts=1, users=3, enable_multi_turn_chat=True))
    rounds = [member.reasoning.multi_turn.max_rounds for member in clients if member.reasoning and member.reasoning.multi_turn]
    assert rounds == [3, 2, 2, 4, 4, 4]
    turns = clients[0].reasoning
    assert turns and turns.multi_turn
    assert (turns.multi_turn.think_time_us, turns.multi_turn.single_session) == (int(3 / 7 * 1e6), True)


def test_rates_of_an_expansion() -> None:
    assert expand(compact((8, 10), (20, 10), version="2")).aggregate_rate == 28.0
    assert expand(compact((8, 10), (20, 10), version="2", aggregate_rate=5.0)).aggregate_rate == 28.0
    assert expand(compact((8, 10), (20, 10), version="2", aggregate_rate=5.0)).peak_rate == 20.0
    assert expand(explicit(client())).peak_rate == 10.0


def test_errors_of_the_spec_are_raised_all_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        expand(compact((-1, 0), version="2", prompts=0, output_len=-1))
    assert len(caught.value.problems) >= 4
