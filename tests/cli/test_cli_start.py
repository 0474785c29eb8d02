"""What is loaded at the start: a check must not wait for NumPy, Textual or plotext."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "numpy",
    "textual",
    "plotext",
    "rich",
    "asyncio",
    "dataclasses",
    "inspect",
    "json",
    "pathlib",
    "shutil",
    "tempfile",
    "hashlib",
    "logging",
}


def loaded(*arguments: str) -> set[str]:
    """Return the top-level modules that a run of the program has loaded."""
    code = (
        "import sys; from blis_tui.cli import main\n"
        "before = set(sys.modules)\n"
        f"code = main({list(arguments)!r})\n"
        "sys.stdout.write('\\n'.join(['', *{name.partition('.')[0] for name in sys.modules}]))\n"
        "sys.exit(code)"
    )
    ran = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, timeout=60, check=True, env=_environment()
    )
    return set(ran.stdout.splitlines())


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(path for path in sys.path if path), "PATH": "/usr/bin:/bin"}


@pytest.mark.parametrize("arguments", [["--check"], ["--check", "--strict"]])
def test_a_check_loads_nothing_heavy(spec: Path, arguments: list[str]) -> None:
    assert not loaded(*arguments, str(spec)) & HEAVY


def test_overrides_help_and_version_load_nothing_heavy(spec: Path) -> None:
    for arguments in (["--check", str(spec), "--set", "seed=3"], ["--help"], ["--version"]):
        assert not loaded(*arguments) & {"numpy", "textual", "plotext"}


def test_a_summary_loads_what_it_needs(spec: Path) -> None:
    modules = loaded("--summary", str(spec))
    assert {"numpy", "plotext"} <= modules
    assert "textual" not in modules
    assert "plotext" not in loaded("--summary", "--json", str(spec))
