"""``--set`` and its like: edits of the text, for this run only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bad_input import GOOD
from running import Run

Write = Callable[..., Path]


def exported(run: Run, path: Path, *options: str) -> str:
    ran = run("--export", "-", path, "--format", "yaml", *options)
    assert ran.code == 0, ran.err
    return ran.out


@pytest.mark.parametrize(
    ("options", "old", "new"),
    [
        (["--seed", "-7"], "seed: 42", "seed: -7"),
        (["--horizon", "30s"], "horizon: 60000000", "horizon: 30000000"),
        (["--num-requests", "12"], "horizon: 60000000\n", "horizon: 60000000\nnum_requests: 12\n"),
        (["--set", "seed=7"], "seed: 42", "seed: 7"),
        (["--set", "seed=7", "--seed", "8"], "seed: 42", "seed: 8"),
        (["--set", "seed=7", "--set", "seed=9"], "seed: 42", "seed: 9"),
        (["--set", "inference_perf.stages[0].rate=12.5"], "rate: 8.0", "rate: 12.5"),
        (
            ["--set", "inference_perf.stages[2]={rate: 3, duration: 9}"],
            "30}\n  shared",
            "30}\n    - {rate: 3.0, duration: 9}\n  shared",
        ),
        (["--set", "inference_perf.shared_prefix.output_len=1"], "output_len: 248", "output_len: 1"),
    ],
)
def test_the_exported_text_shows_overrides_and_nothing_else_changes(
    run: Run, spec: Path, options: list[str], old: str, new: str
) -> None:
    assert exported(run, spec, *options) == GOOD.replace(old, new)
    assert spec.read_text() == GOOD


def test_overrides_apply_before_checking(run: Run, spec: Path, write: Write) -> None:
    ran = run("--check", spec, "--set", "inference_perf.stages[1].rate=-1")
    assert ran.code == 1
    assert ran.out.startswith(f"{spec}:7:14: error: inference_perf.stages[1].rate ")
    mended = write(GOOD.replace("rate: 8.0", "rate: 0"))
    assert run("--check", mended).code == 1
    assert run("--check", mended, "--set", "inference_perf.stages[0].rate=8").code == 0


def test_overrides_hold_for_every_file_and_for_standard_input(run: Run, spec: Path, write: Write) -> None:
    ran = run("--check", spec, write(GOOD), "--seed", "3", "--set", "seed=x")
    assert ran.code == 0
    assert run("--export", "-", "-", "--format", "yaml", "--seed", "3", stdin=GOOD.encode()).out == GOOD.replace("42", "3")


def test_overrides_change_what_is_generated(run: Run, spec: Path) -> None:
    plain = run("--export", "-", spec, "--format", "csv").out
    assert run("--export", "-", spec, "--format", "csv", "--seed", "42").out == plain
    assert run("--export", "-", spec, "--format", "csv", "--seed", "43").out != plain
    assert run("--export", "-", spec, "--format", "csv", "--num-requests", "5").out == "".join(plain.splitlines(True)[:6])


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("sede=1", "--set sede: the file has no field 'sede'; did you mean 'seed'?"),
        ("inference_perf.stages[9].rate=1", "--set inference_perf.stages[9].rate: the list has only 2 items"),
        ("a..b=1", "is not a path"),
        ("inference_perf.stages=[", "is not a valid value"),
        ("seed.deep=1", "has no field 'deep'"),
    ],
)
def test_wrong_paths_are_wrong_usage(run: Run, spec: Path, setting: str, reason: str) -> None:
    for command in (["--check"], ["--summary"], ["--export", "-", "--format", "yaml"]):
        ran = run(*command, spec, "--set", setting)
        assert (ran.code, ran.out) == (2, "")
        assert reason in ran.err


def test_a_value_of_a_wrong_type_is_an_error_in_the_spec(run: Run, spec: Path) -> None:
    ran = run("--check", spec, "--set", "seed=abc")
    assert ran.code == 1
    assert ran.out.startswith(f"{spec}:2:7: error: seed ")


def test_what_stands_in_an_alias_is_not_overridden(run: Run, write: Write) -> None:
    path = write(
        GOOD.replace("- {rate: 8.0, duration: 30}", "- &s {rate: 8.0, duration: 30}").replace(
            "- {rate: 20.0, duration: 30}", "- *s"
        )
    )
    ran = run("--check", path, "--set", "inference_perf.stages[1].rate=3")
    assert ran.code == 2
    assert "alias" in ran.err


def test_an_unreadable_text_has_its_own_problems(run: Run, write: Write) -> None:
    ran = run("--check", write("inference_perf: [\n"), "--seed", "1")
    assert ran.code == 1
    assert "[syntax]" in ran.out


def test_names_with_an_equals_sign(run: Run, spec: Path) -> None:
    text = exported(run, spec, "--set", 'goodput_slo_targets["a=b"].ttft_ms=3')
    assert "a=b" in text
