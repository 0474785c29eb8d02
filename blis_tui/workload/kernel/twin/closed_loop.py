"""What is sent when answers come: follow-ups of sessions, in the order of the answers (BLIS's `SessionManager.OnComplete`)."""

from __future__ import annotations

from collections.abc import Generator
from heapq import heapify, heappop, heappush
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.format.model import MAX_LENGTH
from blis_tui.workload.kernel.records import STOPPED, TOO_LONG, Program, Programs
from blis_tui.workload.kernel.twin.random_stream import Stream
from blis_tui.workload.kernel.twin.request_rows import Ended, RequestRows
from blis_tui.workload.kernel.twin.samplers import draws_of


class ClosedLoop(RequestRows):
    """Lets sessions go on: each answer brings the next request of its session, as much as a sheet holds at a time."""

    COLUMNS: ClassVar = ("arrival", "place", "fresh", "output", "client", "session", "round", "context")

    def __init__(
        self,
        programs: Programs,
        stop: NDArray[np.int32],
        sessions: dict[str, NDArray[Any]],
        *,
        ttft_us: int,
        itl_us: int,
        horizon_us: int,
        budget: int,
        order: int,
    ) -> None:
        """Take the sessions: columns `client`, `block`, `seed`, `rounds`, `context` (tokens said so far), `answered` (when the
        first request is, negative for never) and `order` of that request. `budget` is the most follow-ups of all, negative
        for any number; `order` is that of the first of them.
        """
        super().__init__(self._run())
        self._programs = [Program(*row) for row in programs.programs.tolist()]
        self._draws = draws_of(programs)
        self._stop = stop
        self._sessions = {name: column.tolist() for name, column in sessions.items()}
        self._ttft, self._itl, self._horizon, self._budget, self._order = ttft_us, itl_us, horizon_us, budget, order
        answered = zip(self._sessions["answered"], self._sessions["order"], range(len(sessions["client"])), strict=True)
        self._pending = [each for each in answered if each[0] >= 0]
        heapify(self._pending)
        self.made = 0
        """How many follow-ups there are so far."""
        self.time = 0
        """When the answer came that was handled last, in µs."""

    def close(self) -> None:
        """Close all streams."""
        self._rows.close()

    def _run(self) -> Generator[tuple[int, ...], None, None]:
        sessions, pending = self._sessions, self._pending
        rounds, context = [0] * len(sessions["client"]), list(sessions["context"])
        streams: dict[int, Stream] = {}
        while pending and pending[0][0] <= self._horizon and not 0 <= self._budget <= self.made:
            if self._stop[0]:
                raise Ended(STOPPED)
            self.time, _, session = heappop(pending)
            client, program = sessions["client"][session], self._programs[sessions["block"][session]]
            arrival = self.time + program.think_time_us
            if rounds[session] + 1 >= sessions["rounds"][session] or arrival > self._horizon:
                streams.pop(session, None)
                continue
            if session not in streams:
                streams[session] = Stream(sessions["seed"][session], self._stop)
            stream = streams[session]
            fresh, output = self._draws[program.input](stream), self._draws[program.output](stream)
            before = context[session]
            self.failed_client = client
            if output > MAX_LENGTH or before + fresh > MAX_LENGTH:
                raise Ended(TOO_LONG, output if output > MAX_LENGTH else before + fresh)
            rounds[session] += 1
            place = stream.place
            stream.skip_tokens(fresh + output)
            if program.grows:
                context[session] += fresh + output
            self.made += 1
            takes = self._ttft + self._itl * output
            if arrival + takes > INT64_MAX or 0 < program.timeout_us < takes:
                streams.pop(session)
            else:
                heappush(pending, (arrival + takes, self._order + self.made - 1, session))
            yield arrival, place, fresh, output, client, session, rounds[session], before


def first_requests(
    programs: Programs, blocks: NDArray[np.int32], seeds: NDArray[np.int64], stop: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Draw the first request of each virtual user from a stream of its own; return places, input and output lengths.

    `blocks` are the users' programs. A length may be more than a request can have.
    """
    some, draws = [Program(*row) for row in programs.programs.tolist()], draws_of(programs)
    found = np.empty((3, len(seeds)), np.int64)
    for user, (block, seed) in enumerate(zip(blocks.tolist(), seeds.tolist(), strict=True)):
        stream = Stream(seed, stop)
        lengths = draws[some[block].input](stream), draws[some[block].output](stream)
        found[:, user] = stream.place, *lengths
    return found
