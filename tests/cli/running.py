"""Running the program in a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Ran(NamedTuple):
    """How a run of the program ended and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]
