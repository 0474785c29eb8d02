"""What was shown and is gone is not kept: after a while of use, memory grows no more."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from designer import MakeApp, ready, wait_for
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.strip import Strip

from blis_tui.spec.edits import SetValue
from blis_tui.tui.app import DesignerApp


async def once(pilot: Pilot[int], app: DesignerApp, action: str) -> None:
    await app.run_action(action)
    await wait_for(pilot, lambda: len(app.screen_stack) > 1, "the dialog")
    await pilot.press("escape")
    await wait_for(pilot, lambda: len(app.screen_stack) == 1, "its end")


def counted() -> tuple[int, int, int]:
    """Count nodes and lines that are kept, and the open files."""
    gc.unfreeze()  # what was there at the start is kept for good else
    gc.collect()
    objects = gc.get_objects()
    nodes = sum(isinstance(each, DOMNode) for each in objects)
    return nodes, sum(isinstance(each, Strip) for each in objects), len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
@pytest.mark.parametrize("action", ["compare", "show_help", "export", "open"])
async def test_dialogs_that_are_closed_are_let_go(make_app: MakeApp, spec_file: Path, action: str) -> None:
    app = make_app(path=spec_file)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        app.edit("seed", [SetValue(("seed",), 7)])
        await ready(pilot)
        for _ in range(4):
            await once(pilot, app, action)
        before = counted()
        for _ in range(6):
            await once(pilot, app, action)
        after = counted()
        app.workspace.undo()
    nodes, lines, files = (now - then for now, then in zip(after, before, strict=True))
    assert nodes <= 6
    assert lines <= 60 * 6  # of the few that Textual keeps for its own, by size; a dialog has hundreds
    assert files <= 0
