"""Lists to choose from."""

from __future__ import annotations

from textual.app import App, ComposeResult

from blis_tui.tui.widgets.choice_list import Options


async def test_a_list_without_room_can_be_paged_through() -> None:
    class Small(App[None]):
        def compose(self) -> ComposeResult:
            yield Options("one", "two")

    app = Small()
    async with app.run_test() as pilot:
        options = app.query_one(Options)
        options.focus()
        options.styles.height = 0
        options.styles.width = 0
        options.highlighted = 1
        await pilot.pause()
        await pilot.press("pageup", "pagedown")
        assert options.highlighted == 1
        options.styles.height = options.styles.width = 20
        await pilot.pause()
        await pilot.press("pageup")
        assert options.highlighted == 0
