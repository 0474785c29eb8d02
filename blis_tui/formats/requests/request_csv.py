"""Format `csv`: one row per request, for diffs, spreadsheets and data frames.

After a line of the column names, in arrival order: the columns that the module `columns` gives this format, then
`token_hash`, the first 8 bytes, in hex, of the SHA-256 over the input and then the output token ids, each a little-endian uint32;
requests of a trace, whose ids are not known, have none.

Names with commas, quotes or line ends are quoted as RFC 4180 says; lines end in LF.
"""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from blis_tui.formats.requests.batches import Batch, Writer
from blis_tui.formats.requests.columns import CSV, Spelling, fields
from blis_tui.formats.requests.delimited import ratio_field, text_field
from blis_tui.formats.requests.formulas import formula_warnings
from blis_tui.formats.requests.lines import Matrix, lay_out, separated, without_padding
from blis_tui.formats.source import Source
from blis_tui.workload.tokens import TokenBlock

HASH = "token_hash"
HASH_BYTES = 8


def writer(source: Source, *, tokens: bool) -> Writer:
    """Set the format up for a source; `tokens` changes nothing, the hash is there unless the requests are those of a trace."""
    clients = source.requests.clients
    columns = fields(CSV, clients, Spelling(text_field, ratio_field))
    hashed = not clients.recorded

    def lines(batch: Batch) -> bytes:
        written = [*(column.parts(batch) for column in columns), *([[token_hashes(batch.tokens)]] if hashed else [])]
        return without_padding(lay_out(separated(written), len(batch)))

    head = ",".join([*(column.name for column in columns), *([HASH] if hashed else [])]) + "\n"
    width = len(head) + sum(column.width for column in columns)
    return Writer((head,), lines, width, tokens=hashed, warnings=formula_warnings(CSV, source.requests))


def token_hashes(tokens: TokenBlock) -> Matrix:
    """Return the hash of each request's token ids, 16 hex digits: shape (requests, 16)."""
    data = np.ascontiguousarray(tokens.ids, "<i4").data.cast("B")
    ends = (4 * tokens.bounds[::2]).tolist()
    sha256 = hashlib.sha256
    digests = [sha256(data[start:end]).digest()[:HASH_BYTES] for start, end in pairwise(ends)]
    found = np.frombuffer(b"".join(digests), np.uint8).reshape(-1, HASH_BYTES)
    return _hex_digits()[found].view(np.uint8)


@cache
def _hex_digits() -> NDArray[np.uint16]:
    """Return the two digits of every byte."""
    return np.frombuffer(bytes(range(256)).hex().encode(), np.uint16)
