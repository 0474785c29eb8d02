"""Blocks made in another thread while the last one is used: NumPy lets go of Python's lock while it works.

Several threads that make streams side by side would be no use: each NumPy call takes microseconds, and threads that wait
for each other's lock between them take longer than one alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait

from blis_tui.workload.blocks import TokenBlock


def several(threads: int | None) -> bool:
    """Tell whether another thread may be used: if more than one is asked for, or there are several processors."""
    return (threads or os.cpu_count() or 1) > 1


def made_ahead(blocks: Iterator[TokenBlock]) -> Iterator[TokenBlock]:
    """Give blocks and make the next one meanwhile, but not before a second one is asked for."""
    first = next(blocks, None)
    if first is None:
        return
    yield first
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(next, blocks, None)
        try:
            while (block := following.result()) is not None:
                following = pool.submit(next, blocks, None)
                yield block
        finally:
            wait([following])
