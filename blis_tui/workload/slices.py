"""Token ids, drawn slice by slice: a slice of the requests in arrival order is small enough to keep its ids in memory.

For each slice, every client's stream is drawn from where the last slice left it to the client's last request in this
one; then the requests are put together in arrival order. That needs all streams to go
forward as time does, and no more clients than can have the states of their streams in memory (`spool` serves more).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.assembling import Ids, Piece, Source, assemble
from blis_tui.workload.blocks import Spans, TokenBlock
from blis_tui.workload.random.reader import Pulse
from blis_tui.workload.requests import Requests
from blis_tui.workload.streams import Streams, Wanted

Int64s = NDArray[np.int64]
_FIRST_IDS, _LEAST_IDS, _MOST_IDS = 1_100_000, 4_400_000, 1 << 25
"""How many ids a slice has: the first one few, so that they are there soon; the others more if there are many clients."""
_IDS_PER_CLIENT = 1 << 13


def go_forward(requests: Requests) -> bool:
    """Tell whether every stream goes forward as time does, and gives for a request nothing but its own ids in a row."""
    if any(traits.multimodal or traits.accumulates for traits in requests.traits):
        return False
    lifecycles = (block.template.lifecycle for block in requests.clients.blocks)
    if requests.rows.session is None and all(lifecycle is None or len(lifecycle.windows) < 2 for lifecycle in lifecycles):
        return True
    order = np.argsort(requests.client, kind="stable")
    backwards = np.diff(requests.rows.place[order]) < 0
    return not (backwards & (np.diff(requests.client[order]) == 0)).any()


def first_slice(requests: Requests) -> int:
    """Return where the first slice ends."""
    return requests.spans.cut(0, _FIRST_IDS)[0]


def sliced_blocks(
    requests: Requests, prefixes: Ids, most_tokens: int, pulse: Pulse, behind: int | None = None
) -> Iterator[TokenBlock]:
    """Yield the ids of all requests, or of those before one, at most so many at a time."""
    behind = len(requests) if behind is None else behind
    streams, spans, head = (
        Streams(requests.seeds, pulse),
        requests.spans,
        Source(prefixes, np.empty(0, np.int64)),
    )
    start, size = 0, _FIRST_IDS
    while start < behind:
        low = start
        end, blocks = _blocks(spans, start, min(spans.cut(start, size)[0], behind), most_tokens)
        own = own_sizes(requests, slice(low, end))
        sources, which, at = streams.draw(Wanted(requests.client[low:end], requests.rows.place[low:end], own))
        which += 1  # behind the prefixes
        for stop, bounds in blocks:
            part = slice(start - low, stop - low)
            ids = np.empty(int(bounds[-1]), np.int32)
            assemble([head, *sources], [prefix_piece(requests, start, stop), Piece(own[part], which[part], at[part])], ids)
            ids.flags.writeable = False
            yield TokenBlock(start, stop, ids, bounds)
            start = stop
        del sources  # or their memory would not be free if other lanes are taken next
        size = min(max(_LEAST_IDS, _IDS_PER_CLIENT * len(requests.clients)), _MOST_IDS)


def _blocks(spans: Spans, start: int, end: int, most_tokens: int) -> tuple[int, list[tuple[int, Int64s]]]:
    """Cut requests into blocks, without what is left of them behind the last whole one; return where they end, too."""
    blocks = [spans.cut(start, most_tokens)]
    if blocks[0][0] > end:
        return end, [(end, blocks[0][1][: 2 * (end - start) + 1])]
    while (block := spans.cut(blocks[-1][0], most_tokens))[0] <= end and block[0] > blocks[-1][0]:
        blocks.append(block)
    return blocks[-1][0], blocks


def prefix_piece(requests: Requests, start: int, stop: int) -> Piece:
    """Return where the prefixes of some requests are among all prefixes."""
    sizes = requests.prefix_tokens[start:stop].astype(np.int64)
    zeros = np.zeros(len(sizes), np.int64)
    ends = requests.groups.ends[requests.prefix_group[start:stop]] if len(requests.groups) else sizes
    return Piece(sizes, zeros, (ends - sizes).astype(np.int64))


def own_sizes(requests: Requests, which: slice | NDArray[np.intp]) -> Int64s:
    """Return how many tokens are drawn for some requests."""
    sizes = requests.rows.fresh[which].astype(np.int64)
    sizes += requests.rows.output[which]
    return sizes
