"""Names of files are shown, whatever is in them: a terminal obeys nothing of them, and a message stays on its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bad_input import GOOD
from running import Run

ODD = "a\nb\x1b[31m"
SHOWN = r"a\nb\x1b[31m"
MENDABLE = GOOD.replace('version: "2"\n', "")
TRACE = "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-01-01 00:00:00.000000,10,5\n2024-01-01 00:00:01.000000,10,5\n"
ENDS = ("yaml", "bad.yaml", "mended.yaml", "csv", "missing", "folder")
SPEC, BAD, MENDED, CSV, MISSING, FOLDER = (f"{ODD}.{end}" for end in ENDS)
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--check", SPEC, "--strict"),
    ("--check", BAD),
    ("--check", BAD, "--format", "github"),
    ("--check", BAD, "--format", "sarif"),
    ("--check", BAD, "--json"),
    ("--check", MENDED, "--fix"),
    ("--check", CSV),
    ("--check", MISSING),
    ("--check", FOLDER),
    ("--summary", SPEC),
    ("--summary", SPEC, "--json"),
    ("--summary", BAD),
    ("--summary", CSV),
    ("--summary", MISSING),
    ("--summary", SPEC, "--measured", MISSING),
    ("--summary", SPEC, "--measured", FOLDER),
    ("--summary", SPEC, "--measured", SPEC),
    ("--summary", SPEC, "--simulate", "--config", MISSING),
    ("--summary", SPEC, "--simulate", "--config", SPEC),
    ("--export", FOLDER, SPEC, "--format", "yaml,blis-trace,aiperf,guidellm"),
    ("--export", FOLDER, SPEC, "--format", "yaml"),
    ("--export", FOLDER, CSV),
    ("--export", "out", BAD),
    ("--export", SPEC, SPEC),
    ("--export", f"{SPEC}/out", SPEC),
    ("--export", "out", MISSING),
    ("--fit", CSV, "-o", f"{ODD}.fitted"),
    ("--fit", CSV, "-o", f"{ODD}.json", "--json"),
    ("--fit", CSV, "-o", f"{ODD}.fitted"),
    ("--fit", CSV, "-o", FOLDER, "--force"),
    ("--fit", CSV, "-o", f"{MISSING}/a.yaml"),
    ("--fit", SPEC, "-o", "-"),
    ("--fit", MISSING, "-o", "-"),
    ("--web", f"../{SPEC}"),
    ("--web", f"{MISSING}/{SPEC}"),
    ("--web", SPEC, "--config", MISSING),
    (SPEC,),
    (SPEC, CSV),
    (f"--{ODD}",),
    ("--set", ODD, "--check", SPEC),
    ("--set", f"{ODD}=1", "--check", SPEC),
    ("--export", "out", SPEC, "--format", ODD),
)
"""What is done one after the other in one folder; what it writes is there for the next."""


def test_what_is_told_of_a_file_with_an_odd_name(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in ((SPEC, GOOD), (BAD, GOOD + "extra: 1\n"), (MENDED, MENDABLE), (CSV, TRACE)):
        Path(name).write_text(text, encoding="utf-8")
    Path(FOLDER).mkdir()
    named = 0
    for command in COMMANDS:
        ran = run(*command)
        told = ran.out + ran.err
        assert ran.code != 70, (command, told)
        assert told and "\x1b" not in told, command
        assert not [line for line in told.split("\n") if line.startswith(("b\\x1b", "b["))], (command, told)
        named += SHOWN in told
    assert named > len(COMMANDS) // 2
    assert "workload_spec:" in (tmp_path / FOLDER / f"{ODD}.trace.yaml").read_text()


def test_json_has_the_name_as_it_is(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(SPEC).write_text(GOOD, encoding="utf-8")
    assert json.loads(run("--check", SPEC, "--json").out)["files"][0]["path"] == SPEC
