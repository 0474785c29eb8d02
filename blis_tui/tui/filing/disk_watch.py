"""Noticing what others do to the open file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from blis_tui.files.stamp import Stamp, stamp_of
from blis_tui.tui.filing.disk import Document, OpenError, read_document

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp

LOOK_EVERY_S = 2.0
"""How often the file is looked at, for changes that others have made."""
NEW_FILE, CHANGED, GONE = "new file", "changed on disk", "deleted on disk"


class DiskWatch:
    """Looks at the open file now and then, and notes in the workspace if it was changed or deleted.

    `ask` is called to ask the user what to do about a change, `take` to take it over where nothing is unsaved.
    """

    def __init__(
        self,
        app: BaseApp,
        ask: Callable[[], Awaitable[object]],
        take: Callable[[Document, Path], None],
        max_size: int | None = None,
    ) -> None:
        self._app = app
        self._ask = ask
        self._take = take
        self._max_size = max_size
        self.stamp: Stamp | None = None
        """The state of the file that the document was read from or saved as."""
        self.looking = False

    def start(self) -> None:
        """Begin to look at the file now and then."""
        self._app.set_interval(LOOK_EVERY_S, self.look_soon)

    def note(self, note: str) -> None:
        """Note how it stands with the file."""
        self._app.workspace.note = note
        self._app.refresh_view()

    def look_soon(self, *, ask: bool = False) -> None:
        """See whether the file was changed by others; `ask` at once what to do, else only tell."""
        if not self.looking:
            self._app.do(self.look(ask=ask), "disk")

    async def look(self, *, ask: bool) -> None:
        """See whether the file was changed by others, unless that is being done already."""
        workspace = self._app.workspace
        path = workspace.path
        if path is None or self.looking:
            return
        self.looking = True
        try:
            stamp = await asyncio.to_thread(stamp_of, path)
            if stamp != self.stamp:
                await self._compare(path, stamp)
            if ask and workspace.note == CHANGED and len(self._app.screen_stack) == 1:
                await self._ask()
        finally:
            self.looking = False

    async def _compare(self, path: Path, stamp: Stamp | None) -> None:
        """Find out what it means that the file's stamp is another."""
        workspace = self._app.workspace
        before, saved = self.stamp, workspace.saved_text
        document = await asyncio.to_thread(read_if_possible, path, self._max_size) if stamp is not None else None
        if workspace.path != path or workspace.saved_text != saved or self.stamp != before:
            return  # saved or opened meanwhile
        self.stamp = stamp
        if stamp is None:
            self.note(GONE)
            self._app.say("Save writes it again.", title=f"{path.name} was deleted", severity="warning")
        elif document is not None and document.text != saved and not workspace.dirty:
            self._take(document, path)
        elif document is None or document.text != saved:
            self.note(CHANGED)
            self._app.say("You will be asked when you save.", title=f"{path.name} was changed on disk", severity="warning")
        elif workspace.note in (CHANGED, GONE):
            self.note("")


def read_if_possible(path: Path, max_size: int | None) -> Document | None:
    """Read a file to be edited; ``None`` if that is not possible."""
    try:
        return read_document(path, max_size)
    except OpenError:
        return None
