"""Format `csv`: one row per request, for diffs, spreadsheets and data frames.

After a line of the column names, in arrival order:

=================  ==================================================================================
id                 ``request_N``, counted from 0
arrival_us         arrival time, microseconds from the start
client_id          the client; `tenant_id` and `slo_class` are its tenant and service class
prefix_length      tokens of the shared prefix that the input begins with; 0 is none
input_tokens       input length, prefix included
output_tokens      output length
session_id         ``sess_N``, empty for a request outside sessions
round_index        round in the session, from 0
reason_ratio       share of the output that is reasoning, 0 … 1, shortest decimal form (Go's ``%g``)
deadline_us        absolute time at which the client gives up; 0 is never
slo_target_us      target for the time to first token; 0 is none
token_hash         first 8 bytes, in hex, of the SHA-256 over the input and then the output token
                   ids, each a little-endian uint32
=================  ==================================================================================

Names with commas, quotes or line ends are quoted as RFC 4180 says; lines end in LF.
"""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from blis_tui.formats.batches import Batch, Writer, session_ids
from blis_tui.formats.delimited import ratio_field, text_field
from blis_tui.formats.lines import Matrix, lay_out, rendered, separated, without_padding
from blis_tui.formats.names import ClientText
from blis_tui.formats.source import Source
from blis_tui.workload.tokens import TokenBlock

COLUMNS = (
    "id", "arrival_us", "client_id", "tenant_id", "slo_class", "prefix_length", "input_tokens", "output_tokens",
    "session_id", "round_index", "reason_ratio", "deadline_us", "slo_target_us", "token_hash",
)  # fmt: skip
HASH_BYTES = 8
_WIDTH = 300


def writer(source: Source, *, tokens: bool) -> Writer:
    """Set the format up for a source; `tokens` changes nothing, the hash is always there."""
    clients = source.requests.clients
    names = [ClientText(clients, name, text_field) for name in ("id", "tenant_id", "slo_class")]

    def lines(batch: Batch) -> bytes:
        columns = (
            [b"request_", batch.numbers],
            [batch.column("arrival_us")],
            *(name.of(batch) for name in names),
            [batch.column("prefix_tokens")],
            [batch.column("input_tokens")],
            [batch.column("output_tokens")],
            session_ids(batch),
            [batch.column("round")],
            [rendered(batch.requests.reason_ratio, ratio_field)],
            [batch.column("deadline_us")],
            [batch.column("slo_target_us")],
            [token_hashes(batch.tokens)],
        )
        return without_padding(lay_out(separated(columns), len(batch)))

    return Writer((",".join(COLUMNS) + "\n",), lines, _WIDTH + sum(name.width for name in names), tokens=True)


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
