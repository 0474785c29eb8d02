"""The list at the cursor of what can be written there."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.geometry import Offset
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from blis_tui.spec.editing.completion import Choice, Completion

_MOVES = {"up": "cursor_up", "down": "cursor_down", "pageup": "page_up", "pagedown": "page_down"}


class ChoicePopup(OptionList, can_focus=False):
    """Shows names and what they mean; the text keeps the focus and hands over the keys that choose."""

    DEFAULT_CSS: ClassVar[str] = """
    ChoicePopup {
        overlay: screen; constrain: inside inflect; margin: 1 0;
        width: 76; max-width: 90%; height: auto; max-height: 11; padding: 0;
        border: round $primary; background: $surface; border-subtitle-color: $text-muted;
        text-wrap: nowrap; text-overflow: ellipsis;
        & > .option-list--option-highlighted { background: $primary 40%; color: $foreground; text-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self.display = False
        self.border_subtitle = "⏎ take   ↑↓ choose   Esc close"
        self._choices: tuple[Choice, ...] = ()

    def offer(self, completion: Completion, cursor: Offset, column: int) -> None:
        """Show choices below what is typed; `cursor` is where the cursor's `column` is on the screen."""
        self.absolute_offset = Offset(max(cursor.x - (column - completion.start) - 1, 0), cursor.y)
        if completion.choices != self._choices:
            self._choices = completion.choices
            width = max(len(choice.name) for choice in completion.choices)
            self.clear_options()
            self.add_options(
                Option(Content.assemble(f"{choice.name:<{width}}  ", Content.styled(choice.help, "$foreground 60%")))
                for choice in completion.choices
            )
            self.highlighted = 0
        self.display = True
        self.refresh(layout=True)

    def move(self, key: str) -> None:
        """Go up or down."""
        getattr(self, f"action_{_MOVES[key]}")()

    @property
    def chosen(self) -> Choice:
        """The choice under the cursor."""
        return self._choices[self.highlighted or 0]
