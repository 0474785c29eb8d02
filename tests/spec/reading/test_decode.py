"""From text to spec: everything that is right is read, and what is empty or no workload at all is told."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from decoding import COMPACT, FIELDS, GOLDEN, ROOT, codes, flow, found_at, good, only_problem, place
from hypothesis import given, settings
from hypothesis import strategies as st

from blis_tui.problems import Path as SpecPath
from blis_tui.spec.format import fields
from blis_tui.spec.format.fields import Field, Record
from blis_tui.spec.format.model import Arrival, Client, GoodputTargets, SharedPrefix, Stage, Window, WorkloadSpec
from blis_tui.spec.reading.decode import decode


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_reference_files_are_read_without_problems(path: Path) -> None:
    spec = good(path.read_text("utf-8"))
    assert spec.clients or spec.cohorts or spec.inference_perf


def test_the_compact_block_is_read() -> None:
    spec = good(COMPACT)
    assert (spec.version, spec.seed, spec.clients) == ("2", 42, ())
    assert spec.inference_perf is not None
    assert spec.inference_perf.stages == (Stage(rate=8.0, duration=600), Stage(rate=20.0, duration=600))
    assert spec.inference_perf.shared_prefix == SharedPrefix(
        num_unique_system_prompts=9, num_users_per_system_prompt=5, system_prompt_len=100, question_len=447, output_len=248
    )


def test_explicit_clients_are_read() -> None:
    text = """\
clients:
- id: 7
  rate_fraction: 1
  arrival: {process: gamma, cv: 2}
  input_distribution: {type: empirical, params: {100: 0.5, 0x10: 0.5}}
  streaming: on
  lifecycle: {windows: [{end_us: 1e6, arrival: {process: poisson}}]}
  timeout: 0
goodput_slo_targets:
  batch: {ttft_ms: 100}
"""
    spec = good(text)
    (client,) = spec.clients
    assert (client.id, client.rate_fraction, client.streaming, client.timeout, client.closed_loop) == ("7", 1.0, True, 0, None)
    assert client.arrival == Arrival(process="gamma", cv=2.0)
    assert client.input_distribution.params == {"100": 0.5, "0x10": 0.5}
    assert client.output_distribution.params == {}
    assert client.lifecycle is not None
    assert client.lifecycle.windows == (Window(end_us=1_000_000, arrival=Arrival(process="poisson")),)
    assert spec.goodput_slo_targets == {"batch": GoodputTargets(ttft_ms=100.0)}


VALID = {
    fields.INTEGER: ("0x1F", 31),
    fields.NUMBER: ("7", 7.0),
    fields.BOOLEAN: ("yes", True),
    fields.TEXT: ("1.0", "1.0"),
    fields.LIST: ("[]", ()),
    fields.PARAMS: ("{a: 1}", {"a": 1.0}),
    fields.MAP: ("{}", {}),
}


@pytest.mark.parametrize(("path", "declared"), FIELDS, ids=[".".join(map(str, path)) for path, _ in FIELDS])
def test_every_field_is_read_by_its_type(path: SpecPath, declared: Field) -> None:
    written, value = VALID.get(declared.kind) or ("{}", declared.record() if declared.record else None)
    read = found_at(good(flow(path, written)), path)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("path", "declared"), FIELDS, ids=[".".join(map(str, path)) for path, _ in FIELDS])
def test_null_is_the_same_as_absent(path: SpecPath, declared: Field) -> None:
    for written in ("~", "null", "", "!!null ''"):
        assert found_at(good(flow(path, written)), path) == declared.default


def _data(record: type[Record]) -> st.SearchStrategy[dict[str, Any]]:
    """Generate a block's content as plain data."""
    letters = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
    simple = {
        fields.INTEGER: st.integers(fields.INT64_MIN, fields.INT64_MAX),
        fields.NUMBER: st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**6), 10**6),
        fields.BOOLEAN: st.booleans(),
        fields.TEXT: st.text(letters, max_size=8) | st.sampled_from(["yes", "1.0", "~", "<<"]),
        fields.PARAMS: st.dictionaries(st.text("ab1.~<", max_size=4), st.floats(-1e9, 1e9), max_size=3),
    }
    optional = {}
    for name, declared in record.fields.items():
        if declared.record is None:
            optional[name] = simple[declared.kind]
            continue
        inner = st.deferred(lambda record=declared.record: _data(record))
        optional[name] = {
            fields.RECORD: inner,
            fields.LIST: st.lists(inner, max_size=2),
            fields.MAP: st.dictionaries(st.text("ab ", max_size=3), inner, max_size=2),
        }[declared.kind]
    return st.fixed_dictionaries({}, optional=optional)


def _built(record: type[Record], data: dict[str, Any]) -> Record:
    """Build the block that such data stands for."""
    values = {}
    for name, value in data.items():
        declared = record.fields[name]
        if declared.kind == fields.LIST:
            value = tuple(_built(declared.record, item) for item in value)  # type: ignore[arg-type]  # noqa: PLW2901
        elif declared.kind == fields.MAP:
            value = {key: _built(declared.record, item) for key, item in value.items()}  # type: ignore[arg-type]  # noqa: PLW2901
        elif declared.record is not None:
            value = _built(declared.record, value)  # noqa: PLW2901
        values[name] = value
    return record(**values)


