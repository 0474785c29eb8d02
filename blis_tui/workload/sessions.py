"""Conversations: sessions of several rounds, from BLIS's `GenerateReasoningRequests` and the loops around it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.fields import INT64_MAX
from blis_tui.spec.model import Reasoning
from blis_tui.workload.activity import Limits, time_overflow
from blis_tui.workload.content import Lengths, checked
from blis_tui.workload.lengths import fixed_length, length_sampler
from blis_tui.workload.random.stream import Sampler, Stream
from blis_tui.workload.rows import Int64s, Rows, empty


class Conversation:
    """How the sessions of a client go: rounds, pauses, lengths and reasoning shares."""

    def __init__(self, reasoning: Reasoning, lengths: Lengths, rounds: int | None = None) -> None:
        turns = reasoning.multi_turn
        assert turns is not None
        self.rounds = turns.max_rounds if rounds is None else rounds
        self.single_session = turns.single_session
        self._think_time_us = turns.think_time_us
        self.accumulates = turns.context_growth == "accumulate"
        self._lengths = lengths
        ratio = reasoning.reason_ratio_distribution
        self._fixed_percent = fixed_length(ratio) if ratio.type else 0
        self._percent = length_sampler(ratio) if ratio.type else None

    def session(self, stream: Stream, start: int, until: int) -> Rows:
        """Draw one session, all its rounds; return those before the first that comes too late."""
        number = stream.int63()
        count = self.rounds
        if self._lengths.fixed is not None and self._fixed_percent is not None:
            lengths, percent = self._lengths.fixed, np.full(count, max(0, min(self._fixed_percent, 100)), np.uint8)
            checked(max(lengths))
            fresh, output = np.full((2, count), np.reshape(lengths, (2, 1)), np.int32)
            place = stream.item_places(count, sum(lengths))
        else:
            place, fresh, output, percent = self._draw_rounds(stream)
        arrival = self._arrivals(start, output)
        late = arrival >= until
        count = int(late.argmax()) if late.any() else count
        place, fresh, output, percent = place[:count], fresh[:count], output[:count], percent[:count]
        return Rows(
            arrival[:count],
            place,
            fresh,
            output,
            context=self._context(fresh, output) if self.accumulates else None,
            session=np.full(count, number, np.int64),
            round=np.arange(count, dtype=np.int32),
            percent=percent,
        )

    def _draw_rounds(self, stream: Stream) -> tuple[Int64s, NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
        rounds: list[tuple[int, int, int, int]] = []
        for _ in range(self.rounds):
            fresh, output = checked(self._lengths.input(stream)), checked(self._lengths.output(stream))
            place = stream.at
            stream.skip_tokens(fresh + output)
            percent = self._percent(stream) if self._percent is not None else 0
            rounds.append((place, fresh, output, max(0, min(percent, 100))))
        place_column, fresh_column, output_column, percent_column = np.array(rounds, np.int64).T
        return (
            place_column,
            fresh_column.astype(np.int32),
            output_column.astype(np.int32),
            percent_column.astype(np.uint8),
        )

    def _arrivals(self, start: int, output: NDArray[np.int32]) -> Int64s:
        """Return when the rounds arrive: BLIS reckons 1 µs an output token, then comes the pause."""
        busy = np.cumsum(output[:-1], dtype=np.int64)
        if start + len(output) * max(0, self._think_time_us) + int(busy[-1:].sum()) > INT64_MAX:
            raise time_overflow()
        after = start + busy + self._think_time_us * np.arange(1, len(output))
        return np.concatenate([[start], after])

    @staticmethod
    def _context(fresh: NDArray[np.int32], output: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the tokens said before each round."""
        before = np.cumsum(fresh + output.astype(np.int64)) - fresh - output
        checked(int((before + fresh).max(initial=0)))
        return before.astype(np.int32)


def one_session(stream: Stream, gap: Sampler, conversation: Conversation, limits: Limits) -> Rows:
    """Draw the only session of a client: it starts one gap after the first window's start."""
    start = gap(stream) + limits.activity.first_start
    if start >= limits.until or start not in limits.activity:
        return empty()
    return conversation.session(stream, start, limits.until)


def sessions(
    stream: Stream,
    gap: Sampler,
    conversation: Conversation,
    limits: Limits,
) -> Iterator[Rows]:
    """Draw session after session, one at each arrival; sessions overlap. Stops when `most` rounds are drawn."""
    time, count = limits.start, 0
    while count < limits.most:
        time += gap(stream)
        if limits.over(time):
            break
        if time in limits.activity:
            yield conversation.session(stream, time, limits.until)
            count += conversation.rounds


def sent(rows: Rows, limits: Limits) -> Rows:
    """Return the rounds that are sent: those at which the client is active."""
    return rows.keep(limits.activity.mask(rows.arrival))
