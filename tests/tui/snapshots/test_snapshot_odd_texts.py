"""How names look that would be markup, escapes, wide, or written from right to left."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scenes import ODD, Scene, Shot, shots

LONG = "a-very-long-name-of-a-file-that-somebody-has-thought-up-on-a-rainy-afternoon-in-november.yaml"
SCENES = (
    Scene("clients", "alt+2 | down down", ODD, shots="80 120"),
    Scene("requests", "alt+3", ODD),
    Scene("yaml", "alt+4", ODD),
    Scene("groups", "alt+1 | g", ODD),
    Scene("client-markup", "alt+2 | enter", ODD),
    Scene("client-escape", "alt+2 | down enter", ODD),
    Scene("client-wide", "alt+2 | down down down down enter", ODD),
    Scene("client-long", "alt+2 | end enter", ODD, shots="80"),
    Scene("file-long", "ctrl+o", file=LONG, shots="80"),
    Scene("file-markup", "alt+1 | up | ctrl+q", file="[red]x[red]\x1b[2J.yaml"),
)


@pytest.mark.parametrize("shot", shots(SCENES))
def test_odd_text(shot: Shot, looks_the_same: Callable[[Shot], bool]) -> None:
    assert looks_the_same(shot)
