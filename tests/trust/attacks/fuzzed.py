"""What must hold of any bytes whatsoever, from decoding to exporting.

Nothing raises but `SpecError` and `EditRefused`; an edit changes what it says and nothing else; a mend takes its problem away and
changes nothing else; what a check calls good can be generated and exported; an export is complete or leaves nothing.
What is tried on some bytes depends on these alone, so that what fails fails again.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attacks import fuzz_values
from plain_data import agrees, built, edited, places
from written_places import leaves, touched

from blis_tui.cli.check import annotations, json_document, sarif
from blis_tui.cli.check.checked_file import CheckedFile
from blis_tui.cli.summary.overview import overview
from blis_tui.formats.export import export, write_to
from blis_tui.formats.interop.opening import open_other
from blis_tui.formats.table import Format, available
from blis_tui.formats.yaml_text import document
from blis_tui.problems import SEVERITIES, Cancelled, Problem, SpecError, format_problem
from blis_tui.spec.check import Checked, check
from blis_tui.spec.editing.application import apply_edits
from blis_tui.spec.editing.completion import complete
from blis_tui.spec.edits import Edit, EditRefused, Insert, Remove, SetValue
from blis_tui.spec.format.facts import client_count, expected_requests
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.mending import apply_mends
from blis_tui.spec.mends import GENERATED_COUNT
from blis_tui.spec.rules.file_errors import validate
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import Tree
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.generate import planned_and_sent
from blis_tui.workload.requests import Requests
from blis_tui.workload.server import AssumedServer

MOST_CLIENTS, MOST_REQUESTS, MOST_TOKENS = 200, 200, 50_000
"""What is generated for one input; larger workloads are only checked, edited and mended."""
SEEN_LATE = {
    "too-long",
    "overflow",
    "no-end",
    "duplicate-id",
    "too-many-requests",
    "too-many-clients",
    "too-many-blocks",
    "inference-perf",
}
"""Errors that are found only as the requests are made."""
SERVER = AssumedServer()


class Broken(AssertionError):
    """A promise was not kept."""


def demand(condition: object, promise: str) -> None:
    """Raise `Broken` unless a condition holds."""
    if not condition:
        raise Broken(promise)


@dataclass
class Prover:
    """Tries what there is to do with some bytes, and counts how often; `folder` is for exports."""

    folder: Path
    counts: Counter[str] = field(default_factory=Counter)

    def __call__(self, data: bytes) -> None:
        """Raise if a promise is not kept."""
        chance = random.Random(zlib.crc32(data))
        self.counts["inputs"] += 1
        checked = check(data)
        _well_formed(checked, chance)
        if checked.tree.root is None:
            return
        if not checked.tree.problems:
            if chance.random() < 0.25:
                self._edit(checked, chance)
            if chance.random() < 0.25:
                self._mend(checked, chance)
            self._complete(checked.text, chance)
        other = open_other(checked, use_means=chance.random() < 0.5)
        if other is not None:
            self.counts["other tools' files"] += 1
            if other.text is not None:
                checked = check(other.text)
                demand(not checked.tree.problems, "an opened file is readable")
        if checked.ok:
            self.counts["good files"] += 1
            self._use(checked, chance)

    def _edit(self, checked: Checked, chance: random.Random) -> None:
        plain = _plain(checked.tree)
        edit = fuzz_values.edit(plain if plain is not None else {}, chance)
        try:
            new = apply_edits(checked.text, [edit], checked.tree)
        except EditRefused:
            self.counts["edits refused"] += 1
            return
        self.counts["edits"] += 1
        after = compose(new)
        demand(not after.problems, "an edited text is readable")
        if plain is not None:
            _only(checked.tree, after, plain, [edit])
        if chance.random() < 0.15:
            _same(check(new, base=checked), check(new))

    def _mend(self, checked: Checked, chance: random.Random) -> None:
        mendable = [problem for problem in checked.problems if problem.mend is not None and not _needs_count(problem)]
        if not mendable:
            return
        problem = chance.choice(mendable)
        assert problem.mend is not None
        try:
            new = apply_edits(checked.text, problem.mend.edits, checked.tree)
        except EditRefused:
            self.counts["mends refused"] += 1
        else:
            self.counts["mends"] += 1
            after = check(new, base=checked)
            demand(not after.tree.problems, "a mended text is readable")
            demand(_is_gone(problem, checked, after), f"a mend takes {problem.code} away")
            plain = _plain(checked.tree)
            if plain is not None:
                _only(checked.tree, compose(new), plain, problem.mend.edits)
        if chance.random() < 0.1:
            mended, done = apply_mends(checked.text, checked.problems, only_safe=chance.random() < 0.5, base=checked)
            self.counts["mends"] += len(done)
            after = check(mended)
            demand((mended == checked.text) == (not done), "a text is changed exactly if something is mended")
            demand(not after.tree.problems, "a mended text is readable")

    def _complete(self, text: str, chance: random.Random) -> None:
        if chance.random() < 0.1:
            lines = text.split("\n")
            row = chance.randrange(len(lines))
            complete(lines, row, chance.randint(0, len(lines[row])))
            self.counts["completions"] += 1

    def _use(self, checked: Checked, chance: random.Random) -> None:
        spec = checked.spec
        assert spec is not None
        again = check(document(spec))
        demand(again.ok and again.spec == spec, "a spec written out is the same spec")
        if client_count(spec) > MOST_CLIENTS or any(problem.code == "slow" for problem in checked.problems):
            return
        if not expected_requests(spec) <= MOST_REQUESTS:
            spec = spec.replace(num_requests=MOST_REQUESTS // 2)
            if validate(spec):
                return
        if chance.random() < 0.65:
            return
        self.counts["expanded"] += 1
        try:
            expand(spec)
            plan, sent = planned_and_sent(spec, SERVER, threads=1, progress=_Patience())
        except SpecError as error:
            demand({each.code for each in error.problems} <= SEEN_LATE, f"what a check calls good is generated: {error}")
            self.counts["refused as they were made"] += 1
            return
        except Cancelled:
            self.counts["cancelled"] += 1
            return
        self.counts["generated"] += 1
        requests = sent if sent is not None else plan
        assert requests is not None
        if chance.random() < 0.1:
            overview(plan, sent, SERVER, assumed=False)
            self.counts["summaries"] += 1
        if int(requests.input_tokens.sum()) + int(requests.output_tokens.sum()) <= MOST_TOKENS:
            self._export(checked.text, spec, requests, chance)

    def _export(self, text: str, spec: WorkloadSpec, requests: Requests, chance: random.Random) -> None:
        takes = [each for each in available() if each.takes(spec)]
        if chance.random() < 0.2:
            self._to_folder(text, spec, requests, chance.sample(takes, min(2, len(takes))), chance)
            return
        one = chance.choice([each for each in takes if each.streams])
        out = io.BytesIO()
        try:
            write_to(out, spec, one.name, text=text, requests=requests, tokens=chance.random() < 0.5)
        except SpecError as error:
            demand({each.code for each in error.problems} <= SEEN_LATE, f"what is good can be exported: {error}")
            return
        self.counts["exports"] += 1
        if one.name == "yaml":
            demand(out.getvalue() == text.encode(), "a text is exported as it stands")
        if one.name.startswith("expanded"):
            written = check(out.getvalue())
            wrong = [each for each in written.errors if each.code != "too-many-requests" or not spec.num_requests]
            demand(not wrong, f"what is expanded is good: {[each.message for each in wrong]}")  # BLIS passes that limit over

    def _to_folder(self, text: str, spec: WorkloadSpec, requests: Requests, formats: list[Format], chance: random.Random) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        breaks_at = chance.randint(1, 6) if chance.random() < 0.5 else None
        progress = _Patience(breaks_at)
        try:
            done = export(spec, self.folder, [each.name for each in formats], text=text, requests=requests, progress=progress)
        except Cancelled:
            self.counts["exports broken off"] += 1
            demand(not self.folder.exists(), "an export that is broken off leaves nothing")
            return
        except SpecError as error:
            demand({each.code for each in error.problems} <= SEEN_LATE, f"what is good can be exported: {error}")
            demand(not self.folder.exists(), "an export that fails leaves nothing")
            return
        self.counts["exports"] += 1
        demand(sorted(self.folder.iterdir()) == sorted(done.paths), "an export leaves its files and no others")
        for listed in json.loads(done.paths[-1].read_text(encoding="utf-8"))["files"]:
            found = (self.folder / listed["name"]).read_bytes()
            demand(len(found) == listed["bytes"], "an exported file is complete")
            demand(hashlib.sha256(found).hexdigest() == listed["sha256"], "an exported file is what was written")


class _Patience:
    """A progress that breaks the work off at some call, and in any case after very many."""

    def __init__(self, breaks_at: int | None = None) -> None:
        self._left = breaks_at or 10_000

    def __call__(self, *_: object) -> None:
        self._left -= 1
        if self._left <= 0:
            raise Cancelled


def _well_formed(checked: Checked, chance: random.Random) -> None:
    """Every problem can be told, in every form."""
    lines = checked.text.count("\n") + checked.text.count("\r") + sum(map(checked.text.count, "\x85\u2028\u2029")) + 1
    for problem in checked.problems:
        demand(problem.code and problem.message and problem.severity in SEVERITIES, "a problem says what it is")
        demand(format_problem(problem).isprintable(), "a problem is told on one line")
        demand(not checked.text or problem.line is None or 1 <= problem.line <= lines, "a problem is in the text")
    demand((checked.spec is not None) or checked.errors, "what has no spec has an error")
    if chance.random() < 0.1:
        told = [CheckedFile("a.yaml", checked.problems)]
        json.loads(json_document.document(told, strict=False))
        json.loads(sarif.document(told))
        demand(annotations.document(told).isprintable() or "\n" in annotations.document(told), "what is told is printable")


def _is_gone(problem: Problem, before: Checked, after: Checked) -> bool:
    """Whether a problem is mended; where an item is removed, the next one, which may have the same problem, takes its place."""
    assert problem.mend is not None
    if any(isinstance(edit, Remove) and isinstance(edit.path[-1], int) for edit in problem.mend.edits):
        one, other = (sum(each.code == problem.code for each in checked.problems) for checked in (before, after))
        return other < one
    return (problem.code, problem.path, problem.message) not in {(each.code, each.path, each.message) for each in after.problems}


def _needs_count(problem: Problem) -> bool:
    return problem.mend is not None and any(getattr(edit, "value", None) is GENERATED_COUNT for edit in problem.mend.edits)


def _same(one: Checked, other: Checked) -> None:
    demand(one.problems == other.problems and one.spec == other.spec, "a check that is helped finds the same")


def _plain(tree: Tree) -> Any:
    """Return plain data, or ``None`` where there are keys that are no texts, or come twice."""
    try:
        return built(tree)
    except (AssertionError, RecursionError):
        return None


def _only(before: Tree, after: Tree, plain: Any, edits: Sequence[Edit]) -> None:
    """Demand that a text is changed in what the edits say, and for a single one in no character elsewhere."""
    values = dict(places(plain))
    if any("<<" in edit.path for edit in edits) or any(isinstance(value, dict) and "<<" in value for value in values.values()):
        return  # what a merge brings along is no plain data
    expected = plain
    for edit in edits:
        if edit.path[:-1] not in values or not edit.path:
            return  # blocks are made on the way
        holder = values[edit.path[:-1]]
        if not isinstance(holder, (dict, list)):
            return  # what is empty becomes a block
        if isinstance(edit, SetValue) and isinstance(holder, list) and edit.path[-1] == len(holder):
            expected = edited(expected, Insert(edit.path, edit.value))
        else:
            expected = edited(expected, edit)
    demand(agrees(expected, built(after)), "an edit changes what it says, and no other data")
    if len(edits) == 1:
        _untouched(before, after, edits[0])


def _untouched(old: Tree, new: Tree, edit: Edit) -> None:
    """The text before the place of an edit, and that behind it, stay to the character."""
    if old.root is None or new.root is None or not old.root.items:
        return
    text = old.text
    first, last = touched(old.root, new.root, edit)
    before = max((end for _, end in leaves(old.root) if end <= first), default=0)
    behind = min((start for start, _ in leaves(old.root) if start >= last), default=len(text))
    demand(new.text.startswith(text[:before].rstrip()), "the text before an edit stays")
    demand(new.text.endswith(text[behind:]), "the text behind an edit stays")
