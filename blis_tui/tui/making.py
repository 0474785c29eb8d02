"""Making a preview: as many requests as its budget allows, and their totals. Runs in a thread; knows nothing of the screen.

A workload of more requests than that is cut by an earlier horizon, which leaves the requests before it as they are; where
it would not (see `workload.beginning`), there is no preview unless all requests are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from blis_tui.problems import ERROR, Problem, SpecError

if TYPE_CHECKING:
    from blis_tui.spec.model import WorkloadSpec
    from blis_tui.workload.clients import Expansion
    from blis_tui.workload.expected import Expected
    from blis_tui.workload.requests import Requests
    from blis_tui.workload.summary import Summary

MOST_REQUESTS = 2_000_000
"""About how many requests a preview makes unless it is asked for all of them."""
TOO_LARGE = "preview-too-large"
"""The code of the problem that a preview over its budget cannot be cut."""
_CLIENT_COST = 20.0
"""How much longer a client takes than a request."""


class Made(NamedTuple):
    """Requests and their totals; not `complete` if they are the first part of all."""

    requests: Requests
    summary: Summary
    complete: bool


class Outline(NamedTuple):
    """What is known without generating."""

    clients: Expansion
    expected: Expected


def outline(spec: WorkloadSpec) -> Outline:
    """Expand a spec and tell what to expect of it; raises `SpecError`."""
    from blis_tui.spec.facts import end_us
    from blis_tui.workload.expand import expand
    from blis_tui.workload.expected import expect

    clients = expand(spec)
    return Outline(clients, expect(clients, end_us(spec)))


def make(outline: Outline, progress: Callable[[float], None], most: int | None = None) -> Made:
    """Generate the requests of a spec, or about the first `most` of them; raises `SpecError` and what `progress` raises."""
    from blis_tui.spec.facts import end_us
    from blis_tui.workload.beginning import beginning_us, has_beginning
    from blis_tui.workload.generate import generate
    from blis_tui.workload.summary import summarise

    clients = outline.clients
    spec = clients.spec
    cut = None if most is None else beginning_us(clients, most)
    if cut is not None and not has_beginning(clients):
        raise SpecError([_uncuttable(most or 0)])
    progress(0.0)
    weigh = _weights(clients, cut or end_us(spec))
    requests = generate(spec if cut is None else spec.replace(horizon=cut), progress=lambda done: progress(weigh(done)))
    return Made(requests, summarise(requests), cut is None)


def reasons(error: Exception) -> tuple[Problem, ...]:
    """Say why making a preview failed."""
    if isinstance(error, SpecError):
        return error.problems
    if isinstance(error, MemoryError):
        return (Problem("too-large", ERROR, (), "there is not enough memory for a preview of this"),)
    return (Problem("preview-failed", ERROR, (), f"the preview failed: {type(error).__name__}: {error}"),)


def _uncuttable(most: int) -> Problem:
    message = (
        f"more than {most:,} requests, of which no first part can be made truthfully, since windows with rates of their own "
        "are stretched to the end"
    )
    return Problem(TOO_LARGE, ERROR, (), message)


def _weights(clients: Expansion, until_us: int | None) -> Callable[[float], float]:
    """Return what turns the part of the clients that are done into the part of the work that is done."""
    import numpy as np

    from blis_tui.workload.expected import expect

    stages = expect(clients, until_us).stages
    blocks = clients.blocks
    counts = [stage.expected.mean for stage in stages if stage.expected is not None]
    if len(counts) != len(blocks):
        return lambda done: done
    work = [block.size * _CLIENT_COST + count for block, count in zip(blocks, counts, strict=True)]
    places = [start / len(clients) for start in clients.starts]
    reached = np.concatenate([[0.0], np.cumsum(work)]) / sum(work)
    return lambda done: float(np.interp(done, places, reached))
