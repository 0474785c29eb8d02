"""Names that people know from elsewhere: what they are taken for, and the mends that write it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from spec_samples import CLIENTS, COMPACT, DROP, PREFIX, STAGES, changed, checked, client, text_of

from blis_tui.problems import Path
from blis_tui.spec.check import check
from blis_tui.spec.format import fields
from blis_tui.spec.format.distributions import FAMILIES
from blis_tui.spec.format.fields import Field, Record
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.mending import apply_mends

ONE: Path = ("clients", 1)


def records(record: type[Record] = WorkloadSpec) -> Iterator[type[Record]]:
    yield record
    for field in record.fields.values():
        if field.record is not None:
            yield from records(field.record)


RECORDS = [*dict.fromkeys([*records(), *FAMILIES.values()])]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_no_name_means_two_fields(record: type[Record]) -> None:
    names = [name for field in record.fields.values() for name in (field.name, *field.also)]
    assert len({name.replace("_", "").lower() for name in names}) == len(names)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_words_stand_for_choices_and_are_none(record: type[Record]) -> None:
    for field in record.fields.values():
        assert set(field.words.values()) <= set(field.choices)
        assert not {*field.words, *field.elsewhere} & set(field.choices)
        assert not set(field.words) & set(field.elsewhere)


def places(record: type[Record] = WorkloadSpec, path: Path = ()) -> Iterator[tuple[Path, Field]]:
    for name, field in record.fields.items():
        yield (*path, name), field
        if field.record is not None:
            step: Path = {fields.LIST: (0,), fields.MAP: ("batch",)}.get(field.kind, ())
            yield from places(field.record, (*path, name, *step))


KNOWN = [(path, name) for path, field in places() for name in field.also]


def flow(path: Path) -> str:
    written = "~"
    for step in reversed(path):
        written = f"[{written}]" if isinstance(step, int) else f"{{{step}: {written}}}"
    return f"{written}\n"


def test_there_are_many() -> None:
    assert len(KNOWN) > 60


@pytest.mark.parametrize(("path", "name"), KNOWN, ids=lambda each: ".".join(map(str, each)) if isinstance(each, tuple) else each)
def test_a_known_name_is_renamed(path: Path, name: str) -> None:
    (problem,) = [each for each in check(flow((*path[:-1], name))).problems if each.code == "unknown-key"]
    assert problem.message.endswith(f'has no field "{name}"; did you mean "{path[-1]}"?')
    assert problem.mend is not None and problem.mend.safe


def mended(data: dict[str, Any]) -> str:
    """Mend what can be mended safely; nothing is left to be said but what was said of the right file."""
    text = text_of(data)
    checked_ = check(text)
    assert not checked_.ok
    return apply_mends(text, checked_.problems, only_safe=True)[0]


def renamed(data: dict[str, Any], path: Path, name: str) -> dict[str, Any]:
    holder: Any = data
    for step in path[:-1]:
        holder = holder[step]
    return changed(data, (path, DROP), ((*path[:-1], name), holder[path[-1]]))


@pytest.mark.parametrize(
    ("data", "path", "name"),
    [
        (COMPACT, (*PREFIX, "num_unique_system_prompts"), "num_groups"),
        (COMPACT, (*PREFIX, "num_users_per_system_prompt"), "num_prompts_per_group"),
        (COMPACT, (*STAGES, 0, "rate"), "rps"),
        (COMPACT, (*STAGES, 1, "rate"), "qps"),
        (CLIENTS, ("aggregate_rate",), "rps"),
        (CLIENTS, ("aggregate_rate",), "qps"),
        (CLIENTS, (*ONE, "id"), "client_id"),
        (CLIENTS, (*ONE, "rate_fraction"), "weight"),
        (CLIENTS, (*ONE, "arrival", "process"), "type"),
        (CLIENTS, (*ONE, "input_distribution", "params", "std_dev"), "stddev"),
        (CLIENTS, (*ONE, "input_distribution", "params", "std_dev"), "std"),
        (CLIENTS, (*ONE, "output_distribution", "params", "value"), "mean"),
    ],
)
def test_names_people_know_are_mended_to_the_same_file(data: dict[str, Any], path: Path, name: str) -> None:
    assert check(mended(renamed(data, path, name))).spec == checked(data).spec


@pytest.mark.parametrize(
    ("path", "word", "choice"),
    [
        ((*ONE, "input_distribution", "type"), "normal", "gaussian"),
        ((*ONE, "output_distribution", "type"), "fixed", "constant"),
        ((*ONE, "output_distribution", "type"), "Deterministic", "constant"),
        ((*ONE, "arrival", "process"), "deterministic", "constant"),
        ((*ONE, "arrival", "process"), "exponential", "poisson"),
    ],
)
def test_words_people_know_are_mended(path: Path, word: str, choice: str) -> None:
    wrong = changed(CLIENTS, (path, word))
    (problem,) = check(text_of(wrong)).errors
    assert problem.code == "unknown-choice" and problem.message.endswith(f'got "{word}"; did you mean "{choice}"?')
    assert check(mended(wrong)).spec == checked(CLIENTS, (path, choice)).spec


def test_another_case_is_no_other_word() -> None:
    (problem,) = checked(CLIENTS, ((*ONE, "input_distribution", "type"), "Gaussian")).errors
    assert problem.message.endswith('got "Gaussian"; did you mean "gaussian"?')
    assert problem.mend is not None and problem.mend.edits[0].value == "gaussian"  # type: ignore[union-attr]


@pytest.mark.parametrize("word", ["concurrent", "concurrency", "closed_loop"])
def test_virtual_users_are_no_arrival_process(word: str) -> None:
    (problem,) = checked(CLIENTS, ((*ONE, "arrival", "process"), word)).errors
    assert problem.message.endswith(f'got "{word}"; virtual users are given by concurrency on the client')
    assert problem.mend is None


def test_concurrent_is_concurrency() -> None:
    users = client("u", concurrent=3)
    del users["rate_fraction"]
    data = changed(CLIENTS, (("clients",), [client("a"), users]))
    spec = check(mended(data)).spec
    assert spec is not None and spec.clients[1].concurrency == 3


def test_parameters_beside_params_are_told_where_they_stand() -> None:
    result = checked(CLIENTS, ((*ONE, "output_distribution"), {"type": "constant", "value": 5}))
    (problem,) = [each for each in result.problems if each.code == "unknown-key"]
    assert problem.message.endswith('has no field "value"; parameters of distributions stand under params')


def test_a_known_name_beside_the_right_one_is_not_renamed() -> None:
    (problem,) = checked(COMPACT, ((*STAGES, 0, "rps"), 5)).errors
    assert 'did you mean "rate"?' in problem.message and problem.mend is None
