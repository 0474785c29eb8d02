"""The tabs beside the form: each is a widget that shows the document or its preview."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Tab, Tabs

from blis_tui.tui.actions import bindings

FORM = "form"
"""The tab that the form is in a narrow window."""
TABS = {
    "chart": ("Chart", "chart.chart_tab.ChartTab"),
    "clients": ("Clients", "tables.clients_tab.ClientsTab"),
    "requests": ("Requests", "tables.requests_tab.RequestsTab"),
    "yaml": ("YAML", "text.yaml_tab.YamlTab"),
    "summary": ("Summary", "summary.summary_tab.SummaryTab"),
}
"""The title of each tab, and where its class is."""
ASSUMING = ("chart", "summary")
"""The tabs in which it is said what is assumed of answers."""


class TabBar(Tabs):
    """The titles of the tabs, each with the figure that chooses it."""

    HELP_TITLE = "Tabs"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("tabs")]

    class Entered(Message):
        """The cursor goes on into the tab that is chosen."""

    def __init__(self, first: str) -> None:
        super().__init__(*_titles(), id="tabs", active=first)

    def action_next_tab(self) -> None:
        """Go to the next tab, unless another window shows no longer the one that is chosen."""
        if self.is_chosen_shown:
            super().action_next_tab()

    def action_previous_tab(self) -> None:
        """Go to the tab before."""
        if self.is_chosen_shown:
            super().action_previous_tab()

    @property
    def is_chosen_shown(self) -> bool:
        """Whether the tab that is chosen is on the screen: the form has none in a wide window."""
        return self.active_tab is not None and self.active_tab.display

    def action_enter(self) -> None:
        """Go on into the tab."""
        self.post_message(self.Entered())


def _titles() -> Iterable[Tab]:
    yield Tab("0 Form", id=FORM)
    for number, (name, (title, _)) in enumerate(TABS.items(), 1):
        yield Tab(f"{number} {title}", id=name)


def make_tab(name: str) -> Widget:
    """Make a tab's content; its module is imported only now."""
    module, _, kind = TABS[name][1].rpartition(".")
    widget: Widget = getattr(import_module(f"blis_tui.tui.{module}"), kind)(id=name)
    return widget
