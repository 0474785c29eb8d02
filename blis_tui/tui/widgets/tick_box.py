"""A box to tick that is clear without colours too."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Checkbox


class TickBox(Checkbox):
    """Shows ``[x]`` or ``[ ]`` before its label."""

    @property
    def _button(self) -> Content:
        return Content("[x]" if self.value else "[ ]")
