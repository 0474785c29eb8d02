"""Changes of the whole text, which are shown before they are made: the upgrade to version 2, and explicit clients."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.numbers import counted
from blis_tui.problems import SpecError
from blis_tui.tui.compare.compare_dialog import Compared, CompareDialog

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp


class _Change(NamedTuple):
    """The text that would come of it, and how it is spoken of."""

    text: str
    was_name: str
    now_name: str
    title: str
    verb: str
    label: str
    """Of the undo step."""
    done: str


async def upgrade(app: BaseApp) -> None:
    """Show what version 2 would change, and change it if that is wanted."""
    from blis_tui.spec.editing.application import apply_edits
    from blis_tui.spec.edits import EditRefused
    from blis_tui.spec.mends import upgrade as upgrade_mend

    checked = app.workspace.view.checked
    if checked is None or checked.spec is None:
        _unreadable(app, "No upgrade")
        return
    if checked.spec.rules == 2:
        app.say("This file already follows the rules of version 2.", title="No upgrade")
        return
    mend, workspace = upgrade_mend(checked.spec), app.workspace
    revision = workspace.revision
    try:
        text = await asyncio.to_thread(apply_edits, workspace.text, mend.edits, checked.tree)
    except EditRefused as refusal:
        app.say(str(refusal), title="No upgrade", severity="warning")
        return
    done = f"Upgraded: {counted(len(mend.edits), 'edit')}."
    names = ("version 1", "version 2", "Upgrade to version 2", "upgrade", "upgrade to version 2")
    await _offer(app, _Change(text, *names, done), revision)


async def convert(app: BaseApp) -> None:
    """Show the explicit clients that the text stands for, and put them in its place if that is wanted."""
    from blis_tui.formats.specs.explicit import explicit_text

    checked = app.workspace.view.checked
    if checked is None or checked.spec is None or checked.errors:
        _unreadable(app, "Not converted")
        return
    spec = checked.spec
    if spec.inference_perf is None and not spec.cohorts and spec.servegen_data is None:
        app.say("All clients in this file are explicit already.", title="Not converted")
        return
    revision = app.workspace.revision
    try:
        text = await asyncio.to_thread(explicit_text, spec)
    except SpecError as error:
        app.say(error.problems[0].message, title="Not converted", severity="warning")
        return
    names = ("this file", "explicit clients", "Convert to explicit clients", "convert", "convert to explicit clients")
    await _offer(app, _Change(text, *names, "Converted to explicit clients."), revision)


def _unreadable(app: BaseApp, title: str) -> None:
    app.say("The text cannot be read as a workload; fix that first.", title=title, severity="warning")


async def _offer(app: BaseApp, change: _Change, revision: int) -> None:
    """Compare the text of a revision with what it would become, and make it that if it is accepted."""
    compared = Compared(change.was_name, app.workspace.text, change.now_name, change.text, server=app.preview.server)
    accepted = await app.push_screen_wait(CompareDialog(compared, title=change.title, question=change.verb))
    if accepted and app.workspace.revision == revision:
        app.write(change.text, change.label)
        app.say(f"{change.done} Undo reverts it.", timeout=4)
