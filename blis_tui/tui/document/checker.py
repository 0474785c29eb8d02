"""Checks large texts in the background: one at a time, always the newest, and never a result for another text."""

from __future__ import annotations

import gc
from functools import partial
from typing import TYPE_CHECKING

from blis_tui.spec.check import Checked, check
from blis_tui.tui.jobs import Job

if TYPE_CHECKING:
    from blis_tui.tui.base_app import BaseApp
    from blis_tui.tui.document.workspace import View


class Checker:
    """Checks the views that the app shows unchecked. While one is being checked, only the newest waits."""

    def __init__(self, app: BaseApp) -> None:
        self._app = app
        self._checking: View | None = None
        self._waiting: View | None = None

    def request(self, view: View) -> None:
        """Ask for a check of a view."""
        if self._checking is not None:
            self._waiting = view if view.revision != self._checking.revision else None
            return
        self._checking, self._waiting = view, None
        self._app.call_after_refresh(self._begin, view)  # what was typed is painted first, and is not held up

    def _begin(self, view: View) -> None:
        Job[Checked](self._app, lambda _: _checked(view), partial(self._take, view), partial(self._fail, view))

    def _take(self, view: View, checked: Checked) -> None:
        self._checking = None
        if view.good is None and checked.spec is not None:
            # A large document was opened. Its tree stays: to look all through it for garbage would hold everything up.
            gc.freeze()
        if self._app.workspace.accept(view.revision, checked):
            self._waiting = None
            self._app.refresh_view()
        elif self._waiting is not None:
            self.request(self._waiting)

    def _fail(self, view: View, error: Exception) -> None:
        """Check on the event loop what could not be checked beside it: an error of the program is then told as one."""
        del error
        self._take(view, _checked(view))


def _checked(view: View) -> Checked:
    """Check a view's text; most of it is as it was when it last could be read."""
    return check(view.text, base=view.good)
