"""A check that is helped by that of a similar text finds what a check of the whole text finds."""

from __future__ import annotations

import os

import pytest
from documents import documents, records, spec_data
from hypothesis import given, settings
from hypothesis import strategies as st
from similar_texts import CLIENTS, changes, client_files, seen

from blis_tui.spec.check import Checked, check
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import Tree
from blis_tui.spec.yaml.recomposing import recompose

EXAMPLES = int(os.environ.get("BLIS_TUI_EXAMPLES", "100"))


def same_tree(found: Tree, expected: Tree) -> None:
    assert (found.text, found.problems, found.linked) == (expected.text, expected.problems, expected.linked)
    assert found.size >= expected.size
    assert seen(found.root) == seen(expected.root)


@settings(max_examples=EXAMPLES, deadline=None)
@given(client_files() | documents(records(WorkloadSpec, 3)) | documents(spec_data), st.data())
def test_a_helped_check_is_a_check(text: str, choices: st.DataObject) -> None:
    base = check(text)
    for _ in range(4):
        text = choices.draw(changes(text))
        helped, alone = check(text, base=base), check(text)
        assert (helped.text, helped.spec, helped.problems) == (alone.text, alone.spec, alone.problems)
        assert helped.decoded is not None and alone.decoded is not None
        assert (helped.decoded.problems, helped.decoded.broken) == (alone.decoded.problems, alone.decoded.broken)
        same_tree(helped.tree, alone.tree)
        base = helped if helped.spec is not None else base


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ("id: a", "id: another", [None, 1, 2]),
        ("0.25\n", "0.2x\n", [None, 1, 2]),
        ("cv: 2", "cv: 2.5", [0, None, 2]),
        ("rate_fraction: 0.5", "rate_fraction: 0.5\n    streaming: true", [0, 1, None]),
        ("  # the second\n", "", [None, 1, 2]),
        ("  -\n    id: c\n    rate_fraction: 0.5\n", "", [0, None]),
        ("  - id: a\n", "  - id: z\n    rate_fraction: 1\n  - id: a\n", [None, None, 1, 2]),
        ("  - {id: b, rate_fraction: 0.25, arrival: {process: gamma, cv: 2}}\n", "", [0, 2]),
        ("42", "43", [0, 1, 2]),
        ('version: "2"', "version: '1'", [0, 1, 2]),
        ("horizon: 1000000\n", "", [0, 1, 2]),
        ("horizon: 1000000\n", "horizon: 1000000\nnum_requests: 5\n", [0, 1, 2]),
        ("nine", "9", [0, 1, 2]),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_is_not_near_a_change_is_kept(old: str, new: str, kept: list[int | None], newline: str) -> None:
    text = CLIENTS.replace("\n", newline)
    changed = text.replace(old.replace("\n", newline), new.replace("\n", newline), 1)
    assert changed != text
    tree = recompose(compose(text), changed)
    assert tree is not None
    same_tree(tree, compose(changed))
    clients = tree.find(("clients",))
    assert clients is not None
    found = [*clients.items.kept]
    assert found == kept
    before = check(text)
    after = check(changed, base=before)
    assert before.spec is not None and after.spec is not None
    for index, index_before in enumerate(found):
        if index_before is not None:
            assert after.spec.clients[index] is before.spec.clients[index_before]


@pytest.mark.parametrize(
    "changed",
    [
        CLIENTS.replace("id: a", "id: &x a"),
        CLIENTS.replace("id: a", "id: !!str a"),
        CLIENTS.replace("  - id: a", "   - id: a"),
        CLIENTS.replace("id: a", 'id: "a'),
        CLIENTS.replace("    rate_fraction: 0.25\n", "   rate_fraction: 0.25\n"),
        CLIENTS.replace("id: a\n", "id: a\n...\n"),
        CLIENTS.replace("id: a\n", "id: a\u2028\n"),
        CLIENTS.replace("poisson}\n\n", "poisson}\n\t\n"),
    ],
)
def test_where_it_is_not_sure_there_is_no_answer(changed: str) -> None:
    assert changed != CLIENTS
    assert recompose(compose(CLIENTS), changed) is None


def test_the_base_stays_as_it_is() -> None:
    base = check(CLIENTS)
    before = seen(base.tree.root)
    again: Checked = base
    for rate in ("0.3", "0.33333", "1"):
        again = check(CLIENTS.replace("0.25", rate, 1), base=again)
    assert seen(base.tree.root) == before
    assert again.spec is not None and again.spec.clients[0].rate_fraction == 1


def test_clients_are_looked_at_again_where_other_rules_hold_for_them() -> None:
    """Version 1 has names of its own for SLO classes, and windows with rates change what clients may have."""
    text = 'version: "1"\naggregate_rate: 5\nhorizon: 9\nclients:\n' + "".join(
        f"  - id: c{number}\n    slo_class: realtime\n    rate_fraction: 1\n    arrival: {{process: poisson}}\n"
        "    input_distribution: {type: constant, params: {value: 1}}\n"
        "    output_distribution: {type: constant, params: {value: 1}}\n"
        for number in range(3)
    )
    first = check(text)
    assert first.ok
    for old, new in (('"1"', '"2"'), ("aggregate_rate: 5", "aggregate_rate: x"), ("fraction: 1", "fraction: -1")):
        changed = text.replace(old, new, 1)
        found = check(changed, base=first)
        assert found.problems == check(changed).problems and found.errors
        assert check(text, base=found).problems == first.problems
