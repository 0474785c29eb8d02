"""From a spec to its requests: BLIS's `GenerateRequests`, and the version-1 rules beside it."""

from __future__ import annotations

import numpy as np

from blis_tui.problems import ERROR, SpecError
from blis_tui.spec.format.facts import end_us
from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.rules.file_errors import generation_problems
from blis_tui.workload.client_programs import programs_of
from blis_tui.workload.closed_loop import send
from blis_tui.workload.expansion.clients import Expansion
from blis_tui.workload.expansion.compact import expand
from blis_tui.workload.expansion.prefixes import PrefixGroups
from blis_tui.workload.progress import Progress
from blis_tui.workload.requests import Requests
from blis_tui.workload.sampling.lengths import checked
from blis_tui.workload.schedule import draw, in_arrival_order
from blis_tui.workload.seeds import root_stream
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.tuning import Tuning
from blis_tui.workload.workers import Workers

_PLANNING = 0.3
"""The part of the time that planning takes where requests are sent after it, about."""


def generate(
    spec: WorkloadSpec, *, server: AssumedServer | None = None, progress: Progress | None = None, threads: int | None = None
) -> Requests:
    """Return the requests BLIS makes of a spec, without their token ids (these come from `Requests.token_blocks`).

    Without a `server` that is the plan: every round of every session on its own clock. With one it is what is sent if answers
    take as long as it says: further rounds of closed-loop sessions, and virtual users, wait for them.
    The requests are the same for any number of `threads`, of which there are as many as processors unless told otherwise.
    Raises `SpecError` if the spec has errors, and what `progress` raises.
    """
    return generate_tuned(spec, Tuning(), server=server, progress=progress, threads=threads)


def generate_tuned(
    spec: WorkloadSpec,
    tuning: Tuning,
    *,
    server: AssumedServer | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
) -> Requests:
    """Return the same requests as `generate`, made in pieces of other sizes."""
    if server is None:
        refuse_errors(spec, answers_known=False)
        with Workers(threads) as workers:
            return _finished(_planned(expand(spec), tuning, workers, threads, progress), progress)
    plan, sent = _planned_and_sent(spec, tuning, server, progress, threads)
    requests = plan if sent is None else sent
    assert requests is not None
    requests.server = server
    return requests


def planned_and_sent(
    spec: WorkloadSpec, server: AssumedServer | None, *, progress: Progress | None = None, threads: int | None = None
) -> tuple[Requests | None, Requests | None]:
    """Return the plan, ``None`` where virtual users have none, and what is sent, ``None`` where nothing waits for answers.

    Without a `server` answers take the usual time, and virtual users are an error. All else is as for `generate`.
    """
    return _planned_and_sent(spec, Tuning(), server, progress, threads)


def _planned_and_sent(
    spec: WorkloadSpec, tuning: Tuning, server: AssumedServer | None, progress: Progress | None, threads: int | None
) -> tuple[Requests | None, Requests | None]:
    refuse_errors(spec, answers_known=server is not None)
    clients, sent = expand(spec), None
    waits = any(block.template.waits or block.template.concurrency for block in clients.blocks)
    with Workers(threads) as workers:
        plan = _planned(clients, tuning, workers, threads, _part(progress, 0.0, _PLANNING) if waits else progress)
        if waits:
            sent = send(plan, server or AssumedServer(), workers, _part(progress, _PLANNING, 1.0))
            sent.server = server
    _finished(plan if sent is None else sent, progress)
    return None if any(traits.users for traits in plan.traits) else plan, sent


def refuse_errors(spec: WorkloadSpec, *, answers_known: bool) -> None:
    """Raise the `SpecError` of a spec that cannot be generated."""
    problems = [problem for problem in generation_problems(spec, answers_known) if problem.severity == ERROR]
    if problems:
        raise SpecError(problems)


def _planned(clients: Expansion, tuning: Tuning, workers: Workers, threads: int | None, progress: Progress | None) -> Requests:
    spec = clients.spec
    horizon = end_us(spec)
    programs = programs_of(clients, INT64_MAX if horizon is None else horizon, min(2 * spec.num_requests or INT64_MAX, INT64_MAX))
    groups = PrefixGroups(clients)
    seeds = np.zeros(len(clients), np.int64)
    if progress is not None:
        progress(0.0)
    root = root_stream(spec.seed, workers.stop)
    workers.run(root.skip_tokens, groups.total_tokens, pulse=lambda: progress(0.0) if progress is not None else None)
    for seeded, start, stop in zip(programs.seeded.tolist(), clients.starts, clients.starts[1:], strict=False):
        if seeded:
            seeds[start:stop] = root.int63s(stop - start)
    columns = in_arrival_order(draw(programs, seeds, workers, progress, tuning), spec.num_requests)
    plan = Requests(clients, columns, programs=programs, seeds=seeds, groups=groups, horizon_us=horizon, threads=threads)
    plan.tuning = tuning
    return plan


def _part(progress: Progress | None, start: float, end: float) -> Progress | None:
    """Return the progress of a part of the work, that from one place of the whole to another."""
    return None if progress is None else lambda done: progress(start + (end - start) * done)


def _finished(requests: Requests, progress: Progress | None) -> Requests:
    checked(int(requests.groups.lengths.max(initial=0)) + requests.longest_own_input)
    if progress is not None:
        progress(1.0)
    return requests
