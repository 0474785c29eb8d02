"""A writer that is killed at any moment leaves either the old files or the new ones, and its temporaries only for a while."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from blis_tui.files.errors import AlreadyExists, WriteError
from blis_tui.files.file_set import FileSet, replace_text
from blis_tui.files.leftovers import sweep

WRITER = """
import os, signal, sys
from pathlib import Path
from blis_tui.files.file_set import FileSet
folder, event, which, force = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] == "force"
seen = 0
def hook(name, _):
    global seen
    if name == event:
        seen += 1
        if seen == which:
            os.kill(os.getpid(), signal.SIGKILL)
with FileSet(force=force) as files:
    first, second = files.add(folder / "a"), files.add(folder / "b")
    first.write(b"new a")
    second.write(b"new b")
    sys.addaudithook(hook)
    files.commit()
"""
WAITING = """
import sys
from pathlib import Path
from blis_tui.files.file_set import FileSet
with FileSet(force=True) as files:
    files.add(Path(sys.argv[1]) / "a").write(b"half")
    print("begun", flush=True)
    sys.stdin.read()
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def started(folder: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", WAITING, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    return process


def killed(folder: Path, event: str, which: int, force: str) -> subprocess.CompletedProcess[bytes]:
    """Run a writer that is killed at a step, if it comes so far."""
    return subprocess.run([sys.executable, "-c", WRITER, str(folder), event, str(which), force], check=False, timeout=60)


@pytest.mark.parametrize("links", [1, 2])
@pytest.mark.parametrize(
    ("event", "which"), [("os.link", 1), ("os.link", 2), ("os.rename", 1), ("os.rename", 2), ("os.truncate", 1), ("open", 2), ("open", 3), ("open", 4), ("open", 5), ("open", 6),
     *(("os.remove", number) for number in range(1, 7))],
)  # fmt: skip
def test_killed_at_every_step(tmp_path: Path, event: str, which: int, links: int) -> None:
    old = {"a": b"old a", "b": b"old b"}
    for name, content in old.items():
        (tmp_path / name).write_bytes(content)
    if links == 2:
        (tmp_path / "a2").hardlink_to(tmp_path / "a")
        old["a2"] = b"old a"
    ran = killed(tmp_path, event, which, "force")
    sweep(tmp_path)
    found = contents(tmp_path)
    new = {"a": b"new a", "b": b"new b", **({"a2": b"new a"} if links == 2 else {})}
    assert found in (old, new)
    if event in ("os.link", "os.rename", "os.truncate"):  # before all have their names
        assert found == old or ran.returncode == 0
    if event == "os.remove":  # after that
        assert found == new
    if links == 2:
        assert (tmp_path / "a").samefile(tmp_path / "a2")


@pytest.mark.parametrize("force", ["force", "careful"])
@pytest.mark.parametrize(
    ("event", "which"), [*(("os.link", number) for number in (1, 2, 3)), *(("os.remove", number) for number in range(1, 7))]
)
def test_killed_where_nothing_was(tmp_path: Path, event: str, which: int, force: str) -> None:
    ran = killed(tmp_path, event, which, force)
    sweep(tmp_path)
    if event == "os.link" and which < 3:
        assert ran.returncode != 0 and contents(tmp_path) == {}
    else:
        assert contents(tmp_path) == {"a": b"new a", "b": b"new b"}
    assert all(path.stat().st_nlink == 1 for path in tmp_path.iterdir())


@pytest.mark.parametrize("force", [True, False])
def test_a_file_that_appears_at_the_last_moment(tmp_path: Path, force: bool) -> None:
    with FileSet(force=force) as files:
        files.add(tmp_path / "a").write(b"new")
        (tmp_path / "a").write_bytes(b"theirs")
        if force:
            files.commit()
        else:
            with pytest.raises(AlreadyExists):
                files.commit()
    assert contents(tmp_path) == {"a": b"new" if force else b"theirs"}


def test_what_the_living_write_stays(tmp_path: Path) -> None:
    process = started(tmp_path)
    before = contents(tmp_path)
    assert len(before) == 2
    sweep(tmp_path)
    assert contents(tmp_path) == before
    process.kill()
    process.communicate()
    sweep(tmp_path)
    assert contents(tmp_path) == {}


def test_the_next_who_writes_a_file_clears_up_after_a_killed_one(tmp_path: Path) -> None:
    process = started(tmp_path)
    process.kill()
    process.communicate()
    replace_text(tmp_path / "a", "new")
    assert contents(tmp_path) == {"a": b"new"}


def test_an_export_into_the_folder_clears_it_up(tmp_path: Path) -> None:
    process = started(tmp_path)
    process.kill()
    process.communicate()
    with FileSet() as files:
        files.make_folder(tmp_path)
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("linked", [False, True])
def test_whoever_writes_another_file_into_the_folder_clears_it_up(tmp_path: Path, linked: bool) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder / "another")
    process = started(folder)
    process.kill()
    process.communicate()
    assert len(contents(folder)) == 2
    replace_text(tmp_path / "link" if linked else folder / "another", "new")
    assert contents(folder) == {"another": b"new"}


