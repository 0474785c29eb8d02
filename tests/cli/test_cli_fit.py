"""``--fit``: a workload file like a trace, and how like it is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from running import Run

from blis_tui.formats.export import export
from blis_tui.formats.options import ExportOptions
from blis_tui.reading import load, loads
from blis_tui.spec.check import check

TWO_STAGES = Path(__file__).parents[2] / "examples" / "two-stage.yaml"
CLIENTS = Path(__file__).parents[2] / "examples" / "clients.yaml"


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    export(load(CLIENTS), tmp_path, ["blis-trace"])
    return tmp_path / "workload.trace.csv"


def test_a_trace_becomes_a_workload_file(run: Run, trace: Path, tmp_path: Path) -> None:
    ran = run("--fit", trace, "-o", tmp_path / "like-it.yaml")
    assert (ran.code, ran.out) == (0, "")
    text = (tmp_path / "like-it.yaml").read_text()
    assert text.startswith("# Fitted to the trace workload.trace.csv: 2,654 requests in 2 min.")
    assert not [problem for problem in check(text).problems if problem.severity != "info"]
    lines = [line.split() for line in ran.err.splitlines()]
    assert lines[0][-1] == "good"
    assert ["requests", "2,654"] in [line[:2] for line in lines]
    assert ["poisson-constant", "good"] in lines


def test_a_mooncake_trace_of_a_compact_file_becomes_one_again(run: Run, tmp_path: Path) -> None:
    export(load(TWO_STAGES), tmp_path, ["mooncake"], options=ExportOptions(block_size=50))
    assert run("--fit", tmp_path / "workload.mooncake.jsonl", "--block-size", "50", "-o", tmp_path / "a.yaml").code == 0
    found = loads((tmp_path / "a.yaml").read_text()).inference_perf
    given = load(TWO_STAGES).inference_perf
    assert found is not None and given is not None and given.shared_prefix is not None
    assert found.shared_prefix == given.shared_prefix.replace(num_users_per_system_prompt=1)  # of whom such a trace knows nothing
    assert [stage.rate for stage in found.stages] == pytest.approx([stage.rate for stage in given.stages], rel=0.03)


def test_the_comparison_as_json(run: Run, trace: Path, tmp_path: Path) -> None:
    ran = run("--fit", trace, "-o", tmp_path / "a.yaml", "--json", "--lengths", "family", "--shape", "cohorts")
    found = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert (found["lengths"], found["shape"]) == ("family", "cohorts")
    assert found["verdict"] in ("good", "fair")
    assert found["total"]["numbers"]["requests"]["trace"] == 2654
    assert sum(stage["trace"] for stage in found["stages"]) == 2654
    assert {each["name"] for each in found["classes"]} >= {"poisson-constant", "gamma-fitted"}
    assert load(tmp_path / "a.yaml").cohorts


def test_to_standard_output(run: Run, trace: Path) -> None:
    ran = run("--fit", trace, "-o", "-", "--quiet")
    assert ran.err == ""
    assert loads(ran.out).clients


def test_what_is_there_is_not_overwritten(run: Run, trace: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("mine")
    ran = run("--fit", trace, "-o", path)
    assert ran.code == 3
    assert ran.err == f"blis-tui: {path}: already exists; --force overwrites it\n"
    assert path.read_text() == "mine"
    assert run("--fit", trace, "-o", path, "--force").code == 0
    assert "clients:" in path.read_text()


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_no_trace_is_overwritten(run: Run, trace: Path, force: tuple[str, ...]) -> None:
    before = trace.read_bytes()
    ran = run("--fit", trace, "-o", trace, *force)
    assert (ran.code, ran.err) == (3, f"blis-tui: {trace}: is a BLIS trace; no fit is written over one\n")
    assert trace.read_bytes() == before


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("/", "is a folder"),
        ("/dev/null", "is not a regular file"),
        ("pipe", "is not a regular file"),
        ("missing/a.yaml", "No such file or directory"),
        ("file/a.yaml", "Not a directory"),
    ],
)
def test_what_cannot_be_written_is_told_before_the_work(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, why: str, force: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("mine")
    os.mkfifo("pipe")
    ran = run("--fit", "no-trace", "-o", output, *force)
    assert (ran.code, ran.err) == (3, f"blis-tui: {output}: {why}\n")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "pipe"}


def test_a_folder_that_may_not_be_written_is_told_before_the_work(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write everywhere")
    ran = run("--fit", "no-trace", "-o", folder / "a.yaml")
    assert (ran.code, ran.err) == (3, f"blis-tui: {folder / 'a.yaml'}: Permission denied\n")


def test_nothing_is_left_of_the_look_whether_it_can_be_written(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    for force in ((), ("--force",)):
        assert run("--fit", "no-trace", "-o", path, *force).err == "blis-tui: no-trace: No such file or directory\n"
    assert list(tmp_path.iterdir()) == []
    path.write_text("mine")
    assert run("--fit", "no-trace", "-o", path, "--force").code == 3
    assert [each.read_text() for each in tmp_path.iterdir()] == ["mine"]


def test_only_traces_can_be_fitted(run: Run, tmp_path: Path) -> None:
    ran = run("--fit", CLIENTS, "-o", tmp_path / "a.yaml")
    assert ran.code == 3
    assert "is no trace of BLIS, mooncake or Azure, which --fit takes" in ran.err


def test_what_cannot_be_read_is_no_other_kind_of_file(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, why in (
        ("missing", "No such file or directory"),
        ("pipe", "is not a regular file"),
        (".", "is not a regular file"),
    ):
        ran = run("--fit", tmp_path / name, "-o", "-")
        assert (ran.code, ran.err) == (3, f"blis-tui: {tmp_path / name}: {why}\n")


AZURE_HEAD = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
ENDLESS = f"""{AZURE_HEAD}0001-01-01 00:00:00.0000000,5,5
9999-12-31 23:59:59.9999999,2147483647,1
2023-11-16 18:00:00.0000000,10,10
"""
"""Three rows, and hundreds of requests of hundreds of millions of tokens that are like them."""


def test_what_takes_too_long_to_generate_is_written_and_not_compared(run: Run, tmp_path: Path) -> None:
    path, fit = tmp_path / "endless.csv", tmp_path / "fit.yaml"
    path.write_text(ENDLESS)
    ran = run("--fit", path, "-o", fit)
    assert ran.code == 0
    assert ran.err.splitlines() == [
        f"{path}: warning: generating what is fitted to this trace takes about 113 s, so it is not compared [slow]",
        f"wrote {fit}: the fit to {path} is not compared, as generating it takes about 113 s",
    ]
    head = fit.read_text().splitlines()[:2]
    assert head[0].startswith("# Fitted to the trace endless.csv: 3 requests in 3,652,0")
    assert head[1] == "# The fit is not compared, as generating it takes about 113 s."
    assert [problem.code for problem in check(fit.read_text()).problems] == ["slow"]
    ran = run("--fit", path, "-o", fit, "--json", "--quiet", "--force")
    assert ran.err == ""
    found = json.loads(ran.out)
    assert (found["verdict"], found["total"], found["stages"], found["classes"]) == (None, None, [], [])


def test_a_trace_without_requests_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n")
    ran = run("--fit", path, "-o", tmp_path / "a.yaml")
    assert ran.code == 1
    assert "the trace has no requests to make a workload of" in ran.err
    assert not (tmp_path / "a.yaml").exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("--fit t.csv", "--fit needs one TRACE, and -o FILE"),
        ("--fit -o a.yaml", "--fit needs one TRACE"),
        ("--fit t.csv -o - --json", "cannot both go to standard output"),
        ("--fit t.csv -o a.yaml --summary", "--summary and --fit cannot be combined"),
        ("--summary t.csv -o a.yaml", "--output only works with --fit"),
        ("--check t.csv --lengths family", "--lengths or --shape only works with --fit"),
        ("--fit t.csv -o a.yaml --lengths many", "invalid choice"),
    ],
)
def test_wrong_usage(run: Run, line: str, reason: str) -> None:
    ran = run(*line.split())
    assert ran.code == 2
    assert reason in ran.err
