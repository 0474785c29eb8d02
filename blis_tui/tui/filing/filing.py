"""The document and its file: open, new, save, reload, leave; nothing unsaved is lost on any of these ways."""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from blis_tui.files.stamp import Stamp, stamp_of
from blis_tui.numbers import counted
from blis_tui.problems import ERROR, SpecError, format_problem, printable
from blis_tui.spec.yaml.encoding import written_text
from blis_tui.tui.filing.autosave import Autosave
from blis_tui.tui.filing.disk import Document, OpenError, open_document, read_document, show
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

_DIFFERENCES = "The differences are listed at the top of the text and among the problems."
_FITTED = "It is not saved yet. How it was made is said at the top of the text."
MOST_REASONS = 3
"""Reasons against opening a file that are told at once."""


class Filing:
    """Does what has to do with files for the app, asking the user where something could get lost."""

    def __init__(
        self,
        app: BaseApp,
        appearance: Appearance,
        state: Path,
        *,
        fresh: bool = False,
        max_size: int | None = None,
        use_means: bool = False,
        trace: Path | None = None,
    ) -> None:
        self._app = app
        self._appearance = appearance
        self._fresh = fresh
        self.max_size = max_size
        self._trace = trace
        self._use_means = use_means
        self._writing = asyncio.Lock()
        """Held from the first byte that is written until the workspace knows that it is saved."""
        self.watch = DiskWatch(app, self._resolve_change, self._take_change, max_size)
        self.autosave = Autosave(app, state / "recovery")

    def start(self) -> None:
        """Begin to look after the document; offer what an earlier run has left after."""
        self.watch.start()
        self._app.do(self._begin(), "files")

    async def _begin(self) -> None:
        workspace = self._app.workspace
        await asyncio.to_thread(self._sweep, workspace.path)
        await self.watch.look(ask=False)
        if workspace.path is not None and self.watch.stamp is None:
            self.watch.note(NEW_FILE)
        elif workspace.path is not None:
            self._appearance.remember_open(workspace.path)
        self._tell_origin()
        made = self._trace is not None and await self._show_trace(self._trace)
        recovered = await self._offer_recovery(anything=self._fresh and not made)
        if self._fresh and not recovered and not made:
            await self.new(welcome=True)
        await self._begin_if_empty()

    def _sweep(self, path: Path | None) -> None:
        """Remove what programs that were killed have left beside the document, and in the folder for temporaries."""
        from blis_tui.files.leftovers import sweep
        from blis_tui.files.temporary_folder import sweep_temporary_folders

        if path is not None:
            sweep(Path(os.path.realpath(path)).parent)
        sweep_temporary_folders()

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

        here = self._app.workspace.path
        recent = [Path(name) for name in self._appearance.remembered.recent if here is None or name != str(here.absolute())]
        path = await self._app.push_screen_wait(OpenDialog(self._folder(), recent))
        if path is not None:
            await self.open_path(path)

    async def open_path(self, path: Path) -> None:
        """Open a file, or show a trace; says so if that is not possible."""
        from blis_tui.formats.traces.kinds import kind_at

        if await asyncio.to_thread(kind_at, path) is not None:
            await self._show_trace(path)
            return
        try:
            document = await asyncio.to_thread(open_document, path, self.max_size, use_means=self._use_means)
        except OpenError as error:
            self._fail("Not opened", str(error))
            return
        except SpecError as error:
            self._fail("Not opened", why_not_opened(error))
            return
        if not await self._may_leave(f"opening {path.name}"):
            return
        self._show(document, path)
        self._appearance.remember_open(path)
        await self._offer_recovery()
        await self._begin_if_empty()

    async def _show_trace(self, path: Path) -> bool:
        """Show a trace; returns whether the user went on with a workload file that is like it."""
        text = await self._app.show_trace(path)
        if not text or not await self._may_leave("starting a new file"):
            return False
        self._show(Document(self._begun(text), None, made_from="a trace"), path, _FITTED)
        return True

    async def new(self, *, welcome: bool = False) -> None:
        """Begin a document from a template the user chooses."""
        from blis_tui.tui.templates.new_dialog import OPEN_A_FILE, NewDialog

        chosen = await self._app.push_screen_wait(NewDialog(welcome=welcome))
        if chosen == OPEN_A_FILE:
            await self.open()
        elif chosen is not None and await self._may_leave("starting a new file"):
            self._show(Document(self._begun(chosen), None), None)
            self._app.action_focus_list()

    async def _begin_if_empty(self) -> None:
        """Offer the templates for a file that has nothing in it; what is chosen is a step that can be undone."""
        from blis_tui.tui.templates.new_dialog import OPEN_A_FILE, NewDialog

        workspace = self._app.workspace
        if workspace.path is None or workspace.text.strip():
            return
        chosen = await self._app.push_screen_wait(NewDialog(f"{printable(workspace.path.name)} is empty. Start it from"))
        if chosen == OPEN_A_FILE:
            await self.open()
        elif chosen is not None:
            self._app.write(self._begun(chosen), "start from a template")

    def _begun(self, template: str) -> str:
        """Return the text of a new file."""
        from blis_tui.tui.templates import naming_schema

        return naming_schema(template, self._app.settings.schema)

    def _show(self, document: Document, path: Path | None, told: str = _DIFFERENCES) -> None:
        self.watch.stamp = document.stamp
        workspace = self._app.workspace
        workspace.note = ""
        show(workspace, document, path)
        self._tell_origin(told)
        self._app.problem_shown = None
        self._app.document_opened()
        self._app.refresh_view()

    def _tell_origin(self, told: str = _DIFFERENCES) -> None:
        """Say so if the document is a new one that was made from the file of another tool, and what else is to be told."""
        origin = self._app.workspace.origin
        if origin is not None:
            self._app.say(
                f"{told} The original file stays as it is.",
                title=f"A new file made from {origin.name}",
                timeout=8,
            )

    async def save(self) -> bool:
        """Write the text to its file, asking first if somebody else has changed it; returns whether it is saved."""
        workspace = self._app.workspace
        document = workspace.document
        if workspace.path is None:
            return await self.save_as()
        await self._written()
        await self.watch.look(ask=False)
        if workspace.document != document:  # which was wanted to be saved is not there any more
            return False
        if workspace.note == CHANGED:
            answer = await self._resolve_change(overwrite=True)
            if workspace.document != document:
                return False
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
        if workspace.origin is not None:
            name = f"{workspace.origin.stem}.workload.yaml"
        document = workspace.document
        path = await self._app.push_screen_wait(SaveDialog(self._folder(), name))
        if path is None or workspace.document != document:
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
        document, text, seen = workspace.document, workspace.text, self.watch.stamp
        write = partial(replace_text, path, text, workspace.encoding, read_only=read_only)
        try:
            async with self._writing:
                if known == seen and path == workspace.path and workspace.note != CHANGED:
                    known = self.watch.stamp  # a save that was under way has changed it
                stamp = await asyncio.to_thread(write, known=known)
                if workspace.document != document:  # begun while this one was written
                    return False
                self.watch.stamp = stamp
                workspace.seal()
                workspace.saved(path, text)
        except ReadOnly:
            return await ask_to_overwrite(self._app, path, READ_ONLY) and await self._write(path, known, read_only=True)
        except Changed:
            changed = await asyncio.to_thread(stamp_of, path)
            return await ask_to_overwrite(self._app, path, CHANGED_NOW) and await self._write(path, changed, read_only=read_only)
        except WriteError as error:
            self._fail("Not saved", str(error))
            return False
        self.watch.note(time.strftime("saved %H:%M"))
        self._appearance.remember_open(path)
        self._app.say(f"Saved {path.name}, {len(written_text(text, workspace.encoding)):,} bytes.", timeout=3)
        return True

    async def _written(self) -> None:
        """Wait for a save that is under way: it may be just what is asked for."""
        async with self._writing:
            pass

    async def reload(self) -> None:
        """Read the file again; undo brings back what was there."""
        workspace = self._app.workspace
        path, shown = workspace.path, workspace.document
        if path is None:
            self._app.say("This text has no file yet.", severity="warning", timeout=3)
            return
        try:
            document = await asyncio.to_thread(read_document, path, self.max_size)
        except OpenError as error:
            self._fail("Not reloaded", str(error))
            return
        if workspace.document == shown:
            self._take(document, path, f"Read {path.name} again; undo brings back what was here.")

    def _take(self, document: Document, path: Path, told: str) -> None:
        """Show what the document's file holds now, as a step that can be undone."""
        workspace = self._app.workspace
        self.watch.stamp = document.stamp
        workspace.encoding = document.encoding
        workspace.seal()
        workspace.write(document.text, "reload")
        workspace.saved(path, document.text)
        self.watch.note("")
        self._app.say(told, timeout=5)

    def _take_change(self, document: Document, path: Path) -> None:
        """Show what others have written into the file, where there is nothing unsaved."""
        self._take(document, path, f"{path.name} was changed on disk and read again; undo brings back what was here.")

    async def _resolve_change(self, *, overwrite: bool = False) -> str:
        path = self._app.workspace.path
        document = await asyncio.to_thread(read_if_possible, path, self.max_size) if path is not None else None
        answer = await ask_about_change(self._app, document.text if document is not None else None, overwrite=overwrite)
        if answer == "reload":
            await self.reload()
        return answer

    async def _may_leave(self, doing: str) -> bool:
        """Ask what becomes of unsaved work, if there is some; returns whether to go on."""
        await self._written()
        if not self._app.workspace.dirty:
            return True
        answer = await ask_about_unsaved(self._app, doing)
        return await self.save() if answer == "save" else answer == "discard"

    async def _offer_recovery(self, *, anything: bool = False) -> bool:
        """Offer the newest abandoned copy of the open file, or of any; returns whether it was taken."""
        from blis_tui.tui.filing.recovery import discard

        shown = self._app.workspace.document
        copy = await asyncio.to_thread(self.autosave.abandoned, self._app.workspace.path, anything=anything)
        if copy is None or self._app.workspace.document != shown:  # the next start offers it again
            return False
        document = await asyncio.to_thread(read_if_possible, copy.path, self.max_size) if copy.path is not None else None
        answer = await ask_about_copy(self._app, copy, document.text if document is not None else "")
        if answer == "recover":
            await self._recover(copy)
        if answer in ("recover", "discard"):
            await asyncio.to_thread(discard, copy)
        return answer == "recover"

    async def _recover(self, copy: RecoveryCopy) -> None:
        document = await asyncio.to_thread(read_if_possible, copy.path, self.max_size) if copy.path is not None else None
        if self._app.workspace.path != copy.path or copy.path is None:
            self._show(document or Document("", None), copy.path)
        self._app.write(copy.text, "recover")
        await self.autosave.keep_now()

    def _fail(self, title: str, reason: str) -> None:
        self._app.say(reason, title=title, severity="error", timeout=8)

    def _folder(self) -> Path:
        path = self._app.workspace.path or self._app.workspace.origin
        if path is not None:
            return path.absolute().parent
        remembered = self._appearance.remembered.folder
        return Path(remembered) if remembered and holds(Path(remembered).is_dir) else Path.cwd()


def why_not_opened(error: SpecError) -> str:
    """Return why a file cannot be opened, as far as that can be said in short."""
    errors = [problem for problem in error.problems if problem.severity == ERROR]
    lines = [format_problem(problem, Path(error.source).name) for problem in errors[:MOST_REASONS]]
    more = len(errors) - len(lines)
    return "\n".join([*lines, *([f"and {counted(more, 'more error')}"] if more else [])])
