"""Token ids a block at a time: the ids of many requests end to end in one array, and where each request's begin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK_TOKENS = 1_060_000
"""About how many token ids a block holds unless another number is asked for: just enough for memory in large pages."""


class TokenBlock(NamedTuple):
    """The token ids of the requests `start` … `stop` − 1.

    `ids` (int32, read-only) holds for each request its complete input, prefix and earlier rounds included, then its
    output. `bounds` (int64, of length ``2 · (stop − start) + 1``) tells where these begin and end: of the i-th request
    of the block, the input is ``ids[bounds[2i]:bounds[2i + 1]]`` and the output ``ids[bounds[2i + 1]:bounds[2i + 2]]``.
    """

    start: int
    stop: int
    ids: NDArray[np.int32]
    bounds: NDArray[np.int64]

    def pairs(self) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
        """Iterate over the requests, as (input ids, output ids), which are views into the block."""
        bounds, ids = self.bounds.tolist(), self.ids
        for start, middle, end in zip(bounds[:-1:2], bounds[1::2], bounds[2::2], strict=True):
            yield ids[start:middle], ids[middle:end]


class Spans:
    """Cuts the requests into blocks that have few more token ids than asked for, and at least one request."""

    def __init__(self, inputs: NDArray[np.int32], outputs: NDArray[np.int32]) -> None:
        self._inputs, self._outputs = inputs, outputs

    def cut(self, start: int, most_tokens: int) -> tuple[int, NDArray[np.int64]]:
        """Return where a block that begins at a request stops, and its bounds."""
        count, size = 0, min(max(most_tokens >> 4, 64), 1 << 16)
        pieces: list[NDArray[np.int64]] = [np.zeros(1, np.int64)]
        while start + count < len(self._inputs):
            part = slice(start + count, start + count + size)
            lengths = np.empty((len(self._inputs[part]), 2), np.int64)
            lengths[:, 0], lengths[:, 1] = self._inputs[part], self._outputs[part]
            bounds = np.cumsum(lengths.ravel())
            bounds += pieces[-1][-1]
            fitting = int(np.searchsorted(bounds[1::2], most_tokens, side="right"))
            if fitting < len(lengths):
                fitting = max(fitting, 0 if count else 1)
                pieces.append(bounds[: 2 * fitting])
                return start + count + fitting, np.concatenate(pieces)
            pieces.append(bounds)
            count += len(lengths)
        return start + count, np.concatenate(pieces)
