"""Where in the file an expanded client comes from."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from blis_tui.spec.rules.compact_errors import PREFIX

if TYPE_CHECKING:
    from blis_tui.problems import Path
    from blis_tui.workload.expansion.clients import Expansion


def place_of(clients: Expansion, index: int) -> Path:
    """Return the path of the client or cohort, or else of the block, that a client was made of."""
    spec = clients.spec
    explicit = len(spec.clients) + len(spec.cohorts)
    place = bisect_right(clients.starts, index) - 1 - (len(clients.blocks) - explicit)
    if place < 0:
        return PREFIX
    return ("clients", place) if place < len(spec.clients) else ("cohorts", place - len(spec.clients))
