"""A box to tick that is clear without colours too."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Checkbox


class TickBox(Checkbox, inherit_bindings=False):
    """Shows ``[x]`` or ``[ ]`` before its label; Enter is left to the dialog, which it submits."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "toggle_button", "Toggle", show=False)]

    @property
    def _button(self) -> Content:
        return Content("[x]" if self.value else "[ ]")
