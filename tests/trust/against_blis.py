"""Compare with BLIS itself: random files of every family, their requests, and which files it refuses.

    BLIS_BIN=…/blis python tests/trust/against_blis.py --seconds 600 --seed 1

Half of the files are good ones, whose requests must be the same in everything that BLIS's trace tells; the others are broken in
one place, and BLIS must refuse those that `--check` refuses, but for what this project refuses on purpose. Every difference is
written to a file beside its text, and the figures are printed.
"""

from __future__ import annotations

import argparse
import copy
import math
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "workload"))  # where the random specs are
from blis_program import VARIABLE, Blis, Outcome, Row, TooLong, program, rows
from workload_specs import closed_specs, compact_specs, explicit_specs

from blis_tui.formats.source import Source
from blis_tui.formats.specs import expanded
from blis_tui.formats.yaml_text import document
from blis_tui.problems import Problem, SpecError
from blis_tui.spec.check import Checked, check
from blis_tui.spec.format.model import WorkloadSpec

AT_ONCE = 40
"""So many files of a family are drawn at a time."""
DELIBERATE = {
    "duplicate-id": "two virtual users of one id share a session in BLIS",
    "empty-item": "BLIS drops an empty item of a list, or takes it for one of zeros",
    "empty-value": "BLIS takes a key without a value for 0",
    "fraction": "BLIS drops the fraction of what must be whole",
    "min-above-max": "limits must leave something, even where nothing is drawn",
    "missing": "a distribution must be complete, even where BLIS makes do with 0",
    "no-bins": "so must one of bins, even where nothing is drawn from it",
    "not-finite": "BLIS goes on with what it makes of infinity and NaN",
    "overflow": "BLIS goes on with what is left of a time or product that leaves int64",
}
"""Errors of files that BLIS runs, each with why it is one here. So are a negative horizon, which BLIS takes for none, and an unknown
family of lengths that happen not to be drawn."""


def limited_text(spec: WorkloadSpec) -> str:
    """Write a spec; users that never pause get a limit, as this server's answers come at once."""
    hasty = any(client.concurrency and client.think_time_us < 1000 for client in spec.clients)
    return document(spec.replace(num_requests=spec.num_requests or 80) if hasty else spec)


def expanded_text(spec: WorkloadSpec) -> str:
    """Write the clients of a compact version-1 file; BLIS would upgrade the file itself to version 2."""
    return "".join(text for text, _ in expanded.contents(Source(spec)).chunks())


FAMILIES: dict[str, tuple[st.SearchStrategy[WorkloadSpec], Callable[[WorkloadSpec], str]]] = {
    "clients and cohorts": (explicit_specs(), document),
    "conversations and virtual users": (closed_specs(), limited_text),
    "compact": (compact_specs("2"), document),
    "compact, version 1, one stage": (
        compact_specs("1").filter(lambda spec: len(spec.inference_perf.stages) == 1),
        expanded_text,
    ),
}
"""Random files of each kind, and how they are written. What version 1 makes of several stages no BLIS of today can run."""


def drawn(strategy: st.SearchStrategy[WorkloadSpec], seed: int) -> list[WorkloadSpec]:
    """Draw some specs, the same ones for a seed."""
    found: list[WorkloadSpec] = []

    @hypothesis_seed(seed)
    @settings(
        max_examples=AT_ONCE,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(spec: WorkloadSpec) -> None:
        found.append(spec)

    collect()
    return found


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the places of all values in plain data."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from places(each, (*path, key))


BAD_VALUES: list[Any] = [
    -1, 0, 1, -0.5, 1.5, 1e-300, 1e300, 2**63, math.inf, math.nan, "", "nonsense", "7", "1e3", "0x10", "1_000",
    None, True, [], {}, [1], {"a": 1}, ["x"],
]  # fmt: skip


def broken_text(text: str, chance: random.Random) -> str:
    """Change one place of a file: take it away, misspell its name, put something else there, or have it twice."""
    data = yaml.safe_load(text)
    path = chance.choice([path for path in places(data) if path[-1] != "model"])  # nobody would answer its requests
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    key = path[-1]
    kind = chance.choice(["value", "value", "value", "drop", "misspell", "double"])
    if kind == "drop":
        del holder[key]
    elif kind == "misspell" and isinstance(key, str):
        holder[key + chance.choice(["s", "_", " "])] = holder.pop(key)
    elif kind == "double" and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    else:
        holder[key] = copy.deepcopy(chance.choice(BAD_VALUES))
    return yaml.dump(data, Dumper=_NoAliases, sort_keys=False)


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, _: Any) -> bool:
        return True


