"""Kills at random moments: of exports, of saves, and of the designer while somebody types."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from attacks import forked
from attacks.typing_hands import Hands
from attacks.typing_hands import warm as warm_designer

from blis_tui.files.file_set import FileSet, replace_text
from blis_tui.files.leftovers import PREFIX, sweep
from blis_tui.tui.filing.recovery import Recovery

REQUESTS = """\
version: "2"
seed: {seed}
aggregate_rate: 500
horizon: 8000000
clients:
- {{id: a, rate_fraction: 1, arrival: {{process: poisson}}, input_distribution: {{type: constant, params: {{value: 9}}}},
   output_distribution: {{type: constant, params: {{value: 4}}}}}}
"""


class Broken(AssertionError):
    """A promise was not kept."""


def contents(folder: Path) -> dict[str, bytes]:
    """Return what the files of a folder hold."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.is_dir() else {}


def exports(folder: Path, count: int, chance: random.Random) -> Counter[str]:
    """Kill exports, every second of them over older files; the files are all the older ones or all the new ones."""
    forked.warm()
    folder.mkdir(parents=True)
    told, out = folder / "told", folder / "out"
    sets = []
    for seed in (1, 2):
        spec = folder / f"{seed}" / "spec.yaml"
        spec.parent.mkdir()
        spec.write_text(REQUESTS.format(seed=seed), encoding="utf-8")
        spec.replace(folder / "spec.yaml")
        until = forked.took(_export(), folder, told)
        sets.append(contents(out))
    counts: Counter[str] = Counter()
    turn = 0
    while counts["killed"] < count:
        turn += 1
        old = sets[0] if turn % 2 else {}
        shutil.rmtree(out, ignore_errors=True)
        if old:
            out.mkdir()
            for name, data in old.items():
                (out / name).write_bytes(data)
        pid = forked.started(_export(), folder, told)
        ran = forked.ended(pid, forked.hit(pid, signal.SIGKILL, chance.random() * until), told)
        killed = ran.status == -signal.SIGKILL
        counts["killed" if killed else "done before"] += 1
        until *= 1.02 if killed else 0.95  # as fast as the machine is now
        left = contents(out)
        counts["left something for the next start"] += any(name.startswith(PREFIX) for name in left)
        for name, data in left.items():
            if not name.startswith(PREFIX) and data not in (old.get(name), sets[1][name]):
                raise Broken(f"{name} is torn")
        if out.is_dir():
            with FileSet() as files:  # as the next export does
                files.make_folder(out)
        after = contents(out)
        if after not in (old, sets[1]):
            raise Broken(f"after the next start there are {sorted(after)}, some of them old")
        if ran.status == 0 and after != sets[1]:
            raise Broken("what was done is gone")
        counts["new files" if after == sets[1] else "old files"] += 1
    shutil.rmtree(folder)
    return counts


def _export() -> forked.Work:
    return forked.program("--export", "out", "--force", "--format", "yaml,jsonl,csv", "--quiet", "spec.yaml")


def saves(folder: Path, count: int, chance: random.Random) -> Counter[str]:
    """Kill one who saves all the time, of files with one name and with two; the file is one of the texts, whole."""
    folder.mkdir(parents=True)
    told, path, other = folder / "told", folder / "spec.yaml", folder / "again"
    texts = [f"# {number}\n" * 20_000 for number in range(4)]
    counts: Counter[str] = Counter()

    def save() -> None:
        for text in texts * 50:
            replace_text(path, text)

    for number in range(count):
        linked = number % 4 == 3
        path.write_text(texts[0], encoding="utf-8")
        if linked:
            other.hardlink_to(path)
        pid = forked.started(save, folder, told)
        ran = forked.ended(pid, forked.hit(pid, signal.SIGKILL, chance.random() * 0.05), told)
        counts["killed" if ran.status == -signal.SIGKILL else "done before"] += 1
        counts["left something for the next start"] += any(name.startswith(PREFIX) for name in os.listdir(folder))  # noqa: PTH208
        if not linked and path.read_text(encoding="utf-8") not in texts:
            raise Broken("the file is torn")
        sweep(folder)
        if path.read_text(encoding="utf-8") not in texts:
            raise Broken("the file is torn after the next start")
        if linked and not path.samefile(other):
            raise Broken("the names are of two files")
        if set(os.listdir(folder)) - {"told", "spec.yaml", "again"}:  # noqa: PTH208
            raise Broken(f"leftovers after the next start: {os.listdir(folder)}")  # noqa: PTH208
        other.unlink(missing_ok=True)
    shutil.rmtree(folder)
    return counts


