"""What shells are given to complete the command line."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from running import Run

from blis_tui.formats.table import FORMATS


def completed(run: Run, folder: Path, *words: str) -> list[str]:
    """Return what bash offers for the last word."""
    line = " ".join(f"'{word}'" for word in ("blis-tui", *words))
    lines = [run("--completion", "bash").out, f"COMP_WORDS=({line}) COMP_CWORD={len(words)}", "_blis_tui"]
    lines.append('printf "%s\\n" "${COMPREPLY[@]}"')
    ran = subprocess.run(["bash", "-c", "\n".join(lines)], cwd=folder, capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    return ran.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_options_values_and_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "chat.yaml").touch()
    (tmp_path / "out").mkdir()
    assert completed(run, tmp_path, "--ch") == ["--check"]
    assert completed(run, tmp_path, "--check", "ch") == ["chat.yaml"]
    assert completed(run, tmp_path, "--export", "") == ["out"]
    assert completed(run, tmp_path, "--format", "c") == ["csv"]
    assert completed(run, tmp_path, "--format", "") == [each.name for each in FORMATS]
    assert completed(run, tmp_path, "--color", "") == ["auto", "always", "never"]
    assert completed(run, tmp_path, "--seed", "") == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_know_every_option(run: Run, shell: str) -> None:
    script = run("--completion", shell).out
    for line in run("--help").out.splitlines():
        if line.startswith("  --"):
            name = line.split()[0].rstrip(",")
            assert (name if shell == "zsh" else f"-l {name[2:]}") in script


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_what_its_shell_can_read(run: Run, shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"needs {shell}")
    script = run("--completion", shell).out
    assert subprocess.run([program, "-n"], input=script, text=True, capture_output=True, check=True).stderr == ""
