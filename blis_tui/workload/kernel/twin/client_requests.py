"""The requests of clients: gap, lengths, token ids passed over; next request."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Iterator
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.distributions import go_int
from blis_tui.spec.format.fields import INT64_MAX, INT64_MIN
from blis_tui.spec.format.model import MAX_LENGTH
from blis_tui.workload.kernel.records import (
    ARRIVALS,
    CHAT,
    FIXED,
    MEDIA,
    PAST_TIME,
    SESSION,
    SPREAD,
    STOPPED,
    TOO_LONG,
    Leg,
    Program,
    Programs,
    Sheet,
)
from blis_tui.workload.kernel.twin.random_stream import Stream
from blis_tui.workload.kernel.twin.request_rows import Ended, RequestRows
from blis_tui.workload.kernel.twin.samplers import draws_of

_Row = tuple[int, int, int, int, int, int, int, int, int, int, tuple[int, int, int, int]]
_NO_MEDIA = (0, 0, 0, 0)


class Activity:
    """The times at which a client is active: ascending, disjoint spans; none mean always."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self._spans = spans
        self._starts = [start for start, _ in spans]

    def __contains__(self, time: int) -> bool:
        index = bisect_right(self._starts, time)
        return not self._spans or (index > 0 and time < self._spans[index - 1][1])

    def next_start(self, time: int) -> int:
        """Return the start of the first span after a time."""
        return self._starts[bisect_right(self._starts, time)]


class Walk(RequestRows):
    """Walks clients through their streams and writes down their requests, as much as a sheet holds at a time."""

    COLUMNS: ClassVar = (*Sheet.COLUMNS, *Sheet.CHAT_COLUMNS, "media")

    def __init__(self, programs: Programs, seeds: NDArray[np.int64], stop: NDArray[np.int32]) -> None:
        super().__init__(self._walk(0, 0))
        self._programs = [Program(*row) for row in programs.programs.tolist()]
        self._legs = [Leg(*row) for row in programs.legs.tolist()]
        self._spans = programs.spans.tolist()
        self._samplers = programs.samplers
        self._draws = draws_of(programs)
        self._starts = programs.starts
        self._seeds, self._stop = seeds, stop
        self.done = 0
        """How many clients are done with."""
        self.part_done = 0.0
        """How far the walk is with its client, 0 to 1, as nearly as time tells."""

    def begin(self, low: int, high: int) -> None:
        """Go on with the clients from `low` to `high`, exclusive."""
        self._rows = self._walk(low, high)

    def _walk(self, low: int, high: int) -> Generator[_Row, None, None]:
        block = int(np.searchsorted(self._starts, low, side="right")) - 1
        for client in range(low, high):
            self.failed_client = client
            while self._starts[block + 1] <= client:
                block += 1
            if self._programs[block].legs:
                one = _Client(self, self._programs[block], client, client - int(self._starts[block]))
                yield from one.requests()
            self.done += 1
            self.part_done = 0.0


