"""Copying to the terminal's clipboard (OSC 52), which works over SSH too, and saying what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp

MOST_BYTES = 74_994
"""What fits into the 100,000 characters of an escape sequence that most terminals take."""


def copy(app: BaseApp, text: str) -> bool:
    """Copy a text, and tell how much it was; a text that no terminal would take is refused."""
    size = len(text.encode("utf-8", "replace"))
    if size > MOST_BYTES:
        app.say(
            f"{size:,} bytes are more than the {MOST_BYTES:,} that a terminal's clipboard takes.",
            title="Not copied",
            severity="warning",
        )
        return False
    app.copy_to_clipboard(text)
    characters = f"{len(text):,} character{'s' if len(text) != 1 else ''}"
    app.say(f"Copied {characters} to the terminal's clipboard, if the terminal allows that (OSC 52).", timeout=4)
    return True
