"""What all dialogs are: screens that are answered once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.await_complete import AwaitComplete
from textual.css.query import NoMatches
from textual.screen import ModalScreen, Screen, ScreenResultType


class AnsweredOnce(Screen[ScreenResultType]):
    """A screen whose first answer counts, whatever is on top of it then.

    Textual takes away the topmost screen, whichever gives the answer: a second Enter, typed before the first is dealt with, would
    answer for another dialog, and the end of a job would take the help away that lies over it.
    """

    _is_answered = False
    _late: tuple[ScreenResultType | None] | None = None
    """The answer that was given while another screen lay on top, or before the widgets were there."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Answer, and go away once all is there and nothing lies on top; does nothing the second time."""
        if self._is_answered:
            return AwaitComplete()
        self._is_answered = True
        if self.app.screen is self and self.is_mounted:
            return super().dismiss(result)
        self._late = (result,)
        return AwaitComplete()

    def on_screen_resume(self) -> None:
        """Go away if the answer is given already; this comes first when all is there, too."""
        if self._late is not None:
            super().dismiss(self._late[0])

    if not TYPE_CHECKING:  # which knows better what is returned

        def query_one(self, selector: Any, expect_type: Any = None) -> Any:
            """Find a widget. What goes on when the dialog is gone ends here; its error would end the designer."""
            try:
                return super().query_one(selector, expect_type)
            except NoMatches:
                if self.is_current and not self._is_answered:
                    raise
                raise asyncio.CancelledError from None


class Dialog(ModalScreen[ScreenResultType], AnsweredOnce[ScreenResultType]):  # the first base gives the style
    """A modal screen that is answered once."""