class _Client:
    """One client on its way through its stream."""

    def __init__(self, walk: Walk, program: Program, client: int, member: int) -> None:
        self._walk, self._program, self._client = walk, program, client
        self._draws, self._stop = walk._draws, walk._stop
        self._stream = Stream(int(walk._seeds[client]), walk._stop)
        for _ in range(program.spare):
            self._stream.int63()
        self._more = int(member < program.extra)
        self._left = program.most
        self._activity = Activity(walk._spans[program.first_span : program.first_span + program.spans])

    def requests(self) -> Iterator[_Row]:
        """Yield all requests of the client."""
        program = self._program
        for number, leg in enumerate(self._walk._legs[program.first_leg : program.first_leg + program.legs]):
            for time in self._arrivals(leg):
                if self._stop[0]:
                    raise Ended(STOPPED)
                if leg.start < leg.end < INT64_MAX:
                    part = min(1.0, max(0.0, (time - leg.start) / (leg.end - leg.start)))
                    self._walk.part_done = (number + part) / program.legs
                if program.content != CHAT:
                    self._left -= 1
                    yield self._request(leg, time)
                    continue
                yield from self._session(leg, number, time)
                if program.single_session:
                    break

    def _arrivals(self, leg: Leg) -> Iterator[int]:
        if leg.kind == ARRIVALS:
            return self._gap_by_gap(leg)
        if leg.kind == SESSION:
            time = leg.start + self._draws[leg.gap](self._stream)
            return iter([time] if time < leg.end and time in self._activity else [])
        return self._filled(leg, self._spread(leg) if leg.kind == SPREAD else self._stretched(leg))

    def _gap_by_gap(self, leg: Leg) -> Iterator[int]:
        stream, gap, activity, end, stop = self._stream, self._draws[leg.gap], self._activity, leg.end, self._stop
        jumps = self._walk._samplers["family"][leg.gap] == FIXED
        time = leg.start
        while self._left > 0:
            step = gap(stream)
            time += step
            if time >= end:
                if end == INT64_MAX:
                    raise Ended(PAST_TIME)
                return
            if time in activity:
                yield time
            elif jumps:  # nothing is drawn until the next span: go there
                time += (activity.next_start(time) - time - 1) // step * step
            elif stop[0]:
                raise Ended(STOPPED)

    def _filled(self, leg: Leg, gaps: Iterator[int]) -> Iterator[int]:
        time = leg.start
        for gap in gaps:
            time += gap
            if time >= leg.end or self._left <= 0:
                return
            yield time

    def _spread(self, leg: Leg) -> Iterator[int]:
        """Yield gaps from a stream of their own, scaled to sum to the span."""
        own = Stream(self._stream.int63(), self._stop)
        count = leg.gaps + self._more
        raw: list[float] = []
        for _ in range(count):
            if self._stop[0]:
                raise Ended(STOPPED)
            raw.append(own.exponential() / (float(count) / float(leg.span)))
        total = 0.0
        for value in raw:
            total += value
        return (max(1, go_int(value * (float(leg.span) / total))) for value in raw)

    def _stretched(self, leg: Leg) -> Iterator[int]:
        """Yield gaps drawn before anything else, scaled to sum to the span; the last one would end at its end."""
        gap, stream = self._draws[leg.gap], self._stream
        gaps: list[int] = []
        for _ in range(leg.gaps):
            if self._stop[0]:
                raise Ended(STOPPED)
            gaps.append(gap(stream))
        total = sum(gaps)
        if total >= 2**63:
            raise Ended(PAST_TIME)
        factor = float(leg.span) / float(total)
        return (go_int(float(value) * factor) for value in gaps[:-1])

    def _request(self, leg: Leg, time: int) -> _Row:
        stream, media = self._stream, _NO_MEDIA
        if self._program.content == MEDIA:
            media = self._media()
            fresh = sum(media) or 1
            place = stream.place
            stream.skip_tokens(fresh)
            output = self._draws[leg.output](stream)
            stream.skip_tokens(_checked(output))
        else:
            fresh, output = self._draws[leg.input](stream), self._draws[leg.output](stream)
            _checked(max(fresh, output))
            place = stream.place
            stream.skip_tokens(fresh + output)
        return time, place, fresh, output, self._client, -1, 0, 0, 0, 0, media

    def _media(self) -> tuple[int, int, int, int]:
        counts: list[int] = []
        samplers = self._program.media
        for pieces, tokens in zip(samplers[::2], samplers[1::2], strict=True):
            counts.append(self._pieces(pieces, tokens) if tokens >= 0 else 0)
            _checked(sum(counts))
        text, image, audio, video = counts
        return text, image, audio, video

    def _pieces(self, pieces: int, tokens: int) -> int:
        """Draw the tokens of all pieces of one kind."""
        times = 1 if pieces < 0 else max(0, self._draws[pieces](self._stream))
        draw, total = self._draws[tokens], 0
        if self._walk._samplers["family"][tokens] == FIXED:
            return times * draw(self._stream)
        while times > 0 and total <= MAX_LENGTH and not self._stop[0]:
            drawn = draw(self._stream)
            if drawn > MAX_LENGTH:
                return drawn
            total += drawn
            times -= 1
        return total

    def _session(self, leg: Leg, number: int, time: int) -> Iterator[_Row]:
        """Yield the rounds of one session before the first that comes too late; all are drawn."""
        program, stream = self._program, self._stream
        given, answered = self._draws[leg.input], self._draws[leg.output]
        percents = self._draws[program.percent] if program.percent >= 0 else None
        session, start = stream.int63(), stream.place
        context, late = 0, False
        rounds = program.rounds + self._more
        self._left -= rounds
        for round in range(rounds):
            if self._stop[0]:
                raise Ended(STOPPED)
            fresh, output = given(stream), answered(stream)
            _checked(max(fresh, output))
            place = start if program.grows else stream.place
            stream.skip_tokens(fresh + output)
            percent = percents(stream) if percents is not None else 0
            late = late or time >= leg.until
            if late and leg.kind == SESSION:
                return
            if late:
                continue
            if program.grows:
                _checked(context + fresh)
            if time in self._activity:
                share = max(0, min(percent, 100))
                yield time, place, fresh, output, self._client, session, round, context, share, number, _NO_MEDIA
            if program.grows:
                context += fresh + output
            time += output + program.think_time_us
            if not INT64_MIN <= time <= INT64_MAX and round + 1 < rounds:
                raise Ended(PAST_TIME)


def _checked(tokens: int) -> int:
    if tokens > MAX_LENGTH:
        raise Ended(TOO_LONG, tokens)
    return tokens
