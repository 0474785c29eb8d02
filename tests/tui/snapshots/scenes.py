"""Scenes of the designer, each to be seen in some sizes and themes, and the way to come to a picture that never changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pytest
from designer import SMALL, is_ready, wait_for

from blis_tui.tui.jobs import none_at_work

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from blis_tui.tui.app import DesignerApp

SIZES = {"80": (80, 24), "120": (120, 40), "200": (200, 60), "40": (40, 12)}
WRONG = SMALL.replace("output_len: 248", "output_len: -1").replace("horizon: 12000000  # µs\n", "")
"""An error, and a warning that has a mend."""
ODD_NAMES = (
    r'"[red]bold[/red]"',
    r'"\e[2J\a"',
    '"🚀🚀 emoji"',
    '"שלום עולם"',
    '"系统提示词很长的名字系统提示词很长的名字"',
    f'"{"a-very-long-client-name-" * 5}"',
)
"""Names as nobody should give them, but somebody will."""
ODD = 'version: "2"\nseed: 7\naggregate_rate: 10\nhorizon: 60000000\nclients:\n' + "".join(
    f"""\
  - id: {name}
    tenant_id: {name}
    slo_class: standard
    rate_fraction: 0.2
    prefix_group: {name}
    prefix_length: 10
    arrival: {{process: poisson}}
    input_distribution: {{type: constant, params: {{value: 100}}}}
    output_distribution: {{type: constant, params: {{value: 10}}}}
"""
    for name in ODD_NAMES
)


class Scene(NamedTuple):
    """What to open and which keys to press; `|` among the keys waits until nothing moves any more.

    `shots` are sizes (columns, see `SIZES`) in the dark theme, or with another theme behind a dash. `begin` is called
    with the running app before the keys; `until` must hold before the picture is taken.
    """

    name: str
    keys: str = ""
    text: str = SMALL
    shots: str = "120"
    file: str | None = "small.yaml"
    begin: Callable[[DesignerApp], object] | None = None
    until: Callable[[DesignerApp], object] | None = None
    fresh: bool = False


class Shot(NamedTuple):
    """A scene in one size and one theme."""

    scene: Scene
    size: tuple[int, int]
    theme: str


def shots(scenes: Iterable[Scene]) -> Iterator[object]:
    """Return the parameters of a test: every shot of the scenes."""
    for scene in scenes:
        for shot in scene.shots.split():
            size, _, theme = shot.partition("-")
            yield pytest.param(Shot(scene, SIZES[size], theme or "dark"), id=f"{scene.name}-{size}-{theme or 'dark'}")


async def play(pilot: Pilot[int], scene: Scene) -> None:
    """Come to the state that the picture is taken of."""
    app: DesignerApp = pilot.app  # type: ignore[assignment]
    await settle(pilot)
    if scene.begin is not None:
        scene.begin(app)
        await settle(pilot)
    for key in scene.keys.split():
        await (settle(pilot) if key == "|" else pilot.press(key))
    await settle(pilot)
    if scene.until is not None:
        await wait_for(pilot, lambda: scene.until(app), f"{scene.name}")  # type: ignore[misc]
        await settle(pilot)


async def settle(pilot: Pilot[int]) -> None:
    """Wait until the preview is made, no thread is at work and nothing on the screen moves."""
    app: DesignerApp = pilot.app  # type: ignore[assignment]
    before: list[object] = []
    while True:
        await wait_for(pilot, lambda: none_at_work() and is_ready(app), "the preview and the threads")
        for widget in app.screen.query("Input, TextArea"):
            widget.cursor_blink = False  # type: ignore[attr-defined]
            widget._cursor_visible = True  # type: ignore[attr-defined]  # it may have been off at that moment
        app.clear_notifications()
        await pilot.pause()
        now: list[object] = [list(strip) for strip in app.screen._compositor.render_strips()]
        if now == before and none_at_work():
            return
        before = now
