"""The token ids of the requests, drawn again from the clients' streams in arrival order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.blocks import TokenBlock
from blis_tui.workload.lengths import length_sampler
from blis_tui.workload.random.reader import FIRST_BLOCK, LARGEST_BLOCK, Pulse
from blis_tui.workload.random.source import LENGTH, seed_states
from blis_tui.workload.random.stream import Sampler, Stream
from blis_tui.workload.requests import Requests
from blis_tui.workload.root import root_stream
from blis_tui.workload.slices import go_forward, sliced_blocks
from blis_tui.workload.spool import spooled_blocks
from blis_tui.workload.threads import made_ahead, several

Ids = NDArray[np.int32]
MOST_CLIENTS = 20_000
"""Of so many clients the states of their streams are kept in memory, 5 kB each; if there are more, ids are spooled."""
_BUFFERED_VALUES = 1 << 24
"""How many values all open streams together may hold: 12 bytes each."""
_MOST_OPEN = _BUFFERED_VALUES // (LENGTH + FIRST_BLOCK)
_AT_ONCE, _DRAWN_AT_ONCE = 1 << 14, 1 << 8
"""Requests whose columns are turned into Python numbers at once: of all clients, and of one."""


def iterate_blocks(requests: Requests, most_tokens: int, pulse: Pulse) -> Iterator[TokenBlock]:
    """Iterate over the ids of all requests, prefix and earlier rounds included, at most so many at a time."""

    def blocks(pulse: Pulse) -> Iterator[TokenBlock]:
        prefixes = requests.groups.tokens(root_stream(requests.spec.seed))
        if not go_forward(requests):
            return _drawn_blocks(requests, prefixes, most_tokens)
        if len(requests.clients) > MOST_CLIENTS:
            return spooled_blocks(requests, prefixes, most_tokens, pulse)
        return sliced_blocks(requests, prefixes, most_tokens, pulse)

    return made_ahead(blocks, pulse) if several(requests.threads) else blocks(pulse)


def _drawn_blocks(requests: Requests, prefixes: Ids, most_tokens: int) -> Iterator[TokenBlock]:
    spans, pieces = requests.spans, _pieces(requests, prefixes)
    start = 0
    while start < len(requests):
        stop, bounds = spans.cut(start, most_tokens)
        ids = np.empty(int(bounds[-1]), np.int32)
        parts = [part for of_request in islice(pieces, stop - start) for part in of_request]
        np.concatenate(parts, out=ids)
        ids.flags.writeable = False
        yield TokenBlock(start, stop, ids, bounds)
        start = stop


def _pieces(requests: Requests, prefixes: Ids) -> Iterator[tuple[Ids, ...]]:
    """Yield what the ids of each request are made of: prefix, earlier rounds, its own input, its output."""
    ends, lengths = requests.groups.ends.tolist(), requests.groups.lengths.tolist()
    readers = _Readers(requests)
    for low in range(0, len(requests), _AT_ONCE):
        part = slice(low, low + _AT_ONCE)
        columns = zip(requests.client[part].tolist(), requests.prefix_group[part].tolist(), strict=True)
        for request, (client, group) in enumerate(columns, low):
            _, fresh, output, said, before = readers.read(client, request)
            if group >= 0:
                yield (prefixes[ends[group] - lengths[group] : ends[group]], *said[:before], fresh, output)
            else:
                yield (*said[:before], fresh, output)


_Drawn = tuple[int, Ids, Ids, Sequence[Ids], int]
"""A row, its own input and output ids; the pieces said in its session, and how many of them come before it."""


class _Columns:
    """What is known of all requests and hidden rounds: sent ones first, then the hidden ones."""

    def __init__(self, requests: Requests) -> None:
        rows, (hidden, hidden_client) = requests.rows, requests.hidden
        self.place = _join(rows.place, hidden.place)
        self.fresh = _join(rows.fresh, hidden.fresh)
        self.output = _join(rows.output, hidden.output)
        self.session = rows.session if rows.session is None or hidden.session is None else _join(rows.session, hidden.session)
        client = _join(requests.client, hidden_client)
        self._order = np.lexsort((self.place, client))
        self._starts = np.searchsorted(client[self._order], np.arange(len(requests.clients) + 1))

    def of(self, client: int) -> NDArray[np.intp]:
        """Return the rows of a client in the order in which its stream holds them."""
        return self._order[self._starts[client] : self._starts[client + 1]]

    @property
    def busy_clients(self) -> int:
        """How many clients have rows."""
        return int(np.count_nonzero(np.diff(self._starts)))


def _join(first: NDArray, second: NDArray) -> NDArray:  # type: ignore[type-arg]
    return np.concatenate([first, second]) if len(second) else first


class _Readers:
    """A reader for each client between its first and its last request, of which some have their streams open."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._columns = _Columns(requests)
        self._readers: dict[int, _Reader] = {}
        self._open: dict[int, _Reader] = {}  # the one read last stands last
        busy = max(1, self._columns.busy_clients)
        self._all_open = busy <= _MOST_OPEN
        self._largest_block = max(FIRST_BLOCK, min(LARGEST_BLOCK, _BUFFERED_VALUES // busy // FIRST_BLOCK * FIRST_BLOCK))

    def read(self, client: int, request: int) -> _Drawn:
        """Return the ids of a request of a client."""
        reader = self._readers.get(client)
        if reader is None:
            reader = self._readers[client] = self._reader(client)
        drawn = reader.read(request)
        if reader.exhausted:
            del self._readers[client]
            self._open.pop(client, None)
        elif not self._all_open:
            self._close_oldest(client, reader)
        return drawn

    def _close_oldest(self, client: int, reader: _Reader) -> None:
        self._open.pop(client, None)
        self._open[client] = reader
        if len(self._open) > _MOST_OPEN:
            self._open.pop(next(iter(self._open))).close()

    def _reader(self, client: int) -> _Reader:
        clients = self._requests.clients
        block = int(np.searchsorted(clients.starts, client, side="right")) - 1
        return _Reader(self._requests, self._columns, client, block, self._largest_block)


class _Reader:
    """Reads one client's stream forward. What it passes before its time (rounds of a session) is kept until then."""

    __slots__ = ("_columns", "_draws", "_early", "_largest_block", "_left", "_seed", "_sent", "_stream")

    def __init__(self, requests: Requests, columns: _Columns, client: int, block: int, largest_block: int) -> None:
        rows, traits = columns.of(client), requests.traits[block]
        self._columns = columns
        self._sent = len(requests)
        self._left = int(np.count_nonzero(rows < self._sent))
        self._seed = requests.seeds[client : client + 1]
        self._stream: Stream | None = None
        self._largest_block = largest_block
        self._early: dict[int, _Drawn] = {}
        # a multimodal request draws the length of its output behind its input ids
        between = length_sampler(requests.clients.blocks[block].template.output_distribution) if traits.multimodal else None
        draws = self._drawn(rows, between)
        self._draws = self._with_context(draws) if traits.accumulates else draws

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left to give."""
        return not self._left

    def close(self) -> None:
        """Free the memory of the stream; it is opened again when it is read."""
        self._stream = None

    def read(self, request: int) -> _Drawn:
        """Return the ids of one request."""
        self._left -= 1
        while request not in self._early:
            drawn = next(self._draws)
            if drawn[0] == request:
                return drawn
            if drawn[0] < self._sent:
                self._early[drawn[0]] = drawn
        return self._early.pop(request)

    def _drawn(self, rows: NDArray[np.intp], between: Sampler | None) -> Iterator[_Drawn]:
        """Draw the ids of the rows, one after the other."""
        columns = self._columns
        for low in range(0, len(rows), _DRAWN_AT_ONCE):
            part = rows[low : low + _DRAWN_AT_ONCE]
            numbers = (part.tolist(), columns.place[part].tolist(), columns.fresh[part].tolist(), columns.output[part].tolist())
            for row, place, fresh, output in zip(*numbers, strict=True):
                stream = self._stream
                if stream is None:
                    stream = self._stream = Stream(seed_states(self._seed)[0], self._largest_block)
                stream.seek(place)
                if between is None:
                    ids = stream.tokens(fresh + output)
                    yield row, ids[:fresh], ids[fresh:], (), 0
                else:
                    input_ids = stream.tokens(fresh)
                    between(stream)
                    yield row, input_ids, stream.tokens(output), (), 0

    def _with_context(self, draws: Iterator[_Drawn]) -> Iterator[_Drawn]:
        """Note beside each round what was said before it in its session."""
        assert self._columns.session is not None
        current, said = -1, list[Ids]()
        for row, fresh, output, _, _ in draws:
            session = int(self._columns.session[row])
            if session != current:
                current, said = session, []
            yield row, fresh, output, said, len(said)
            said += [fresh, output]
