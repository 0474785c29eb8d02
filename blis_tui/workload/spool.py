"""Token ids of very many clients: drawn a batch of clients after the other, spooled to disk, and merged.

Not all streams can be open at once. So the ids of a batch of clients are drawn in the order in which the batch's requests
arrive, and written to a temporary file; in the end the requests of a block are found in each batch's file one behind the
other, where those of the block before it ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.assembling import Ids, Piece, Source, assemble
from blis_tui.workload.blocks import TokenBlock
from blis_tui.workload.random.reader import Pulse
from blis_tui.workload.requests import Requests
from blis_tui.workload.slices import first_slice, own_sizes, prefix_piece, sliced_blocks
from blis_tui.workload.streams import Streams, Wanted

_BATCH_CLIENTS, _BATCH_IDS = 1 << 16, 1 << 24
"""How many clients, and about how many ids, are drawn at once."""
_NONE = np.empty(0, np.int64)


def spooled_blocks(requests: Requests, prefixes: Ids, most_tokens: int, pulse: Pulse) -> Iterator[TokenBlock]:
    """Yield the ids of all requests, at most so many at a time. The spool is deleted in the end, also if that is early.

    The first slice is drawn as it is for fewer clients: who only looks at some requests need not wait for all.
    """
    start = first_slice(requests)
    yield from sliced_blocks(requests, prefixes, most_tokens, pulse, start)
    if start == len(requests):
        return
    batch_of = _batches(requests)
    with TemporaryFile(prefix="blis-tui-") as file:
        cursors = _spool(requests, start, batch_of, file, pulse)
        spans = requests.spans
        while start < len(requests):
            stop, bounds = spans.cut(start, most_tokens)
            batch, own = batch_of[requests.client[start:stop]], own_sizes(requests, slice(start, stop))
            numbers, sources, at = _segments(batch, own, cursors, file)
            ids = np.empty(int(bounds[-1]), np.int32)
            which = np.searchsorted(numbers, batch) + 1  # behind the prefixes
            pieces = [prefix_piece(requests, start, stop), Piece(own, which, at)]
            assemble([Source(prefixes, _NONE), *sources], pieces, ids)
            ids.flags.writeable = False
            yield TokenBlock(start, stop, ids, bounds)
            start = stop


def _batches(requests: Requests) -> NDArray[np.int32]:
    """Return the batch of each client: as many clients as have few enough ids together."""
    ids = np.bincount(requests.client, own_sizes(requests, slice(None)), len(requests.clients))
    share = np.cumsum(np.maximum(ids / _BATCH_IDS, 1 / _BATCH_CLIENTS))
    return share.astype(np.int32)


def _spool(requests: Requests, first: int, batch_of: NDArray[np.int32], file: IO[bytes], pulse: Pulse) -> NDArray[np.int64]:
    """Write the ids of the requests from one on, one batch after the other; return where each batch begins, in ids."""
    batch = batch_of[requests.client[first:]]
    order = np.argsort(batch, kind="stable")
    ends = np.searchsorted(batch[order], np.arange(int(batch_of[-1]) + 1), side="right")
    del batch
    order += first
    cursors = np.zeros(len(ends), np.int64)
    start = written = 0
    for number, end in enumerate(ends.tolist()):
        cursors[number] = written
        streams = Streams(requests.seeds, pulse)
        while start < end:
            sizes = own_sizes(requests, order[start : min(end, start + _BATCH_IDS)])
            stop = start + max(1, int(np.searchsorted(np.cumsum(sizes), 2 * _BATCH_IDS, side="right")))
            which, sizes = order[start:stop], sizes[: stop - start]
            sources, part, at = streams.draw(Wanted(requests.client[which], requests.rows.place[which], sizes))
            ids = np.empty(int(sizes.sum()), np.int32)
            assemble(sources, [Piece(sizes, part, at)], ids)
            file.write(ids.data)
            written += len(ids)
            start = stop
    file.flush()
    return cursors


def _segments(
    batch: NDArray[np.int32], sizes: NDArray[np.int64], cursors: NDArray[np.int64], file: IO[bytes]
) -> tuple[NDArray[np.int32], list[Source], NDArray[np.int64]]:
    """Read the next ids of each batch that has requests; return where each request begins among its batch's."""
    order = np.argsort(batch, kind="stable")
    numbers, firsts = np.unique(batch[order], return_index=True)
    ends = np.cumsum(sizes[order])
    begins = ends - sizes[order]
    lengths = np.diff(np.append(begins[firsts], ends[-1:]))
    at = np.empty(len(batch), np.int64)
    at[order] = begins - np.repeat(begins[firsts], np.diff(np.append(firsts, len(batch))))
    sources = []
    for number, length in zip(numbers.tolist(), lengths.tolist(), strict=True):
        file.seek(4 * int(cursors[number]))
        sources.append(Source(np.frombuffer(file.read(4 * length), np.int32), _NONE))
        cursors[number] += length
    return numbers, sources, at
