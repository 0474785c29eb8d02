"""Nothing raises, and nothing is changed that was not to be, whatever the bytes; `long.py` tries a million more of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from attacks import fuzz_values
from attacks.fuzzed import Prover

INPUTS = 150


@pytest.mark.parametrize("seed", range(2))
def test_changed_files_keep_all_promises(tmp_path: Path, seed: int) -> None:
    prover, chance, starts = Prover(tmp_path / "out"), random.Random(seed), fuzz_values.starts()
    for _ in range(INPUTS):
        data = fuzz_values.mutated(chance.choice(starts), chance, starts)
        try:
            prover(data)
        except Exception as error:
            raise AssertionError(f"{error!r} with {data!r}") from error
    for tried in ("edits", "mends", "good files", "generated", "exports", "exports broken off"):
        assert prover.counts[tried], f"no {tried} were tried"


def test_files_to_begin_with_keep_all_promises(tmp_path: Path) -> None:
    prover = Prover(tmp_path / "out")
    for data in fuzz_values.starts():
        prover(data)


@pytest.mark.parametrize(
    "promise", ["an edit changes what it says", "the text before an edit stays", "what a check calls good is generated"]
)
def test_promises_can_be_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, promise: str) -> None:
    """The proofs are worth something: each fails where the program does."""
    from attacks import fuzzed

    real = fuzzed.apply_edits
    faulty = {
        "an edit changes what it says": lambda text, *_: text.replace("1", "2"),
        "the text before an edit stays": lambda *given: "# new\n" + real(*given),
    }
    if promise in faulty:
        monkeypatch.setattr(fuzzed, "apply_edits", faulty[promise])
    else:
        monkeypatch.setattr(fuzzed, "planned_and_sent", lambda *_, **__: 1 / 0)
    broken = 0
    for number, data in enumerate(fuzz_values.starts() * 2):
        prover = Prover(tmp_path / "out")
        try:
            prover(data + b"# " + str(number).encode() + b"\n")
        except (fuzzed.Broken, ZeroDivisionError):
            broken += 1
    assert broken
