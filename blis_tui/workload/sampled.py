"""The requests of sampled lengths that clients make side by side."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.lanes import Job
from blis_tui.workload.progress import Pulse
from blis_tui.workload.rows import Rows
from blis_tui.workload.sampled_walk import Kind, SampledPlan, SampledWalk
from blis_tui.workload.walked import run

_MOST_LANES = 128
"""More than of fixed lengths: a round takes little longer for more clients."""
_JOBS_AT_ONCE = 1 << 15


class Sampled:
    """Collects clients until there are many of a kind, walks through them, and collects their requests."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._jobs: dict[Kind, list[Job]] = {}
        self._found: list[tuple[Rows, NDArray[np.int32]]] = []

    def walk(self, start: int, plan: SampledPlan, seeds: NDArray[np.int64]) -> None:
        """Walk through the clients of a block, of which `start` is the number of the first, now or later."""
        kind, values = plan.kind, plan.values
        for client, seed in enumerate(seeds.tolist(), start):
            jobs = self._jobs.setdefault(kind, [])
            jobs.append(Job(client, seed, plan, values))
            if len(jobs) == _JOBS_AT_ONCE:
                self._run(kind)

    def _run(self, kind: Kind) -> None:
        for walk in run(self._jobs.pop(kind), partial(SampledWalk, kind=kind), self._pulse, _MOST_LANES):
            self._found += walk.found()

    def columns(self) -> list[tuple[Rows, NDArray[np.int32]]]:
        """Walk through the clients that are left; return all requests, and whose they are."""
        for kind in list(self._jobs):
            self._run(kind)
        return self._found
