"""Makes what the tests of this folder run: ``python tests/peers/environments.py FOLDER``, a Python environment for each tool.

The tools need other versions of packages than this program and than each other. inference-perf needs Python 3.12 or later;
``--python`` names it if it is not called ``python3.12``.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

TOOLS = {"inference-perf": "0.7.0", "aiperf": "0.13.0", "guidellm": "0.8.1"}
"""Those from PyPI, each with the version that was tried."""
LANGUAGE_SERVER = ("yaml-language-server", "1.25.0")
"""The one from npm."""


def python_of(folder: Path, tool: str) -> Path:
    """Return the Python that a tool is installed for."""
    return folder / tool / "bin" / "python"


def program(folder: Path, name: str) -> Path:
    """Return the program of a tool."""
    return folder / name / "bin" / name


def language_server(folder: Path) -> Path:
    """Return the program of the YAML language server."""
    name, _ = LANGUAGE_SERVER
    return folder / "node_modules" / ".bin" / name


def make(folder: Path, python: str) -> None:
    """Install every tool that is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for tool, version in TOOLS.items():
        if not program(folder, tool).exists():
            _run(python, "-m", "venv", folder / tool)
            _run(python_of(folder, tool), "-m", "pip", "install", "--quiet", f"{tool}=={version}")
    if not language_server(folder).exists():
        _run("npm", "install", "--silent", "--prefix", folder, "@".join(LANGUAGE_SERVER))


def _run(*words: str | Path) -> None:
    subprocess.run([str(word) for word in words], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", default="python3.12")
    given = parser.parse_args()
    make(given.folder, given.python)
