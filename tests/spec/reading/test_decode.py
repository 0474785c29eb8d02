"""From text to spec: everything that is right is read, everything that is wrong is told, with its place."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from blis_tui.problems import ERROR, Problem
from blis_tui.problems import Path as SpecPath
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Remove, RenameKey, SetValue
from blis_tui.spec.format import fields
from blis_tui.spec.format.fields import Field, Record
from blis_tui.spec.format.model import Arrival, Client, GoodputTargets, SharedPrefix, Stage, Window, WorkloadSpec
from blis_tui.spec.reading import found
from blis_tui.spec.reading.decode import Decoded, decode
from blis_tui.spec.yaml import limits
from blis_tui.spec.yaml.encoding import read_text

ROOT = Path(__file__).parents[3]
GOLDEN = sorted((ROOT / "tests/golden").glob("*.yaml"))
INVALID = sorted((ROOT / "tests/golden/invalid").glob("*.yaml"))
COMPACT = """\
version: "2"
seed: 42
inference_perf:
  stages:
    - {rate: 8.0, duration: 600}
    - {rate: 20.0, duration: 600}
  shared_prefix:
    num_unique_system_prompts: 9
    num_users_per_system_prompt: 5
    system_prompt_len: 100
    question_len: 447
    output_len: 248
    enable_multi_turn_chat: false
