"""The tabs beside the form: each is a widget that shows the document or its preview."""

from __future__ import annotations

from importlib import import_module

from textual.widget import Widget

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


def make_tab(name: str) -> Widget:
    """Make a tab's content; its module is imported only now."""
    module, _, kind = TABS[name][1].rpartition(".")
    widget: Widget = getattr(import_module(f"blis_tui.tui.{module}"), kind)(id=name)
    return widget
