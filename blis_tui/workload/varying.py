"""The time-varying path: windows that carry rates or distributions of their own (version 2, as BLIS does it).

Each window gets its share of the aggregate rate, from that a number of requests, and as many gaps, which are stretched
to fill it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from blis_tui.problems import ERROR, Problem, SpecError
from blis_tui.spec.model import Arrival, Window
from blis_tui.workload.activity import time_overflow
from blis_tui.workload.arrivals import gap_sampler, gaps, poisson_rate, truncated
from blis_tui.workload.clients import ClientBlock
from blis_tui.workload.content import Lengths, TextContent
from blis_tui.workload.random.stream import Stream
from blis_tui.workload.rates import WindowRates
from blis_tui.workload.rows import Int64s, Rows, gather
from blis_tui.workload.sessions import Conversation
from blis_tui.workload.singles import timed_requests

_MOST_IN_WINDOW = 1 << 31


class _Plan(NamedTuple):
    """What one window comes to, for every client of a block."""

    window: Window
    requests: int
    arrival: Arrival
    rate: float
    lengths: Lengths


class VaryingClients:
    """Makes the requests of a block's clients, window by window (BLIS's `generateTimeVaryingRequests`)."""

    def __init__(self, block: ClientBlock, rates: WindowRates, until: int) -> None:
        client = block.template
        self._block = block
        self._reasoning = client.reasoning if client.reasoning and client.reasoning.multi_turn else None
        self._plans: list[_Plan] = []
        for whole_window in client.lifecycle.windows if client.lifecycle else ():
            if whole_window.start_us >= until:
                continue
            window = whole_window.replace(end_us=min(whole_window.end_us, until))
            rate = rates.rate(block, window)
            expected = rate * (float(window.end_us - window.start_us) / 1e6)
            if expected > _MOST_IN_WINDOW:
                message = f"{expected:,.0f} requests in the window from {window.start_us} to {window.end_us} µs are too many"
                raise SpecError([Problem("too-many-requests", ERROR, (), message)])
            count = math.ceil(expected)
            if count > 0:
                lengths = Lengths(
                    window.input_distribution or client.input_distribution,
                    window.output_distribution or client.output_distribution,
                )
                self._plans.append(_Plan(window, count, window.arrival or client.arrival, rate / 1e6, lengths))

    def plan(self) -> None:
        """Tell that windows are stretched, which is no walk."""

    def sampled(self) -> None:
        """Tell that lengths are not drawn side by side."""

    def deal(self) -> None:
        """Tell that nothing is dealt."""

    def rows(self, stream: Stream, member: int) -> Rows:
        """Draw the requests of one member from its stream."""
        rounds = None if self._block.dealt is None else self._block.dealt.of(member)
        return gather(self._window(stream, plan, rounds) for plan in self._plans)

    def _window(self, stream: Stream, plan: _Plan, rounds: int | None) -> Rows:
        start, end = plan.window.start_us, plan.window.end_us
        arrivals = start + np.cumsum(_stretched(_gaps(stream, plan), end - start))
        late = arrivals >= end
        arrivals = arrivals[: int(late.argmax())] if late.any() else arrivals
        if self._reasoning is not None:
            conversation = Conversation(self._reasoning, plan.lengths, rounds)
            if conversation.single_session:
                arrivals = arrivals[:1]
            return gather(conversation.session(stream, arrival, end) for arrival in arrivals.tolist())
        return timed_requests(stream, arrivals, TextContent(plan.lengths))


def _gaps(stream: Stream, plan: _Plan) -> Int64s:
    rate = poisson_rate(plan.arrival, plan.rate)
    if rate is not None:
        return gaps(stream.exponentials(plan.requests), rate)
    gap = gap_sampler(plan.arrival, plan.rate)
    return np.array([gap(stream) for _ in range(plan.requests)], np.int64)


def _stretched(gaps_us: Int64s, span_us: int) -> Int64s:
    """Scale gaps to sum to a span exactly; the last one takes what truncation leaves over."""
    if float(gaps_us.sum(dtype=np.float64)) >= 2.0**63:
        raise time_overflow()
    factor = float(span_us) / float(gaps_us.sum())
    stretched = truncated(gaps_us.astype(np.float64) * factor)
    stretched[-1:] += span_us - stretched.sum(keepdims=True)
    return stretched
