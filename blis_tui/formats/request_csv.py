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
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from blis_tui.formats.batches import Batch, Writer, join_lines, session_id
from blis_tui.formats.delimited import ratio_field, separated, text_field
from blis_tui.formats.source import Source

if TYPE_CHECKING:
    from blis_tui.formats.batches import Ids

COLUMNS = (
    "id", "arrival_us", "client_id", "tenant_id", "slo_class", "prefix_length", "input_tokens", "output_tokens",
    "session_id", "round_index", "reason_ratio", "deadline_us", "slo_target_us", "token_hash",
)  # fmt: skip


def writer(source: Source, *, tokens: bool) -> Writer:
    """Set the format up for a source; `tokens` changes nothing, the hash is always there."""
    clients = source.requests.clients
    names = [clients.column(name) for name in ("id", "tenant_id", "slo_class")]

    def who(client: int, _: bool) -> str:
        return ",".join(text_field(column[client]) for column in names)

    def lines(batch: Batch, hashes: Sequence[str]) -> str:
        columns = (
            batch.numbers,
            batch.column("arrival_us"),
            batch.of_clients(who),
            batch.column("prefix_tokens"),
            batch.column("input_tokens"),
            batch.column("output_tokens"),
            batch.column("session", session_id),
            batch.column("round"),
            batch.column("reason_ratio", ratio_field),
            batch.column("deadline_us"),
            batch.column("slo_target_us"),
            hashes,
        )
        return join_lines("request_", *separated(columns))

    return Writer((",".join(COLUMNS) + "\n",), lines, token_hash)


def token_hash(input_ids: Ids, output_ids: Ids) -> str:
    """Return the hash of a request's token ids, 16 hex digits."""
    digest = hashlib.sha256(np.ascontiguousarray(input_ids, dtype="<i4").data)
    digest.update(np.ascontiguousarray(output_ids, dtype="<i4").data)
    return digest.hexdigest()[:16]
