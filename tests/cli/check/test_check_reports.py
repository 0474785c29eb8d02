"""``--check --format``: what CI services and code scanning read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from bad_input import GOOD
from running import Run

Write = Callable[..., Path]
WRONG = GOOD.replace("rate: 20.0", "rate: -20.0").replace('version: "2"', 'version: "3"')
LINE = re.compile(r"::(?P<level>error|warning|notice) file=(?P<file>[^,]+),line=(\d+),col=(\d+),title=(?P<code>[a-z0-9-]+)::.+")


def test_github_gets_a_line_for_each_problem_errors_first(run: Run, write: Write) -> None:
    ran = run("--check", write(WRONG), "--format", "github")
    assert ran.code == 1
    found = [LINE.fullmatch(line) for line in ran.out.splitlines()]
    assert all(found)
    levels = [each["level"] for each in found if each]
    assert levels[0] == "error" and "warning" in levels
    assert levels == sorted(levels, key=["error", "warning", "notice"].index)
    assert "1 error" in ran.err


def test_what_github_would_obey_is_escaped(run: Run, write: Write) -> None:
    path = write(GOOD + '"100%\\n::error::a": 1\n', "odd,name:a.yaml")
    (line,) = run("--check", path, "--format", "github").out.splitlines()
    assert "odd%2Cname%3Aa.yaml" in line
    assert "100%25" in line and line.count("::error") == 2  # the second is part of the message, on the same line
    assert line.startswith("::error ")


def test_a_file_that_cannot_be_read_is_an_annotation(run: Run, tmp_path: Path) -> None:
    ran = run("--check", tmp_path / "none.yaml", "--format", "github")
    assert ran.code == 3
    assert ran.out.startswith(f"::error file={tmp_path}/none.yaml::")


def test_sarif_has_what_code_scanning_needs(run: Run, write: Write, tmp_path: Path) -> None:
    path = write(WRONG)
    ran = run("--check", path, tmp_path / "none.yaml", "--format", "sarif")
    assert ran.code == 3
    document = json.loads(ran.out)
    assert document["version"] == "2.1.0" and "sarif-2.1.0" in document["$schema"]
    (found,) = document["runs"]
    assert not found["invocations"][0]["executionSuccessful"]
    assert len(found["invocations"][0]["toolExecutionNotifications"]) == 1
    rules = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    assert {result["ruleId"] for result in found["results"]} == set(rules)
    assert {result["level"] for result in found["results"]} <= {"error", "warning", "note"}
    listed = run("--check", path).out.splitlines()
    for result, line in zip(found["results"], listed, strict=True):
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        assert line.startswith(f"{place['artifactLocation']['uri']}:{region['startLine']}:{region['startColumn']}: ")
        assert result["message"]["text"] in line


def test_fingerprints_stay_when_lines_move_and_differ_within_a_file(run: Run, write: Write) -> None:
    def prints(text: str) -> list[str]:
        document = json.loads(run("--check", write(text), "--format", "sarif").out)
        return [result["partialFingerprints"]["problem/v1"] for result in document["runs"][0]["results"]]

    found = prints(WRONG)
    assert len(found) == len(set(found)) >= 2
    assert prints("# a comment\n" + WRONG) == found


def test_a_good_file_gives_an_empty_report(run: Run, spec: Path) -> None:
    assert run("--check", spec, "--format", "github").out == ""
    assert json.loads(run("--check", spec, "--format", "sarif").out)["runs"][0]["results"] == []
