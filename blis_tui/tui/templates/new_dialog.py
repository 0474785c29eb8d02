"""Beginning a file from a template."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from blis_tui.tui.templates import FIRST, TEMPLATES, template_text
from blis_tui.tui.widgets.choice_list import ChoiceList
from blis_tui.tui.widgets.dialog import Dialog

OPEN_A_FILE = "\0open"
"""What the dialog returns if the user would rather open a file: no template's text."""


class NewDialog(Dialog["str | None"]):
    """Lists the templates beside the text of the highlighted one. Returns a text, `OPEN_A_FILE`, or ``None`` on escape."""

    CSS_PATH = "new_dialog.tcss"
    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", show=False),
        Binding("o", "open", "Open a file", show=False),
    ]

    def __init__(self, heading: str = "New file", *, welcome: bool = False) -> None:
        super().__init__()
        self._heading = heading
        self._welcome = welcome

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "What would you like to work on?" if self._welcome else self._heading
            with Horizontal():
                with Vertical(classes="choice"):
                    yield ChoiceList(*(Option(template.title, id=name) for name, template in TEMPLATES.items()), markup=False)
                    yield Static(TEMPLATES[FIRST].about, id="about", markup=False)
                with VerticalScroll(can_focus=False):
                    yield Static(template_text(FIRST), id="text", markup=False)
            leave = "start with two stages" if self._welcome else "cancel"
            yield Static(f"⏎ start from it   ↑↓ choose   o open a file…   Esc {leave}", classes="hint", markup=False)

    @on(OptionList.OptionHighlighted)
    def show(self, event: OptionList.OptionHighlighted) -> None:
        """Show the text of the template under the cursor."""
        name = event.option.id or ""
        self.query_one("#about", Static).update(TEMPLATES[name].about)
        self.query_one("#text", Static).update(template_text(name))

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        """Take the template."""
        self.dismiss(template_text(event.option.id or ""))

    def action_open(self) -> None:
        """Open a file instead."""
        self.dismiss(OPEN_A_FILE)
