"""Token ids of requests in arrival order: each is drawn once more from the client's stream, which goes forward as time does."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.kernel.records import MEDIA, Leg, Program, Programs
from blis_tui.workload.kernel.twin.random_stream import Stream
from blis_tui.workload.kernel.twin.samplers import draws_of

Ids = NDArray[np.int32]


class Readers:
    """The streams of the clients, open from the first request of a chain to its last."""

    def __init__(
        self,
        programs: Programs,
        seeds: NDArray[np.int64],
        stop: NDArray[np.int32],
        rows: dict[str, NDArray[Any]],
        prefixes: tuple[Ids, NDArray[np.int64], NDArray[np.int64]],
        *,
        part: int,
        parts: int,
        most: int,
    ) -> None:
        """Open no stream yet; see the compiled kernel for what all of this is."""
        assert (part, parts) == (0, 1)
        self._programs = [Program(*row) for row in programs.programs.tolist()]
        self._legs = [Leg(*row) for row in programs.legs.tolist()]
        self._draws = draws_of(programs)
        self._starts, self._seeds, self._stop = programs.starts, seeds, stop
        self._rows, self._prefixes = rows, prefixes
        self._most = most
        self._open: dict[int, Stream] = {}
        self._fronts: dict[int, Stream] = {}

    def close(self) -> None:
        """Close all streams."""
        self._open.clear()
        self._fronts.clear()

    def fill(self, start: int, bounds: NDArray[np.int64], ids: Ids) -> None:
        """Write the ids of the requests from `start` on; those of the i-th are at ``bounds[2i]`` to ``bounds[2i + 2]``."""
        stop = start + len(bounds) // 2
        columns = [self._rows[name][start:stop].tolist() for name in ("client", "stream", "chain", "place", "group")]
        edges = bounds.tolist()
        for index, (client, origin, chain, place, group) in enumerate(zip(*columns, strict=True)):
            if self._stop[0]:
                return
            begin, middle, end = edges[2 * index : 2 * index + 3]
            if group >= 0:
                prefixes, ends, lengths = self._prefixes
                ids[begin : begin + lengths[group]] = prefixes[ends[group] - lengths[group] : ends[group]]
                begin += int(lengths[group])
            row = start + index
            last = row == self._rows["last"][chain]
            stream = self._reader(origin, chain, place, last)
            program = self._programs[int(np.searchsorted(self._starts, client, side="right")) - 1]
            if program.grows:
                ids[begin:end] = self._rounds(stream.copy(), program, row)
            elif program.content == MEDIA:
                ids[begin:middle] = stream.tokens(middle - begin)
                self._draws[self._legs[program.first_leg].output](stream)
                ids[middle:end] = stream.tokens(end - middle)
            else:
                drawn = stream.tokens(end - begin)
                if self._stop[0]:
                    return
                ids[begin:end] = drawn
            if last:
                self._open.pop(chain, None)

    def _rounds(self, stream: Stream, program: Program, row: int) -> Ids:
        """Draw a round and all before it in its session, from where the stream stands at the session's start."""
        leg = self._legs[program.first_leg + int(self._rows["leg"][row])]
        given, answered = self._draws[leg.input], self._draws[leg.output]
        goes_on = int(self._rows["goes_on"][row]) if len(self._rows["goes_on"]) else -1
        said: list[Ids] = []
        for number in range(int(self._rows["round"][row]) + 1):
            if goes_on >= 0 and number == 1:
                stream = Stream(int(self._seeds[goes_on]), self._stop)
                given, answered = self._draws[program.input], self._draws[program.output]
            ids = stream.tokens(given(stream) + answered(stream))
            said.append(ids[int(self._rows["drop"][row]) :] if goes_on >= 0 and number == 0 else ids)
            if program.percent >= 0 and goes_on < 0:
                self._draws[program.percent](stream)
        return np.concatenate(said)

    def _reader(self, origin: int, chain: int, place: int, last: bool) -> Stream:
        """Return a stream that stands at the place of a request."""
        stream = self._open.get(chain)
        if stream is None:
            front = self._front(origin) if len(self._rows["branches"]) and self._rows["branches"][origin] else None
            if front is not None and front.place <= place:
                front.seek(place)
                stream = front.copy()
            else:
                stream = Stream(int(self._seeds[origin]), self._stop)
            if not last and len(self._open) < self._most:
                self._open[chain] = stream
        stream.seek(place)
        return stream

    def _front(self, origin: int) -> Stream | None:
        """Return the stream from which its chains branch off: it stands where the farthest of them began."""
        if origin not in self._fronts and len(self._fronts) < self._most:
            self._fronts[origin] = Stream(int(self._seeds[origin]), self._stop)
        return self._fronts.get(origin)
