"""What can be chosen of an export besides its formats."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.formats.interop.target import NOWHERE, Target


class ExportOptions(NamedTuple):
    """Each format follows the options that it `uses`, and passes over the others."""

    target: Target = NOWHERE
    """What tools are to send requests to."""
    exact: bool = False
    """Whether formats for tools are to carry the designed arrivals, each by its variant that does."""
    full_rounds: bool = False
    """Whether rounds that repeat earlier ones are written with their complete inputs, where a format can do without."""
    block_size: int | None = None
    """Tokens of a block, for formats of blocks; ``None`` to choose it."""


USUAL = ExportOptions()
