"""Two who save the same file all the time: whoever is told "saved" has lost nothing of the other, and nothing is lost of it."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections import Counter
from pathlib import Path

from attacks import forked
from attacks.kills import Broken

from blis_tui.files.errors import Changed
from blis_tui.files.file_set import replace_text
from blis_tui.files.stamp import stamp_of


def two_savers(folder: Path, count: int) -> Counter[str]:
    """Let two processes save so many times each, until they are told so; the texts that were saved must be one chain."""
    folder.mkdir(parents=True)
    path, go = folder / "spec.yaml", folder / "go"
    path.write_text("first", encoding="utf-8")
    names = ("one", "two")

    def saver(name: str) -> None:
        counts: Counter[str] = Counter()
        while not go.exists():
            time.sleep(0.0005)
        with (folder / f"{name}.log").open("w", encoding="utf-8") as log:
            while counts["saved"] < count:
                known, base = stamp_of(path), path.read_text(encoding="utf-8")
                if stamp_of(path) != known:
                    continue
                new = f"{name} {counts['saved']}"
                try:
                    replace_text(path, new, known=known)
                except Changed:
                    counts["told that it had changed"] += 1
                else:
                    counts["saved"] += 1
                    log.write(json.dumps([base, new]) + "\n")
        (folder / f"{name}.json").write_text(json.dumps(counts), encoding="utf-8")

    started = [forked.started(lambda name=name: saver(name), folder, folder / f"{name}.told") for name in names]  # type: ignore[misc]
    go.touch()
    counts: Counter[str] = Counter()
    for pid, name in zip(started, names, strict=True):
        ran = forked.ended(pid, False, folder / f"{name}.told")
        if ran.status:
            raise Broken(f"{name} ended with {ran.status}: {ran.told}")
        counts.update(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))
    steps = [json.loads(line) for name in names for line in (folder / f"{name}.log").read_text(encoding="utf-8").splitlines()]
    if _end_of_chain(steps) != path.read_text(encoding="utf-8"):
        raise Broken("what was saved last is not in the file")
    left = set(os.listdir(folder)) - {"spec.yaml", "go", *(f"{name}.{end}" for name in names for end in ("log", "json", "told"))}  # noqa: PTH208
    if left:
        raise Broken(f"leftovers: {left}")
    shutil.rmtree(folder)
    return counts


def _end_of_chain(steps: list[list[str]]) -> str:
    """Return where saves lead that each stand on the one before; one that another stands on too would be lost."""
    following = dict(steps)
    if len(following) != len(steps):
        raise Broken("two saves stand on the same text: one of them is lost")
    text, length = "first", 0
    while text in following:
        text, length = following[text], length + 1
    if length != len(steps):
        raise Broken("not all that was saved led to what was saved last")
    return text
