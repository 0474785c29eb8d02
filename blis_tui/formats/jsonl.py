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

from blis_tui.formats.batches import Batch, Writer, session_ids
from blis_tui.formats.lines import Part, lay_out, rendered, true_or_false, without_padding
from blis_tui.formats.names import ClientText
from blis_tui.formats.source import Source
from blis_tui.formats.token_text import lines_with_ids

_NAMES = {"client_id": "id", "tenant_id": "tenant_id", "slo_class": "slo_class", "model": "model", "adapter": "adapter"}
_KINDS = ("text_tokens", "image_tokens", "audio_tokens", "video_tokens")
_WIDTH = 600


def writer(source: Source, *, tokens: bool) -> Writer:
    """Set the format up for a source; with `tokens` every object has the token ids."""
    clients = source.requests.clients
    names = {name: ClientText(clients, field, _escaped) for name, field in _NAMES.items()}
    groups = ClientText(clients, "prefix_group", _escaped)

    def parts(batch: Batch) -> list[Part]:
        fields: dict[str, list[Part]] = {
            "id": [b'"request_', batch.numbers, b'"'],
            "arrival_us": [batch.column("arrival_us")],
            **{name: [b'"', *text.of(batch), b'"'] for name, text in names.items()},
            "prefix_group": [b'"', *groups.of(batch, batch.prefixed), b'"'],
            "prefix_length": [batch.column("prefix_tokens")],
            "input_tokens": [batch.column("input_tokens")],
            "output_tokens": [batch.column("output_tokens")],
            "session_id": [b'"', *session_ids(batch), b'"'],
            "round_index": [batch.column("round")],
            "reason_ratio": [rendered(batch.requests.reason_ratio, str)],
            "deadline_us": [batch.column("deadline_us")],
            "slo_target_us": [batch.column("slo_target_us")],
            "streaming": [true_or_false(batch.requests.streaming)],
            **{name: [batch.column(name)] for name in _KINDS},
        }
        named = [(b'%s"%s":' % (b"," if number else b"{", name.encode()), *fields[name]) for number, name in enumerate(fields)]
        return [part for field in named for part in field]

    def lines(batch: Batch) -> bytes:
        if tokens:
            return lines_with_ids([*parts(batch), b',"input_ids":['], b'],"output_ids":[', b"]}\n", batch.tokens)
        return without_padding(lay_out([*parts(batch), b"}\n"], len(batch)))

    width = _WIDTH + sum(text.width for text in (*names.values(), groups))
    return Writer(("",), lines, width, tokens=tokens)


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]
