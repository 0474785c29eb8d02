"""Injected faults: each call of the system that writing needs fails in turn, for each reason, and each write is short.

After each the exit code is right, one line says what happened, the old files are there or all of the new ones, and the next start
leaves no leftovers.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from blis_tui.cli import main
from blis_tui.files.leftovers import PREFIX, sweep

KINDS = ("open", "write", "fsync", "close", "link", "replace", "unlink", "mkdir", "ftruncate", "pwrite")
REASONS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS)
SPEC = """\
version: "2"  # kept
seed: 1
horizon: 4000000
aggregate_rate: 5
clients:
- {id: a, rate_fraction: 1, arrival: {process: poisson}, input_distribution: {type: constant, params: {value: 9}},
   output_distribution: {type: constant, params: {value: 4}}}
"""
MENDABLE = SPEC.replace('version: "2"', "version: 2.0")
"""The same with something that `--fix` mends."""


class Broken(AssertionError):
    """A promise was not kept."""


class Scene(NamedTuple):
    """Something that writes: what is there before, and the command."""

    name: str
    files: dict[str, str]
    arguments: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()
    """Further names of files."""


_EXPORT = ("--export", "out", "--format", "yaml,jsonl,csv", "--quiet", "spec.yaml")
_OLD = {f"out/spec.{end}": f"old {end}" for end in ("yaml", "requests.jsonl", "requests.csv", "export.json")}
SCENES = (
    Scene("export to a new folder", {"spec.yaml": SPEC}, _EXPORT),
    Scene("export over old files", {"spec.yaml": SPEC, **_OLD}, ("--force", *_EXPORT)),
    Scene("export over some old files", {"spec.yaml": SPEC, **dict(list(_OLD.items())[1:3])}, ("--force", *_EXPORT)),
    Scene("fix", {"spec.yaml": MENDABLE}, ("--check", "--fix", "spec.yaml")),
    Scene("fix of a file with two names", {"spec.yaml": MENDABLE}, ("--check", "--fix", "spec.yaml"), (("spec.yaml", "again"),)),
)


class Fault:
    """Lets the calls of one kind fail from the nth on that has to do with files in a folder, one or all that follow."""

    def __init__(self, folder: Path, kind: str, nth: int, reason: int, *, lasting: bool = False) -> None:
        self._folder, self._kind, self._nth, self._reason, self._lasting = str(folder), kind, nth, reason, lasting
        self._ours: set[int] = set()
        self._seen = 0
        self.came = 0
        """How often it struck."""

    def strikes(self) -> bool:
        self._seen += 1
        strikes = self._seen == self._nth or (self._lasting and self._seen > self._nth)
        self.came += strikes
        return strikes

    @contextmanager
    def injected(self) -> Iterator[None]:
        names = {"open", "close", self._kind} if self._kind != "write" else {"open", "close", "write"}
        kept = {name: getattr(os, name) for name in names}
        opened = builtins.open, io.open
        try:
            for name, real in kept.items():
                setattr(os, name, self._failing(name, real))
            yield
        finally:
            for name, real in kept.items():
                setattr(os, name, real)
            builtins.open, io.open = opened

    def _failing(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if not self._concerns(arguments):
                return real(*arguments, **options)
            if name == self._kind == "close":  # it is closed all the same, as by Linux
                self._ours.discard(arguments[0])
                real(*arguments, **options)
                if self.strikes():
                    raise self._error()
                return None
            if name == self._kind and self.strikes():
                raise self._error()
            result = real(*arguments, **options)
            if name == "open":
                self._ours.add(result)
            elif name == "close":
                self._ours.discard(arguments[0])
            return result

        return call

    def _concerns(self, arguments: Sequence[Any]) -> bool:
        return any(
            each in self._ours if isinstance(each, int) else str(os.path.abspath(each)).startswith(self._folder)  # noqa: PTH100
            for each in arguments[:2]
            if isinstance(each, (str, os.PathLike)) or (isinstance(each, int) and each is arguments[0])
        )

    def _error(self) -> OSError:
        return OSError(self._reason, os.strerror(self._reason))


@contextmanager
def short_writes(most: int) -> Iterator[None]:
    """Let each write take at most so many bytes."""
    real = os.write
    os.write = lambda descriptor, data: real(descriptor, bytes(memoryview(data)[:most]))  # type: ignore[assignment]
    try:
        yield
    finally:
        os.write = real


def set_up(scene: Scene, folder: Path) -> dict[str, str]:
    """Make what is there before, and return it."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in scene.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name, other in scene.links:
        (folder / other).hardlink_to(folder / name)
    return contents(folder)


def contents(folder: Path) -> dict[str, str]:
    """Return what the files of a folder hold."""
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*")) if path.is_file()
    }


def run(scene: Scene, folder: Path) -> tuple[int, list[str]]:
    """Run the command in the folder; return its exit code, and the lines that it told of itself."""
    code, told = in_process(folder, *scene.arguments)
    return code, [line for line in told.splitlines() if line.startswith("blis-tui:") or "Traceback" in line]


