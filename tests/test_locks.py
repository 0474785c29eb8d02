"""The locks: what they have is what `constraints.txt` has, for all that `pyproject.toml` asks for, with hashes and no addresses."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "locks"))

import licences  # noqa: E402
import make  # noqa: E402

LOCKS = [ROOT / "locks" / name for name in make.LOCKS]
FREE = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|MPL|Mozilla Public License|PSF|Python Software Foundation|Zlib|CC0|ISC|Unlicense)\b", re.IGNORECASE
)


def constraints() -> dict[str, str]:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def locked(lock: Path) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in licences.locked(lock).items()}


def test_constraints_are_in_order_and_named_once() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()[1:]
    assert lines == sorted(lines, key=str.lower)
    assert len(constraints()) == len(lines)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_has_the_versions_of_the_constraints(lock: Path) -> None:
    known = constraints()
    assert {name: known.get(name) for name in locked(lock)} == locked(lock)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_has_all_that_is_asked_for(lock: Path) -> None:
    have = locked(lock)
    for wanted in map(Requirement, make.requirements(lock.name)):
        assert have[canonicalize_name(wanted.name)] in wanted.specifier, wanted
    for name in have:  # and all that those ask for
        try:
            asked = distribution(name).requires or ()
        except PackageNotFoundError:
            continue
        needed = [each for each in map(Requirement, asked) if each.marker is None or each.marker.evaluate({"extra": ""})]
        assert {canonicalize_name(each.name) for each in needed} <= set(have), name


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_version_has_hashes_and_nothing_has_an_address(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())[1:]
    assert len(entries) == len(locked(lock)) > 20
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9-]+==[^ ]+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+", entry), entry[:200]


def test_all_extras_are_locked_but_that_of_the_pictures() -> None:
    extras = set(make.PROJECT["project"]["optional-dependencies"])
    assert {extra for names in make.LOCKS.values() for extra in names} == extras - {"screenshots"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_licence_is_stated_and_free(lock: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = licences.packages(lock)
    there = [each for each in listed if each.licence != licences.MISSING]
    assert len(there) > 20
    assert [each for each in there if not FREE.search(each.licence) or re.search(r"\bA?GPL", each.licence)] == []
    licences.main([str(lock)])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [each.name for each in listed]
