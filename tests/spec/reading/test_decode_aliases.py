"""Aliases and merges stand for what is written elsewhere, and what is wrong there is told once."""

from __future__ import annotations

import pytest
from decoding import codes, good, only_problem, place

from blis_tui.spec.format.model import Arrival, GoodputTargets
from blis_tui.spec.reading.decode import decode


def test_aliases_stand_for_their_targets() -> None:
    spec = good("clients:\n- &c {id: a, arrival: &p {process: poisson}}\n- {id: b, arrival: *p}\n- *c\n")
    assert [client.id for client in spec.clients] == ["a", "b", "a"]
    assert spec.clients[1].arrival == Arrival(process="poisson")


def test_a_wrong_scalar_is_told_where_its_alias_stands() -> None:
    decoded = decode("version: &v abc\nseed: *v\nhorizon: *v\n")
    assert [(p.code, p.path, p.line, p.column) for p in decoded.problems] == [
        ("wrong-type", ("seed",), 2, 7),
        ("wrong-type", ("horizon",), 3, 10),
    ]


def test_a_problem_inside_an_alias_is_told_once_and_every_path_is_broken() -> None:
    decoded = decode("clients:\n- arrival: &p {cv: x, proces: poisson}\n- arrival: *p\n")
    assert [(p.code, p.line, p.column) for p in decoded.problems] == [("wrong-type", 2, 20), ("unknown-key", 2, 23)]
    assert {("clients", index, "arrival", "cv") for index in (0, 1)} <= decoded.broken
    assert {("clients", index, "arrival", "process") for index in (0, 1)} <= decoded.broken


def test_inside_an_alias_nothing_is_mended() -> None:
    text = "version: &v '8'\nseed: *v\nclients:\n- &c\n  id: x\n- <<: *c\n  <<<: 1\n- *c\ncohorts: [*c]\n"
    decoded = decode(text)
    assert [(p.code, p.mend) for p in decoded.problems if p.code == "wrong-type"] == [("wrong-type", None)]
    merged = decode("clients:\n- input_distribution: {params: &p {rtt_m: 5}}\n  network: {<<: *p}\n")
    assert [(p.code, p.mend) for p in merged.problems] == [("unknown-key", None)]
    assert 'did you mean "rtt_ms"?' in merged.problems[0].message
    merged = decode("clients:\n- input_distribution: {params: &p {rtt_ms: 5, bandwidth_mbps: '5'}}\n  network: {<<: *p}\n")
    assert [p.mend is None for p in merged.problems] == [False]


def test_undefined_aliases_are_told_and_the_rest_is_read() -> None:
    decoded = decode("seed: *a\nclients: [*b, {id: c}]\n? *c\n: 1\nhorizon: 5\ncohorts: [{<<: *d, id: e}]\n")
    assert codes(decoded) == ["undefined-alias"] * 4
    assert decoded.spec is not None
    assert decoded.spec.horizon == 5
    assert [client.id for client in decoded.spec.clients] == ["", "c"]
    assert decoded.spec.cohorts[0].id == "e"
    assert decoded.broken == {("seed",), ("clients", 0), ("cohorts", 0)}


def test_an_alias_inside_its_target_is_told() -> None:
    decoded = decode("clients: &c\n- id: a\n- *c\n")
    assert [(p.code, p.line, p.column) for p in decoded.problems] == [("recursive-alias", 3, 3)]
    assert decode("clients:\n- &c {<<: *c}\n").problems[0].code == "recursive-alias"


def test_merges_add_what_is_missing() -> None:
    text = """\
clients:
- &a {id: a, tenant_id: t, arrival: {process: poisson, cv: 1}}
- &b
  <<: *a
  id: b
- {<<: [{id: c}, *b], tenant_id: u}
- <<: *b
  arrival: {process: gamma}
"""
    spec = good(text)
    assert [(client.id, client.tenant_id) for client in spec.clients] == [("a", "t"), ("b", "t"), ("c", "u"), ("b", "t")]
    assert spec.clients[2].arrival == Arrival(process="poisson", cv=1.0)
    assert spec.clients[3].arrival == Arrival(process="gamma")


def test_merges_reach_params_and_names_too() -> None:
    text = """\
clients:
- input_distribution: {params: &p {a: 1, b: 2}}
  output_distribution: {params: {<<: *p, b: 3}}
goodput_slo_targets:
  x: &x {ttft_ms: 1}
  y: {<<: *x, e2e_ms: 2}
"""
    spec = good(text)
    assert spec.clients[0].output_distribution.params == {"b": 3.0, "a": 1.0}
    assert spec.goodput_slo_targets["y"] == GoodputTargets(ttft_ms=1.0, e2e_ms=2.0)


@pytest.mark.parametrize(
    ("text", "place_"),
    [
        ("<<: 5", (1, 5)),
        ("<<: ~", (1, 5)),
        ("<<:\nseed: 1", (1, 4)),
        ("<<: [{}, x]", (1, 10)),
        ("goodput_slo_targets: &g {}\n<<: [[*g]]", (2, 6)),
        ("clients: &c []\n<<: *c", (2, 5)),
    ],
)
def test_only_mappings_can_be_merged(text: str, place_: tuple[int, int]) -> None:
    problem = only_problem(text)
    assert (problem.code, place(problem)) == ("wrong-merge", place_)
    assert () in decode(text).broken


def test_a_quoted_merge_key_is_just_a_key() -> None:
    assert only_problem("'<<': {seed: 1}").code == "unknown-key"
    assert good("clients: [{input_distribution: {params: {'<<': 1}}}]").clients[0].input_distribution.params == {"<<": 1.0}


def test_problems_of_merged_keys_stand_where_they_are_written() -> None:
    decoded = decode("clients:\n- &a {id: [x], rate: 5}\n- {<<: *a}\n- {<<: *a}\n")
    assert [(p.code, p.line, p.column) for p in decoded.problems] == [("wrong-type", 2, 11), ("unknown-key", 2, 16)]
    assert ("clients", 2, "id") in decoded.broken
