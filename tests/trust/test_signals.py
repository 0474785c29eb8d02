"""A signal ends the program with one exit status, and nothing printed, at whatever moment it comes."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from blis_tui.signals import ENDING

DRIVER = """
import os, signal, sys
event, which, number = sys.argv.pop(1), int(sys.argv.pop(1)), int(sys.argv.pop(1))
seen = 0
def hook(name, _):
    global seen
    if name == event:
        seen += 1
        if seen == which:
            os.kill(os.getpid(), number)
from blis_tui import signals
listen = signals.listen
def listening():
    listen()
    sys.addaudithook(hook)
signals.listen = listening
from blis_tui.__main__ import run
if event == "end":
    import atexit
    atexit.register(os.kill, os.getpid(), number)
run()
"""
SPEC = """\
version: "2"
horizon: 2000000
inference_perf:
  stages: [{rate: 2.0, duration: 2}]
  shared_prefix: {num_unique_system_prompts: 1, num_users_per_system_prompt: 1, system_prompt_len: 5, question_len: 5, output_len: 5}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


def ended(folder: Path, event: str, which: int, number: int, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-c", DRIVER, event, str(which), str(int(number)), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=folder)
    return ran.returncode, ran.stderr


@pytest.mark.parametrize("which", [1, 5, 25, 60])
@pytest.mark.parametrize("number", ENDING)
@pytest.mark.parametrize("command", [["--check"], ["--summary"], ["--export", "-", "--format", "csv"]])
def test_in_the_midst_of_an_import(spec: Path, command: list[str], number: signal.Signals, which: int) -> None:
    if command == ["--check"] and which > 50:
        return  # it has no more
    assert ended(spec.parent, "import", which, number, *command, "spec.yaml") == (128 + number, "")


@pytest.mark.parametrize("which", [1, 60, 150])
def test_imports_of_an_export_to_a_folder(spec: Path, which: int) -> None:
    assert ended(spec.parent, "import", which, signal.SIGTERM, "--export", "out", "--format", "csv", "--quiet", "spec.yaml") == (
        143,
        "",
    )
    assert [path.name for path in spec.parent.iterdir()] == ["spec.yaml"]


@pytest.mark.parametrize("which", [1, 2, 3])
def test_while_a_file_is_opened(spec: Path, which: int) -> None:
    assert ended(spec.parent, "open", which, signal.SIGINT, "--check", "spec.yaml") == (130, "")


@pytest.mark.parametrize("number", ENDING)
def test_once_all_is_done_it_stays_done(spec: Path, number: signal.Signals) -> None:
    assert ended(spec.parent, "end", 0, number, "--check", "spec.yaml") == (0, "1 file: no problems\n")


def test_signals_that_are_ignored_stay_ignored(spec: Path) -> None:
    command = f"trap '' HUP; exec {sys.executable} -c \"$0\" import 5 {int(signal.SIGHUP)} --check spec.yaml"
    ran = subprocess.run(["sh", "-c", command, DRIVER], capture_output=True, text=True, timeout=60, check=False, cwd=spec.parent)
    assert (ran.returncode, ran.stderr) == (0, "1 file: no problems\n")
