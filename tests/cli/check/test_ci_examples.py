"""What the README shows for CI: its steps are run, and the hook it names is the one there is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from bad_input import GOOD

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WRONG = GOOD.replace("rate: 20.0", "rate: -20.0")


def example(key: str) -> dict[str, Any]:
    """Return the example that has a key at its top."""
    blocks = [yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)]
    (found,) = (each for each in blocks if isinstance(each, dict) and key in each)
    return found


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with a good and a wrong workload, and a command `blis-tui`."""
    (tmp_path / "workloads").mkdir()
    (tmp_path / "workloads" / "good.yaml").write_text(GOOD)
    (tmp_path / "workloads" / "wrong.yaml").write_text(WRONG)
    program = tmp_path / "bin" / "blis-tui"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m blis_tui "$@"\n')
    program.chmod(0o755)
    return tmp_path


def run(checkout: Path, command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{checkout / 'bin'}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-e", "-c", command], cwd=checkout, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_steps_of_the_workflow_do_what_they_are_for(checkout: Path) -> None:
    steps = example("jobs")["jobs"]["check"]["steps"]
    check, scan = (step["run"] for step in steps if step.get("run", "").startswith("blis-tui"))
    ran = run(checkout, check)
    assert ran.returncode == 1
    assert ran.stdout.startswith("::error file=workloads/wrong.yaml,line=")
    ran = run(checkout, scan)
    (uploaded,) = (step["with"]["sarif_file"] for step in steps if "upload-sarif" in step.get("uses", ""))
    assert (ran.returncode, ran.stdout) == (0, "")
    assert len(json.loads((checkout / uploaded).read_text())["runs"][0]["results"]) == 1
    (checkout / "workloads" / "wrong.yaml").write_text(GOOD)
    assert run(checkout, check).returncode == 0
    assert run(checkout, scan).returncode == 0
    (checkout / "workloads" / "gone.yaml").symlink_to("nowhere")
    assert run(checkout, scan).returncode != 0  # what cannot be read is a failure


def test_the_hook_is_the_one_there_is(checkout: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (used,) = example("repos")["repos"][0]["hooks"]
    assert used["id"] == hook["id"]
    assert {"id", "name", "entry", "language", "types", "files", "require_serial"} <= set(hook)
    names = ("workloads/good.yaml", "workloads/wrong.yaml")
    assert all(re.search(hook["files"], name) for name in (*names, "a/workload/x.yml"))
    assert not re.search(hook["files"], "myworkloads/x.yaml")
    ran = run(checkout, " ".join([hook["entry"], *used["args"], *names]))
    assert ran.returncode == 1
    assert "workloads/wrong.yaml:" in ran.stdout
