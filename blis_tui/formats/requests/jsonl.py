"""Format `jsonl`, version 1: one JSON object per request and line, in arrival order.

Every object has all columns that the module `columns` gives this format, in their order and, if asked for, the token ids:
`input_ids`, the prefix included, and `output_ids`.

Text is ASCII with JSON's escapes, so that a line is a line to every reader. The format's version is in the provenance
file; fields may be added without a new one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from blis_tui.formats.requests.batches import Batch, Writer
from blis_tui.formats.requests.columns import JSONL, TEXT, Spelling, fields
from blis_tui.formats.requests.lines import Part, lay_out, without_padding
from blis_tui.formats.requests.token_text import lines_with_ids
from blis_tui.formats.source import Source


def writer(source: Source, *, tokens: bool) -> Writer:
    """Set the format up for a source; with `tokens` every object has the token ids."""
    columns = fields(JSONL, source.requests.clients, Spelling(_escaped, str))
    quotes = [b'"' if column.type == TEXT else b"" for column in columns]
    keys = [f',"{column.name}":'.encode() + quote for column, quote in zip(columns, quotes, strict=True)]
    keys[0] = b"{" + keys[0][1:]

    def parts(batch: Batch) -> Iterator[Part]:
        for key, column, quote in zip(keys, columns, quotes, strict=True):
            yield key
            yield from column.parts(batch)
            yield quote

    def lines(batch: Batch) -> bytes:
        if tokens:
            return lines_with_ids([*parts(batch), b',"input_ids":['], b'],"output_ids":[', b"]}\n", batch.tokens)
        return without_padding(lay_out([*parts(batch), b"}\n"], len(batch)))

    return Writer(("",), lines, sum(map(len, keys)) + sum(column.width for column in columns), tokens=tokens)


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]