def test_who_writes_a_file_is_told_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blis_tui.files.leftovers.PATIENCE_S", 0.0)
    process = started(tmp_path)
    with pytest.raises(WriteError, match=f"a: is being written by process {process.pid} on {os.uname().nodename}"):
        replace_text(tmp_path / "a", "other")
    replace_text(tmp_path / "b", "another file")
    process.communicate()
    replace_text(tmp_path / "a", "other")
    assert contents(tmp_path) == {"a": b"other", "b": b"another file"}


def test_locks_of_others_are_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder for all, anybody could name a file of ours, and offer a backup of it."""
    (tmp_path / "a").write_text("mine")
    (tmp_path / ".blis-tui-0.lock").write_text('{"name": "a", "token": "0"}')
    (tmp_path / ".blis-tui-0.bak").write_text("theirs")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    sweep(tmp_path)
    assert (tmp_path / "a").read_text() == "mine"
    assert len(contents(tmp_path)) == 3


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": "../a", "token": "0"}', b'{"name": 1}', b"\xff\x00"])
def test_a_lock_that_says_nothing_is_removed(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".blis-tui-0.lock").write_bytes(content)
    sweep(tmp_path)
    assert contents(tmp_path) == {}


def test_two_who_save_at_once_do_not_both_think_they_have(tmp_path: Path) -> None:
    """Many pairs of writers who have read the same file: one of each is told that it has changed."""
    saver = (
        "import sys\nfrom pathlib import Path\nfrom blis_tui.files.errors import Changed\n"
        "from blis_tui.files.file_set import replace_text\nfrom blis_tui.files.stamp import stamp_of\n"
        "path = Path(sys.argv[1])\n"
        "for line in sys.stdin:\n"
        "    known = stamp_of(path)\n"
        "    print('read', flush=True)\n"
        "    sys.stdin.readline()\n"
        "    try:\n"
        "        replace_text(path, f'{sys.argv[2]} {line}', known=known)\n"
        "        print('saved', flush=True)\n"
        "    except Changed:\n"
        "        print('changed', flush=True)\n"
    )
    path = tmp_path / "a"
    path.write_text("old")
    command = [sys.executable, "-c", saver, str(path)]
    pair = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for name in ("one", "two")
    ]

    def say(text: str) -> list[str]:
        for each in pair:
            assert each.stdin is not None
            each.stdin.write(text)
            each.stdin.flush()
        return [each.stdout.readline().strip() for each in pair if each.stdout is not None]

    for number in range(20):
        assert say(f"{number}\n") == ["read", "read"]
        assert sorted(say("now\n")) == ["changed", "saved"]
    for each in pair:
        each.communicate()
