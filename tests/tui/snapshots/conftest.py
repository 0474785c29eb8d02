"""A fixture that takes pictures which depend on neither the time nor the place."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from scenes import Shot, play

from blis_tui.tui.app import DesignerApp
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.preferences.settings import Settings

NOON = time.struct_time((2026, 3, 14, 14, 2, 0, 5, 73, 0))
"""The time at which everything on a picture happens."""


@pytest.fixture
def looks_the_same(snap_compare: Callable[..., bool], home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Shot], bool]:
    """Compare a shot with the picture that was kept of it."""
    strftime = time.strftime
    monkeypatch.setattr(time, "strftime", lambda form, *_: strftime(form, NOON))

    def look(shot: Shot) -> bool:
        scene = shot.scene
        folder = home / "loads"
        folder.mkdir()
        path = folder / scene.file if scene.file is not None else None
        if path is not None:
            path.write_text(scene.text, encoding="utf-8")
        os.chdir(folder)
        app = DesignerApp(Workspace(scene.text, path), Settings(theme=shot.theme), state=home / "state", fresh=scene.fresh)
        app.animation_level = "none"
        return snap_compare(app, terminal_size=shot.size, run_before=lambda pilot: play(pilot, scene))

    before = Path.cwd()
    monkeypatch.chdir(before)  # and back there
    return look
