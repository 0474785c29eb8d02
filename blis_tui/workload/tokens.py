"""The token ids of the requests, drawn again from the clients' streams in arrival order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.content import MediaContent, content_of
from blis_tui.workload.random.source import seed_states
from blis_tui.workload.random.stream import FIRST_BLOCK, LARGEST_BLOCK, Sampler, Stream

if TYPE_CHECKING:
    from blis_tui.workload.requests import Requests

Ids = NDArray[np.int32]
Pair = tuple[Ids, Ids]
_BUFFERED_VALUES = 1 << 23
"""How many values all open streams together may hold ahead: 12 bytes each."""


def iterate_tokens(requests: Requests) -> Iterator[Pair]:
    """Yield (input ids, output ids) of each request, prefix and earlier rounds included."""
    prefixes = _prefixes(requests)
    groups = requests.prefix_group.tolist()
    ends = requests.groups.ends.tolist()
    lengths = requests.groups.lengths.tolist()
    readers = _Readers(requests)
    context = requests.rows.context
    rounds = requests.rows.round
    for request, (client, group) in enumerate(zip(requests.client.tolist(), groups, strict=True)):
        reader = readers.of(client)
        fresh, output = reader.read(request)
        parts = [] if group < 0 else [prefixes[ends[group] - lengths[group] : ends[group]]]
        if context is not None and rounds is not None and context[request]:
            parts += reader.earlier(request, int(rounds[request]))
        yield np.concatenate([*parts, fresh]) if parts else fresh, output
        readers.release(client)


def _prefixes(requests: Requests) -> Ids:
    from blis_tui.workload.generate import root_stream

    return requests.groups.tokens(root_stream(requests.spec.seed))


class _Readers:
    """The open streams of the clients, each opened at its first request and closed after its last."""

    def __init__(self, requests: Requests) -> None:
        self.requests = requests
        rows, hidden = requests.rows, requests.hidden[0]
        client = np.concatenate([requests.client, requests.hidden[1]])
        place = np.concatenate([rows.place, hidden.place])
        self._order = np.lexsort((place, client))
        self._starts = np.searchsorted(client[self._order], np.arange(len(requests.clients) + 1))
        self.place = place
        self.fresh = np.concatenate([rows.fresh, hidden.fresh])
        self.output = np.concatenate([rows.output, hidden.output])
        self.session = None
        if rows.context is not None and rows.session is not None:
            sessions = hidden.session if hidden.session is not None else np.empty(0, np.int64)
            self.session = np.concatenate([rows.session, sessions])
        self._open: dict[int, _Reader] = {}
        self._between = [
            content.output if isinstance(content, MediaContent) else None
            for content in (content_of(block.template) for block in requests.clients.blocks)
        ]
        busy = int(np.count_nonzero(np.diff(self._starts)))
        self._block = max(FIRST_BLOCK, min(LARGEST_BLOCK, _BUFFERED_VALUES // max(1, busy)))

    def of(self, client: int) -> _Reader:
        """Return the reader of a client's stream."""
        reader = self._open.get(client)
        if reader is None:
            state = seed_states(self.requests.seeds[client : client + 1])[0]
            rows = self._order[self._starts[client] : self._starts[client + 1]]
            block = int(np.searchsorted(self.requests.clients.starts, client, side="right")) - 1
            reader = _Reader(self, Stream(state, self._block), rows, self._between[block])
            self._open[client] = reader
        return reader

    def release(self, client: int) -> None:
        """Close a client's stream if it has given all its requests."""
        if self._open[client].exhausted:
            del self._open[client]


class _Reader:
    """Reads one client's stream forward. What it passes before its time (rounds of a session) is kept until then."""

    def __init__(self, readers: _Readers, stream: Stream, rows: NDArray[np.intp], between: Sampler | None) -> None:
        self._readers = readers
        self._stream = stream
        self._rows = rows
        self._next = 0
        self._early: dict[int, Pair] = {}
        self._between = between
        self._said: dict[int, list[Ids]] = {}

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left to give."""
        return self._next == len(self._rows) and not self._early

    def read(self, request: int) -> Pair:
        """Return the ids drawn for one request: its own input ids and its output ids."""
        while request not in self._early:
            row = int(self._rows[self._next])
            self._next += 1
            pair = self._draw(row)
            if row == request:
                return pair
            if row < len(self._readers.requests):
                self._early[row] = pair
        return self._early.pop(request)

    def _draw(self, row: int) -> Pair:
        stream, readers = self._stream, self._readers
        fresh, output = int(readers.fresh[row]), int(readers.output[row])
        stream.seek(int(readers.place[row]))
        if self._between is not None:
            input_ids = stream.tokens(fresh)
            self._between(stream)  # a multimodal request draws the length of its output here
            pair = input_ids, stream.tokens(output)
        else:
            ids = stream.tokens(fresh + output)
            pair = ids[:fresh], ids[fresh:]
        if readers.session is not None:
            self._said.setdefault(int(readers.session[row]), []).extend(pair)
        return pair

    def earlier(self, request: int, before: int) -> list[Ids]:
        """Return what was said in the rounds of a session before one of them: input, output, input, …"""
        assert self._readers.session is not None
        return self._said[int(self._readers.session[request])][: 2 * before]
