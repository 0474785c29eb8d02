"""What ``--summary`` shows: the totals of what is planned or sent, and what that asks of a server."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.formats.traces.trace import Trace
from blis_tui.workload.measured.comparison import Comparison, compare
from blis_tui.workload.measured.design import design
from blis_tui.workload.measured.run import Run
from blis_tui.workload.requests import Requests
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.totals.capacity import Capacity, capacity
from blis_tui.workload.totals.expected import expect
from blis_tui.workload.totals.summary import Summary, summarise
from blis_tui.workload.totals.targets import RequestLine, request_line


class Overview(NamedTuple):
    """A workload in numbers.

    `requests` and their `summary` are what is sent if an assumption was given, else what is planned; `capacity` is of what is
    sent. `plan` is the summary of the plan, ``None`` where virtual users have none, and `sent` the numbers of requests sent per
    stage and in all, ``None`` where nothing waits for answers, so that all is sent as planned.
    """

    requests: Requests
    summary: Summary
    capacity: Capacity
    plan: Summary | None
    sent: Summary | None
    assumed: bool
    """Whether the assumption was given; else it is the default."""
    measured: Comparison | None = None
    """What a run achieved of the plan, or of what is sent where there is none; ``None`` without a run."""

    trace: Trace | None = None
    """The trace that all this is of; ``None`` for a workload."""

    @property
    def basis(self) -> str:
        """Whether the totals count what is planned, what is sent, or what a trace has."""
        return self.requests.basis

    def line(self, most: int) -> RequestLine:
        """Return what the requests per second are to be over time, in at most so many steps where there are no stages."""
        requests, end_us = self.requests, self.summary.bins.end_us
        return request_line(requests.clients, expect(requests.clients, requests.horizon_us).stages, end_us, most)


def overview_of_trace(trace: Trace, server: AssumedServer | None) -> Overview:
    """Sum up a trace, of which nothing is planned that is not in it."""
    summary = summarise(trace.requests)
    asks = capacity(trace.requests, server or AssumedServer())
    return Overview(trace.requests, summary, asks, None, None, assumed=server is not None, trace=trace)


def overview(
    plan: Requests | None, sent: Requests | None, server: AssumedServer, run: Run | None = None, *, assumed: bool
) -> Overview:
    """Sum up a workload. One of the two is there: `plan` if it has one, `sent` if anything waits for answers.

    With a `run`, hold that against it.
    """
    planned = None if plan is None else summarise(plan)
    following = None if sent is None else summarise(sent)
    use_sent = sent is not None and (assumed or plan is None)
    requests, summary = (sent, following) if use_sent else (plan, planned)
    assert requests is not None
    assert summary is not None
    measured = sent if sent is not None else requests
    spans = [(stage.start_us, stage.end_us) for stage in summary.stages]
    comparison = None if run is None else compare(run, design(plan or requests, planned or summary))
    return Overview(requests, summary, capacity(measured, server, spans), planned, following, assumed, comparison)
