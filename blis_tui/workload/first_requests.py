"""The beginning of a workload: a spec that makes its first requests and no others.

An earlier horizon does that wherever time in a client's stream runs forwards: whatever is drawn for a request stands
before what is drawn for a later one, so that the requests before the new horizon are the same to the bit. It does not
where BLIS stretches the requests of a window to the window's span as the horizon leaves it (the time-varying path), nor
where a client's windows are drawn out of order, nor where rounds go back in time (a negative think time).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from blis_tui.spec.format.distributions import typical_draw
from blis_tui.spec.format.facts import end_us, expected_requests, stages_end_us
from blis_tui.spec.format.generation import VARYING, generation_path
from blis_tui.spec.format.model import Client, WorkloadSpec
from blis_tui.spec.format.windows import windows_of
from blis_tui.workload.expansion.clients import Expansion
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.totals.expected import expect

_ENOUGH = 0.01
"""How near to the number wanted the expected number has to come."""
_MOST_TRIES = 40


def expected_total(clients: Expansion, until_us: int | None, server: AssumedServer | None = None) -> float:
    """Return about how many requests arrive before a time (``None`` for no limit); infinite where nothing ends them.

    With a `server` those of virtual users count too, up to `num_requests`.
    """
    planned = _planned_total(clients, until_us)
    users = 0.0 if server is None else sum(_users_rate(block.template, server) for block in clients.blocks)
    total = planned + (users * (math.inf if until_us is None else until_us) if users else 0.0)
    return min(total, float(clients.spec.num_requests)) if users and clients.spec.num_requests else total


def _users_rate(client: Client, server: AssumedServer) -> float:
    """Return about how many requests the users of a client send per microsecond, if an answer is as long as most."""
    if not client.concurrency:
        return 0.0
    output = typical_draw(client.output_distribution.type, client.output_distribution.params)
    return client.concurrency / max(1, client.think_time_us + server.ttft_us + server.itl_us * output)


def _planned_total(clients: Expansion, until_us: int | None) -> float:
    total = expect(clients, until_us).total
    if total is not None and not math.isnan(total.mean):
        return total.mean
    spec = clients.spec if until_us is None else clients.spec.replace(horizon=max(until_us, 1))
    return expected_requests(spec) * _most_rounds(clients)


def has_beginning(clients: Expansion) -> bool:
    """Return whether the first requests of a workload can be made without the others."""
    if generation_path(clients.spec) == VARYING:
        return False
    return all(_runs_forwards(block.template) for block in clients.blocks)


def beginning_us(clients: Expansion, most: int, server: AssumedServer | None = None) -> int | None:
    """Return a time before which about `most` requests are to be expected; ``None`` if that is not before the end."""
    spec = clients.spec
    until = end_us(spec)
    if expected_total(clients, until, server) <= most * (1 + _ENOUGH):
        return None
    return _reached(lambda time: expected_total(clients, time, server), most, until or _guess_us(spec))


def _reached(count: Callable[[int], float], most: int, guess: int) -> int:
    """Find when a count, which grows in time, reaches `most`."""
    low, high = 0, guess
    while count(high) < most and high < 1 << 61:
        low, high = high, high * 4
    for _ in range(_MOST_TRIES):
        middle = (low + high) // 2
        value = count(middle)
        if abs(value - most) <= _ENOUGH * most or high - low <= 1:
            return max(middle, 1)
        low, high = (middle, high) if value < most else (low, middle)
    return max(low, 1)


def _guess_us(spec: WorkloadSpec) -> int:
    return stages_end_us(spec.inference_perf) if spec.inference_perf is not None else 3_600_000_000


def _most_rounds(clients: Expansion) -> int:
    return max((_rounds(block.template) for block in clients.blocks), default=1)


def _rounds(client: Client) -> int:
    turns = client.turns
    return 1 if turns is None else max(turns.max_rounds, 1)


def _runs_forwards(client: Client) -> bool:
    turns = client.turns
    if turns is not None and turns.think_time_us < 0:
        return False
    windows = windows_of(client)
    rated = any(window.trace_rate is not None for window in windows)
    return not rated or all(one.end_us <= other.start_us for one, other in pairwise(windows))
