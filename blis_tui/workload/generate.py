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
    problems = [problem for problem in generation_problems(spec, server is not None) if problem.severity == ERROR]
    if problems:
        raise SpecError(problems)
    clients = expand(spec)
    horizon = end_us(spec)
    programs = programs_of(clients, INT64_MAX if horizon is None else horizon, 2 * spec.num_requests or INT64_MAX)
    groups = PrefixGroups(clients)
    seeds = np.zeros(len(clients), np.int64)
    if progress is not None:
        progress(0.0)
    with Workers(threads) as workers:
        root = root_stream(spec.seed, workers.stop)
        workers.run(root.skip_tokens, groups.total_tokens, pulse=lambda: progress(0.0) if progress is not None else None)
        for seeded, start, stop in zip(programs.seeded.tolist(), clients.starts, clients.starts[1:], strict=False):
            if seeded:
                seeds[start:stop] = root.int63s(stop - start)
        columns = in_arrival_order(draw(programs, seeds, workers, progress, tuning), spec.num_requests)
        requests = Requests(clients, columns, programs=programs, seeds=seeds, groups=groups, horizon_us=horizon, threads=threads)
        requests.tuning = tuning
        if server is not None and requests.waits:
            requests = send(requests, server, workers, progress)
        requests.server = server
    checked(int(groups.lengths.max(initial=0)) + requests.longest_own_input)
    if progress is not None:
        progress(1.0)
    return requests
