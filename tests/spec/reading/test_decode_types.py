"""Values of the wrong type are told, with their place and what would be right."""

from __future__ import annotations

from typing import Any

import pytest
from decoding import FIELDS, flow, found_at, good, only_problem, place

from blis_tui.problems import Path as SpecPath
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import Remove, SetValue
from blis_tui.spec.format import fields
from blis_tui.spec.format.fields import Field
from blis_tui.spec.format.model import SharedPrefix
from blis_tui.spec.reading import findings
from blis_tui.spec.reading.decode import decode

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
        assert findings.WANTED[declared.kind] in problem.message
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
        ("8.5", "seed must be a whole number, found 8.5, which BLIS would truncate to 8"),
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