def in_process(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the program in this process and a folder; return its exit code, and what it told."""
    before, told = Path.cwd(), io.StringIO()
    os.chdir(folder)
    try:
        with redirect_stderr(told), redirect_stdout(io.TextIOWrapper(io.BytesIO())):
            code = main(arguments)
    finally:
        os.chdir(before)
    return code, told.getvalue()


def expected(scene: Scene, folder: Path) -> dict[str, str]:
    """Return what the folder holds if nothing fails."""
    set_up(scene, folder)
    code, told = run(scene, folder)
    if code or told:
        raise Broken(f"{scene.name} does not work: {code} {told}")
    return contents(folder)


def cases(deep: int, reasons: Sequence[int] = REASONS) -> Iterator[tuple[Scene, str, int, int, bool]]:
    """Yield which call fails in which scene, why, and whether all that follow fail too."""
    for scene in SCENES:
        for kind in KINDS:
            for nth in range(1, deep + 1):
                for reason in reasons:
                    yield scene, kind, nth, reason, False
                yield scene, kind, nth, errno.EIO, True


def attack(folder: Path, scene: Scene, kind: str, nth: int, reason: int, lasting: bool, new: dict[str, str]) -> bool:
    """Inject a fault; returns whether it came, and raises `Broken` if a promise is not kept."""
    old = set_up(scene, folder)
    fault = Fault(folder, kind, nth, reason, lasting=lasting)
    with fault.injected():
        code, told = run(scene, folder)
    judge(
        folder, old, new, code, told, f"{scene.name}: {kind} {nth}{' and on' * lasting}: {os.strerror(reason)}", came=fault.came
    )
    return fault.came > 0


def judge(
    folder: Path, old: dict[str, str], new: dict[str, str], code: int, told: list[str], what: str, *, came: int = 1
) -> None:
    """Demand what must hold after a fault."""

    def demand(condition: object, promise: str) -> None:
        if not condition:
            raise Broken(
                f"{what}: {promise}: code {code}, told {told}, found { {name: text[:12] for name, text in found.items()} }"
            )

    found = contents(folder)
    demand(code in ((0, 3) if came else (0,)), "done, or reading or writing failed")
    demand(len(told) == (code != 0), "one line says what happened")
    demand(not any("Traceback" in line or "internal" in line for line in told), "no traceback")
    kept = [name for name in found if name.endswith(".bak")]
    visible = {name: text for name, text in found.items() if PREFIX not in name}
    if kept and any(name in line for name in kept for line in told):  # what could not be put back is kept, and told
        demand(all(found[name] in old.values() for name in kept), "what is kept is the old file")
        return
    demand(visible == (new if code == 0 else old), "all of the new files, or the old ones")
    for below in (folder, folder / "out"):
        sweep(below)
    demand(contents(folder) == (new if code == 0 else old), "no leftovers after the next start")


def small_file_system(folder: Path, scene: Scene, new: dict[str, str]) -> int:
    """Fill a file system of a few sizes; returns how often, 0 where none can be mounted."""
    done = 0
    for kilobytes in range(4, 64, 4):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", folder], capture_output=True, check=False
        )
        if mounted.returncode:
            return 0
        try:
            try:
                for name, text in scene.files.items():
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    (folder / name).write_text(text, encoding="utf-8")
            except OSError:  # not even room for what is there before
                continue
            old = contents(folder)
            code, told = run(scene, folder)
            judge(folder, old, new, code, told, f"{scene.name} in {kilobytes} kB")
            done += 1
        finally:
            subprocess.run(["umount", folder], check=True)
    return done


def read_only_file_system(folder: Path, scene: Scene, new: dict[str, str]) -> int:
    """Write to a file system that is mounted to be read only; returns 1, or 0 where that cannot be done."""
    old = set_up(scene, folder)
    if subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False).returncode:
        return 0
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True, capture_output=True)
        code, told = run(scene, folder)
        judge(folder, old, new, code, told, f"{scene.name} where nothing can be written")
        if code == 0:
            raise Broken(f"{scene.name}: said to have written where nothing can be")
    finally:
        subprocess.run(["umount", folder], check=True)
    return 1


def short(folder: Path, scene: Scene, new: dict[str, str], most: int) -> int:
    """Let each write take at most so many bytes, which is no failure."""
    old = set_up(scene, folder)
    with short_writes(most):
        code, told = run(scene, folder)
    judge(folder, old, new, code, told, f"{scene.name}: writes of at most {most} bytes", came=0)
    return 1


def limited_size(folder: Path, scene: Scene, new: dict[str, str], most: int) -> int:
    """Let files grow to some size only, as a quota does."""
    old = set_up(scene, folder)
    before = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[0][1]))
    try:
        code, told = run(scene, folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before[0])
        signal.signal(signal.SIGXFSZ, before[1])
    judge(folder, old, new, code, told, f"{scene.name} with files of at most {most} bytes")
    return 1


def everything(folder: Path) -> tuple[Counter[str], list[str]]:
    """Inject all faults; return how many of each kind came, and what was broken."""
    counts: Counter[str] = Counter()
    broken: list[str] = []

    def proved(kind: str, attempt: Callable[[], int]) -> None:
        try:
            counts[kind] += attempt()
        except Exception as error:
            broken.append(f"{type(error).__name__}: {error}")

    for scene in SCENES:
        new = expected(scene, folder)
        for each, kind, nth, reason, lasting in cases(12):
            if each is scene:
                proved(kind, partial(attack, folder, scene, kind, nth, reason, lasting, new))
        for most in (1, 7, 4096):
            proved("short writes", partial(short, folder, scene, new, most))
        for most in (0, 1, 100, 500, 1000):
            proved("a limit of the size", partial(limited_size, folder, scene, new, most))
        if not scene.links:
            proved("a full file system", partial(small_file_system, folder, scene, new))
        proved("a read-only file system", partial(read_only_file_system, folder, scene, new))
    shutil.rmtree(folder, ignore_errors=True)
    return counts, broken


if __name__ == "__main__":
    found, wrong = everything(Path(sys.argv[1]).absolute())
    sys.stdout.write("\n".join([f"{found.total()} faults: {found}", *wrong, ""]))
