"""The coverage-guided fuzzer: ``python tests/trust/attacks/fuzz.py FOLDER INPUTS SEED``, for an environment that has `atheris`.

The folder gets the corpus, what failed, and the counts as JSON.
"""

from __future__ import annotations

import atexit
import json
import os
import random
import sys
import time
import traceback
from pathlib import Path

import atheris

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1]), str(HERE.parent)]

_PLAIN = [
    "blis_tui.spec.reading.suggestions",
    "blis_tui.spec.yaml.source",
    "blis_tui.spec.yaml.nodes",
    "blis_tui.spec.yaml.scalars",
]
"""Loops whose branches tell nothing, and would take half of the time."""
with atheris.instrument_imports(include=["blis_tui"], exclude=_PLAIN):
    from attacks import fuzz_values, fuzzed

_AFRESH = 0.1
"""Of so many inputs, a file of the beginning is changed: without these, few would still be good enough to be generated."""
_OWN_MUTATIONS = 0.8
"""Of so many inputs the program's own words are changed, of the others bytes."""


def main() -> None:
    """Try so many inputs, each of which is to keep all promises."""
    folder, inputs, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    others = fuzz_values.starts()
    for number, data in enumerate(others):
        (corpus / f"start-{number:03}").write_bytes(data)
    words = folder / "words.dict"
    words.write_text(fuzz_values.dictionary(), encoding="ascii")
    prover = fuzzed.Prover(Path(os.environ.get("BLIS_TUI_FUZZ_OUT", "/dev/shm" if Path("/dev/shm").is_dir() else folder)) / f"blis-tui-fuzz-{os.getpid()}")  # fmt: skip
    began = time.monotonic()

    failures: dict[tuple[str, ...], int] = {}

    def counts() -> None:
        document = {**prover.counts, "seconds": round(time.monotonic() - began), "cpu_seconds": round(time.process_time())}
        document["failures"] = sorted(failures.values())
        (folder / f"counts-{seed}.json").write_text(json.dumps(document), encoding="utf-8")

    def one(data: bytes) -> None:
        try:
            prover(data)
        except Exception as error:  # the first of each kind is kept, and the search goes on
            kind = (type(error).__name__, *(f"{each.name}:{each.lineno}" for each in traceback.extract_tb(error.__traceback__)))
            failures[kind] = failures.get(kind, 0) + 1
            if failures[kind] == 1:
                (folder / f"failed-{seed}-{len(failures)}.yaml").write_bytes(data)
                (folder / f"failed-{seed}-{len(failures)}.txt").write_text(
                    "".join(traceback.format_exception(error)), encoding="utf-8"
                )
        if prover.counts["inputs"] % 1000 == 0:
            counts()

    def mutate(data: bytes, most: int, number: int) -> bytes:
        chance = random.Random(number)
        if chance.random() < _AFRESH:
            return fuzz_values.mutated(chance.choice(others), chance, others)[:most]
        if chance.random() < _OWN_MUTATIONS:
            return fuzz_values.mutated(data, chance, others)[:most]
        return atheris.Mutate(data, most)  # type: ignore[no-any-return]

    atexit.register(counts)
    arguments = [
        sys.argv[0], str(corpus), f"-runs={inputs}", f"-seed={seed}", f"-dict={words}", f"-artifact_prefix={folder}/failed-",
        "-max_len=600", "-timeout=120", "-report_slow_units=60", "-rss_limit_mb=3000", "-mutate_depth=2", "-print_final_stats=1", "-reduce_inputs=0",
    ]  # fmt: skip
    atheris.Setup(arguments, one, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
