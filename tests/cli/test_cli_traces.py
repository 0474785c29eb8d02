"""Traces on the command line: --summary and --check take them, everything else says why it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import Run

from blis_tui.cli import main

ROWS = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,374,44\n2023-11-16 18:15:50,396,109\n"


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    path = tmp_path / "azure.csv"
    path.write_text(ROWS)
    return path


def test_summary(trace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--summary", str(trace)]) == 0
    text = capsys.readouterr().out
    assert f"{trace}   an Azure trace · 1 client" in text
    assert ["input", "tokens", "770"] in [line.split() for line in text.splitlines()]
    assert ["requests", "2", "recorded"] in [line.split() for line in text.splitlines()]
    assert "Capacity for what is recorded" in text
    assert "planned" not in text and "target" not in text and "expected" not in text


def test_summary_as_json(trace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--summary", str(trace), "--json", "--assume", "ttft=1s,itl=10ms"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["trace"]["kind"] == "an Azure trace" and not found["trace"]["measured"]
    assert found["spec"] is None and found["total"]["planned"] is None
    assert found["total"]["sent"] == 2 and found["input_tokens"] == 770
    assert found["basis"] == found["capacity"]["basis"] == "recorded"
    assert found["capacity"]["mean_answer_us"] == 1_765_000


def test_check(trace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", str(trace)]) == 0
    assert f"{trace}: info: is an Azure trace of 2 requests" in capsys.readouterr().out
    trace.write_text(ROWS.replace("396", "many"))
    assert main(["--check", str(trace)]) == 1
    assert f"{trace}:3:21: error: ContextTokens: many is not a whole number" in capsys.readouterr().out
    assert main(["--summary", str(trace)]) == 1
    assert f"{trace}:3:21: error: ContextTokens: many is not a whole number" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--summary", "--seed", "1"], 2, "change workload files, and this is a trace"),
        (["--summary", "--measured", "x"], 2, "holds a run against a workload file, and this is a trace"),
        (["--check", "--fix"], 2, "mends workload files, and this is a trace"),
        (["--summary", "--max-size", "10"], 1, "is too large"),
        (
            ["--export", "out", "--format", "yaml"],
            2,
            "format yaml cannot be written from an Azure trace, which is no workload file",
        ),
        (["--export", "out", "--format", "inference-perf"], 2, "choose from jsonl, csv, blis-trace, mooncake, parquet"),
        (["--export", "out", "--tokens"], 2, "there are no token ids to write"),
    ],
)
def test_what_does_not_go_with_a_trace(
    trace: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    assert main([*arguments, str(trace)]) == code
    assert message in "".join(capsys.readouterr())
    assert not Path("out").exists()


def test_export(trace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["--export", str(out), str(trace), "--format", "csv,blis-trace,mooncake", "--block-size", "128"]) == 0
    assert "2 requests of 1 client" in capsys.readouterr().err
    assert (out / "azure.requests.csv").read_text().splitlines()[1:] == [
        "request_0,0,requests,,,0,374,44,,0,0,0,0",
        "request_1,4000000,requests,,,0,396,109,,0,0,0,0",
    ]
    assert json.loads((out / "azure.mooncake.jsonl").read_text().splitlines()[1]) == {
        "timestamp": 4000.0,
        "input_length": 396,
        "output_length": 109,
        "hash_ids": [3, 4, 5, 6],
    }
    about = json.loads((out / "azure.export.json").read_text())
    assert about["spec"] is None and about["requests"] == "recorded"
    assert about["trace"] == {"path": str(trace), "kind": "an Azure trace"}
    assert main(["--summary", str(out / "azure.trace.csv"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["input_tokens"] == 770


def test_export_to_standard_output(trace: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["--export", "-", str(trace), "--format", "jsonl"]) == 0
    lines = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [line["output_tokens"] for line in lines] == [44, 109]


def test_a_mooncake_trace_is_written_as_requests_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text('{"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [1, 2]}\n')
    assert main(["--export", str(tmp_path), str(path), "--format", "blis-trace"]) == 2
    assert "cannot be written from a mooncake trace, which shares blocks, not whole prefixes" in capsys.readouterr().err
    assert main(["--export", str(tmp_path / "out"), str(path)]) == 0
    assert json.loads((tmp_path / "out" / "m.requests.jsonl").read_text())["input_tokens"] == 600


@pytest.mark.parametrize("arguments", [("--summary",), ("--check",), ("--fit", "-o", "-"), ("--export", "-", "--format", "csv")])
def test_standard_input_may_be_a_trace(run: Run, trace: Path, arguments: tuple[str, ...]) -> None:
    of_file, of_stdin = run(*arguments, trace), run(*arguments, "-", stdin=ROWS.encode())
    assert of_stdin.code == of_file.code == 0

    def renamed(text: str) -> str:
        return text.replace(str(trace), "<stdin>").replace(trace.name, "<stdin>")

    assert (of_stdin.out, of_stdin.err) == (renamed(of_file.out), renamed(of_file.err))


def test_what_is_wrong_with_a_trace_on_standard_input(run: Run) -> None:
    ran = run("--summary", "-", stdin=ROWS.replace("396", "many").encode())
    assert (ran.code, ran.err) == (1, "<stdin>:3:21: error: ContextTokens: many is not a whole number [trace]\n")
    ran = run("--summary", "-", "--max-size", "50", stdin=ROWS.encode())
    assert (ran.code, ran.err) == (1, "<stdin>: error: is too large (over 50 B, or what --max-size says) [trace]\n")
    ran = run("--summary", "-", "--seed", "1", stdin=ROWS.encode())
    assert ran.code == 2 and "change workload files, and this is a trace" in ran.err
    ran = run("--summary", "-", stdin=b"trace_version: 2\n")
    assert ran.code == 1 and "is the header of a BLIS trace alone: name its file of rows" in ran.err
    ran = run("--fit", "-", "-o", "-", stdin=b"version: '2'\n")
    assert (ran.code, ran.err) == (3, "blis-tui: <stdin>: is no trace of BLIS, mooncake or Azure, which --fit takes\n")
