"""What tests of the designer need: texts to open, and ways to drive the app and to wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from blis_tui.tui.tuning import ORDINARY, Tuning

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from blis_tui.tui.app import DesignerApp

TWO_STAGE = """\
# nine system prompts, five users each
version: "2"
seed: 42
horizon: 1200000000  # µs
inference_perf:
  stages:
    - {rate: 8.0, duration: 600}
    - {rate: 20.0, duration: 600}
  shared_prefix:
    num_unique_system_prompts: 9
    num_users_per_system_prompt: 5
    system_prompt_len: 100
    question_len: 447
    output_len: 248
    enable_multi_turn_chat: false
"""
SMALL = TWO_STAGE.replace("600}", "6}").replace("1200000000", "12000000")
"""The same with about 170 requests: a preview of it is ready at once."""
PATIENCE_S = 20.0
"""How long a condition may take on a slow machine; it is an error if it takes longer."""


class MakeApp(Protocol):
    """Makes an app that shows a text, from a file if there is a path."""

    def __call__(self, text: str = SMALL, path: Path | None = None, tuning: Tuning = ORDINARY) -> DesignerApp: ...


async def wait_for(pilot: Pilot[int], condition: Callable[[], object], what: str = "") -> None:
    """Let the app go on until a condition holds; fails after `PATIENCE_S` with `what` was waited for.

    A `NoMatches` of a query counts as not yet.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_S
    while True:
        await pilot.pause()
        if _holds(condition):
            return
        while not _holds(condition):  # a pause asks all widgets, which takes the time of what is waited for
            if loop.time() > end:
                raise AssertionError(f"waited in vain for {what or getattr(condition, '__doc__', None) or 'a condition'}")
            await asyncio.sleep(0.005)


def _holds(condition: Callable[[], object]) -> bool:
    from textual.css.query import NoMatches

    try:
        return bool(condition())
    except NoMatches:
        return False


async def ready(pilot: Pilot[int]) -> None:
    """Wait until the text is checked and its preview is made, failed or not wanted."""
    app: DesignerApp = pilot.app  # type: ignore[assignment]
    await wait_for(pilot, lambda: is_ready(app), "the preview")


def is_ready(app: DesignerApp) -> bool:
    """Return whether the text is checked and its preview is made, failed or not wanted."""
    preview = app.previewer.preview
    return app.workspace.view.checked is not None and preview.wanted == app.workspace.revision and preview.state != "running"


async def write(pilot: Pilot[int], text: str) -> None:
    """Type a text with the keyboard."""
    names = {" ": "space", "\n": "enter", ".": "full_stop", "-": "minus", "_": "underscore", "/": "slash", "~": "tilde"}
    await pilot.press(*(names.get(character, character) for character in text))
