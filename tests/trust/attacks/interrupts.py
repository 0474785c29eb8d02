"""Signals at random moments after the program has begun: one exit status each, at most one line, and the terminal as it was."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from attacks import forked
from attacks.kills import REQUESTS, Broken, contents
from attacks.typing_hands import Hands
from attacks.typing_hands import warm as warm_designer

from blis_tui.files.leftovers import PREFIX
from blis_tui.signals import ENDING

COMMANDS = {
    "check": ("--check",),
    "summary": ("--summary",),
    "export": ("--export", "out", "--force", "--format", "yaml,jsonl,csv", "--quiet"),
    "export to standard output": ("--export", "-", "--format", "csv"),
}


def commands(folder: Path, count: int, chance: random.Random) -> Counter[str]:
    """Interrupt commands: every tenth is a process of its own, the others are forks that have everything imported."""
    forked.warm()
    folder.mkdir(parents=True)
    (folder / "spec.yaml").write_text(REQUESTS.format(seed=1), encoding="utf-8")
    told, out = folder / "told", folder / "out"
    until = {
        name: min(forked.took(forked.program(*how, "spec.yaml"), folder, told) for _ in range(2))
        for name, how in COMMANDS.items()
    }
    whole = contents(out)
    counts: Counter[str] = Counter()
    while counts.total() - counts["done before"] < count:
        name = chance.choice(list(COMMANDS))
        number = chance.choice(ENDING)
        shutil.rmtree(out, ignore_errors=True)
        if counts.total() % 10 == 0:
            ran = _of_its_own(folder, name, number, chance)
        else:
            pid = forked.started(forked.program(*COMMANDS[name], "spec.yaml"), folder, told)
            forked.until_it_listens(pid)
            ran = forked.ended(pid, forked.hit(pid, number, chance.random() * until[name]), told)
        _judge(ran, name, number, contents(out), whole)
        counts[f"{name}: {signal.Signals(number).name}" if ran.status else "done before"] += 1
        until[name] *= 1.02 if ran.status else 0.95  # as fast as the machine is now
    shutil.rmtree(folder)
    return counts


def _of_its_own(folder: Path, name: str, number: int, chance: random.Random) -> forked.Ended:
    """Interrupt a process that has just begun `main`, while it still imports."""
    begun = folder / "begun"
    begun.unlink(missing_ok=True)
    code = (
        "import sys\nfrom pathlib import Path\nfrom blis_tui import signals\nlisten = signals.listen\n"
        "def listening():\n    listen()\n    Path('begun').touch()\n"
        "signals.listen = listening\nfrom blis_tui.__main__ import run\nrun()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    process = subprocess.Popen(
        [sys.executable, "-c", code, *COMMANDS[name], "spec.yaml"],
        cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    while not begun.exists():
        time.sleep(0.0005)
    time.sleep(chance.random() * 0.3)
    process.send_signal(number)
    _, told = process.communicate()
    return forked.Ended(process.returncode, True, told)


def _judge(ran: forked.Ended, name: str, number: int, left: dict[str, bytes], whole: dict[str, bytes]) -> None:
    what = f"{name} with {signal.Signals(number).name}: status {ran.status}, told {ran.told!r}"
    if ran.status not in ((0, 128 + number) if ran.hit else (0,)):
        raise Broken(f"another status: {what}")
    own = [line for line in ran.told.splitlines() if line.startswith("blis-tui") or "rror" in line or "Traceback" in line]
    if own or len(ran.told.splitlines()) > 2:
        raise Broken(f"more is told than there is to tell: {what}")
    if any(path.startswith(PREFIX) for path in left):
        raise Broken(f"leftovers: {what}")
    if name == "export" and not (left == whole or (ran.status and not left)):  # all may be done as it comes
        raise Broken(f"an export that is not whole: {what}, left {sorted(left)}")


def designer(folder: Path, count: int, chance: random.Random) -> Counter[str]:
    """Interrupt the designer from its start on; the terminal is given back, and unsaved work is kept."""
    warm_designer()
    counts: Counter[str] = Counter()
    for turn in range(count):
        place = folder / str(turn)
        (place / "home").mkdir(parents=True)
        path, number = place / "spec.yaml", chance.choice(ENDING)
        path.write_text(REQUESTS.format(seed=1), encoding="utf-8")
        with Hands(path, place / "home") as hands:
            forked.until_it_listens(hands.pid)
            if chance.random() < 0.6:
                end = time.monotonic() + chance.random() * 2
                while time.monotonic() < end and not hands.is_over:
                    hands.read(0.02)
            else:
                hands.sees(b"requests")
                hands.press(b"\x1b4")
                hands.sees(b"line 1 of")
                hands.press(b"#")
                hands.sees(b"unsaved")
                counts["with something unsaved"] += 1
            os.kill(hands.pid, number)
            status = hands.wait()
            if status != 128 + number:
                raise Broken(f"the designer with {signal.Signals(number).name}: status {status}: {hands.seen[-300:]!r}")
            if hands.not_given_back():
                raise Broken(f"the terminal is not given back: {hands.not_given_back()}")
            unsaved = b"unsaved" in hands.seen
        if unsaved and not list(place.glob("home/state/blis-tui/recovery/*.json")):
            raise Broken("unsaved work is lost")
        if b"Traceback" in hands.seen:
            raise Broken("a traceback")
        counts[f"designer: {signal.Signals(number).name}"] += 1
        shutil.rmtree(place)
    shutil.rmtree(folder)
    return counts
