"""Keys as terminals send them that know no keyboard protocol: Textual takes some for what they are not."""

from __future__ import annotations


def let_alt_figures_through() -> None:
    """Read Escape and a figure, which is how most terminals send alt with it, as alt with that figure.

    Textual takes it for the character that a Mac's Option key makes, such as ``™``, and types that.
    """
    from textual import _ansi_sequences

    known = getattr(_ansi_sequences, "ANSI_SEQUENCES_KEYS", {})
    for figure in "0123456789":
        known.pop(f"\x1b{figure}", None)
