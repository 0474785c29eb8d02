"""Whatever call of the system fails while files are written, the old files are there or all of the new ones, and one line says why."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from attacks import faults


@pytest.mark.parametrize("scene", faults.SCENES, ids=lambda scene: scene.name)
def test_each_call_fails_in_turn(scene: faults.Scene, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    new, came = faults.expected(scene, folder), 0
    for each, kind, nth, reason, lasting in faults.cases(2, [errno.ENOSPC]):
        if each is scene:
            came += faults.attack(folder, scene, kind, nth, reason, lasting, new)
    assert came >= 20
    faults.short(folder, scene, new, 7)


def test_a_leftover_that_cannot_be_removed_is_removed_by_the_next_start(tmp_path: Path) -> None:
    scene, folder = faults.SCENES[1], tmp_path / "work"
    new = faults.expected(scene, folder)
    for nth in range(1, 13):
        assert faults.attack(folder, scene, "unlink", nth, errno.EIO, True, new) or nth > 8
