"""The document of the app: edits are made here, and every state of it and of its preview is shown everywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from textual import on
from textual.screen import Screen
from textual.widget import Widget

from blis_tui.spec.editing.sharing import everywhere, own_copies
from blis_tui.spec.edits import Edit, EditRefused, SharedPlace
from blis_tui.spec.yaml.composing import compose
from blis_tui.spec.yaml.nodes import Tree
from blis_tui.tui.base_app import BaseApp
from blis_tui.tui.document import messages
from blis_tui.tui.document.checker import Checker
from blis_tui.tui.document.document_widget import DocumentWidget
from blis_tui.tui.document.workspace import Workspace
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.previewer import PreviewChanged, Previewer
from blis_tui.tui.preview.state import Preview
from blis_tui.tui.tuning import Tuning

_TURNS_TO_TELL = 3
"""Turns of the event loop until each widget has told its screen that it wants to be painted or laid out."""


class DocumentApp(BaseApp):
    """An app that edits, checks and previews one document, and shows it in all widgets that ask for it."""

    def __init__(self, workspace: Workspace, tuning: Tuning) -> None:
        super().__init__()
        self.workspace = workspace
        self.tuning = tuning
        self.checker = Checker(self)
        self.previewer = Previewer(self, tuning)
        self._everywhere: str | None = None
        """The field whose changes are meant for all places that it stands for, until it is left."""

    @property
    def preview(self) -> Preview:
        """The present state of the preview."""
        return self.previewer.preview

    def document_changed(self) -> None:
        """Take note that the document may have changed."""

    def refresh_view(self) -> None:
        """Show the document's present state everywhere, check it if that is still to do, and preview it."""
        view = self.workspace.view
        for screen in self._screens():
            for widget in screen.walk_children(DocumentWidget):  # a query would look at the rules of every widget
                if widget.is_mounted:  # or it is filled when it is
                    widget.show_document(view)
        if view.checked is None:
            self.checker.request(view)
        self.previewer.request(view)
        self.document_changed()

    def edit(self, label: str, edits: Sequence[Edit], merge: str | None = None, *, shared: bool = False) -> bool:
        """Make edits of the text as one undo step; says so if they are refused.

        What aliases stand for may change, for all of them, only if `shared`.
        """
        try:
            self.workspace.edit(label, edits, merge, shared=shared)
        except EditRefused as refusal:
            self.say(str(refusal), title="Not changed", severity="warning")
            self.refresh_view()
            return False
        self.refresh_view()
        return True

    def write(self, text: str, label: str, merge: str | None = None) -> None:
        """Replace the whole text as one undo step."""
        self.workspace.write(text, label, merge)
        self.refresh_view()

    def action_undo(self) -> None:
        """Take back one step."""
        self._tell(self.workspace.undo(), "Undone", "Nothing to undo")

    def action_redo(self) -> None:
        """Do one step again."""
        self._tell(self.workspace.redo(), "Redone", "Nothing to redo")

    def _tell(self, label: str | None, done: str, nothing: str) -> None:
        self.say(f"{done}: {label}" if label else nothing, timeout=2)
        self.refresh_view()

    @on(messages.EditRequested)
    async def edit_for_widget(self, event: messages.EditRequested) -> None:
        """Make the edits a widget asks for; what is typed, its problems and its field come in one frame."""
        event.taken = True
        with self.batch_update():
            self._edit_for_widget(event)
            for _ in range(_TURNS_TO_TELL):
                await asyncio.sleep(0)
        self.screen.check_idle()

    def _edit_for_widget(self, event: messages.EditRequested) -> None:
        """Make the edits, and ask where if they are of what stands for several places."""
        if event.merge is not None and event.merge == self._everywhere:  # it was said already
            self.edit(event.label, everywhere(self._tree, tuple(event.edits)), event.merge, shared=True)
            return
        try:
            self.workspace.edit(event.label, event.edits, event.merge)
        except SharedPlace as refusal:
            self.do(self._ask_where(event, refusal), "shared")
        except EditRefused as refusal:
            self.say(str(refusal), title="Not changed", severity="warning")
        self.refresh_view()

    async def _ask_where(self, event: messages.EditRequested, refusal: SharedPlace) -> None:
        """Ask where a change is meant to be made, and make it there."""
        from blis_tui.tui.document.sharing_question import EVERYWHERE, HERE, where

        if len(self.screen_stack) > 1:
            return
        own = own_copies(self._tree, refusal.path)
        answer = await where(self, refusal, can_be_here=bool(own))
        if answer == HERE.id:
            self.edit(event.label, (*own, *event.edits), event.merge)
        elif answer == EVERYWHERE.id:
            self.edit(event.label, everywhere(self._tree, tuple(event.edits)), event.merge, shared=True)
            self._everywhere = event.merge

    @property
    def _tree(self) -> Tree:
        checked = self.workspace.view.checked
        return checked.tree if checked is not None else compose(self.workspace.text)

    @on(messages.TextTyped)
    def take_typed_text(self, event: messages.TextTyped) -> None:
        """Take over the text of the YAML pane."""
        event.taken = True
        self.write(event.text, event.label, merge=event.label)

    @on(messages.StepEnded)
    def end_step(self) -> None:
        """Let what comes next be an undo step of its own."""
        self.workspace.seal()
        self._everywhere = None

    @on(messages.MendRequested)
    def mend(self, event: messages.MendRequested) -> None:
        """Apply one mend."""
        from blis_tui.tui.document.mends import mend

        self.do(mend(self, event.problem), "mend")

    @on(PreviewChanged)
    def show_preview(self, event: PreviewChanged) -> None:
        """Show a new state of the preview everywhere."""
        for screen in self._screens():
            for widget in screen.walk_children(PreviewWidget):
                if widget.is_mounted:
                    widget.show_preview(event.preview)

    def show_in(self, parent: Widget) -> None:
        """Fill widgets that were just made."""
        if self._exit:
            return
        for widget in parent.walk_children(with_self=True):
            if isinstance(widget, DocumentWidget):
                widget.show_document(self.workspace.view)
            if isinstance(widget, PreviewWidget):
                widget.show_preview(self.preview)

    def _screens(self) -> Sequence[Screen[Any]]:
        """Return the screens of the document: none on the way out, when Textual gives new widgets no children any more.

        What stands before a screen that shows something else is of that.
        """
        others = (place for place, screen in enumerate(self.screen_stack) if not getattr(screen, "is_document", True))
        return () if self._exit else self.screen_stack[: next(others, None)]
