"""How names look that would be markup, escapes, wide, or written from right to left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from scenes import ODD, Scene, Shot, shots

from blis_tui.formats.export import export
from blis_tui.reading import loads
from blis_tui.tui.app import DesignerApp

LONG = "a-very-long-name-of-a-file-that-somebody-has-thought-up-on-a-rainy-afternoon-in-november.yaml"


def open_trace(app: DesignerApp) -> None:
    """Show a trace whose clients have such names."""
    export(loads(ODD), Path(), ["blis-trace"], stem="odd")
    app.do(app.filing.open_path(Path("odd.trace.csv")), "files")


SCENES = (
    Scene("clients", "alt+2 | down down", ODD, shots="80 120"),
    Scene("requests", "alt+3", ODD),
    Scene("yaml", "alt+4", ODD),
    Scene("groups", "alt+1 | g", ODD),
    Scene("client-markup", "alt+2 | enter", ODD),
    Scene("client-escape", "alt+2 | down enter", ODD),
    Scene("client-wide", "alt+2 | down down down down enter", ODD),
    Scene("client-long", "alt+2 | end enter", ODD, shots="80"),
    Scene("trace", "2 |", begin=open_trace, shots="80 120-light"),
    Scene("file-long", "ctrl+o", file=LONG, shots="80"),
    Scene("file-markup", "alt+1 | up | ctrl+q", file="[red]x[red]\x1b[2J.yaml"),
)


@pytest.mark.parametrize("shot", shots(SCENES))
def test_odd_text(shot: Shot, looks_the_same: Callable[[Shot], bool]) -> None:
    assert looks_the_same(shot)
