"""What is offered at a place of the text: the fields that are not given yet, and the values of enumerations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blis_tui.spec.editing import completion
from blis_tui.spec.editing.completion import Completion, complete
from blis_tui.spec.format.model import ARRIVAL_PROCESSES, Client, Stage, WorkloadSpec

HEAD = 'version: "2"\nseed: 42\n'
COMPACT = """\
inference_perf:
  stages:
    - rate: 8.0
      duration: 6
  shared_prefix:
    question_len: 5
"""


def at(text: str) -> Completion | None:
    """Complete where the text has a bar."""
    above, _, below = text.partition("|")
    rows = above.split("\n")
    return complete((above + below).split("\n"), len(rows) - 1, len(rows[-1]))


def names(text: str) -> list[str]:
    found = at(text)
    return [choice.name for choice in found.choices] if found is not None else []


@pytest.fixture(params=["whole", "in part"])
def size(request: pytest.FixtureRequest) -> str:
    """Puts texts among so many other lines that they are not composed whole."""
    return "" if request.param == "whole" else "# more\n" * completion._SHORT


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("|", list(WorkloadSpec.fields)),
        (f"{HEAD}|\n{COMPACT}", [n for n in WorkloadSpec.fields if n not in ("version", "seed", "inference_perf")]),
        (f"{HEAD}{COMPACT}ho|", ["horizon"]),
        (f"{HEAD}rps|", ["aggregate_rate"]),  # a name that other tools have for it
        (f"{HEAD}inference_perf:\n  stages:\n    - |", list(Stage.fields)),
        (f"{HEAD}inference_perf:\n  stages:\n    - rate: 1\n      |\n    - rate: 2\n", ["duration"]),
        (f"{HEAD}inference_perf:\n  stages:\n    - {{rate: 1, |}}\n", ["duration"]),
        (f"{HEAD}inference_perf:\n  stages:\n    - rate: 1\n    -\n  |\nclients:\n", ["shared_prefix"]),
        (f"{COMPACT}    que|: 5\n", []),  # it is given above
        (f"{COMPACT}    sys|: 5\n", ["system_prompt_len"]),
        ("clients:\n  - id: a\n    tenant_id: b\n    s|\n    model: c\n  - id: d\n", ["slo_class", "streaming", "slo_target_us"]),
        ("clients:\n- id: a\n  arrival: {process: |}\n", list(ARRIVAL_PROCESSES)),
        ("clients:\n- id: a\n  arrival:\n    process: g|\n", ["gamma"]),
        ("clients:\n- streaming: |\n", ["true", "false"]),
        ("clients:\n- input_distribution: {type: constant, params: {|}}\n", ["value"]),
        ("clients:\n- input_distribution:\n    params:\n      m|\n    type: exponential\n", ["mean", "min", "max"]),
        ("goodput_slo_targets:\n  critical:\n    ttft_ms: 1\n    |", ["itl_ms", "e2e_ms"]),
        # nothing
        ("seed: |", []),
        ("# cl|", []),
        ("seed: 1 # cl|", []),
        ("nothing:\n  |", []),
        ("seed: 1\n  |", []),
        ("cl| ients: 3\n", []),
        ("goodput_slo_targets:\n  |", []),
    ],
)
def test_what_is_offered(size: str, text: str, offered: list[str]) -> None:
    assert names(size + text + "\n") == offered


def test_what_is_broken_elsewhere_does_not_matter() -> None:
    text = f"{HEAD}clients:\n  - id: 'a\nbroken\n   - [\n{COMPACT}    |\n"
    assert "system_prompt_len" in names(text) and "question_len" not in names(text)
    assert names("clients:\n  - id: a\n    half\n    arr|\n    also\n") == ["arrival"]


def test_what_aliases_and_merges_give_is_given() -> None:
    text = "x: &x {rate: 1}\ninference_perf:\n  stages:\n    - <<: *x\n      |\n"
    assert names(text) == ["duration"]


def test_what_is_put_into_the_text() -> None:
    def written(text: str) -> str:
        found = at(text)
        assert found is not None
        return found.choices[0].text

    assert written("se|") == "seed: "
    assert written("clie|") == "clients:\n  - "
    assert written("clients:\n  - arr|") == "arrival:\n      "
    assert written("clients:\n  - {arr|}") == "arrival: "
    assert written("se|: 3") == "seed"
    found = at("clients:\n  - sl|xx: 3\n")
    assert found is not None and (found.start, found.end) == (4, 8)
    assert found.choices[0].help == Client.fields["slo_class"].help


@given(
    st.lists(
        st.sampled_from(["a:", "- ", "  ", "\n", "{", "}", "[", "'", "clients:", "id: x", "#", "\t", "&a ", "*a", "|"]),
        max_size=20,
    )
)
def test_completing_never_raises(parts: list[str]) -> None:
    text = "".join(parts)
    lines = text.split("\n")
    for row, line in enumerate(lines):
        for column in range(len(line) + 1):
            complete(lines, row, column)
