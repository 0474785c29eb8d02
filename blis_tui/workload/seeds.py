"""The root stream of a workload, from which prefix tokens and the clients' seeds are drawn (`sim/rng.go` of BLIS)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload import kernel

_SUBSYSTEM = "workload-gen"


def root_stream(seed: int, stop: NDArray[np.int32] | None = None) -> kernel.RandomStream:
    """Open the root stream; it stops where it stands once `stop`, of one number, is not 0."""
    mixed = (seed ^ fnv1a64(_SUBSYSTEM)) & (2**64 - 1)
    return kernel.RandomStream(mixed - 2**64 if mixed >= 2**63 else mixed, stop)


def fnv1a64(text: str) -> int:
    """Hash a text by FNV-1a (Fowler, Noll and Vo), 64 bits."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & (2**64 - 1)
    return value
