"""How far generation is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float], None]
"""Is called with the part that is done, 0 to 1, from time to time. May raise `Cancelled`."""
