"""In pieces of which size requests are written."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.workload.tuning import BLOCK_TOKENS


class Tuning(NamedTuple):
    """The sizes that are best on most machines. Those of batches change no file; those of row groups are part of `parquet`."""

    batch_requests: int = 1 << 13
    """How many requests a batch holds at most."""
    batch_tokens: int = BLOCK_TOKENS
    """About how many token ids, where they are needed."""
    group_rows: int = 1 << 16
    """How many rows a row group of `parquet` has at most."""
    group_ids: int = 1 << 22
    """About how many token ids."""


ORDINARY = Tuning()
