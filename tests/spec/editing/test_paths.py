"""Paths and values as people write them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blis_tui.problems import Path, format_path
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.editing.paths import parse_path, value_for
from blis_tui.spec.edits import EditRefused, SetValue
from blis_tui.spec.reading.decode import decode


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("seed", ("seed",)),
        ("inference_perf.stages[0].rate", ("inference_perf", "stages", 0, "rate")),
        ("inference_perf.stages", ("inference_perf", "stages")),
        ("clients[12].arrival.cv", ("clients", 12, "arrival", "cv")),
        ("cohorts[0].spike.trace_rate", ("cohorts", 0, "spike", "trace_rate")),
        ("goodput_slo_targets.batch.ttft_ms", ("goodput_slo_targets", "batch", "ttft_ms")),
        ('goodput_slo_targets["a.b"].ttft_ms', ("goodput_slo_targets", "a.b", "ttft_ms")),
        ('["seed"]', ("seed",)),
        ("clients[0].input_distribution.params.512", ("clients", 0, "input_distribution", "params", "512")),
    ],
)
def test_paths(text: str, path: Path) -> None:
    assert parse_path(text) == path


@given(st.text(max_size=12))
def test_paths_are_read_back_whatever_a_name_is(name: str) -> None:
    path = ("goodput_slo_targets", name, "ttft_ms")
    assert parse_path(format_path(path)) == path


@pytest.mark.parametrize(
    "text",
    ["", ".", ".seed", "seed.", "seed..x", "a b", "clients[", "clients[-1]", "clients[x]", "clients[0]id", 'x["', "clients.[0]",
     "clients[99999999999]", "'seed'", "seed\n"],
)  # fmt: skip
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(EditRefused):
        parse_path(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sede", "the file has no field 'sede'; did you mean 'seed'?"),
        ("inference_perf.stages[0].durration", "inference_perf.stages[0] has no field 'durration'; did you mean 'duration'?"),
        ("zzz", "the file has no field 'zzz'"),
        ("seed[0]", "seed is not a list"),
        ("[0]", "the file is not a list"),
        ("seed.x", "seed has no field 'x'"),
        ("clients.id", "clients has no field 'id'"),
    ],
)
def test_paths_to_no_field_are_refused(text: str, reason: str) -> None:
    with pytest.raises(EditRefused) as caught:
        parse_path(text)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("seed", "7", 7), ("seed", "0x10", 16), ("seed", "1e3", 1000), ("seed", "abc", "abc"), ("seed", "4.5", 4.5),
        ("seed", "[1, 2]", [1, 2]), ("version", "2", "2"), ("version", "", ""), ("version", "[x", "[x"), ("seed", "", None),
        ("aggregate_rate", "8", 8.0), ("aggregate_rate", "1e-3", 0.001), ("aggregate_rate", ".inf", math.inf),
        ("inference_perf.shared_prefix.enable_multi_turn_chat", "yes", True),
        ("inference_perf.shared_prefix.enable_multi_turn_chat", "maybe", "maybe"),
        ("inference_perf.stages[1]", "{rate: 3, duration: 60}", {"rate": 3.0, "duration": 60}),
        ("inference_perf.stages", "[{rate: 3, duration: 60}]", [{"rate": 3.0, "duration": 60}]),
        ("clients[0]", "{id: 007, unknown: yes}", {"id": "007", "unknown": "yes"}),
        ("clients[0].input_distribution.params", "{value: 5, '8': 1}", {"value": 5.0, "8": 1.0}),
        ("seed", "!!int x", "x"), ("seed", "!odd 3", "3"), ("category", "null", "null"),
    ],
)  # fmt: skip
def test_values(path: str, text: str, value: Any) -> None:
    found = value_for(parse_path(path), text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text", ["[1", "{a: 1", "*nowhere", "&a 3x: [*a]", "a: 1\n---\nb: 2", "!!set {a}", "&a {x: 1}", "{<<: {a: 1}}",
             "{a: 1, a: 2}", "{[a]: 1}", "\x00", "[&a 1, *a]"],
)  # fmt: skip
def test_what_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(EditRefused):
        value_for(("inference_perf",), text)


def test_a_setting_is_an_edit_of_the_text() -> None:
    text = "seed: 1 # mine\ninference_perf:\n  stages: [{rate: 1, duration: 2}] # and these\n"
    path = parse_path("inference_perf.stages[1]")
    edited = apply_edits(text, [SetValue(path, value_for(path, "{rate: 2.5, duration: 60}"))])
    assert edited.startswith("seed: 1 # mine\n")
    assert edited.endswith("# and these\n")
    spec = decode(edited).spec
    assert spec is not None
    assert spec.inference_perf is not None
    assert [(stage.rate, stage.duration) for stage in spec.inference_perf.stages] == [(1, 2), (2.5, 60)]
