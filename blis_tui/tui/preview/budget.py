"""Making a preview: as many requests as its budget allows, and their totals. Runs in a thread; knows nothing of the screen.

A workload of more requests than that is cut by an earlier horizon, which leaves the requests before it as they are; where
it would not (see `workload.beginning`), there is no preview unless all requests are asked for. Even then there is a limit: how
many are to be expected is known before anything is generated, and a preview must not use up the memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.problems import ERROR, Problem, SpecError
from blis_tui.tui.tuning import Tuning
from blis_tui.workload.server import AssumedServer

if TYPE_CHECKING:
    from blis_tui.spec.format.model import WorkloadSpec
    from blis_tui.workload.expansion.clients import Expansion
    from blis_tui.workload.measured.comparison import Comparison
    from blis_tui.workload.measured.run import Run
    from blis_tui.workload.requests import Requests
    from blis_tui.workload.totals.capacity import Capacity
    from blis_tui.workload.totals.expected import Expected
    from blis_tui.workload.totals.summary import Summary

TOO_LARGE = "preview-too-large"
"""The code of the problem that a preview over its budget cannot be cut."""
FAR_TOO_LARGE = "preview-far-too-large"
"""The code of the problem that it cannot be cut, and that all would be too many as well."""
_CLIENT_COST = 20.0
"""How much longer a client takes than a request."""


class Made(NamedTuple):
    """Requests and their totals."""

    requests: Requests
    summary: Summary


class Generated(NamedTuple):
    """What is planned, ``None`` where virtual users have no plan, and what is sent, ``None`` where nothing waits for answers."""

    planned: Made | None
    sent: Made | None
    complete: bool
    """Whether these are all requests, and not the first part of them."""

    @property
    def usual(self) -> Made:
        """The plan, or what is sent where there is none."""
        return self.shown(sent=False)

    def shown(self, *, sent: bool) -> Made:
        """Return one of the two: what is `sent`, or the plan, as far as both are there."""
        made = (self.sent or self.planned) if sent else (self.planned or self.sent)
        assert made is not None
        return made


class Outline(NamedTuple):
    """What is known without generating."""

    clients: Expansion
    expected: Expected


def compared(made: Generated, run: Run, clients: Expansion) -> Comparison:
    """Hold a run against what was generated of `clients`."""
    from blis_tui.workload.measured.comparison import compare
    from blis_tui.workload.measured.design import design

    requests, summary = made.usual
    return compare(run, design(requests, summary, None if made.complete else clients))


def outline(spec: WorkloadSpec) -> Outline:
    """Expand a spec and tell what to expect of it; raises `SpecError`."""
    from blis_tui.spec.format.facts import end_us
    from blis_tui.workload.expansion.compact import expand
    from blis_tui.workload.totals.expected import expect

    clients = expand(spec)
    return Outline(clients, expect(clients, end_us(spec)))


def waits(spec: WorkloadSpec) -> tuple[bool, bool]:
    """Return whether any virtual users, and whether any sessions, wait for answers."""
    members = (*spec.clients, *spec.cohorts)
    compact = spec.inference_perf
    chat = compact is not None and compact.chat
    users = any(client.concurrency for client in spec.clients)
    return users, chat or any(member.waits for member in members)


def make(
    outline: Outline,
    progress: Callable[[float], None],
    tuning: Tuning,
    server: AssumedServer = AssumedServer(),  # noqa: B008  # it cannot be changed
    *,
    whole: bool = False,
) -> Generated:
    """Generate the first requests of a spec, or all up to a limit if it is to be `whole`: planned and, where they wait, sent.

    Raises `SpecError` and what `progress` raises.
    """
    from blis_tui.spec.format.facts import end_us
    from blis_tui.workload.first_requests import beginning_us, expected_total, has_beginning
    from blis_tui.workload.generate import planned_and_sent
    from blis_tui.workload.totals.summary import summarise

    clients = outline.clients
    spec = clients.spec
    waiting = any(waits(spec))
    most = tuning.most_ever if whole else tuning.most_waiting if waiting else tuning.most_requests
    cut = beginning_us(clients, most, server)
    if cut is not None and not has_beginning(clients):
        raise SpecError([_uncuttable(expected_total(clients, end_us(spec), server), most, tuning.most_ever)])
    progress(0.0)
    weigh = (lambda done: done) if waiting else _weights(clients, cut or end_us(spec))
    shortened = spec if cut is None else spec.replace(horizon=cut)
    found = planned_and_sent(shortened, server, progress=lambda done: progress(weigh(done)))
    planned, sent = (None if requests is None else Made(requests, summarise(requests)) for requests in found)
    return Generated(planned, sent, cut is None)


def capacity_of(made: Generated, server: AssumedServer) -> Capacity:
    """Sum up what is asked of the assumed server: by what is sent, or by the plan where nothing waits for answers."""
    from blis_tui.workload.totals.capacity import capacity

    requests, summary = made.shown(sent=True)
    return capacity(requests, server, [(stage.start_us, stage.end_us) for stage in summary.stages])


def remarks_of(made: Generated, server: AssumedServer) -> list[Problem]:
    """Return what is to be said of all requests together; nothing of a first part of them."""
    from blis_tui.workload.totals.shortfall import shortfall

    planned, sent = (None if each is None else each.requests for each in (made.planned, made.sent))
    found = shortfall(planned, sent, server) if made.complete else None
    return [] if found is None else [found]


def reasons(error: Exception) -> tuple[Problem, ...]:
    """Say why making a preview failed."""
    if isinstance(error, SpecError):
        return error.problems
    if isinstance(error, MemoryError):
        return (Problem("too-large", ERROR, (), "there is not enough memory for a preview of this"),)
    return (Problem("preview-failed", ERROR, (), f"the preview failed: {type(error).__name__}: {error}"),)


def _uncuttable(total: float, most: int, most_ever: int) -> Problem:
    many = f"about {total:,.0f}" if total < 1e15 else "infinitely many"  # what is expected may be infinite
    limit = most_ever if total > most_ever else most
    message = (
        f"{many} requests are more than {limit:,}, and a first part alone would be misleading, since windows with rates "
        "of their own are stretched to the end"
    )
    if total <= most_ever:
        return Problem(TOO_LARGE, ERROR, (), message)
    return Problem(FAR_TOO_LARGE, ERROR, (), message + "; an export generates them all")


def _weights(clients: Expansion, until_us: int | None) -> Callable[[float], float]:
    """Return what turns the part of the clients that are done into the part of the work that is done."""
    import numpy as np

    from blis_tui.workload.totals.expected import expect

    stages = expect(clients, until_us).stages
    blocks = clients.blocks
    counts = [stage.expected.mean for stage in stages if stage.expected is not None]
    if len(counts) != len(blocks):
        return lambda done: done
    work = [block.size * _CLIENT_COST + count for block, count in zip(blocks, counts, strict=True)]
    places = [start / len(clients) for start in clients.starts]
    reached = np.concatenate([[0.0], np.cumsum(work)]) / sum(work)
    return lambda done: float(np.interp(done, places, reached))
