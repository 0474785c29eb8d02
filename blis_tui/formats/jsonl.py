"""Format `jsonl`, version 1: one JSON object per request and line, in arrival order.

Every object has all of these, in this order; an empty string and 0 mean "none", as in BLIS's own files:

===================  ================================================================================
id                   ``request_N``, counted from 0
arrival_us           arrival time, microseconds from the start
client_id            the client; `tenant_id` and `slo_class` are its tenant and service class
model, adapter       the model and LoRA adapter asked for; empty is the default model, the base model
prefix_group         the group whose shared prefix the input begins with
prefix_length        tokens of that prefix
input_tokens         input length, prefix included
output_tokens        output length
session_id           ``sess_N``, empty for a request outside sessions
round_index          round in the session, from 0
reason_ratio         share of the output that is reasoning, 0 … 1
deadline_us          absolute time at which the client gives up
slo_target_us        target for the time to first token
streaming            whether the answer is read as a stream
text_tokens          input tokens by kind in multimodal requests; `image_tokens`, `audio_tokens` and
                     `video_tokens` likewise
input_ids            token ids of the input, prefix included: only if asked for
output_ids           token ids of the output: only if asked for
===================  ================================================================================

Text is ASCII with JSON's escapes, so that a line is a line to every reader. The format's version is in the provenance
file; fields may be added without a new one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from blis_tui.formats.batches import Batch, Values, Writer, join_lines, session_id, true_or_false
from blis_tui.formats.source import Source

if TYPE_CHECKING:
    import numpy.typing as npt

    from blis_tui.formats.batches import Ids

VOCABULARY = 128_000
"""Token ids are below this."""
_NAMES = ("id", "tenant_id", "slo_class", "model", "adapter")
_KINDS = ("text_tokens", "image_tokens", "audio_tokens", "video_tokens")


def writer(source: Source, *, tokens: bool) -> Writer:
    """Set the format up for a source; with `tokens` every object has the token ids."""
    clients = source.requests.clients
    names = {"client_id" if name == "id" else name: clients.column(name) for name in _NAMES}
    groups = clients.column("prefix_group")

    def who(client: int, prefixed: bool) -> str:
        texts = {name: column[client] for name, column in names.items()}
        return json.dumps({**texts, "prefix_group": groups[client] if prefixed else ""}, separators=(",", ":"))[1:-1]

    def lines(batch: Batch, ids: Sequence[str]) -> str:
        fields: dict[str, Values] = {
            "arrival_us": batch.column("arrival_us"),
            "": batch.of_clients(who),
            "prefix_length": batch.column("prefix_tokens"),
            "input_tokens": batch.column("input_tokens"),
            "output_tokens": batch.column("output_tokens"),
            "session_id": batch.column("session", lambda number: f'"{session_id(number)}"'),
            "round_index": batch.column("round"),
            "reason_ratio": batch.column("reason_ratio"),
            "deadline_us": batch.column("deadline_us"),
            "slo_target_us": batch.column("slo_target_us"),
            "streaming": batch.column("streaming", true_or_false),
            **{name: batch.column(name) for name in _KINDS},
        }
        parts: list[Values] = ['{"id":"request_', batch.numbers, '"']
        for name, values in fields.items():
            parts += [f',"{name}":' if name else ",", values]
        return join_lines(*parts, *([ids] if tokens else []), "}\n")

    return Writer(("",), lines, _ids_text if tokens else None)


def _ids_text(input_ids: Ids, output_ids: Ids) -> str:
    return f',"input_ids":[{_joined(input_ids)}],"output_ids":[{_joined(output_ids)}]'


def _joined(ids: Ids) -> str:
    """Write ids with commas between. Looking up padded digits and dropping the padding is much faster than `str`."""
    return _digits()[ids].tobytes().translate(None, b"\0")[:-1].decode("ascii")


@cache
def _digits() -> npt.NDArray[np.bytes_]:
    return np.array([b"%d," % number for number in range(VOCABULARY)])
