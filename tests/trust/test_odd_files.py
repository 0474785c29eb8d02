"""Pipes, devices, sockets, folders and loops of links in the place of files."""

from __future__ import annotations

from pathlib import Path

from attacks import odd_files
from attacks.faults import in_process
from attacks.forked import Ended


def run(folder: Path, *arguments: str) -> Ended:
    code, told = in_process(folder, *arguments)
    return Ended(code, False, told)


def test_as_spec(tmp_path: Path) -> None:
    assert odd_files.as_spec(tmp_path / "work", run) == 50


def test_as_out(tmp_path: Path) -> None:
    assert odd_files.as_out(tmp_path / "work", run) == 40