"""


def good(text: str) -> WorkloadSpec:
    decoded = decode(text)
    assert decoded.problems == []
    assert decoded.broken == set()
    assert decoded.spec is not None
    return decoded.spec


def only_problem(text: str) -> Problem:
    decoded = decode(text)
    assert len(decoded.problems) == 1, decoded.problems
    assert decoded.problems[0].severity == ERROR
    return decoded.problems[0]


def codes(decoded: Decoded) -> list[str]:
    return [problem.code for problem in decoded.problems]


def place(problem: Problem) -> tuple[int | None, int | None]:
    return problem.line, problem.column


def every_field(record: type[Record], steps: SpecPath = ()) -> Iterator[tuple[SpecPath, Field]]:
    """List every declared field with a path that leads to it."""
    for name, declared in record.fields.items():
        path = (*steps, name)
        yield path, declared
        if declared.record is not None:
            yield from every_field(declared.record, path + {fields.LIST: (0,), fields.MAP: ("batch",)}.get(declared.kind, ()))


FIELDS = list(every_field(WorkloadSpec))


def flow(path: SpecPath, written: str) -> str:
    """Write a document that has just one value."""
    for step in reversed(path):
        written = f"[{written}]" if isinstance(step, int) else f"{{{step}: {written}}}"
    return written + "\n"


def found_at(spec: Any, path: SpecPath) -> Any:
    for step in path:
        spec = getattr(spec, step) if isinstance(spec, Record) else spec[step]
    return spec


# what is right


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


# unknown and repeated keys


@pytest.mark.parametrize(
    ("name", "place_", "path", "suggestion"),
    [
        ("typo-duraton", (8, 5), ("inference_perf", "stages", 0, "duraton"), "duration"),
        ("typo-systm", (15, 5), ("inference_perf", "shared_prefix", "systm_prompt_len"), "system_prompt_len"),
    ],
)
def test_misspelt_keys_of_the_reference(name: str, place_: tuple[int, int], path: SpecPath, suggestion: str) -> None:
    problem = only_problem((ROOT / f"tests/golden/invalid/{name}.yaml").read_text("utf-8"))
    assert (problem.code, place(problem), problem.path) == ("unknown-key", place_, path)
    assert f'did you mean "{suggestion}"?' in problem.message
    assert problem.found == path[-1]
    assert suggestion in (problem.allowed or "")
    assert problem.mend is None  # the right key is there too


@pytest.mark.parametrize("path", [path for path in INVALID if not path.stem.startswith("typo")], ids=lambda path: path.stem)
def test_other_invalid_files_are_well_formed(path: Path) -> None:
    good(path.read_text("utf-8"))


@pytest.mark.parametrize("path", [path for path, _ in FIELDS], ids=[".".join(map(str, path)) for path, _ in FIELDS])
def test_a_misspelt_field_is_renamed_by_its_mend(path: SpecPath) -> None:
    name = str(path[-1])
    wrong = (*path[:-1], name[:-1] + "q")
    text = flow(wrong, "~")
    problem = only_problem(text)
    assert (problem.code, problem.path, place(problem)) == ("unknown-key", wrong, (1, text.index(f"{wrong[-1]}:") + 1))
    if problem.mend is not None:
        (edit,) = problem.mend.edits
        assert isinstance(edit, RenameKey)
        assert good(apply_edits(text, problem.mend.edits)) == good(flow((*path[:-1], edit.key), "~"))
    if len(name) > 6 and path[-2:-1] != ("multimodal",):
        assert problem.mend is not None
        assert problem.mend.safe
        assert problem.mend.edits == (RenameKey(wrong, name),)
        assert path in decode(text).broken


@pytest.mark.parametrize(
    ("path", "suggestion", "safe"),
    [
        (("inference_perf", "stages", 0, "Duration"), "duration", True),
        (("aggregateRate",), "aggregate_rate", True),
        (("num-requests",), "num_requests", True),
        (("client",), "clients", True),
        (("hroizon",), "horizon", True),
        (("horizon_us",), "horizon", True),
        (("inference_perf", "stages", 0, "duration_s"), "duration", True),
        (("clients", 0, "think_time_ms"), "think_time_us", False),
        (("clients", 0, "think_time"), "think_time_us", False),
        (("clients", 0, "prefix_len"), "prefix_length", True),
        (("clients", 0, "lifecycle", "windows", 0, "start"), "start_us", False),
        (("inference_perf", "shared_prefix", "num_users"), "num_users_per_system_prompt", False),
        (("inference_perf", "stages", 0, "rat"), "rate", True),
    ],
)
def test_suggestions(path: SpecPath, suggestion: str, safe: bool) -> None:
    problem = only_problem(flow(path, "1" if suggestion not in ("clients",) else "[]"))
    assert f'did you mean "{suggestion}"?' in problem.message
    assert problem.mend is not None
    assert problem.mend.edits == (RenameKey(path, suggestion),)
    assert problem.mend.safe is safe
    assert suggestion in problem.mend.label


@pytest.mark.parametrize(
    ("path", "home"),
    [
        (("rate",), "inference_perf.stages[]"),
        (("system_prompt_len",), "inference_perf.shared_prefix"),
        (("inference_perf", "question_len"), "inference_perf.shared_prefix"),
        (("inference_perf", "shared_prefix", "stages"), "inference_perf"),
        (("inference_perf", "seed"), "the top level"),
        (("clients", 0, "cv"), "clients[].arrival"),
        (("cohorts", 0, "cv"), "cohorts[].arrival"),
        (("cohorts", 0, "windows"), "clients[].lifecycle"),
        (("ttft_ms",), "goodput_slo_targets[…]"),
    ],
)
def test_a_key_of_another_block_is_told_where_it_belongs(path: SpecPath, home: str) -> None:
    problem = only_problem(flow(path, "1"))
    assert problem.message.endswith(f"; it is a field of {home}")
    assert problem.mend is None


@pytest.mark.parametrize("name", ["xyzzy", "q", "'a b'", "'[b]'", "''", "x" * 1000, "été", "'<<'"])
def test_keys_like_nothing_known_get_no_suggestion(name: str) -> None:
    problem = only_problem(f"{name}: 1\n")
    assert (problem.code, place(problem), problem.mend) == ("unknown-key", (1, 1), None)
    assert "mean" not in problem.message
    assert problem.message.startswith("the file has no field")
    assert len(problem.message) < 200


def test_suggestions_among_equals_are_not_safe() -> None:
    problem = only_problem(flow(("clients", 0, "multimodal", "xmage_distribution"), "~"))
    assert problem.mend is not None
    assert problem.mend.safe
    problem = only_problem(flow(("clients", 0, "multimodal", "ideo_count_dist"), "~"))
    assert problem.mend is None or not problem.mend.safe


def test_every_unknown_key_is_told_at_once_in_the_order_of_the_text() -> None:
    decoded = decode(COMPACT.replace("seed", "sed").replace("{rate: 20.0", "{rte: 20.0").replace("output_len", "outputlen"))
    assert [(p.code, p.line, p.column) for p in decoded.problems] == [
        ("unknown-key", 2, 1),
        ("unknown-key", 6, 8),
        ("unknown-key", 12, 5),
    ]
    assert decoded.spec is not None
    assert decoded.spec.inference_perf is not None
    assert decoded.spec.inference_perf.stages[1] == Stage(duration=600)
    assert {("seed",), ("inference_perf", "stages", 1, "rate")} <= decoded.broken


def test_a_repeated_key_is_told_with_both_places_and_the_first_counts() -> None:
    decoded = decode("seed: 1\nclients: []\n  # c\nseed: 2\n")
    (problem,) = decoded.problems
    assert (problem.code, problem.path, place(problem)) == ("duplicate-key", ("seed",), (4, 1))
    assert "first at line 1, column 1" in problem.message
    assert decoded.spec == WorkloadSpec(seed=1)
    assert ("seed",) in decoded.broken


@pytest.mark.parametrize(
    ("text", "place_"),
    [
        ("{seed: 1, 'seed': 1}", (1, 11)),
        ("{seed: 1, !!str seed: 1}", (1, 11)),
        ("{version: &k seed, *k : 1, seed: 1}", (1, 28)),
        ("inference_perf: {stages: [{rate: 1, rate: 1}]}", (1, 37)),
        ("goodput_slo_targets: {a: {}, a: {}}", (1, 30)),
        ("clients: [{input_distribution: {params: {a: 1, b: 1, a: 2}}}]", (1, 54)),
        ("{<<: {}, <<: {}}", (1, 10)),
    ],
)
def test_repeated_keys(text: str, place_: tuple[int, int]) -> None:
    problem = only_problem(text)
    assert (problem.code, place(problem)) == ("duplicate-key", place_)


@pytest.mark.parametrize(
    ("text", "place_", "found"),
    [
        ("~: 1", (1, 1), "null"),
        ("? \n: 1", (1, 2), "null"),
        ("? [a]\n: 1", (1, 3), "a list"),
        ("? {}\n: 1", (1, 3), "an empty mapping"),
        ("!foo seed: 1", (1, 1), "the tag !foo"),
        ("!!int seed: 1", (1, 1), '"seed" with the tag !!int'),
        ("seed: 1\nclients: &k [1]\n*k : 2", (3, 1), "a list"),
        ("goodput_slo_targets: {null: {}}", (1, 23), "null"),
    ],
)
def test_keys_that_are_no_names(text: str, place_: tuple[int, int], found: str) -> None:
    problem = next(problem for problem in decode(text).problems if problem.code == "wrong-key")
    assert place(problem) == place_
    assert problem.message.endswith(f"a key must be a name, found {found}")


# values of the wrong type

WRONG = {
    fields.INTEGER: ["abc", "true", "'8'", "[]", "{}", "2001-01-01", "!!str 8"],
    fields.NUMBER: ["abc", "true", "'8'", "[1]", "{a: 1}", "1:30"],
    fields.BOOLEAN: ["1", "maybe", "'true'", "[]", "{}"],
    fields.TEXT: ["[]", "{}", "[a]"],
    fields.RECORD: ["5", "abc", "[]", "'{}'", "''"],
    fields.LIST: ["5", "abc", "{}", "''"],
    fields.PARAMS: ["5", "abc", "[]", "''"],
    fields.MAP: ["5", "abc", "[]", "''"],
}


@pytest.mark.parametrize(("path", "declared"), FIELDS, ids=[".".join(map(str, path)) for path, _ in FIELDS])
def test_every_field_refuses_other_types(path: SpecPath, declared: Field) -> None:
    for written in WRONG[declared.kind]:
        text = flow(path, written)
        decoded = decode(text)
        (problem,) = decoded.problems
        assert (problem.code, problem.path) == ("wrong-type", path)
        assert place(problem) == (1, text.index(f": {written}") + 3)
        assert problem.message.startswith(f"{path[0]}")
        assert found.WANTED[declared.kind] in problem.message
        assert problem.allowed
        assert decoded.broken == {path}
        assert found_at(decoded.spec, path) == declared.default


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("abc", 'seed must be a whole number, found the text "abc"'),
        ("'8'", 'seed must be a whole number, found the text "8"'),
        ("[1]", "seed must be a whole number, found a list"),
        ("[]", "seed must be a whole number, found an empty list"),
        ("{a: 1}", "seed must be a whole number, found a mapping"),
        ("8.5", "seed must be a whole number, found 8.5, which BLIS would cut to 8"),
        (".nan", "seed must be a finite number, found .nan"),
        ("1e19", "seed must fit in 64 bits, found 1e19"),
        ("!foo 8", "seed has the tag !foo, which no field can have"),
        ("!!int 8.5", 'seed cannot be read: "8.5" with the tag !!int'),
        ("!!seq [1]", "seed must be a whole number, found a list"),
        ("!foo [1]", "seed has the tag !foo, which no field can have"),
    ],
)
def test_messages_of_wrong_values(written: str, message: str) -> None:
    assert only_problem(f"seed: {written}\n").message == message


@pytest.mark.parametrize(
    "path", [("clients", 0, "id"), ("clients", 0, "streaming"), ("clients", 0, "timeout"), ("aggregate_rate",)]
)
def test_unknown_tags_are_refused_whatever_the_type(path: SpecPath) -> None:
    assert only_problem(flow(path, "!foo yes")).code == "unknown-tag"


@pytest.mark.parametrize(
    "text", ["!!map {seed: 1}", "clients: !!seq [!!map {}]", "seed: !!int 8", "version: !!str 2", "{!!str seed: 8}"]
)
def test_tags_that_say_what_is_so_are_read(text: str) -> None:
    good(text)


@pytest.mark.parametrize(
    "text", ["!foo {seed: 1}", "clients: !!set {}", "clients: !foo [{}]", "clients: [!!seq {}]", "clients: !!omap []"]
)
def test_other_tags_of_lists_and_mappings_are_refused(text: str) -> None:
    assert only_problem(text).code == "unknown-tag"


@pytest.mark.parametrize(
    ("text", "edit", "safe"),
    [
        ("seed: '8'\n", SetValue(("seed",), 8), True),
        ("aggregate_rate: '8.5'\n", SetValue(("aggregate_rate",), 8.5), True),
        ("clients: [{streaming: 'true'}]\n", SetValue(("clients", 0, "streaming"), True), True),
        ("seed: 8.9\n", SetValue(("seed",), 8), False),
        ("horizon: 20 min\n", SetValue(("horizon",), 1_200_000_000), False),
        ("horizon: '1.5h'\n", SetValue(("horizon",), 5_400_000_000), False),
        ("inference_perf: {stages: [{duration: 600s}]}\n", SetValue(("inference_perf", "stages", 0, "duration"), 600), False),
        ("clients: [~, {}]\n", Remove(("clients", 0)), False),
    ],
)
def test_mends_of_values(text: str, edit: Any, safe: bool) -> None:
    problem = only_problem(text)
    assert problem.mend is not None
    assert problem.mend.edits == (edit,)
    assert problem.mend.safe is safe
    good(apply_edits(text, problem.mend.edits))


@pytest.mark.parametrize("written", ["500 ms", "1.0001s", "10 x", "600s 5", "٣s", "s", "-5s", "1h30m"])
def test_times_that_are_no_whole_number_of_the_unit_have_no_mend(written: str) -> None:
    assert only_problem(f"inference_perf: {{stages: [{{duration: {written}}}]}}").mend is None


def test_only_fields_with_a_unit_of_time_take_times() -> None:
    assert only_problem("seed: 600s").mend is None
    assert only_problem("num_requests: 600s").mend is None


def test_found_and_allowed_are_given() -> None:
    problem = only_problem("inference_perf: {shared_prefix: {output_len: many}}")
    assert (problem.found, problem.allowed) == ("many", SharedPrefix.fields["output_len"].allowed)
    problem = only_problem("seed: 99999999999999999999")
    assert problem.allowed == "-9223372036854775808 to 9223372036854775807"
    problem = only_problem("category: [x]")
    assert (problem.found, problem.allowed) == ("a list", ", language, multimodal, reasoning".replace(", ", "empty, ", 1))
    assert len(only_problem("seed: " + "x" * 10_000).found) < 100


# null and empty


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


# the document as a whole


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


# aliases and merges


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


def laughs(levels: int, item: str) -> str:
    """Write a billion laughs: lists of nine aliases of lists of nine aliases …"""
    lines = [f"  a0: &a0 {{id: {item}}}"]
    lines += [f"  a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, levels)]
    return "goodput_slo_targets:\n" + "\n".join(lines) + "\n"


def test_aliases_that_blow_up_are_refused() -> None:
    decoded = decode(laughs(40, "x"))
    assert codes(decoded)[0] == "excessive-aliases"
    assert decoded.spec is None


WINDOWS = ", ".join(["{}"] * 400)
PARAMETERS = ", ".join(f"k{i}: 1" for i in range(300))
NAMED = f"clients:\n- input_distribution: {{params: &p {{{PARAMETERS}}}}}\n"


@pytest.mark.parametrize(
    ("text", "repeated", "refused_from"),
    [
        (f"clients:\n- &c {{lifecycle: {{windows: [{WINDOWS}]}}}}\n", "- *c\n", 133),
        (NAMED, "- input_distribution: {params: *p}\n", 569),
        (NAMED, "- input_distribution: {params: {<<: *p}}\n", 677),
        (NAMED + "- input_distribution:\n    params:\n      <<:\n", "      - *p\n", 300),
    ],
    ids=["items", "values", "merges", "merges in a list"],
)
def test_aliases_are_limited_exactly_as_in_blis(text: str, repeated: str, refused_from: int) -> None:
    """Up to 99 % of what is decoded may come from aliases while that is little, and less the more it is."""
    good(text + repeated * (refused_from - 1))
    assert codes(decode(text + repeated * refused_from)) == ["excessive-aliases"]


def test_chains_of_merges_are_limited_exactly_as_in_blis() -> None:
    def chain(length: int) -> str:
        return "goodput_slo_targets:\n  c0: &c0 {ttft_ms: 1}\n" + "".join(
            f"  c{i}: &c{i} {{<<: *c{i - 1}}}\n" for i in range(1, length)
        )

    assert good(chain(397)).goodput_slo_targets["c396"] == GoodputTargets(ttft_ms=1.0)
    assert codes(decode(chain(398))) == ["excessive-aliases"]


def test_files_of_many_blocks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_WEIGHT", 1000)
    assert decode("clients: [" + "{}, " * 30 + "]").problems == []
    decoded = decode("clients: [" + "{}, " * 50 + "]")
    assert (codes(decoded), decoded.spec) == (["too-many-values"], None)
    assert codes(decode("clients: [" + "~, " * 50 + "]"))[0] == "too-many-values"


def test_so_many_problems_are_enough() -> None:
    decoded = decode("inference_perf:\n  stages:\n" + "  - rate: x\n" * 5000)
    assert len(decoded.problems) == found.MAX_PROBLEMS + 1
    assert decoded.problems[-1].code == "too-many-problems"
    assert place(decoded.problems[-1]) == (found.MAX_PROBLEMS + 3, 11)
    assert decoded.spec is None


# never raising, never blowing up


@given(st.binary(max_size=80))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    text, problems = read_text(data)
    if text is None:
        assert problems
        return
    decoded = decode(text)
    assert decoded.problems or decoded.spec is not None


TEXTS = [path.read_text("utf-8")[:1500] for path in GOLDEN[::4]] + [
    COMPACT,
    "clients:\n- &c {id: a, arrival: &p {process: poisson}}\n- {<<: *c, arrival: *p, input_distribution: {params: {a: 1}}}\n",
]
PIECES = [
    *" \n\t:-,[]{}#&*!|>'\"%@?~<\\0.",
    "\n  ",
    "\n- ",
    "? ",
    "<<: ",
    "*c",
    "&c ",
    "!!int ",
    "\r",
    "\n---\n",
    "null",
    "\u2028",
    "\0",
]


@st.composite
def mutations(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(["", *PIECES])) + text[at + draw(st.integers(0, 3)) :]
    return text


@given(mutations())
@settings(max_examples=300, deadline=None)
def test_mutated_files_are_decoded_or_refused(text: str) -> None:
    decoded = decode(text)
    assert decoded.problems or decoded.spec is not None
    places = [(problem.line or 0, problem.column or 0) for problem in decoded.problems]
    assert places == sorted(places)
    lines = text.count("\n") + text.count("\r") + text.count("\u2028") + 1
    for problem in decoded.problems:
        assert problem.severity == ERROR
        assert 1 <= (problem.line or 0) <= lines
        assert (problem.column or 0) >= 1
        assert problem.message


@given(mutations())
@settings(max_examples=50, deadline=None)
def test_the_parser_in_python_refuses_what_libyaml_refuses(text: str) -> None:
    with_libyaml = decode(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "yaml._yaml", None)
        without = decode(text)
    if not without.problems:  # it is the stricter one, e.g. with tabs
        assert with_libyaml.problems == []
        assert with_libyaml.spec == without.spec


@pytest.mark.parametrize(
    "text",
    [
        "'clients: ' + '{a: ' * 100_000",
        "'clients: [' + '{},' * 80_000 + ']'",
        "'inference_perf: {stages: [' + 'null,' * 990_000 + ']}'",
        "'clients: [&a {id: x}' + ', {<<: *a}' * 150_000 + ']'",
        "''.join(f'k{i}: 1\\n' for i in range(490_000))",
        "'#\\n' * 4_000_000",
    ],
    ids=["deep", "many blocks", "nulls", "merges", "unknown keys", "comments"],
)
def test_hostile_files_take_less_than_500_mb(text: str) -> None:
    code = (
        "import resource; from blis_tui.spec.reading.decode import decode; "
        f"decode({text}); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) < 500_000 * (1024 if sys.platform == "darwin" else 1)


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
