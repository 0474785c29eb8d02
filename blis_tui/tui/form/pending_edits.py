"""Edits that are still on their way to the document."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widget import Widget

from blis_tui.spec.edits import Edit
from blis_tui.tui.document.messages import EditRequested


class PendingEdits:
    """The edits that a widget has asked for and the document has not yet: what it shows is newer than the document."""

    def __init__(self, owner: Widget) -> None:
        self._owner = owner
        self._waiting: list[EditRequested] = []

    @property
    def pending(self) -> bool:
        """Whether the document is older than what was typed."""
        self._waiting = [request for request in self._waiting if not request.taken]
        return bool(self._waiting)

    def ask(self, label: str, edits: Sequence[Edit], merge: str | None = None) -> None:
        """Ask for edits, as one step."""
        request = EditRequested(label, edits, merge)
        self._waiting.append(request)
        self._owner.app.post_message(request)
