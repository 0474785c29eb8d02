"""The requests of a client that sends single requests, on the ordinary path (BLIS's `GenerateRequests`)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from blis_tui.spec.fields import INT64_MAX
from blis_tui.workload.activity import Limits, time_overflow
from blis_tui.workload.content import Drawn, MediaContent, TextContent, checked
from blis_tui.workload.random.stream import Sampler, Stream
from blis_tui.workload.rows import Int64s, Rows, drawn_rows, fixed_rows, gather

_AT_ONCE = 1 << 16


def sampled_requests(
    stream: Stream,
    gap: Sampler,
    content: TextContent | MediaContent,
    limits: Limits,
) -> Rows:
    """Draw gap and content in turn, whatever they are: the general case, request by request."""
    arrivals: list[int] = []
    drawn: list[Drawn] = []
    time, end, activity, draw = limits.start, limits.end, limits.activity, content.draw
    always = activity.always
    while len(arrivals) < limits.most:
        time += gap(stream)
        if time >= end and limits.over(time):
            break
        if always or time in activity:
            arrivals.append(time)
            drawn.append(draw(stream))
    return drawn_rows(arrivals, drawn)


def timed_requests(stream: Stream, arrivals: Int64s, content: TextContent | MediaContent) -> Rows:
    """Fill requests whose arrivals are known beforehand."""
    if content.fixed is None:
        times = arrivals.tolist()
        return drawn_rows(times, [content.draw(stream) for _ in times])
    if len(arrivals):
        checked(max(content.fixed))
    return fixed_rows(arrivals, stream.item_places(len(arrivals), sum(content.fixed)), *content.fixed)


def constant_requests(stream: Stream, gap: int, content: TextContent | MediaContent, limits: Limits) -> Rows:
    """Make requests at a constant gap, where the client is active."""

    def pieces() -> Iterator[Rows]:
        left = limits.most
        for start, end in limits.activity.spans:
            first = max(1, -(-start // gap))
            behind = min((min(end, limits.until) - 1) // gap + 1, first + left)
            for low in range(first, behind, _AT_ONCE):
                yield timed_requests(stream, np.arange(low, min(low + _AT_ONCE, behind)) * gap, content)
            left -= max(0, behind - first)
        if left and limits.end == INT64_MAX:
            raise time_overflow()

    return gather(pieces())
