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

if TYPE_CHECKING:
    from blis_tui.spec.format.model import WorkloadSpec
    from blis_tui.workload.expansion.clients import Expansion
    from blis_tui.workload.requests import Requests
    from blis_tui.workload.server import AssumedServer
    from blis_tui.workload.totals.expected import Expected
    from blis_tui.workload.totals.summary import Summary

TOO_LARGE = "preview-too-large"
"""The code of the problem that a preview over its budget cannot be cut."""
FAR_TOO_LARGE = "preview-far-too-large"
"""The code of the problem that it cannot be cut, and that all would be too many as well."""
_CLIENT_COST = 20.0
"""How much longer a client takes than a request."""


class Generated(NamedTuple):
    """Requests and their totals; not `complete` if they are the first part of all."""

    requests: Requests
    summary: Summary
    complete: bool
    server: AssumedServer | None = None
    """What was assumed, if these are sent and not planned."""


class Outline(NamedTuple):
    """What is known without generating."""

    clients: Expansion
    expected: Expected


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
    chat = compact is not None and compact.shared_prefix is not None and compact.shared_prefix.enable_multi_turn_chat
    users = any(client.concurrency for client in spec.clients)
    return users, chat or any(member.waits for member in members)


def make(
    outline: Outline,
    progress: Callable[[float], None],
    tuning: Tuning,
    server: AssumedServer | None = None,
    *,
    whole: bool = False,
) -> Generated:
    """Generate the first requests of a spec, or all up to a limit if it is to be `whole`, planned or, with a `server`, sent.

    Raises `SpecError` and what `progress` raises.
    """
    from blis_tui.spec.format.facts import end_us
    from blis_tui.workload.beginning import beginning_us, expected_total, has_beginning
    from blis_tui.workload.generate import generate
    from blis_tui.workload.totals.summary import summarise

    clients = outline.clients
    spec = clients.spec
    most = tuning.most_ever if whole else tuning.most_requests
    cut = beginning_us(clients, most, server)
    if cut is not None and not has_beginning(clients):
        raise SpecError([_uncuttable(expected_total(clients, end_us(spec), server), most, tuning.most_ever)])
    progress(0.0)
    weigh = _weights(clients, cut or end_us(spec))
    shortened = spec if cut is None else spec.replace(horizon=cut)
    requests = generate(shortened, server=server, progress=lambda done: progress(weigh(done)))
    return Generated(requests, summarise(requests), cut is None, server)


def reasons(error: Exception) -> tuple[Problem, ...]:
    """Say why making a preview failed."""
    if isinstance(error, SpecError):
        return error.problems
    if isinstance(error, MemoryError):
        return (Problem("too-large", ERROR, (), "there is not enough memory for a preview of this"),)
    return (Problem("preview-failed", ERROR, (), f"the preview failed: {type(error).__name__}: {error}"),)


def _uncuttable(total: float, most: int, most_ever: int) -> Problem:
    many = f"about {total:,.0f}" if total < 1e15 else "no end of"  # what is expected may be infinite
    limit = most_ever if total > most_ever else most
    message = (
        f"{many} requests are more than {limit:,}, and no first part of them can be made truthfully, since windows with rates "
        "of their own are stretched to the end"
    )
    if total <= most_ever:
        return Problem(TOO_LARGE, ERROR, (), message)
    return Problem(FAR_TOO_LARGE, ERROR, (), message + "; an export makes them all")


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
