"""A check that is helped by that of a similar text finds what a check of the whole text finds."""

from __future__ import annotations

import os
from typing import Any

import pytest
from documents import documents, records, spec_data
from hypothesis import given, settings
from hypothesis import strategies as st

from blis_tui.spec.check import Checked, check
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, Node, Tree
from blis_tui.spec.yaml.recomposing import recompose

EXAMPLES = int(os.environ.get("BLIS_TUI_EXAMPLES", "100"))
FRAGMENTS = ["", "", "7", "x", " ", "  ", "\n", "\n\n", "- ", "\n- ", "\n  - ", "-", "'", '"', "#", " # ", ": ", ":", "{", "}"]
FRAGMENTS += ["[", "]", ",", "|", ">", "|+\n", ">-\n", "? ", "&a ", "*a", "!!str ", "!x!y ", "---\n", "\n---\n", "\n...\n", "\t"]
FRAGMENTS += ["\r", "\r\n", "\u2028", "\x85", "%", "\n%TAG", "<<: ", "\\/", "\x00", "\ufeff", "- id: x\n", "\n- id: y\n", "\n"]
FRAGMENTS += ["\ncohorts:\n", "\nclients:\n", "clients:\n", "\nseed: 1\n", "\n  rate_fraction: 1e\n", "\n\n\n  ", "null", "~"]


@st.composite
def client_files(draw: st.DrawFn) -> str:
    """Make a file of clients and cohorts, each as users write them."""
    parts = draw(
        st.lists(
            st.sampled_from(["clients", "cohorts", "seed: 42\n", "# c\n", "horizon: 5\n", "aggregate_rate: x\n"]), max_size=5
        )
    )
    text = ""
    for part in parts:
        if part.endswith("\n"):
            text += part
            continue
        margin = draw(st.sampled_from(["", "  "]))
        text += f"{part}:\n" + "".join(margin + draw(items(margin)) for _ in range(draw(st.integers(0, 4))))
    return text


def items(margin: str) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [
            f"- id: a\n{margin}  rate_fraction: 0.5\n{margin}  arrival: {{process: poisson}}\n",
            f"- id: 'b'\n\n{margin}  # about it\n{margin}  arrival:\n{margin}    process: gamma\n{margin}    cv: 2\n",
            f"-\n{margin}    id: c\n{margin}    rate_fraction: .5.\n",
            "- {id: d, rate_fraction: 1, input_distribution: {type: constant, params: {value: 3}}}\n",
            f"- id: |\n{margin}     text\n\n",
            f"- id: >+\n{margin}     text\n\n\n",
            f"- id: e\n{margin}  id: f\n{margin}  rate: 1\n",
            f"- # none\n{margin}  ? id\n",
            "-\n",
            f"- lifecycle:\n{margin}    windows:\n{margin}    - start_us: 0\n{margin}      end_us: 5\n# at the margin\n",
            f'- id: "two\n{margin}  - lines"\n{margin}  slo_class: standrad\n',
            f"- id: more\n{margin}   than one\n",
            f"- id: &n g\n{margin}  tenant_id: *n\n",
        ]
    )


@st.composite
def changes(draw: st.DrawFn, text: str) -> str:
    """Change a text at one place."""
    start = draw(st.integers(0, len(text)))
    end = start + draw(st.sampled_from([0, 0, 0, 1, 1, 2, 5, 20, 60]))
    return text[:start] + draw(st.sampled_from(FRAGMENTS)) + text[end:]


def seen(node: Node | None) -> Any:
    """Return all there is to see of a node and what is in it."""
    if node is None:
        return None
    inside: Any = [(seen(key), seen(value)) for key, value in node.items] if node.kind == MAPPING else [*map(seen, node.items)]
    if node.kind == ALIAS:
        inside = node.target and node.target.start
    place = (node.start, node.end, node.position, node.aliased)
    return node.kind, node.tag, node.value, node.style, node.anchor, place, inside


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


CLIENTS = """\
version: "2"
seed: 42  # of everything
clients:
  - id: a
    rate_fraction: 0.25
    arrival: {process: poisson}

  # the second
  - {id: b, rate_fraction: 0.25, arrival: {process: gamma, cv: 2}}
  -
    id: c
    rate_fraction: 0.5
horizon: 1000000
cohorts:
- id: d
  population: 3
- id: e
  population: nine
"""


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
