"""The requests of a client that sends single requests, on the ordinary path (BLIS's `GenerateRequests`)."""

from __future__ import annotations

import numpy as np

from blis_tui.workload.activity import Limits
from blis_tui.workload.arrivals import gaps
from blis_tui.workload.content import Drawn, MediaContent, TextContent
from blis_tui.workload.random.stream import Sampler, Stream
from blis_tui.workload.rows import Int64s, Rows, drawn_rows, fixed_rows

_LARGE_GAP = 2**53


def sampled_requests(
    stream: Stream,
    gap: Sampler,
    content: TextContent | MediaContent,
    limits: Limits,
) -> Rows:
    """Draw gap and content in turn, whatever they are: the general case, request by request."""
    arrivals: list[int] = []
    drawn: list[Drawn] = []
    time = limits.start
    while len(arrivals) < limits.most:
        time += gap(stream)
        if time >= limits.end:
            break
        if time in limits.activity:
            arrivals.append(time)
            drawn.append(content.draw(stream))
    return drawn_rows(arrivals, drawn)


def poisson_requests(
    stream: Stream,
    rate: float,
    lengths: tuple[int, int],
    limits: Limits,
) -> Rows:
    """Draw Poisson arrivals of requests of fixed lengths.

    Nearly every gap takes one value of the stream and every token one more, so a run of requests stands at even
    distances; only the rare draw that takes more values, and a change of activity, is gone through step by step.
    """
    tokens = sum(lengths)
    times: list[Int64s] = []
    places: list[Int64s] = []
    time, count = limits.start, 0
    while count < limits.most:
        active, change = limits.activity.next_change(time)
        stride = 1 + tokens if active else 1
        ahead = _ahead(time, gaps(stream.exponential_run(stride, limits.most - count), rate))
        run = int(np.searchsorted(ahead, min(change, limits.until)))
        if run:
            if active:
                times.append(ahead[:run])
                places.append(stream.at + 1 + np.arange(run) * stride)
                count += run
            stream.at += run * stride
            time = int(ahead[run - 1])
        if count >= limits.most:
            break
        time += int(gaps(np.array([stream.exponential()]), rate)[0])
        if time >= limits.end:
            break
        if time in limits.activity:
            times.append(np.array([time]))
            places.append(np.array([stream.at]))
            stream.skip_tokens(tokens)
            count += 1
    if not times:
        return fixed_rows(np.empty(0, np.int64), np.empty(0, np.int64), *lengths)
    return fixed_rows(np.concatenate(times), np.concatenate(places), *lengths)


def _ahead(time: int, gaps_us: Int64s) -> Int64s:
    """Return the times behind a run of gaps, up to the first gap whose sum with others int64 may not hold."""
    large = gaps_us > _LARGE_GAP
    if large.any():
        gaps_us = gaps_us[: int(large.argmax())]
    return time + np.cumsum(gaps_us)


def timed_requests(stream: Stream, arrivals: Int64s, lengths: tuple[int, int]) -> Rows:
    """Fill requests of fixed lengths whose arrivals are known beforehand: only token ids are drawn."""
    return fixed_rows(arrivals, stream.item_places(len(arrivals), sum(lengths)), *lengths)


def constant_arrivals(gap: int, limits: Limits) -> Int64s:
    """Return arrivals at a constant gap: those at which the client is active, at most `most`."""
    count = max(0, (limits.end - 1) // gap)
    if limits.activity.always:
        count = min(count, limits.most)
    arrivals = np.arange(1, count + 1, dtype=np.int64) * gap
    return arrivals[limits.activity.mask(arrivals)][: limits.most]


def spread_arrivals(gaps_us: Int64s, limits: Limits) -> Int64s:
    """Return the arrivals of given gaps before the end."""
    arrivals = np.cumsum(gaps_us)
    return arrivals[: min(int(np.searchsorted(arrivals, limits.until)), limits.most)]
