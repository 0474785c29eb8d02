"""What requests can be told apart by."""

from __future__ import annotations

import pytest

from blis_tui.spec.check import check
from blis_tui.workload.generate import generate
from blis_tui.workload.requests import Requests
from blis_tui.workload.totals.groups import CLIENT, COHORT, KINDS, PREFIX, SLO, TENANT, groups, kinds_in

SHAPE = (
    "arrival: {process: poisson}, input_distribution: {type: constant, params: {value: 9}}, "
    "output_distribution: {type: constant, params: {value: 3}}"
)
COMPACT = """\
version: "2"
horizon: 12000000
inference_perf:
  stages: [{rate: 8.0, duration: 6}, {rate: 20.0, duration: 6}]
  shared_prefix:
    num_unique_system_prompts: 3
    num_users_per_system_prompt: 2
    system_prompt_len: 10
    question_len: 5
    output_len: 4
"""
MIXED = f"""\
version: "2"
horizon: 60000000
aggregate_rate: 20
clients:
  - {{id: one, tenant_id: acme, slo_class: batch, rate_fraction: 0.4, {SHAPE}}}
  - {{id: two, slo_class: standard, prefix_group: manual, prefix_length: 7, rate_fraction: 0.2, {SHAPE}}}
cohorts:
  - {{id: crowd, tenant_id: acme, slo_class: batch, population: 3, rate_fraction: 0.4, {SHAPE}}}
"""


def made(text: str) -> Requests:
    spec = check(text).spec
    assert spec is not None
    return generate(spec)


def cohort(client: str) -> str:
    return "crowd" if client.startswith("crowd-") else "no cohort"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", [COMPACT, MIXED])
def test_each_request_is_in_the_group_of_its_client(kind: str, text: str) -> None:
    requests = made(text)
    of, name = groups(kind, requests)
    for number, client in zip(of.tolist(), requests.client.tolist(), strict=True):
        own = requests.clients[client]
        wanted = {
            PREFIX: own.prefix_group or "no prefix",
            TENANT: own.tenant_id or "no tenant",
            SLO: own.slo_class,
            COHORT: cohort(own.id),
            CLIENT: own.id,
        }
        assert name(number) == wanted[kind]
    assert len({name(number) for number in set(of.tolist())}) == len(set(of.tolist()))


def test_only_what_tells_clients_apart_is_offered() -> None:
    assert kinds_in(made(COMPACT).clients) == [PREFIX, TENANT, CLIENT]
    assert kinds_in(made(MIXED).clients) == list(KINDS)
    alone = MIXED[: MIXED.index("  - {id: two")].replace("0.4", "1.0")
    assert kinds_in(made(alone).clients) == []
