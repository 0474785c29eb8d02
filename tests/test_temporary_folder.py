"""Temporary folders: gone at the end, and swept once their owners are dead; nothing else is touched."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from blis_tui.files.temporary_folder import sweep_temporary_folders, temporary_folder

pytestmark = pytest.mark.usefixtures("temporary")


def dead() -> Path:
    """Return what a program that was killed has left."""
    script = (
        "import os; from blis_tui.files.temporary_folder import temporary_folder\n"
        "with temporary_folder() as folder: (folder / 'a').write_text('x'); print(folder, flush=True); os.kill(os.getpid(), 9)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    return Path(ran.stdout.strip())


def test_it_is_private_and_goes_with_all_that_is_in_it(temporary: Path) -> None:
    with temporary_folder() as folder:
        assert folder.parent == temporary and folder.stat().st_mode & 0o777 == 0o700
        (folder / "below").mkdir()
        (folder / "below" / "a").write_text("x")
    assert not list(temporary.iterdir())


def test_what_the_dead_have_left_goes_and_what_the_living_have_stays(temporary: Path) -> None:
    with temporary_folder() as living:
        left = dead()
        assert (left / "a").exists()
        sweep_temporary_folders()
        assert list(temporary.iterdir()) == [living]


def test_the_next_one_sweeps(temporary: Path) -> None:
    left = dead()
    with temporary_folder() as folder:
        assert folder.exists() and not left.exists()


def test_links_files_and_folders_that_others_may_enter_stay(temporary: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir(mode=0o700)
    (target / "a").write_text("x")
    (temporary / "blis-tui-run-link").symlink_to(target)
    (temporary / "blis-tui-run-file").write_text("x")
    (temporary / "blis-tui-run-open").mkdir()
    (temporary / "blis-tui-run-open").chmod(0o755)
    (temporary / "blis-tui-else").mkdir(mode=0o700)
    left = dead()
    (left / "link").symlink_to(target)
    before = sorted(path for path in temporary.iterdir() if path != left)
    sweep_temporary_folders()
    assert sorted(temporary.iterdir()) == before and (target / "a").exists()


def test_another_users_folder_stays(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = dead()
    us = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: us + 1)
    sweep_temporary_folders()
    assert left.exists()


def test_one_that_is_swept_before_it_is_held_is_made_again(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, made = tempfile.mkdtemp, []

    def swept_at_once(prefix: str) -> str:
        made.append(make(prefix=prefix))
        if len(made) == 1:
            sweep_temporary_folders()
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", swept_at_once)
    with temporary_folder() as folder:
        assert str(folder) == made[1] and list(temporary.iterdir()) == [folder]


def test_a_folder_that_is_not_there_is_no_failure_of_a_sweep(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    sweep_temporary_folders()
