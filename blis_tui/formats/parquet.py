"""Format `parquet`, version 1: one row per request, in arrival order, for data frames and databases.

It needs pyarrow, which comes with the optional extra ``parquet``. The columns have the names, the order and the values
of the fields of `jsonl`, none is ever null, and the schema's metadata has ``blis_tui.format_version``:

======================  =============  =====================================================================
id                      string         ``request_N``, counted from 0
arrival_us              int64          arrival time, microseconds from the start
client_id               string         the client; `tenant_id`, `slo_class`, `model`, `adapter` and
                                       `prefix_group` likewise; an empty string means "none"
prefix_length           int32          tokens of the shared prefix that the input begins with
input_tokens            int32          input length, prefix included
output_tokens           int32          output length
session_id              string         ``sess_N``, empty for a request outside sessions
round_index             int32          round in the session, from 0
reason_ratio            float64        share of the output that is reasoning, 0 … 1
deadline_us             int64          absolute time at which the client gives up; 0 is never
slo_target_us           int64          target for the time to first token; 0 is none
streaming               bool           whether the answer is read as a stream
text_tokens             int32          input tokens by kind in multimodal requests; `image_tokens`,
                                       `audio_tokens` and `video_tokens` likewise
input_ids, output_ids   list<int32>    token ids, the prefix included: only if asked for
======================  =============  =====================================================================

Strings that recur are stored as dictionaries, numbers and token ids in encodings that every reader of Parquet has
had for long. A row group has 65,536 rows, with token ids fewer: about 4 million ids. The same spec gives the same
bytes with the same pyarrow, whose version Parquet files name.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from blis_tui.formats.batches import Batch, Writer, session_ids
from blis_tui.formats.lines import PADDING, Part, lay_out, without_padding
from blis_tui.formats.names import ClientText
from blis_tui.formats.source import Source
from blis_tui.formats.table import PARQUET
from blis_tui.workload.tokens import cut

if TYPE_CHECKING:
    from blis_tui.workload.requests import Requests

GROUP_ROWS = 1 << 16
GROUP_IDS = 1 << 22
"""Rows, and token ids, of a row group."""
_CLIENT_FIELDS = {
    "client_id": "id",
    **{name: name for name in ("tenant_id", "slo_class", "model", "adapter", "prefix_group")},
}
_COLUMNS = {
    "arrival_us": "arrival_us",
    "prefix_length": "prefix_tokens",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "round_index": "round",
    "reason_ratio": "reason_ratio",
    "deadline_us": "deadline_us",
    "slo_target_us": "slo_target_us",
    "streaming": "streaming",
    **{f"{kind}_tokens": f"{kind}_tokens" for kind in ("text", "image", "audio", "video")},
}
_TYPES = {
    "id": pa.string(),
    "arrival_us": pa.int64(),
    **dict.fromkeys(_CLIENT_FIELDS, pa.string()),
    **dict.fromkeys(("prefix_length", "input_tokens", "output_tokens"), pa.int32()),
    "session_id": pa.string(),
    "round_index": pa.int32(),
    "reason_ratio": pa.float64(),
    **dict.fromkeys(("deadline_us", "slo_target_us"), pa.int64()),
    "streaming": pa.bool_(),
    **dict.fromkeys(("text_tokens", "image_tokens", "audio_tokens", "video_tokens"), pa.int32()),
}
_IDS = ("input_ids", "output_ids")
_WIDTH = 400


def schema(*, tokens: bool) -> pa.Schema:
    """Return the columns' names and types."""
    ids = pa.list_(pa.field("element", pa.int32(), nullable=False))
    types = {**_TYPES, **dict.fromkeys(_IDS if tokens else (), ids)}
    fields = [pa.field(name, type, nullable=False) for name, type in types.items()]
    return pa.schema(fields, metadata={"blis_tui.format_version": str(PARQUET.version)})


