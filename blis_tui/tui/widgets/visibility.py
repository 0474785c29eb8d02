"""Whether a widget can be seen, and have the focus."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen
from textual.widget import Widget


def displayed(widget: Widget) -> bool:
    """Return whether a widget is not hidden, itself or with what it is in: another tab may be in front."""
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))


def focus_first(screen: Screen[Any], parent: Widget) -> bool:
    """Put the focus on a widget or the first one in it that can have it; returns whether there is one."""
    chain = screen.focus_chain
    first = next((widget for widget in parent.walk_children(Widget, with_self=True) if widget in chain), None)
    if first is not None:
        screen.set_focus(first)
    return first is not None
