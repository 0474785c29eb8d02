"""Keys that are unknown, repeated or no names are told, with their place and what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from decoding import COMPACT, FIELDS, INVALID, ROOT, flow, good, only_problem, place

from blis_tui.problems import Path as SpecPath
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.edits import RenameKey
from blis_tui.spec.format.model import Stage, WorkloadSpec
from blis_tui.spec.reading.decode import decode


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
