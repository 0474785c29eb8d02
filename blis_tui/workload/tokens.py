"""Token ids, a block at a time: the ids of many requests end to end in one array, and where each request's begin."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, closing
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload import kernel
from blis_tui.workload.kernel.records import Programs
from blis_tui.workload.memory import require
from blis_tui.workload.seeds import root_stream
from blis_tui.workload.workers import Pulse, Workers

_CUT_AT_ONCE = 1 << 11
"""For how many requests it is worked out at once where they begin and end."""
_AHEAD = 1
"""How many blocks several threads are ahead of the one that is used."""


class TokenBlock(NamedTuple):
    """The token ids of the requests `start` … `stop` − 1.

    `ids` (int32, read-only) holds for each request its complete input, prefix and earlier rounds included, then its
    output. `bounds` (int64, of length ``2 · (stop − start) + 1``) says where these begin and end: of the i-th request
    of the block, the input is ``ids[bounds[2i]:bounds[2i + 1]]`` and the output ``ids[bounds[2i + 1]:bounds[2i + 2]]``.
    """

    start: int
    stop: int
    ids: NDArray[np.int32]
    bounds: NDArray[np.int64]

    def pairs(self) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
        """Iterate over the requests, as (input ids, output ids), which are views into the block."""
        bounds, ids = self.bounds.tolist(), self.ids
        for start, middle, end in zip(bounds[:-1:2], bounds[1::2], bounds[2::2], strict=True):
            yield ids[start:middle], ids[middle:end]

    def picked(self, rows: NDArray[np.intp]) -> TokenBlock:
        """Return a block of some of the requests, by their places in this one."""
        lengths = np.diff(self.bounds).reshape(-1, 2)[rows].ravel()
        pieces = [self.ids[self.bounds[2 * row] : self.bounds[2 * row + 2]] for row in rows.tolist()]
        return TokenBlock(0, len(rows), np.concatenate([self.ids[:0], *pieces]), np.concatenate([[0], np.cumsum(lengths)]))


class Drawing(NamedTuple):
    """What token ids are drawn from; all columns and lengths are those of the requests, in arrival order."""

    seed: int
    """Of the workload."""
    programs: Programs
    seeds: NDArray[np.int64]
    """Of all streams, those of the clients first."""
    prefixes: Callable[[kernel.RandomStream], tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]]
    """Draws all prefixes from the fresh root stream: their ids, where each ends, and its length."""
    columns: Mapping[str, NDArray[Any]]
    prefix: NDArray[np.int32]
    """The number of the prefix that a request begins with, -1 for none."""
    inputs: NDArray[np.int32]
    outputs: NDArray[np.int32]
    threads: int | None
    most_open: int
    """How many streams are kept open (see `Tuning`)."""

    @property
    def stream(self) -> NDArray[np.int32]:
        """From which stream a request is drawn: mostly its client's."""
        stream: NDArray[np.int32] = self.columns.get("stream", self.columns["client"])
        return stream


def iterate_blocks(requests: Drawing, most_tokens: int, pulse: Pulse) -> Iterator[TokenBlock]:
    """Iterate over the ids of all requests, at most `most_tokens` at a time, or those of one request.

    With several threads the next block is made while one is used.
    """
    with ExitStack() as stack, Workers(requests.threads) as workers:  # threads end before the streams they read are closed
        root = root_stream(requests.seed, workers.stop)
        prefixes = workers.run(requests.prefixes, root, pulse=pulse)
        rows = _rows(requests)
        count, clients = len(requests.inputs), int(requests.programs.starts[-1])
        most_open = count if clients <= requests.most_open else requests.most_open
        readers = [
            stack.enter_context(
                closing(
                    kernel.Readers(
                        requests.programs,
                        requests.seeds,
                        workers.stop,
                        rows,
                        prefixes,
                        part=part,
                        parts=workers.count,
                        most=most_open // workers.count + 1,
                    )
                )
            )
            for part in range(workers.count)
        ]

        def begin(start: int) -> tuple[TokenBlock, list[Future[None]]]:
            stop, bounds = cut(requests.inputs, requests.outputs, start, most_tokens)
            size = int(bounds[-1])
            if size > most_tokens:  # one very long request
                require(size * np.dtype(np.int32).itemsize)
            ids = np.empty(size, np.int32)
            filling = [workers.start(part, reader.fill, start, bounds, ids) for part, reader in enumerate(readers)]
            return TokenBlock(start, stop, ids, bounds), filling

        ahead: deque[tuple[TokenBlock, list[Future[None]]]] = deque()
        depth = _AHEAD if workers.count > 1 else 0
        stop = done = 0
        while done < count:
            while stop < count and len(ahead) <= depth:
                ahead.append(begin(stop))
                stop = ahead[-1][0].stop
            block, filling = ahead.popleft()
            workers.results(filling, pulse)
            block.ids.flags.writeable = False
            done = block.stop
            yield block


