"""Fixtures of the designer's tests: a home of their own, and an app that shows a text. Helpers are in `designer.py`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from designer import SMALL, TWO_STAGE, MakeApp, ready, wait_for, write

from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.tuning import ORDINARY, Tuning

if TYPE_CHECKING:
    from blis_tui.tui.app import DesignerApp

__all__ = ["SMALL", "TWO_STAGE", "MakeApp", "ready", "wait_for", "write"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the test a home folder of its own, and an environment that does not depend on who runs it."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for kind in ("CONFIG", "STATE", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(folder / kind.lower()))
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "TEXTUAL_THEME", "BLIS_TUI_CONFIG", "EDITOR", "VISUAL"):
        monkeypatch.delenv(name, raising=False)
    before = os.environ.get("NO_COLOR")
    yield folder
    if before is None:
        os.environ.pop("NO_COLOR", None)


@pytest.fixture
def spec_file(tmp_path: Path) -> Path:
    """A small workload file."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture
def make_app() -> MakeApp:
    """Make an app: ``make_app(text)``, or ``make_app(path=file)`` for what is in a file."""
    from blis_tui.tui.app import DesignerApp

    def make(text: str = SMALL, path: Path | None = None, tuning: Tuning = ORDINARY) -> DesignerApp:
        return DesignerApp(Workspace(path.read_bytes().decode() if path is not None else text, path), tuning=tuning)

    return make
