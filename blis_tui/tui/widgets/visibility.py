"""Whether a widget can be seen."""

from __future__ import annotations

from textual.widget import Widget


def displayed(widget: Widget) -> bool:
    """Return whether a widget is not hidden, itself or with what it is in: another tab may be in front."""
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))