@given(_data(WorkloadSpec), st.sampled_from([True, False, None]))
@settings(deadline=None)
def test_what_a_yaml_library_writes_is_read_back(data: dict[str, Any], style: bool | None) -> None:
    text = yaml.safe_dump(data, default_flow_style=style, allow_unicode=True)
    assert good(text) == _built(WorkloadSpec, data)


@pytest.mark.parametrize("written", ["~", "null", "!!null ''"])
def test_an_empty_item_is_an_error_and_keeps_its_place(written: str) -> None:
    decoded = decode(f"inference_perf:\n  stages:\n  - rate: 1\n  - {written}\n  - rate: 3\n")
    (problem,) = decoded.problems
    path = ("inference_perf", "stages", 1)
    assert (problem.code, problem.path, place(problem)) == ("empty-item", path, (4, 5))
    assert decoded.broken == {path}
    assert decoded.spec is not None
    assert decoded.spec.inference_perf is not None
    assert decoded.spec.inference_perf.stages == (Stage(rate=1.0), Stage(), Stage(rate=3.0))


def test_a_broken_item_keeps_its_place() -> None:
    decoded = decode("clients: [{id: a}, 5, {id: c}]")
    assert [client.id for client in decoded.spec.clients] == ["a", "", "c"]
    assert codes(decoded) == ["wrong-type"]
    assert decoded.broken == {("clients", 1)}


def test_a_parameter_without_a_value_is_an_error() -> None:
    text = "clients:\n- input_distribution:\n    params:\n      value:\n      min: 1\n"
    decoded = decode(text)
    (problem,) = decoded.problems
    assert (problem.code, place(problem)) == ("empty-value", (4, 7))
    assert problem.path == ("clients", 0, "input_distribution", "params", "value")
    assert decoded.spec.clients[0].input_distribution.params == {"min": 1.0}


def test_a_name_without_a_block_has_the_defaults() -> None:
    assert good("goodput_slo_targets: {batch: ~}").goodput_slo_targets == {"batch": GoodputTargets()}


@pytest.mark.parametrize("text", ["", "\n\n", "# c\n", "---\n", "~", "null\n", "--- !!null ''", "\ufeff", "%YAML 1.1\n---\n"])
def test_an_empty_file(text: str) -> None:
    problem = only_problem(text)
    assert (problem.code, problem.path, place(problem)) == ("empty-file", (), (1, 1))
    assert decode(text).spec is None


@pytest.mark.parametrize(
    ("text", "found"),
    [("- a\n", "a list"), ("[]", "an empty list"), ("abc", 'the text "abc"'), ("8", "8"), ("''", 'the text ""')],
)
def test_the_top_is_a_mapping(text: str, found: str) -> None:
    problem = only_problem(text)
    assert (problem.code, problem.message) == ("wrong-type", f"the file must be a mapping, found {found}")
    assert decode(text).spec is None


def test_several_documents() -> None:
    decoded = decode("# c\nseed: 5\n---\nseed: 6\n")
    assert [(p.code, p.line, p.column) for p in decoded.problems] == [("several-documents", 3, 1)]
    assert decoded.spec == WorkloadSpec(seed=5)


def test_wrong_syntax_leaves_no_spec() -> None:
    decoded = decode("seed: [1\nversion: 2\n")
    assert codes(decoded) == ["syntax"]
    assert (decoded.spec, decoded.broken, decoded.tree.root) == (None, set(), None)


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\x85", "\u2028"])
def test_other_line_ends(newline: str) -> None:
    text = COMPACT.replace("\n", newline)
    assert good(text) == good(COMPACT)
    assert place(only_problem(text.replace("output_len", "output_lenn"))) == (12, 5)


def test_the_tree_comes_with_the_spec() -> None:
    decoded = decode(COMPACT)
    assert decoded.tree.text == COMPACT
    assert decoded.tree.position(("inference_perf", "stages", 1, "rate")) == (6, 14)


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(enabled: bool) -> None:
    was_enabled = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        decode(COMPACT)
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()


def test_decoding_imports_little() -> None:
    code = (
        "import sys, yaml; before = set(sys.modules); from blis_tui.spec.reading.decode import decode; "
        f"assert not decode({COMPACT!r}).problems; print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    imported = done.stdout.split()
    assert "blis_tui.spec.reading.decode" in imported
    assert [name for name in imported if name.split(".")[0] in ("numpy", "textual", "argparse", "dataclasses", "inspect")] == []
    assert [name for name in imported if name in ("blis_tui.spec.edits", "blis_tui.spec.reading.suggestions")] == []


def test_a_client_takes_all_defaults() -> None:
    assert good("clients: [{}]").clients == (Client(),)
