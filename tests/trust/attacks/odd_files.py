"""Files that change, shrink and vanish while they are read; pipes, devices, sockets, folders and loops of links in their place."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import stat
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from attacks import forked
from attacks.kills import REQUESTS, Broken

from blis_tui.files.leftovers import PREFIX

PATIENCE_S = 60.0
COMMANDS = (
    ("--check",),
    ("--check", "--fix"),
    ("--summary",),
    ("--export", "out", "--quiet"),
    ("--export", "-", "--format", "yaml"),
)


class Odd(NamedTuple):
    """Something that is no ordinary file: how it is made at a path, and the exit codes that it may lead to as SPEC."""

    name: str
    make: Callable[[Path], object]
    codes: tuple[int, ...] = (3,)


def _socket(path: Path) -> None:
    made = socket.socket(socket.AF_UNIX)
    before = Path.cwd()
    os.chdir(path.parent)  # names of sockets are short
    try:
        made.bind(path.name)
    finally:
        os.chdir(before)
        made.close()


def _loop(path: Path) -> None:
    path.symlink_to(path.with_name("round"))
    path.with_name("round").symlink_to(path)


def _device(number: int) -> Callable[[Path], object]:
    return lambda path: path.symlink_to({3: "/dev/null", 5: "/dev/zero", 7: "/dev/full"}[number])


ODD = (
    Odd("a folder", Path.mkdir),
    Odd("a socket", _socket),
    Odd("a loop of links", _loop),
    Odd("a link to nothing", lambda path: path.symlink_to("nothing")),
    Odd("a link to itself", lambda path: path.symlink_to(path.name)),
    Odd("/dev/null", _device(3), (1,)),
    Odd("/dev/zero", _device(5), (1,)),
    Odd("/dev/full", _device(7), (1,)),
    Odd("memory of the process", lambda path: path.symlink_to("/proc/self/mem")),
    Odd("nothing", lambda path: None),
)


Run = Callable[..., forked.Ended]
"""Runs the program in a folder, with some arguments."""


def as_spec(folder: Path, run: Run) -> int:
    """Read each odd thing with each command; returns how many."""
    done = 0
    for odd in ODD:
        for command in COMMANDS:
            path = _fresh(folder) / "spec.yaml"
            odd.make(path)
            ran = run(folder, *command, "--max-size", "1MB", path.name)
            _demand(ran, odd.codes, f"{odd.name} as SPEC of {command}")
            if (folder / "out").exists():
                raise Broken(f"{odd.name} as SPEC of {command} leaves something")
            done += 1
    return done


def as_out(folder: Path, run: Run) -> int:
    """Export to each odd thing, and over it; it stays what it is."""
    done = 0
    for odd in ODD:
        for place in ("out", "out/spec.requests.jsonl"):
            for force in ((), ("--force",)):
                path = _fresh(folder) / place
                path.parent.mkdir(exist_ok=True)
                (folder / "spec.yaml").write_text(REQUESTS.format(seed=1), encoding="utf-8")
                odd.make(path)
                was = _kind(path)
                ran = run(folder, "--export", "out", "--format", "jsonl", "--quiet", *force, "spec.yaml")
                may = (
                    odd.name == "nothing"
                    or (odd.name == "a folder" and place == "out")
                    or (odd.name == "a link to nothing" and force)
                )
                _demand(ran, (0, 3) if may else (3,), f"{odd.name} as {place}, {force}")
                if ran.status and _kind(path) != was:
                    raise Broken(f"{odd.name} as {place} is another after a failure")
                left = [name for _, _, names in os.walk(folder) for name in names if name.startswith(PREFIX)]
                if left:
                    raise Broken(f"{odd.name} as {place}: {left}")
                done += 1
    return done


def pipes(folder: Path) -> int:
    """Read a pipe, one that is closed in the middle, and one to which nobody writes until a signal ends the wait."""
    text = REQUESTS.format(seed=1).encode()
    for data in (text, text[:40], b""):
        path = _fresh(folder) / "spec.yaml"
        os.mkfifo(path)
        pid = forked.started(forked.program("--check", path.name), folder, folder / "told")
        path.write_bytes(data)
        _demand(_ended(pid, folder), (0,) if data == text else (1,), f"a pipe with {len(data)} bytes")
    path = _fresh(folder) / "spec.yaml"
    os.mkfifo(path)
    pid = forked.started(forked.program("--check", path.name), folder, folder / "told")
    forked.until_it_listens(pid)
    time.sleep(0.1)
    os.kill(pid, signal.SIGINT)
    _demand(_ended(pid, folder), (130,), "a pipe to which nobody writes")
    return 4


def changing(folder: Path, count: int, chance: random.Random) -> Counter[str]:
    """Check, mend, sum up and export a file that another process cuts, makes longer, replaces and removes all the time."""
    forked.warm()
    path, done = _fresh(folder) / "spec.yaml", folder / "done"
    text = (REQUESTS.format(seed=1).replace('version: "2"', "version: 2.0") + "# more\n" * 20_000).encode()
    path.write_bytes(text)
    meddler = forked.started(lambda: _meddle(path, text, done, random.Random(chance.random())), folder, folder / "meddler")
    counts: Counter[str] = Counter()
    for turn in range(count):
        command = COMMANDS[turn % len(COMMANDS)]
        shutil.rmtree(folder / "out", ignore_errors=True)
        ran = _ran(folder, *command, path.name)
        _demand(ran, (0, 1, 3), f"a changing file with {command}")
        counts[f"ended with {ran.status}"] += 1
    done.touch()
    if forked.ended(meddler, False, folder / "meddler").status:
        raise Broken("the meddler failed")
    return counts


def _meddle(path: Path, text: bytes, done: Path, chance: random.Random) -> None:
    while not done.exists():
        how = chance.randrange(5)
        if how == 0:
            path.write_bytes(text)
        elif how == 1 and path.exists():
            os.truncate(path, chance.randrange(len(text)))
        elif how == 2:
            path.unlink(missing_ok=True)
        elif how == 3:
            other = path.with_name("other")
            other.write_bytes(text[chance.randrange(40) :])
            other.replace(path)
        else:
            with path.open("ab") as file:
                file.write(b"# longer\n" * 100)
        time.sleep(chance.random() * 0.004)


def everything(folder: Path, count: int, chance: random.Random) -> Counter[str]:
    """Try all of it."""
    forked.warm()
    tried = Counter({"as SPEC": as_spec(folder, _ran), "as OUT": as_out(folder, _ran), "pipes": pipes(folder)})
    tried["of a file that others change"] = changing(folder, count, chance).total()
    shutil.rmtree(folder)
    return tried


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _kind(path: Path) -> tuple[int, str] | None:
    try:
        return stat.S_IFMT(path.lstat().st_mode), str(path.readlink()) if path.is_symlink() else ""
    except FileNotFoundError:
        return None


def _ran(folder: Path, *arguments: str) -> forked.Ended:
    return _ended(forked.started(forked.program(*arguments), folder, folder / "told"), folder)


def _ended(pid: int, folder: Path) -> forked.Ended:
    if forked.hit(pid, signal.SIGKILL, PATIENCE_S):
        raise Broken(f"it hangs, and has told {(folder / 'told').read_text()}")
    return forked.ended(pid, False, folder / "told")


def _demand(ran: forked.Ended, codes: tuple[int, ...], what: str) -> None:
    own = [line for line in ran.told.splitlines() if line.startswith("blis-tui: ")]
    if ran.status not in codes or "Traceback" in ran.told or "internal" in ran.told or len(own) > 1:
        raise Broken(f"{what}: status {ran.status}, told {ran.told!r}")
    if ran.status == 3 and not own:
        raise Broken(f"{what}: nothing is told")
