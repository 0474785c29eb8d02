"""The document and its file: open, new, save, reload, leave; nothing unsaved is lost on any of these ways."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from blis_tui.files.stamp import Stamp, stamp_of
from blis_tui.spec.yaml.encoding import written_text
from blis_tui.tui.filing.autosave import Autosave
from blis_tui.tui.filing.disk import Document, OpenError, read_document
from blis_tui.tui.filing.disk_watch import CHANGED, NEW_FILE, DiskWatch, read_if_possible
from blis_tui.tui.filing.folder_listing import holds
from blis_tui.tui.filing.questions import (
    CHANGED_NOW,
    READ_ONLY,
    ask_about_change,
    ask_about_copy,
    ask_about_unsaved,
    ask_to_overwrite,
)

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.tui.filing.recovery import RecoveryCopy
    from blis_tui.tui.preferences.appearance import Appearance


class Filing:
    """Does what has to do with files for the app, asking the user where something could get lost."""

    def __init__(
        self, app: BaseApp, appearance: Appearance, state: Path, *, fresh: bool = False, max_size: int | None = None
    ) -> None:
        self._app = app
        self._appearance = appearance
        self._fresh = fresh
        self._max_size = max_size
        self.watch = DiskWatch(app, self._resolve_change, max_size)
        self.autosave = Autosave(app, state / "recovery")

    def start(self) -> None:
        """Begin to look after the document; offer what an earlier run has left after."""
        self.watch.start()
        self._app.do(self._begin(), "files")

    async def _begin(self) -> None:
        workspace = self._app.workspace
        if workspace.path is not None:
            await asyncio.to_thread(self._sweep, workspace.path)
        await self.watch.look(ask=False)
        if workspace.path is not None and self.watch.stamp is None:
            self.watch.note(NEW_FILE)
        recovered = await self._offer_recovery(anything=self._fresh)
        if self._fresh and not recovered:
            await self.new(welcome=True)

    def _sweep(self, path: Path) -> None:
        from blis_tui.files.leftovers import sweep

        sweep(Path(os.path.realpath(path)).parent)

    def document_changed(self) -> None:
        """Take note that the document may have changed."""
        self.autosave.document_changed()

    async def quit(self) -> None:
        """Leave the designer, unless the user wants to stay."""
        if await self._may_leave("leaving"):
            self.autosave.close()
            self._app.exit(0)

    async def open(self) -> None:
        """Let the user choose a file, and open it."""
        from blis_tui.tui.filing.file_dialog import OpenDialog

        path = await self._app.push_screen_wait(OpenDialog(self._folder()))
        if path is not None:
            await self.open_path(path)

    async def open_path(self, path: Path) -> None:
        """Open a file; says so if that is not possible."""
        try:
            document = await asyncio.to_thread(read_document, path, self._max_size)
        except OpenError as error:
            self._fail("Not opened", str(error))
            return
        if not await self._may_leave(f"opening {path.name}"):
            return
        self._show(document, path)
        self._appearance.remember(folder=str(path.absolute().parent))
        await self._offer_recovery()

    async def new(self, *, welcome: bool = False) -> None:
        """Begin a document from a template the user chooses."""
        from blis_tui.tui.templates.new_dialog import OPEN_A_FILE, NewDialog

        chosen = await self._app.push_screen_wait(NewDialog(welcome=welcome))
        if chosen == OPEN_A_FILE:
            await self.open()
        elif chosen is not None and await self._may_leave("beginning a new file"):
            self._show(Document(chosen, None), None)

    def _show(self, document: Document, path: Path | None) -> None:
        self.watch.stamp = document.stamp
        workspace = self._app.workspace
        workspace.note = ""
        workspace.open(document.text, path, encoding=document.encoding)
        self._app.problem_shown = None
        self._app.document_opened()
        self._app.refresh_view()

    async def save(self) -> bool:
        """Write the text to its file, asking first if somebody else has changed it; returns whether it is saved."""
        workspace = self._app.workspace
        if workspace.path is None:
            return await self.save_as()
        await self.watch.look(ask=False)
        if workspace.note == CHANGED:
            answer = await self._resolve_change(overwrite=True)
            return await self._write(workspace.path, self.watch.stamp) if answer == "overwrite" else answer == "reload"
        if not workspace.dirty and self.watch.stamp is not None:
            self._app.say("There is nothing to save.", timeout=2)
            return True
        return await self._write(workspace.path, self.watch.stamp)

    async def save_as(self) -> bool:
        """Write the text to a file the user names; returns whether it is saved."""
        from blis_tui.tui.filing.file_dialog import SaveDialog

        workspace = self._app.workspace
        name = workspace.path.name if workspace.path is not None else "workload.yaml"
        path = await self._app.push_screen_wait(SaveDialog(self._folder(), name))
        if path is None:
            return False
        if workspace.path is not None and path.absolute() == workspace.path.absolute():
            return await self._write(path, self.watch.stamp)
        known = await asyncio.to_thread(stamp_of, path)
        return (known is None or await ask_to_overwrite(self._app, path)) and await self._write(path, known)

    async def _write(self, path: Path, known: Stamp | None, *, read_only: bool = False) -> bool:
        """Write the text to a file that was last seen in a state, ``None`` for missing; asks where it is not to be changed."""
        from blis_tui.files.errors import Changed, ReadOnly, WriteError
        from blis_tui.files.file_set import replace_text

        workspace = self._app.workspace
        text = workspace.text
        write = partial(replace_text, path, text, workspace.encoding, known=known, read_only=read_only)
        try:
            self.watch.stamp = await asyncio.to_thread(write)
        except ReadOnly:
            return await ask_to_overwrite(self._app, path, READ_ONLY) and await self._write(path, known, read_only=True)
        except Changed:
            changed = await asyncio.to_thread(stamp_of, path)
            return await ask_to_overwrite(self._app, path, CHANGED_NOW) and await self._write(path, changed, read_only=read_only)
        except WriteError as error:
            self._fail("Not saved", str(error))
            return False
        workspace.seal()
        workspace.saved(path, text)
        self.watch.note(time.strftime("saved %H:%M"))
        self._app.say(f"Saved {path.name}, {len(written_text(text, workspace.encoding)):,} bytes.", timeout=3)
        return True

    async def reload(self) -> None:
        """Read the file again; undo brings back what was there."""
        workspace = self._app.workspace
        if workspace.path is None:
            self._app.say("This text has no file yet.", severity="warning", timeout=3)
            return
        try:
            document = await asyncio.to_thread(read_document, workspace.path, self._max_size)
        except OpenError as error:
            self._fail("Not reloaded", str(error))
            return
        self.watch.stamp = document.stamp
        workspace.encoding = document.encoding
        workspace.seal()
        workspace.write(document.text, "reload")
        workspace.saved(workspace.path, document.text)
        self.watch.note("")
        self._app.say(f"Read {workspace.path.name} again; undo brings back what was here.", timeout=3)

    async def _resolve_change(self, *, overwrite: bool = False) -> str:
        answer = await ask_about_change(self._app, overwrite=overwrite)
        if answer == "reload":
            await self.reload()
        return answer

    async def _may_leave(self, doing: str) -> bool:
        """Ask what becomes of unsaved work, if there is some; returns whether to go on."""
        if not self._app.workspace.dirty:
            return True
        answer = await ask_about_unsaved(self._app, doing)
        return await self.save() if answer == "save" else answer == "discard"

    async def _offer_recovery(self, *, anything: bool = False) -> bool:
        """Offer the newest abandoned copy of the open file, or of any; returns whether it was taken."""
        from blis_tui.tui.filing.recovery import discard

        copy = await asyncio.to_thread(self.autosave.abandoned, self._app.workspace.path, anything=anything)
        if copy is None:
            return False
        answer = await ask_about_copy(self._app, copy)
        if answer == "recover":
            await self._recover(copy)
        if answer in ("recover", "discard"):
            await asyncio.to_thread(discard, copy)
        return answer == "recover"

    async def _recover(self, copy: RecoveryCopy) -> None:
        document = await asyncio.to_thread(read_if_possible, copy.path, self._max_size) if copy.path is not None else None
        if self._app.workspace.path != copy.path or copy.path is None:
            self._show(document or Document("", None), copy.path)
        self._app.write(copy.text, "recover")
        await self.autosave.keep_now()

    def _fail(self, title: str, reason: str) -> None:
        self._app.say(reason, title=title, severity="error", timeout=8)

    def _folder(self) -> Path:
        path = self._app.workspace.path
        if path is not None:
            return path.absolute().parent
        remembered = self._appearance.remembered.folder
        return Path(remembered) if remembered and holds(Path(remembered).is_dir) else Path.cwd()
