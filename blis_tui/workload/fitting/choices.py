"""What can be chosen of a fit."""

from __future__ import annotations

from typing import NamedTuple

EMPIRICAL, FAMILY = "empirical", "family"
LENGTHS = (EMPIRICAL, FAMILY)
"""How lengths can be written: as a table of what there is, or as the family that fits best."""
STAGES, COHORTS = "stages", "cohorts"
SHAPES = (STAGES, COHORTS)
"""A client for each class of requests, or a cohort of as many clients as the trace has."""


class Choices(NamedTuple):
    """How lengths are written, and clients; ``None`` for cohorts where there are many clients."""

    lengths: str = EMPIRICAL
    shape: str | None = None
