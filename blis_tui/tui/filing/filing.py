"""The document and its file: open, new, save, reload, leave; nothing unsaved is lost on any of these ways."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

from blis_tui.spec.reader import written_text
from blis_tui.tui.filing.autosave import Autosave
from blis_tui.tui.filing.disk import Document, OpenError, Stamp, read_document, stamp_of
from blis_tui.tui.filing.folder_listing import holds

if TYPE_CHECKING:
    from textual.screen import ModalScreen

    from blis_tui.tui.base_app import BaseApp
    from blis_tui.tui.filing.recovery import RecoveryCopy
    from blis_tui.tui.preferences.appearance import Appearance
    from blis_tui.tui.widgets.confirm_dialog import Answer

LOOK_EVERY_S = 2.0
"""How often the file is looked at, for changes that others have made."""
NEW_FILE, CHANGED, GONE = "new file", "changed on disk", "deleted on disk"


class Filing:
    """Does what has to do with files for the app, asking the user where something could get lost."""

    def __init__(
        self, app: BaseApp, appearance: Appearance, state: Path, *, fresh: bool = False, max_size: int | None = None
    ) -> None:
        self._app = app
        self._appearance = appearance
        self._fresh = fresh
        self._max_size = max_size
        self._stamp: Stamp | None = None
        self._looking = False
        self.autosave = Autosave(app, state / "recovery")

    # --- the app's life -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to look after the document; offer what an earlier run has left behind."""
        self._app.set_interval(LOOK_EVERY_S, self.look_at_disk)
        self._app.do(self._begin(), "files")

    async def _begin(self) -> None:
        await self._look(ask=False)
        workspace = self._app.workspace
        if workspace.path is not None and self._stamp is None:
            self._note(NEW_FILE)
        recovered = await self._offer_recovery(anything=self._fresh)
        if self._fresh and not recovered:
            await self.new(welcome=True)

    def document_changed(self) -> None:
        """Take note that the document may have changed."""
        self.autosave.document_changed()

    async def quit(self) -> None:
        """Leave the designer, unless the user wants to stay."""
        if await self._may_leave("leaving"):
            self.autosave.close()
            self._app.exit(0)

    # --- other documents ----------------------------------------------------------------------------------------------

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
        self._stamp = document.stamp
        workspace = self._app.workspace
        workspace.note = ""
        workspace.open(document.text, path, encoding=document.encoding)
        self._app.problem_shown = None
        self._app.refresh_view()

    # --- saving -------------------------------------------------------------------------------------------------------

    async def save(self) -> bool:
        """Write the text to its file, asking first if somebody else has changed it; returns whether it is saved."""
        workspace = self._app.workspace
        if workspace.path is None:
            return await self.save_as()
        await self._look(ask=False)
        if workspace.note == CHANGED:
            answer = await self._ask_about_change(overwrite=True)
            return await self._write(workspace.path) if answer == "overwrite" else answer == "reload"
        if not workspace.dirty and self._stamp is not None:
            self._app.say("There is nothing to save.", timeout=2)
            return True
        return await self._write(workspace.path)

    async def save_as(self) -> bool:
        """Write the text to a file the user names; returns whether it is saved."""
        from blis_tui.tui.filing.file_dialog import SaveDialog

        workspace = self._app.workspace
        name = workspace.path.name if workspace.path is not None else "workload.yaml"
        path = await self._app.push_screen_wait(SaveDialog(self._folder(), name))
        if path is None:
            return False
        own = workspace.path is not None and path.absolute() == workspace.path.absolute()
        if own or not await asyncio.to_thread(holds, path.exists):
            return await self._write(path)
        answer = await self._ask(f"Overwrite {path.name}?", f"{path} exists already.", "overwrite")
        return answer == "overwrite" and await self._write(path)

    async def _write(self, path: Path) -> bool:
        from blis_tui.files import WriteError, replace_text

        workspace = self._app.workspace
        text = workspace.text
        try:
            await asyncio.to_thread(replace_text, path, text, workspace.encoding)
        except WriteError as error:
            self._fail("Not saved", str(error))
            return False
        self._stamp = await asyncio.to_thread(stamp_of, path)
        workspace.seal()
        workspace.saved(path, text)
        self._note(time.strftime("saved %H:%M"))
        self._app.say(f"Saved {path.name}, {len(written_text(text, workspace.encoding)):,} bytes.", timeout=3)
        return True

    # --- what others do to the file -----------------------------------------------------------------------------------

    def look_at_disk(self, *, ask: bool = False) -> None:
        """See whether the file was changed by others; `ask` at once what to do, else only tell."""
        if not self._looking:
            self._app.do(self._look(ask=ask), "disk")

    async def _look(self, *, ask: bool) -> None:
        workspace = self._app.workspace
        path = workspace.path
        if path is None or self._looking:
            return
        self._looking = True
        try:
            stamp = await asyncio.to_thread(stamp_of, path)
            if stamp != self._stamp:
                await self._compare(path, stamp)
            if ask and workspace.note == CHANGED and len(self._app.screen_stack) == 1:
                await self._ask_about_change()
        finally:
            self._looking = False

    async def _compare(self, path: Path, stamp: Stamp | None) -> None:
        """Find out what it means that the file's stamp is another."""
        workspace = self._app.workspace
        before, saved = self._stamp, workspace.saved_text
        document = await asyncio.to_thread(self._read, path) if stamp is not None else None
        if workspace.path != path or workspace.saved_text != saved or self._stamp != before:
            return  # saved or opened meanwhile
        self._stamp = stamp
        if stamp is None:
            self._note(GONE)
            self._app.say("Save writes it again.", title=f"{path.name} was deleted", severity="warning")
        elif document is None or document.text != saved:
            self._note(CHANGED)
            self._app.say("You are asked about it when you save.", title=f"{path.name} was changed on disk", severity="warning")
        elif workspace.note in (CHANGED, GONE):
            self._note("")

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
        self._stamp = document.stamp
        workspace.encoding = document.encoding
        workspace.seal()
        workspace.write(document.text, "reload")
        workspace.saved(workspace.path, document.text)
        self._note("")
        self._app.say(f"Read {workspace.path.name} again; undo brings back what was here.", timeout=3)

    async def _ask_about_change(self, *, overwrite: bool = False) -> str:
        from blis_tui.tui.widgets.confirm_dialog import Answer

        workspace = self._app.workspace
        assert workspace.path is not None
        unsaved = "Your text has unsaved changes. " if workspace.dirty else ""
        details = f"{unsaved}Reload shows the file as it is now; undo then brings your text back."
        answers = [Answer("reload", "r", "Reload", "primary")]
        answers.append(Answer("overwrite", "o", "Overwrite", "error") if overwrite else Answer("keep", "k", "Keep mine"))
        answer = await self._ask(f"{workspace.path.name} was changed on disk", details, *answers, cancel=overwrite)
        if answer == "reload":
            await self.reload()
        return answer

    # --- questions ----------------------------------------------------------------------------------------------------

    async def _may_leave(self, doing: str) -> bool:
        """Ask what becomes of unsaved work, if there is some; returns whether to go on."""
        from blis_tui.tui.widgets.confirm_dialog import DISCARD, SAVE

        workspace = self._app.workspace
        if not workspace.dirty:
            return True
        name = workspace.path.name if workspace.path is not None else "the new file"
        answer = await self._ask(f"Save {name} before {doing}?", "It has changes that are not saved.", SAVE, DISCARD)
        return await self.save() if answer == "save" else answer == "discard"

    async def _offer_recovery(self, *, anything: bool = False) -> bool:
        """Offer the newest abandoned copy of the open file, or of any; returns whether it was taken."""
        from blis_tui.tui.filing.recovery import discard
        from blis_tui.tui.widgets.confirm_dialog import DISCARD, Answer

        workspace = self._app.workspace
        copy = await asyncio.to_thread(self.autosave.abandoned, workspace.path, anything=anything)
        if copy is None:
            return False
        name = copy.path.name if copy.path is not None else "a file without a name"
        when = time.strftime("%d %B %H:%M", time.localtime(copy.written_s))
        answer = await self._ask(
            f"Recover unsaved work on {name}?",
            f"The designer ended on {when} before it was saved. Recovered work can be undone; it is not saved yet.",
            Answer("recover", "r", "Recover", "primary"),
            DISCARD,
            Answer("later", "l", "Later"),
            cancel=False,
        )
        if answer == "recover":
            await self._recover(copy)
        if answer in ("recover", "discard"):
            await asyncio.to_thread(discard, copy)
        return answer == "recover"

    async def _recover(self, copy: RecoveryCopy) -> None:
        document = await asyncio.to_thread(self._read, copy.path) if copy.path is not None else None
        if self._app.workspace.path != copy.path or copy.path is None:
            self._show(document or Document("", None), copy.path)
        self._app.write(copy.text, "recover")
        await self.autosave.keep_now()

    async def _ask(self, question: str, details: str, *answers: Answer | str, cancel: bool = True) -> str:
        from blis_tui.tui.widgets.confirm_dialog import CANCEL, Answer, ConfirmDialog

        given = [Answer(each, each[0], each.capitalize(), "error") if isinstance(each, str) else each for each in answers]
        dialog: ModalScreen[str] = ConfirmDialog(question, details, (*given, *([CANCEL] if cancel else [])))
        return await self._app.push_screen_wait(dialog)

    # --- small things -------------------------------------------------------------------------------------------------

    def _read(self, path: Path) -> Document | None:
        try:
            return read_document(path, self._max_size)
        except OpenError:
            return None

    def _note(self, note: str) -> None:
        self._app.workspace.note = note
        self._app.refresh_view()

    def _fail(self, title: str, reason: str) -> None:
        self._app.say(reason, title=title, severity="error", timeout=8)

    def _folder(self) -> Path:
        path = self._app.workspace.path
        if path is not None:
            return path.absolute().parent
        remembered = self._appearance.remembered.folder
        return Path(remembered) if remembered and holds(Path(remembered).is_dir) else Path.cwd()
