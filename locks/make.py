"""Write the locks in this folder anew: `pip install uv`, then `python locks/make.py`.

A lock has the versions of `constraints.txt` with the hashes of all their files, so that it serves every system and Python. It has
no addresses: pip takes the files from wherever it takes others.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = {
    "program.txt": ("parquet", "web"),
    "tests.txt": ("parquet", "web", "test"),
}
"""The extras of each lock; the program itself and what builds it are in all of them."""
_OLDEST = PROJECT["project"]["requires-python"].removeprefix(">=")
_UV = (
    "uv", "pip", "compile", "--universal", "--generate-hashes", "--no-annotate", "--no-header", "--no-config", "--quiet",
    "--python-version", _OLDEST, "--constraints", str(ROOT / "constraints.txt"),
)  # fmt: skip
_HEAD = "# Made by locks/make.py. Install with: pip install --require-hashes -r locks/{name}\n"


def requirements(name: str) -> list[str]:
    """Return what a lock is for, as `pyproject.toml` says it."""
    project = PROJECT["project"]
    extras = [each for extra in LOCKS[name] for each in project["optional-dependencies"][extra]]
    return [*project["dependencies"], *extras, *PROJECT["build-system"]["requires"]]


def lock(name: str) -> str:
    """Return the text of a lock."""
    with tempfile.TemporaryDirectory() as folder:
        wanted, made = Path(folder, "requirements.in"), Path(folder, "lock.txt")
        wanted.write_text("\n".join(requirements(name)), encoding="utf-8")
        subprocess.run([*_UV, str(wanted), "--output-file", str(made)], check=True, stdout=subprocess.DEVNULL)
        return _HEAD.format(name=name) + made.read_text(encoding="utf-8")


def main() -> None:
    """Write all locks."""
    for name in LOCKS:
        text = lock(name)
        if "://" in text:
            sys.exit(f"{name} would have an address in it")
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
