"""What the tests of the export dialog need: to open it, to read it and to choose in it."""

from __future__ import annotations

from designer import ready, wait_for
from textual.pilot import Pilot
from textual.widgets import Static

from blis_tui.tui.app import DesignerApp
from blis_tui.tui.export.export_dialog import ExportDialog
from blis_tui.tui.export.format_list import CHOICES
from blis_tui.tui.widgets.tick_box import TickBox


def shown(app: DesignerApp, selector: str) -> str:
    return str(app.screen.query_one(selector, Static).content)


async def open_dialog(pilot: Pilot[int]) -> DesignerApp:
    app: DesignerApp = pilot.app  # type: ignore[assignment]
    await ready(pilot)
    await pilot.press("ctrl+e")
    await wait_for(pilot, lambda: isinstance(app.screen, ExportDialog), "the dialog")
    await wait_for(pilot, lambda: "files in" in shown(app, "#files"))
    return app


def tick(app: DesignerApp, *names: str) -> None:
    for each in CHOICES:
        app.screen.query_one(f"#format-{each.name}", TickBox).value = each.name in names
