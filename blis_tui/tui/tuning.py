"""How long the designer waits for what, and how much it makes at once."""

from __future__ import annotations

from typing import NamedTuple


class Tuning(NamedTuple):
    """What suits people and their machines; tests wait less, or for ever, and make less."""

    pause_s: float = 0.04
    """How long typing must rest before a preview begins."""
    most_requests: int = 2_000_000
    """About how many requests a preview makes unless it is asked for all of them."""
    most_waiting: int = 500_000
    """The same where requests wait for answers: each of these takes some four times as long."""
    most_ever: int = 20_000_000
    """About how many it makes when it is asked for all: they take some 4 GB while they are made."""
    autosave_s: float = 1.0
    """How long after an edit the recovery copy is written."""
    leaving_s: float = 3.0
    """How long the app may take to leave when the system asks it to."""


ORDINARY = Tuning()
