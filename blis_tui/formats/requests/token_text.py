"""Token ids as decimal text, many requests at once.

An id and the comma after it fit into eight bytes, so a table gives the text of a block of ids in one look-up, padded;
what stands before, between and after the ids of each request is padded to eight bytes too and set among them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from blis_tui.formats.requests.lines import PADDING, Part, lay_out, without_padding
from blis_tui.workload.tokens import TokenBlock

VOCABULARY = 128_000
"""Token ids are below this."""
_WORD = 8
_AT_ONCE = 1 << 16
"""About how many ids are written at once: few enough for caches."""


@cache
def _words() -> NDArray[np.uint64]:
    """Return the text of every id with a comma after it, and then of every id without."""
    texts = [b"%d," % number for number in range(VOCABULARY)]
    padded = b"".join(text.ljust(_WORD, PADDING) for text in texts)
    return np.frombuffer(padded + padded.replace(b",", PADDING), np.uint64)


def lines_with_ids(before: list[Part], between: bytes, after: bytes, tokens: TokenBlock) -> bytes:
    """Write lines with both lists of ids, commas between the ids: input ids `before`, output ids `between` and `after`."""
    head = sum(len(part) if isinstance(part, bytes) else part.shape[1] for part in before)
    parts = [*before, PADDING * (-head % _WORD), _whole_words(between), _whole_words(after)]
    around = lay_out(parts, tokens.stop - tokens.start).view(np.uint64)
    first, second = -(-head // _WORD), -(-len(between) // _WORD)
    of_each = np.repeat((0, 1, 2), (first, second, around.shape[1] - first - second))
    bounds = tokens.bounds
    pieces, low = [], 0
    while low < len(around):
        high = max(low + 1, int(np.searchsorted(bounds[::2], bounds[2 * low] + _AT_ONCE, side="right")) - 1)
        ids = tokens.ids[bounds[2 * low] : bounds[2 * high]]
        pieces.append(_set_among(around[low:high], ids, bounds[2 * low : 2 * high + 1] - bounds[2 * low], of_each))
        low = high
    return b"".join(pieces)


def _set_among(around: NDArray[np.uint64], ids: NDArray[np.int32], bounds: NDArray[np.int64], of_each: NDArray[np.intp]) -> bytes:
    """Write lines whose words are `around` the ids; `of_each` says after which of a line's lists (0, 1 or 2) a word comes."""
    at = bounds[2 * np.arange(len(around))[:, None] + of_each].ravel() + np.arange(around.size)
    is_id = np.ones(len(ids) + around.size, np.bool_)
    is_id[at] = False
    codes = ids.astype(np.intp)
    codes[bounds[1:][np.diff(bounds) > 0] - 1] += VOCABULARY  # no comma after the last
    text = np.empty(len(is_id), np.uint64)
    text[at] = around.ravel()
    text[is_id] = _words()[codes]
    return without_padding(text)


def _whole_words(text: bytes) -> bytes:
    return text + PADDING * (-len(text) % _WORD)