def typing(folder: Path, count: int, chance: random.Random) -> Counter[str]:
    """Kill the designer from its start on, while somebody types into the text and saves now and then.

    What once stood in the file or in the recovery copy is not lost, the file is whole, the next start offers what is not saved,
    and no leftovers stay.
    """
    warm_designer()
    folder.mkdir(parents=True)
    counts: Counter[str] = Counter()
    for number in range(count):
        place = folder / str(number)
        home = place / "home"
        home.mkdir(parents=True)
        path = place / "spec.yaml"
        path.write_text(REQUESTS.format(seed=1), encoding="utf-8")
        kept = _type_until_killed(path, home, 0.2 + 3.5 * chance.random(), chance, counts)
        _look_after(path, home, kept, counts, restart=number % 10 == 0)
        shutil.rmtree(place)
    shutil.rmtree(folder)
    return counts


def _type_until_killed(path: Path, home: Path, seconds: float, chance: random.Random, counts: Counter[str]) -> int:
    """Return how many of the letters that were typed are known to have been on the disk."""
    kept, typed = 0, 0
    with Hands(path, home) as hands:
        end = time.monotonic() + seconds
        if chance.random() < 0.8:  # else it is killed as it starts
            hands.sees(b"requests")
            hands.press(b"\x1b4")  # to the text
            hands.sees(b"line 1 of")
            end = time.monotonic() + chance.random() * 3
        while time.monotonic() < end:
            if b"line 1 of" not in hands.seen:
                hands.read(0.01)
                continue
            hands.press(b"#" if typed == 0 else chance.choice((b"x", b"x", b"x", b"x", b"\x13")))
            typed += 1
            hands.read(0.01 * chance.random())
            kept = max([kept, *_letters(path, home).values()])
        hands.kill()
        counts["killed"] += 1
        counts["while there was something unsaved"] += kept > _letters(path, home)["saved"]
    return kept


def _letters(path: Path, home: Path) -> dict[str, int]:
    """Return how many letters that were typed are in the file, and in the recovery copy."""
    found = {"saved": _count(path.read_text(encoding="utf-8"))}
    for copy in home.glob("state/blis-tui/recovery/*.json"):
        with suppress(OSError, ValueError):  # it was just replaced
            found["copy"] = _count(json.loads(copy.read_text(encoding="utf-8"))["text"])
    return found


def _count(text: str) -> int:
    """Return how many letters were typed into a text, which is whole."""
    rest = REQUESTS.format(seed=1)
    if not text.endswith(rest):
        raise Broken(f"a text is torn: {text[:80]!r}")
    typed = text.removesuffix(rest)
    if typed.strip("x") not in ("", "#"):
        raise Broken(f"a text has what nobody typed: {typed!r}")
    return len(typed)


def _look_after(path: Path, home: Path, kept: int, counts: Counter[str], *, restart: bool) -> None:
    counts["left something for the next start"] += bool(_leftovers(path, home))
    found = _letters(path, home)
    if max(found.values()) < kept:
        raise Broken(f"{kept} letters were on the disk, and now there are {found}")
    due = found.get("copy", found["saved"]) != found["saved"]
    if restart:
        _start_again(path, home, found, due, counts)
    else:
        sweep(path.parent)
        offered = [copy.text for copy in Recovery(home / "state" / "blis-tui" / "recovery").abandoned() if copy.path == path]
        if due and [_count(text) for text in offered] != [found["copy"]]:
            raise Broken(f"what was not saved is not offered: {offered}")
        for each in home.rglob("blis-tui"):
            sweep(each)
    counts["offered"] += due
    if _leftovers(path, home):
        raise Broken(f"leftovers after the next start: {_leftovers(path, home)}")


def _start_again(path: Path, home: Path, found: dict[str, int], due: bool, counts: Counter[str]) -> None:
    with Hands(path, home) as hands:
        expected = (b"Recover unsaved work",) if due else (b"requests", b" error")  # the first key may have come too early
        if not hands.until(lambda: any(text in hands.seen for text in expected)):
            raise Broken(f"what is expected is not shown: {hands.seen[-300:]!r}")
        if due:
            hands.press(b"r")
            saved = lambda: hands.press(b"\x13") or _letters(path, home)["saved"] == found["copy"]  # noqa: E731
            if not hands.until(saved):  # the key means nothing as long as the question is there
                raise Broken("what was recovered is not saved")
        elif b"Recover unsaved work" in hands.seen:
            raise Broken("what is saved is offered")
        hands.press(b"\x11")
        if hands.wait() != 0:
            raise Broken("the designer did not leave")
    counts["started again"] += 1


def _leftovers(path: Path, home: Path) -> list[str]:
    return [str(each.relative_to(path.parent)) for each in (*path.parent.glob(f"{PREFIX}*"), *home.rglob(f"{PREFIX}*"))]
