"""Whether a widget can be seen, and have the focus."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.screen import Screen
from textual.widget import Widget


def displayed(widget: Widget) -> bool:
    """Return whether a widget is not hidden, itself or with what it is in: another tab may be in front."""
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))


def focus_first(screen: Screen[Any], parents: Iterable[Widget]) -> None:
    """Put the focus on the first of some widgets, or of what is in them, that can have it."""
    chain = screen.focus_chain
    for parent in parents:
        for widget in parent.walk_children(Widget, with_self=True):
            if widget in chain:
                screen.set_focus(widget)
                return
