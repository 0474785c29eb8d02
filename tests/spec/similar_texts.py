"""Texts that are changed in one place, as users type, and all there is to see of their trees."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from blis_tui.spec.yaml.nodes import ALIAS, MAPPING, Node

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
