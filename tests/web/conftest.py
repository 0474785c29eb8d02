"""Fixtures of the browser's tests: a home and a folder of workloads, and the program that serves them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Serve

TWO_STAGE = Path(__file__).parents[2] / "examples" / "two-stage.yaml"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a workload in it, beside another folder that is none of its business."""
    folder = tmp_path / "loads"
    folder.mkdir()
    (folder / "two-stage.yaml").write_bytes(TWO_STAGE.read_bytes())
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret.yaml").write_text("version: '2'  # secret\n")
    (folder / "way-out").symlink_to(tmp_path / "elsewhere")
    return folder


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """The environment of a program with that home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "BLIS_TUI_", "TEXTUAL"))}
    return {**kept, "HOME": str(home), "EDITOR": "touch"}


@pytest.fixture
def serve(folder: Path, environment: dict[str, str]) -> Iterator[Serve]:
    """Start ``blis-tui --web``; gives the process and its address."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-P", "-m", "blis_tui", "--web", *arguments]
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        started.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://\S+", line):
                return process, found[0]
        raise AssertionError(process.communicate())

    yield start
    for process in started:
        process.kill()
        process.communicate()
