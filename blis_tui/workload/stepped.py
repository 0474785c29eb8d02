"""Version 1 with several stages: windows whose rates are absolute, each drawn at its own rate from its start."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.workload.activity import Activity, Limits
from blis_tui.workload.arrivals import gap_sampler, poisson_rate
from blis_tui.workload.clients import ClientBlock
from blis_tui.workload.content import Lengths, checked, content_of
from blis_tui.workload.random.stream import Sampler, Stream
from blis_tui.workload.rows import Rows, gather
from blis_tui.workload.sessions import Conversation, sent, sessions
from blis_tui.workload.singles import sampled_requests
from blis_tui.workload.walk import Leg, Plan


class _Step(NamedTuple):
    """One window: its span, how gaps are drawn, and their rate if they are exponential."""

    limits: Limits
    gap: Sampler
    poisson: float | None


class SteppedClients:
    """Makes the requests of a block's clients: one stream per client runs through the windows in their order."""

    def __init__(self, block: ClientBlock, until: int, most: int) -> None:
        client = block.template
        self._limits = Limits(Activity.of(client), until, most)
        self._lengths = Lengths.of(client)
        self._content = content_of(client, self._lengths)
        self._reasoning = client.reasoning if client.reasoning and client.reasoning.multi_turn else None
        self._steps: list[_Step] = []
        for window in client.lifecycle.windows if client.lifecycle else ():
            if window.start_us < until and window.trace_rate:
                rate = window.trace_rate / 1e6
                span = Limits(Activity((window,)), until, most, window.start_us)
                self._steps.append(_Step(span, gap_sampler(client.arrival, rate), poisson_rate(client.arrival, rate)))

    def plan(self) -> Plan | None:
        """Return the walk of each member, if that is one of Poisson arrivals and fixed lengths."""
        lengths = self._content.fixed
        legs = tuple(Leg(step.limits, step.poisson) for step in self._steps if step.poisson is not None)
        if lengths is None or self._reasoning is not None or not legs:
            return None
        checked(max(lengths))
        return Plan(legs, lengths, 0, self._limits.most)

    def sampled(self) -> None:
        """Tell that lengths are not drawn side by side."""

    def deal(self) -> None:
        """Tell that nothing is dealt."""

    def rows(self, stream: Stream, member: int) -> Rows:
        """Draw the requests of one member (all are alike) from its stream."""
        parts: list[Rows] = []
        left = self._limits.most
        for step in self._steps:
            if left <= 0:
                break
            drawn = self._draw(stream, step._replace(limits=step.limits._replace(most=left)))
            left -= len(drawn.arrival)
            parts.append(drawn)
        rows = gather(parts)
        return sent(rows, self._limits) if self._reasoning is not None else rows

    def _draw(self, stream: Stream, step: _Step) -> Rows:
        if self._reasoning is not None:
            conversation = Conversation(self._reasoning, self._lengths)
            return gather(sessions(stream, step.gap, conversation, step.limits))
        return sampled_requests(stream, step.gap, self._content, step.limits)
