"""The ordinary path: a client's gaps run from time 0, and what lands outside its windows is thrown away."""

from __future__ import annotations

from blis_tui.workload.activity import Activity, Limits
from blis_tui.workload.arrivals import gap_sampler, poisson_rate, poisson_sampler
from blis_tui.workload.clients import ClientBlock
from blis_tui.workload.content import Lengths, MediaContent, checked, content_of
from blis_tui.workload.dealt import Deal
from blis_tui.workload.random.stream import Stream
from blis_tui.workload.rows import Rows, gather
from blis_tui.workload.sampled_walk import SampledPlan
from blis_tui.workload.sessions import Conversation, one_session, sent, sessions
from blis_tui.workload.singles import (
    constant_requests,
    sampled_requests,
)
from blis_tui.workload.walk import Leg, Plan


class OrdinaryClients:
    """Makes the requests of a block's clients, one client after the other (BLIS's `GenerateRequests`)."""

    def __init__(self, block: ClientBlock, rate: float, until: int, most: int) -> None:
        client = block.template
        self._block = block
        self._limits = Limits(Activity.of(client), until, most)
        self._process = client.arrival.process
        exact = block.exact_rate
        self._poisson = poisson_rate(client.arrival, rate) if exact is None else exact
        self._gap = gap_sampler(client.arrival, rate) if exact is None else poisson_sampler(exact)
        self._lengths = Lengths.of(client)
        self._content = content_of(client, self._lengths)
        self._reasoning = client.reasoning if client.reasoning and client.reasoning.multi_turn else None

    def sampled(self) -> SampledPlan | None:
        """Return the walk of each member, if that is one of Poisson arrivals and sampled lengths that have formulas."""
        content = self._content
        if self._poisson is None or self._block.exact_rate is not None or self._reasoning is not None:
            return None
        if isinstance(content, MediaContent) or content.fixed is not None:
            return None
        given, answered = content.formulas
        if given is None or answered is None:
            return None
        return SampledPlan(self._limits, self._poisson, self._gap, content, (given, answered))

    def plan(self) -> Plan | None:
        """Return the walk of each member, if that is one of Poisson arrivals and fixed lengths."""
        lengths = self._content.fixed
        if self._poisson is None or lengths is None or self._reasoning is not None or self._block.spread_us is not None:
            return None
        checked(max(lengths))
        first = 0 if self._block.exact_rate is None else 1
        return Plan((Leg(self._limits, self._poisson),), lengths, first, self._limits.most)

    def deal(self) -> Deal | None:
        """Return what the members spread over a stage, if they do."""
        block, lengths = self._block, self._content.fixed
        if block.spread_us is None or block.dealt is None or lengths is None:
            return None
        return Deal(block.dealt, block.spread_us, lengths, self._limits)

    def rows(self, stream: Stream, member: int) -> Rows:
        """Draw the requests of one member from its stream."""
        if self._block.exact_rate is not None:
            stream.int63()  # BLIS seeds a stream of the sampler's own with it, and never reads that
        if self._reasoning is not None:
            return self._chat(stream, member)
        if self._process == "constant":
            return constant_requests(stream, self._gap(stream), self._content, self._limits)
        return sampled_requests(stream, self._gap, self._content, self._limits)

    def _chat(self, stream: Stream, member: int) -> Rows:
        assert self._reasoning is not None
        rounds = None if self._block.dealt is None else self._block.dealt.of(member)
        conversation = Conversation(self._reasoning, self._lengths, rounds)
        if conversation.single_session:
            rows = one_session(stream, self._gap, conversation, self._limits)
        else:
            rows = gather(sessions(stream, self._gap, conversation, self._limits))
        return sent(rows, self._limits)
