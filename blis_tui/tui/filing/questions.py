"""What is asked before something could get lost."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.tui.filing.recovery import RecoveryCopy
    from blis_tui.tui.widgets.confirm_dialog import Answer
    from blis_tui.tui.widgets.dialog import Dialog


async def ask_about_unsaved(app: BaseApp, doing: str) -> str:
    """Ask what becomes of unsaved work before `doing` something: "save" or "discard" it, or else stay."""
    from blis_tui.tui.widgets.confirm_dialog import DISCARD, SAVE

    path = app.workspace.path
    name = path.name if path is not None else "the new file"
    return await _ask(app, f"Save {name} before {doing}?", "It has unsaved changes.", SAVE, DISCARD)


async def ask_about_change(app: BaseApp, found: str | None, *, overwrite: bool) -> str:
    """Ask about a file that others have changed: "reload" it, and "overwrite" it or else "keep" the text as it is.

    `found` is what the file holds now, if it can be read; the difference is shown if that is wanted.
    """
    from blis_tui.tui.widgets.confirm_dialog import COMPARE, Answer

    workspace = app.workspace
    assert workspace.path is not None
    unsaved = "Your text has unsaved changes. " if workspace.dirty else ""
    details = f"{unsaved}Reload shows the file as it is now; undo then brings your text back."
    answers = [Answer("reload", "r", "Reload", "primary")]
    answers.append(Answer("overwrite", "o", "Overwrite", "error") if overwrite else Answer("keep", "k", "Keep mine"))
    if found is not None:
        answers.append(COMPARE)
    name = workspace.path.name
    while (answer := await _ask(app, f"{name} was changed on disk", details, *answers, cancel=overwrite)) == COMPARE.id:
        await app.show_difference("your text", workspace.text, f"{name} on disk", found or "")
    return answer


EXISTS, READ_ONLY, CHANGED_NOW = "exists already", "is read-only", "was changed by another program just now"
"""Why it is asked whether a file may be overwritten."""


async def ask_to_overwrite(app: BaseApp, path: Path, reason: str = EXISTS) -> bool:
    """Ask whether a file may be overwritten."""
    from blis_tui.tui.widgets.confirm_dialog import Answer

    overwrite = Answer("overwrite", "o", "Overwrite", "error")
    return await _ask(app, f"Overwrite {path.name}?", f"{path} {reason}.", overwrite) == "overwrite"


async def ask_about_copy(app: BaseApp, copy: RecoveryCopy, saved: str) -> str:
    """Ask what becomes of a recovery copy: "recover" or "discard" it, or ask again "later".

    `saved` is what its file holds; the difference is shown if that is wanted.
    """
    from blis_tui.tui.widgets.confirm_dialog import COMPARE, DISCARD, Answer

    name = copy.path.name if copy.path is not None else "a file without a name"
    when = time.strftime("%d %B %H:%M", time.localtime(copy.written_s))
    details = f"The designer closed on {when} before this was saved. Recovering it can be undone, and does not save it yet."
    if copy.left is not None:
        details += f" The editor that had it open has left files of its own in {copy.left}, which stay."
    answers = (Answer("recover", "r", "Recover", "primary"), DISCARD, Answer("later", "l", "Later"), COMPARE)
    while (answer := await _ask(app, f"Recover unsaved work on {name}?", details, *answers, cancel=False)) == COMPARE.id:
        await app.show_difference("as saved", saved, "recovered", copy.text)
    return answer


async def _ask(app: BaseApp, question: str, details: str, *answers: Answer, cancel: bool = True) -> str:
    from blis_tui.tui.widgets.confirm_dialog import CANCEL, ConfirmDialog

    dialog: Dialog[str] = ConfirmDialog(question, details, (*answers, *([CANCEL] if cancel else [])))
    return await app.push_screen_wait(dialog)
