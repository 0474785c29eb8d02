"""The long part of what proves that nothing gets lost: ``python tests/trust/long.py [--only fuzz,kills,…] [--out FOLDER]``.

It prints a table of what was tried, as Markdown, and ends with 1 if a promise was not kept. Each part takes minutes; the fuzzer and
the soak take hours on a slow machine. The fuzzer needs `atheris` (``pip install atheris``), in this environment or another whose
Python is given with ``--fuzz-python``; the soak needs what tests need. File systems are filled only where one may mount.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent), str(HERE)]


class Asked(NamedTuple):
    """How much of what is to be tried, where, and from which seed on."""

    folder: Path
    seed: int
    inputs: int
    actions: int
    part: float
    fuzz_python: str

    def count(self, usual: int) -> int:
        """Return how often something is tried."""
        return max(int(usual * self.part), 1)


def fuzz(asked: Asked) -> Iterator[str]:
    folder = asked.folder / "fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("ab") as log:
        command = [asked.fuzz_python, str(HERE / "attacks" / "fuzz.py"), str(folder), str(asked.inputs), str(asked.seed)]
        subprocess.run(command, stdout=log, stderr=log, check=True, cwd=folder)
    counts = json.loads((folder / f"counts-{asked.seed}.json").read_text(encoding="utf-8"))
    failures = counts.pop("failures")
    yield f"{counts.pop('inputs'):,} inputs"
    yield _told(counts)
    if failures:
        raise AssertionError(f"{len(failures)} kinds of failures, see {folder}")


def soak(asked: Asked) -> Iterator[str]:
    folder = asked.folder / "soak"
    command = [sys.executable, str(HERE / "attacks" / "soak.py"), str(folder), str(asked.actions), str(asked.seed)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    yield ran.stdout.splitlines()[-1] if ran.stdout else "nothing"
    if ran.returncode:
        raise AssertionError("it failed, or found no plateau")


def kills_of_exports(asked: Asked) -> Iterator[str]:
    from attacks import kills

    yield _told(kills.exports(asked.folder / "exports", asked.count(500), random.Random(asked.seed)))


def kills_of_saves(asked: Asked) -> Iterator[str]:
    from attacks import kills

    yield _told(kills.saves(asked.folder / "saves", asked.count(400), random.Random(asked.seed)))


def kills_of_typing(asked: Asked) -> Iterator[str]:
    from attacks import kills

    yield _told(kills.typing(asked.folder / "typing", asked.count(200), random.Random(asked.seed)))


def signals(asked: Asked) -> Iterator[str]:
    from attacks import interrupts

    yield _told(interrupts.commands(asked.folder / "commands", asked.count(450), random.Random(asked.seed)))


def signals_to_the_designer(asked: Asked) -> Iterator[str]:
    from attacks import interrupts

    yield _told(interrupts.designer(asked.folder / "designer", asked.count(80), random.Random(asked.seed)))


def faults(asked: Asked) -> Iterator[str]:
    from attacks import faults

    counts, broken = faults.everything(asked.folder / "faults")
    yield f"{counts.total():,} faults"
    yield _told(counts)
    if broken:
        raise AssertionError("\n".join(broken))


def pairs(asked: Asked) -> Iterator[str]:
    from attacks import pairs

    yield _told(pairs.two_savers(asked.folder / "pairs", asked.count(200)))


def odd_files(asked: Asked) -> Iterator[str]:
    from attacks import odd_files

    yield _told(odd_files.everything(asked.folder / "odd", asked.count(500), random.Random(asked.seed)))


PARTS: dict[str, Callable[[Asked], Iterator[str]]] = {
    "faults": faults,
    "odd-files": odd_files,
    "pairs": pairs,
    "kills-exports": kills_of_exports,
    "kills-saves": kills_of_saves,
    "kills-typing": kills_of_typing,
    "signals": signals,
    "signals-designer": signals_to_the_designer,
    "soak": soak,
    "fuzz": fuzz,
}


def _told(counts: Counter[str] | dict[str, Any]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items(), key=lambda each: -each[1]))


def main() -> int:
    """Run the parts that are asked for; print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default=",".join(PARTS), help="parts, of " + ", ".join(PARTS))
    parser.add_argument("--out", type=Path, help="folder for the corpus and for what failed (default: a temporary one)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="of the fuzzer")
    parser.add_argument("--actions", type=int, default=100_000, help="of the soak")
    parser.add_argument("--part", type=float, default=1.0, help="how much of all else, e.g. 0.1")
    parser.add_argument("--fuzz-python", default=sys.executable, help="the Python that has atheris")
    given = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.out or Path(temporary)).absolute()
        asked = Asked(folder, given.seed, given.inputs, given.actions, given.part, given.fuzz_python)
        print("| part | took | tried | result |\n|---|---|---|---|")
        for name in given.only.split(","):
            began, rows, result = time.monotonic(), [], "kept"
            try:
                for row in PARTS[name](asked):
                    rows.append(row)
            except Exception as error:
                failed, result = True, f"**broken**: {type(error).__name__}: {error}".replace("\n", " ")
                traceback.print_exc()
            print(f"| {name} | {_spoken(time.monotonic() - began)} | {'; '.join(rows)} | {result} |", flush=True)
    return int(failed)


def _spoken(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


if __name__ == "__main__":
    sys.exit(main())
