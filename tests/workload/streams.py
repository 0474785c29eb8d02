"""Random streams that give chosen values, and how to draw from a sampler."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from reference.go_rand import LENGTH, M64, TAP, Rand

from blis_tui.workload import kernel
from blis_tui.workload.kernel import RandomStream
from blis_tui.workload.kernel.records import Sampler
from blis_tui.workload.sampling.table import Bins, SamplerTable

REFUSED = (2**31 - 1) << 32  # the largest Int31: a token draw skips it
LEAST_REFUSED = (2**31 - 2**31 % 128_000) << 32
MOST_TAKEN = LEAST_REFUSED - 1
NEARLY_1 = 2**63 - 1  # rounds up to 1 as a Float64, which is drawn again
EXP_TAIL, NORM_TAIL = 0xFFFFFF00 << 31, 0x7FFFFF80 << 31  # strip 0, and beyond what is taken at once
EXP_WEDGE, NORM_WEDGE = 0xFFFFFF05 << 31, 0x7FFFFF85 << 31
NEGATIVE_TAIL = (0x80000080 << 31) & M64
SPECIAL = [REFUSED, LEAST_REFUSED, MOST_TAKEN, NEARLY_1, EXP_TAIL, NORM_TAIL, EXP_WEDGE, NORM_WEDGE, NEGATIVE_TAIL, 0]

OTHER: Bins = ((3, 0.5), (900, 1.0))


def leading_to(values: Sequence[int], place: int) -> list[int]:
    """Find the start from which a stream gives some values (up to 607) at a place, by stepping backwards."""
    padding = [(12345678901234567 * (n + 1)) & M64 for n in range(LENGTH - len(values))]
    sequence = [*values, *padding]  # x[place], x[place + 1], …, newest last
    for _ in range(place + LENGTH):
        sequence = [(sequence[606] - sequence[606 - TAP]) & M64, *sequence[:606]]
    return sequence


def opened(start: Sequence[int]) -> RandomStream:
    """Open a stream whose next values follow from some 607 others; no seed is known to lead to rare ones."""
    return kernel.RandomStream.from_state(np.array(start, np.uint64))


def pair(start: Sequence[int]) -> tuple[RandomStream, Rand]:
    return opened(start), Rand(start=start)


def drawing(sampler: Sampler | Bins) -> Callable[[RandomStream], int]:
    """Return how to draw from a sampler; it is not the only one of its table."""
    table = SamplerTable()
    table.add(OTHER)
    number = table.add(sampler)
    rows, values, shares = table.rows[number:], table.values, table.shares
    return lambda stream: stream.sample(rows, values, shares)
