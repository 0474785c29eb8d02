"""The root stream of a workload, from which prefix tokens and the clients' seeds are drawn (`sim/rng.go` of BLIS)."""

from __future__ import annotations

from blis_tui.workload.random.reader import Pulse
from blis_tui.workload.random.stream import Stream

_SUBSYSTEM = "workload-gen"


def root_stream(seed: int, pulse: Pulse | None = None) -> Stream:
    """Open the stream from which prefix tokens and the clients' seeds are drawn."""
    mixed = (seed ^ fnv1a64(_SUBSYSTEM)) & (2**64 - 1)
    return Stream.seeded(mixed - 2**64 if mixed >= 2**63 else mixed, pulse)


def fnv1a64(text: str) -> int:
    """Hash a text by FNV-1a (Fowler, Noll and Vo), 64 bits."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & (2**64 - 1)
    return value
