"""List the licences of what is locked, as each installed package states its own: `python locks/licences.py [LOCK]`."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
_LINE = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
MISSING = "(not installed here)"


class Package(NamedTuple):
    """A locked package, and what it says of its licence."""

    name: str
    version: str
    licence: str


def locked(lock: Path) -> dict[str, str]:
    """Return the names and versions of a lock."""
    return dict(_LINE.findall(lock.read_text(encoding="utf-8")))


def licence(name: str) -> str:
    """Return what an installed package states: the expression, else its classifiers, else the first line of its text."""
    try:
        stated = metadata(name)
    except PackageNotFoundError:
        return MISSING
    if expression := stated.get("License-Expression"):
        return expression
    classifiers = [each.split(" :: ")[-1] for each in stated.get_all("Classifier") or () if each.startswith("License :: ")]
    text = (stated.get("License") or "").strip().split("\n")[0]
    return " and ".join(each for each in classifiers if each != "OSI Approved") or text or "(none stated)"


def packages(lock: Path) -> list[Package]:
    """Return the packages of a lock."""
    return [Package(name, version, licence(name)) for name, version in locked(lock).items()]


def main(names: list[str]) -> None:
    """Print a line for each package."""
    for each in packages(Path(names[0]) if names else HERE / "program.txt"):
        print(f"{each.name:<28}{each.version:<16}{each.licence}")


if __name__ == "__main__":
    main(sys.argv[1:])