def writer(source: Source, *, tokens: bool) -> Writer:
    """Set the format up for a source; with `tokens` every row has the token ids."""
    requests = source.requests
    names = {name: ClientText(requests.clients, field, str) for name, field in _CLIENT_FIELDS.items()}
    file = _File(schema(tokens=tokens), _group_ends(requests, tokens=tokens))

    def lines(batch: Batch) -> bytes:
        count = len(batch)
        columns: dict[str, Any] = {
            "id": _strings([b"request_", batch.numbers], count),
            **{name: getattr(batch.requests, column) for name, column in _COLUMNS.items()},
            **{
                name: _strings(text.of(batch, batch.prefixed if name == "prefix_group" else None), count)
                for name, text in names.items()
            },
            "session_id": _strings(session_ids(batch), count),
            **(dict(zip(_IDS, _id_lists(batch), strict=True)) if tokens else {}),
        }
        return file.add([columns[name] for name in file.schema.names])

    width = _WIDTH + sum(text.width for text in names.values())
    return Writer(("",), lines, width, tokens=tokens, end=file.end)


def _strings(parts: list[Part] | tuple[Part, ...], count: int) -> pa.StringArray:
    text = lay_out(parts, count)
    ends = np.zeros(count + 1, np.int32)
    np.cumsum(np.count_nonzero(text != PADDING[0], axis=1), out=ends[1:])
    return pa.StringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(without_padding(text)))


def _id_lists(batch: Batch) -> Iterator[pa.ListArray]:
    """Yield the lists of input ids, then those of output ids."""
    lengths = np.diff(batch.tokens.bounds)
    is_input = np.repeat(np.arange(len(lengths)) % 2 == 0, lengths)
    for which, mine in ((0, is_input), (1, ~is_input)):
        ends = np.zeros(len(batch) + 1, np.int32)
        np.cumsum(lengths[which::2], out=ends[1:])
        element = pa.field("element", pa.int32(), nullable=False)
        yield pa.ListArray.from_arrays(pa.array(ends), pa.array(batch.tokens.ids[mine]), type=pa.list_(element))


def _group_ends(requests: Requests, *, tokens: bool) -> Iterator[int]:
    """Yield where row groups end; it does not depend on how requests come in batches."""
    start = 0
    while start < len(requests):
        most = min(start + GROUP_ROWS, len(requests))
        start = min(most, cut(requests.input_tokens, requests.output_tokens, start, GROUP_IDS)[0]) if tokens else most
        yield start


class _File:
    """A Parquet file being made: rows go in, bytes come out whenever a row group is complete."""

    def __init__(self, schema: pa.Schema, group_ends: Iterator[int]) -> None:
        self.schema = schema
        self._pieces = _Pieces()
        paths = {name: f"{name}.list.element" if name in _IDS else name for name in schema.names}
        plain = {"id": "DELTA_BYTE_ARRAY", **{paths[name]: "DELTA_BINARY_PACKED" for name in _IDS if name in paths}}
        self._writer = parquet.ParquetWriter(
            self._pieces,
            schema,
            compression={path: "none" if name in _IDS else "zstd" for name, path in paths.items()},
            use_dictionary=[path for path in paths.values() if path not in plain],
            column_encoding=plain,
        )
        self._ends = group_ends
        self._at, self._end = 0, next(group_ends, sys.maxsize)
        self._waiting: list[pa.RecordBatch] = []

    def add(self, columns: list[Any]) -> bytes:
        """Take the columns of the next rows, and return the bytes that are ready."""
        rows = pa.record_batch([pa.array(column) for column in columns], schema=self.schema)
        while rows.num_rows:
            part = rows.slice(0, self._end - self._at)
            self._waiting.append(part)
            self._at += part.num_rows
            if self._at == self._end:
                self._write_group()
                self._end = next(self._ends, sys.maxsize)  # more come only where sizes are estimated
            rows = rows.slice(part.num_rows)
        return self._pieces.taken()

    def _write_group(self) -> None:
        table = pa.Table.from_batches(self._waiting)
        self._waiting = []
        self._writer.write_table(table, row_group_size=table.num_rows)

    def end(self) -> bytes:
        """Finish the file, and return its last bytes."""
        if self._waiting:
            self._write_group()
        self._writer.close()
        return self._pieces.taken()


class _Pieces(io.RawIOBase):
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._data: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._data.append(bytes(data))
        return len(self._data[-1])

    def taken(self) -> bytes:
        data, self._data = b"".join(self._data), []
        return data
