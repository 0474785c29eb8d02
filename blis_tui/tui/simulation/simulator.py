"""How BLIS is run, by the user's settings."""

from __future__ import annotations

from blis_tui.simulation.command import MODEL, PROGRAM, Simulator
from blis_tui.tui.preferences.settings import Settings


def simulator_of(settings: Settings) -> Simulator:
    """Return how BLIS is to be run."""
    return Simulator(settings.blis or PROGRAM, settings.blis_model or MODEL, settings.blis_flags or "")