def _rows(requests: Drawing) -> dict[str, NDArray[Any]]:
    """Return what the kernel reads ids by."""
    columns = requests.columns
    stream = requests.stream
    none = np.empty(0, np.int32)
    chain, count, branches = _chains(requests)
    last = np.empty(count, np.int64)
    last[chain] = np.arange(len(stream))  # of several rows of a chain the last one stays
    return {
        "client": columns["client"],
        "stream": stream,
        "place": columns["place"],
        "group": requests.prefix,
        "chain": chain,
        "last": last,
        "branches": branches,
        **{name: columns.get(name, none) for name in ("round", "leg", "goes_on", "drop")},
    }


def _chains(requests: Drawing) -> tuple[NDArray[np.int32], int, NDArray[np.uint8]]:
    """Sort the requests of each stream into chains in which it goes forward as time does; mostly each stream is one.

    Returns the chain of each request, how many there are, and which streams have several (empty if none has).
    """
    stream, place, streams = requests.stream, requests.columns["place"], len(requests.seeds)
    alone = stream, streams, np.empty(0, np.uint8)
    if _windows_are_in_order(requests):
        return alone
    stays = _stays(requests)
    order = np.argsort(stream, kind="stable")
    if not (_is_back(place[order], stays[order]) & (np.diff(stream[order]) == 0)).any():
        return alone
    order = np.lexsort((place, stream))
    begins = np.ones(len(order), bool)
    begins[1:] = (stream[order[1:]] != stream[order[:-1]]) | (order[1:] < order[:-1]) | _is_back(place[order], stays[order])
    chain = np.empty(len(order), np.int32)
    chain[order] = np.cumsum(begins) - 1
    return chain, int(begins.sum()), (np.bincount(stream[order[begins]], minlength=streams) > 1).astype(np.uint8)


def _windows_are_in_order(requests: Drawing) -> bool:
    """Return whether there are single requests alone, and each client's windows follow each other."""
    programs, legs = requests.programs.programs, requests.programs.legs
    if "session" in requests.columns:
        return False
    return bool((programs["legs"] <= 1).all() or (legs["end"][:-1] <= legs["start"][1:]).all())


def _stays(requests: Drawing) -> NDArray[np.bool_]:
    """Return whether the stream of each request stays at its place: inputs that grow are drawn from a copy."""
    programs = requests.programs
    clients = np.repeat(programs.programs["grows"] != 0, np.diff(programs.starts))
    return np.asarray(clients[requests.columns["client"]])


def _is_back(place: NDArray[np.int64], stays: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whether each request but the first begins before the end of the one before, in one stream."""
    steps = np.diff(place)
    return np.asarray((steps < 0) | ((steps == 0) & ~stays[:-1]))


def cut(inputs: NDArray[np.int32], outputs: NDArray[np.int32], start: int, most_tokens: int) -> tuple[int, NDArray[np.int64]]:
    """Return where a block that begins at a request stops, and its bounds; it has at least one request."""
    count, size = 0, min(max(most_tokens >> 4, 64), _CUT_AT_ONCE)
    pieces: list[NDArray[np.int64]] = [np.zeros(1, np.int64)]
    while start + count < len(inputs):
        part = slice(start + count, start + count + size)
        lengths = np.empty((len(inputs[part]), 2), np.int64)
        lengths[:, 0], lengths[:, 1] = inputs[part], outputs[part]
        bounds = np.cumsum(lengths.ravel())
        bounds += pieces[-1][-1]
        fitting = int(np.searchsorted(bounds[1::2], most_tokens, side="right"))
        if fitting < len(lengths):
            fitting = max(fitting, 0 if count else 1)
            pieces.append(bounds[: 2 * fitting])
            return start + count + fitting, np.concatenate(pieces)
        pieces.append(bounds)
        count += len(lengths)
    return start + count, np.concatenate(pieces)