class Comparison:
    """What was compared so far, and what was different."""

    def __init__(self, blis: Blis, folder: Path) -> None:
        self.blis = blis
        self.folder = folder
        self.counts: Counter[str] = Counter()
        self.differences: list[str] = []

    def good(self, family: str, text: str) -> None:
        """Compare the requests of a file."""
        checked = check(text)
        self.counts[f"{family}: files"] += 1
        self.counts[f"{family}: requests"] += self._take(family, text, checked)

    def changed(self, family: str, text: str) -> None:
        """Compare whether a file is refused that was changed in one place; if neither refuses it, its requests."""
        checked = check(text)
        if checked.spec is not None and checked.spec.rules == 1 and checked.spec.inference_perf is not None:
            return  # BLIS would upgrade it
        self.counts[f"changed in one place, {'good' if checked.ok else 'refused'} here: files"] += 1
        self._take(f"{family}, changed", text, checked)

    def _take(self, family: str, text: str, checked: Checked) -> int:
        """Compare what becomes of a file; returns how many requests it has here."""
        spec, problems, mine = checked.spec, checked.errors, None
        if checked.ok and spec is not None:
            try:
                mine = rows(spec)
            except SpecError as error:  # some things only drawing tells
                problems = error.problems
            except TooLong:
                self.counts["not compared: it takes too long"] += 1
                return 0
        endless = any(problem.code == "endless" for problem in problems)
        outcome = self.blis.run(text, ends=endless or spec is None or bool(spec.horizon or spec.num_requests))
        if mine is None:
            self._refused(family, text, problems, outcome)
        elif outcome.rows is not None:
            assert spec is not None
            self._compare(family, text, spec, mine, outcome.rows)
        elif not outcome.refusal:
            self.counts["not compared: it takes too long"] += 1
        elif any(row.own_tokens + row.prefix_length == 0 for row in mine):
            self.counts["not compared: a prompt without tokens, which crashes BLIS's simulator"] += 1
        else:
            self._different(text, f"{family}: refused by BLIS only: {outcome.refusal}")
        return len(mine or ())

    def _compare(self, family: str, text: str, spec: WorkloadSpec, mine: list[Row], theirs: list[Row]) -> None:
        if any(row.session and row.output_tokens == 0 for row in mine):
            self.counts["not compared: an answer without tokens, which takes a step all the same"] += 1
            return
        if len(mine) == len(theirs) and spec.num_requests and any(client.concurrency for client in spec.clients):
            # Of users who are answered in the same microsecond, which ones may still ask is a matter of order.
            turns = {(row.session, row.round) for row in mine} & {(row.session, row.round) for row in theirs}
            mine, theirs = ([row for row in one if (row.session, row.round) in turns] for one in (mine, theirs))
        if mine != theirs:
            self._different(text, f"{family}: {_first_difference(mine, theirs)}")

    def _refused(self, family: str, text: str, problems: Sequence[Problem], outcome: Outcome) -> None:
        if outcome.refusal:
            self.counts["refused here: by BLIS too"] += 1
        elif outcome.rows is None:
            self.counts["not compared: it takes too long"] += 1
        elif all(map(_is_deliberate, problems)):
            self.counts["refused here: on purpose"] += 1
        else:
            told = [f"{problem.message} [{problem.code}]" for problem in problems]
            self._different(text, f"{family}: refused here only: {told}")

    def _different(self, text: str, what: str) -> None:
        path = self.folder / f"difference-{len(self.differences):04}.yaml"
        comment = "".join(f"# {line}\n" for line in what.splitlines())
        path.write_text(comment + text, encoding="utf-8")
        self.differences.append(f"{path}: {what}")


def _is_deliberate(problem: Problem) -> bool:
    never_drawn = problem.code == "unknown-choice" and problem.path[-1:] == ("type",)
    return problem.code in DELIBERATE or never_drawn or (problem.code == "out-of-range" and problem.path == ("horizon",))


def _first_difference(mine: list[Row], theirs: list[Row]) -> str:
    ours, blis = Counter(mine) - Counter(theirs), Counter(theirs) - Counter(mine)
    some = [f"here only: {row}" for row in sorted(ours)[:2]] + [f"BLIS only: {row}" for row in sorted(blis)[:2]]
    return f"{len(mine)} and {len(theirs)} requests, {ours.total()} and {blis.total()} different\n" + "\n".join(some)


def compare(blis: Blis, folder: Path, seconds: float, seed: int) -> Comparison:
    """Compare for some time, at least some files of every family."""
    comparison = Comparison(blis, folder)
    chance = random.Random(seed)
    end, batch = time.monotonic() + seconds, 0
    while batch < 1 or time.monotonic() < end:
        for family, (strategy, text_of) in FAMILIES.items():
            for spec in drawn(strategy, 1000 * seed + batch):
                text = text_of(spec)
                comparison.good(family, text)
                comparison.changed(family, broken_text(text, chance))
            if batch and time.monotonic() >= end:
                break
        batch += 1
    return comparison


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600.0, help="for how long (default 600)")
    parser.add_argument("--seed", type=int, default=1, help="which random files (default 1)")
    parser.add_argument("--keep", type=Path, default=Path("differences"), help="where files that differ go")
    arguments = parser.parse_args()
    where = program()
    if where is None:
        sys.stderr.write(f"{VARIABLE} does not say where BLIS's program is\n")
        return 2
    arguments.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        comparison = compare(Blis(where, Path(folder)), arguments.keep, arguments.seconds, arguments.seed)
    for name, count in sorted(comparison.counts.items()):
        sys.stdout.write(f"{count:10,}  {name}\n")
    sys.stdout.write(f"{len(comparison.differences):10,}  differences\n")
    for difference in comparison.differences[:20]:
        sys.stdout.write(f"\n{difference}\n")
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())
