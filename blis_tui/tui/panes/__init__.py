"""The tabs beside the form: each is a widget that shows the document or its preview."""

from __future__ import annotations

from importlib import import_module

from textual.widget import Widget

TABS = {
    "chart": ("Chart", "ChartTab"),
    "clients": ("Clients", "ClientsTab"),
    "requests": ("Requests", "RequestsTab"),
    "yaml": ("YAML", "YamlTab"),
    "summary": ("Summary", "SummaryTab"),
}
"""Name of each tab's module here, its title and its class."""


def make_tab(name: str) -> Widget:
    """Make a tab's content; its module is imported only now."""
    widget: Widget = getattr(import_module(f"blis_tui.tui.panes.{name}"), TABS[name][1])(id=name)
    return widget
