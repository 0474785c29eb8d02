"""Format `parquet`, version 1: one row per request, in arrival order, for data frames and databases.

It needs pyarrow, which comes with the optional extra ``parquet``. The columns have the names, the order and the values
of the fields of `jsonl` and the types that the module `columns` says; token ids are lists of int32. None is ever null,
and the schema's metadata has ``blis_tui.format_version``.

Strings that recur are stored as dictionaries, numbers and token ids in encodings that every reader of Parquet has
had for long. A row group has 65,536 rows, with token ids fewer: about 4 million ids. The same spec gives the same
bytes with the same pyarrow, whose version Parquet files name.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from blis_tui.formats.requests import columns
from blis_tui.formats.requests.batches import Batch, Writer
from blis_tui.formats.requests.columns import TEXT, Field, Spelling, fields
from blis_tui.formats.requests.lines import PADDING, Part, lay_out, without_padding
from blis_tui.formats.source import Source
from blis_tui.formats.table import PARQUET
from blis_tui.formats.tuning import Tuning
from blis_tui.workload.tokens import cut

if TYPE_CHECKING:
    from blis_tui.workload.requests import Requests

_TYPES = {
    TEXT: pa.string(),
    columns.INT32: pa.int32(),
    columns.INT64: pa.int64(),
    columns.FLOAT64: pa.float64(),
    columns.BOOL: pa.bool_(),
}
_IDS = ("input_ids", "output_ids")


def schema(*, tokens: bool) -> pa.Schema:
    """Return the columns' names and types."""
    ids = pa.list_(pa.field("element", pa.int32(), nullable=False))
    carried = [column for column in columns.COLUMNS if columns.PARQUET in column.formats]
    types = {column.formats[columns.PARQUET]: _TYPES[column.type] for column in carried}
    types |= dict.fromkeys(_IDS if tokens else (), ids)
    of_all = [pa.field(name, type, nullable=False) for name, type in types.items()]
    return pa.schema(of_all, metadata={"blis_tui.format_version": str(PARQUET.version)})


def writer(source: Source, *, tokens: bool) -> Writer:
    """Set the format up for a source; with `tokens` every row has the token ids."""
    requests = source.requests
    carried = fields(columns.PARQUET, requests.clients, Spelling(str, str))
    file = _File(schema(tokens=tokens), _group_ends(requests, source.tuning, tokens=tokens))

    def lines(batch: Batch) -> bytes:
        return file.add([*(_array(field, batch) for field in carried), *(_id_lists(batch) if tokens else ())])

    return Writer(("",), lines, sum(field.width for field in carried), tokens=tokens, end=file.end)


def _array(field: Field, batch: Batch) -> Any:
    return _strings(field.parts(batch), len(batch)) if field.type == TEXT else field.values(batch)


def _strings(parts: Sequence[Part], count: int) -> pa.StringArray:
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


def _group_ends(requests: Requests, tuning: Tuning, *, tokens: bool) -> Iterator[int]:
    """Yield where row groups end; it does not depend on how requests come in batches."""
    start = 0
    while start < len(requests):
        most = min(start + tuning.group_rows, len(requests))
        start = min(most, cut(requests.input_tokens, requests.output_tokens, start, tuning.group_ids)[0]) if tokens else most
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
