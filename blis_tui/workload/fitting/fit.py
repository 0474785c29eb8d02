"""From a trace to a spec that generates requests like its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.problems import ERROR, INFO, WARNING, Problem, SpecError
from blis_tui.spec.format.facts import US_PER_S
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.spec.rules.effort_advice import LONG_S, VERY_LONG_S, effort_s, spoken_effort
from blis_tui.workload.fitting.choices import COHORTS, STAGES, Choices
from blis_tui.workload.fitting.compact import compact_spec
from blis_tui.workload.fitting.likeness.comparison import Side, class_counts, compare
from blis_tui.workload.fitting.likeness.report import FitReport
from blis_tui.workload.fitting.members import explicit_spec, load_of
from blis_tui.workload.fitting.parts.classes import MOST_CLASSES, RequestClass, classes_of
from blis_tui.workload.fitting.parts.conversations import Answers, begins
from blis_tui.workload.fitting.parts.splitting import parts_of, process_of
from blis_tui.workload.fitting.parts.stages import MOST_STAGES, find_stages
from blis_tui.workload.fitting.parts.times import clock_step, roundest, spread_out
from blis_tui.workload.generate import generate, refuse_errors
from blis_tui.workload.progress import Progress
from blis_tui.workload.requests import Requests
from blis_tui.workload.server import AssumedServer

_SEED = 42
_SEEDS, _FEW = 8, 20_000
"""So many seeds are tried for a trace of at most so many requests, where chance matters, as far as that is not long."""
_PER_REQUEST_S = 1e-5
"""The time that each request of a long trace may take to generate: that of 20,000 tokens."""
_LEAST_US = 1_000_000
"""A workload lasts a second at least."""
_LAST_GAPS = 50
_MOST_MEMBERS = 240
"""A file has at most about so many clients and cohorts: with many parts there are fewer stages."""
_FEWEST_STAGES = 4
_MOST_KINDS = 6
"""So many classes are looked at for changes of rate, the small ones as one."""
_FITTED = 0.5
"""The part of the time that fitting takes; the rest is generating and comparing."""


class Fit(NamedTuple):
    """What a trace was fitted by, and how well."""

    spec: WorkloadSpec
    choices: Choices
    """With the shape that was chosen, if none was asked for."""
    report: FitReport | None
    """``None`` where generating what is fitted takes too long to compare it."""
    effort_s: float
    """About how long that takes once."""
    requests: int
    """How many the trace has."""
    span_us: int
    clock_step_us: int
    """The steps of the trace's clock if it is a coarse one, over which requests of one time are spread, else 0."""


def fit(
    requests: Requests,
    choices: Choices | None = None,
    progress: Progress | None = None,
    answers: Answers | None = None,
    say: Callable[[Problem], None] = lambda problem: None,
) -> Fit:
    """Fit a workload to the requests of a trace. Raises `SpecError` if there are none, and what `progress` raises.

    Of a run, `answers` say what of a conversation's pauses is waiting for answers. If what is fitted takes long to generate,
    `say` is told that before.
    """
    tell = progress or (lambda done: None)
    if not len(requests):
        raise SpecError([Problem("empty-trace", ERROR, (), "the trace has no requests to make a workload of")])
    choices = choices or Choices()
    tell(0.0)
    step_us = clock_step(requests.arrival_us)
    if step_us:
        requests = requests.picked(slice(None))
        requests.columns["arrival"] = spread_out(requests.arrival_us, step_us)
    classes, number = classes_of(requests)
    model = _compact(requests, classes) if choices.shape != COHORTS else None
    tell(0.1)
    if model is None:
        model = _explicit(requests, classes, number, choices, answers, tell)
    tell(_FITTED)
    trace = Side(requests, model.number)
    server = answers.server if answers is not None and model.answered else None
    spec, report, seconds = model.spec.replace(seed=_SEED), None, effort_s(model.spec)
    tries = _tries(seconds, len(requests))
    if seconds >= LONG_S:
        say(_slow(seconds, tries))
    if tries:
        made = _nearest(model, trace, server, tries, lambda done: tell(_FITTED + 0.4 * done))
        spec, report = made.requests.spec, compare(trace, made, model.names, model.edges)
    else:
        refuse_errors(spec, answers_known=server is not None)
    tell(1.0)
    span_us = int(model.edges[-1] - model.edges[0])
    return Fit(spec, choices._replace(shape=model.shape), report, seconds, len(requests), span_us, step_us)


def _tries(seconds: float, requests: int) -> int:
    """Return how many seeds to try where each takes so long: none if that is out of all proportion to the trace."""
    if seconds >= max(VERY_LONG_S, _PER_REQUEST_S * requests):
        return 0
    if requests > _FEW or seconds >= LONG_S:
        return 1
    return int(min(_SEEDS, LONG_S / seconds)) if seconds else _SEEDS


def _slow(seconds: float, tries: int) -> Problem:
    how_long = f"generating what is fitted to this trace takes {spoken_effort(seconds)}"
    if not tries:
        return Problem("slow", WARNING, (), f"{how_long}, so it is not compared")
    return Problem("slow", INFO if seconds < VERY_LONG_S else WARNING, (), f"{how_long}, which is needed to compare it")


def _nearest(model: _Model, trace: Side, server: AssumedServer | None, tries: int, tell: Progress) -> Side:
    """Generate the workload with some seeds; return that whose numbers of requests are nearest to the trace's."""
    made = []
    for tried in range(tries):

        def generated(done: float, tried: int = tried) -> None:
            tell((tried + done) / tries)

        requests = generate(model.spec.replace(seed=_SEED + tried), server=server, progress=generated)
        made.append(Side(requests, np.array(model.of_blocks, np.int32)[requests.block]))
    wanted = class_counts(trace, len(model.names), model.edges)
    off = [((class_counts(side, len(model.names), model.edges) - wanted) ** 2 / np.maximum(wanted, 1)).sum() for side in made]
    return made[int(np.argmin(off))]


class _Model(NamedTuple):
    """A spec, and how it is compared with the trace: class by class, and stage by stage."""

    spec: WorkloadSpec
    shape: str
    names: list[str]
    number: NDArray[np.int32]
    """The class of each request of the trace."""
    of_blocks: list[int]
    """The class of each block of the spec's clients."""
    edges: NDArray[np.int64]
    answered: bool = False
    """Whether its conversations wait for answers, which are known from a run."""


def end_of(requests: Requests) -> int:
    """Return when a trace ends, in µs: where it says so, else the roundest time within a few gaps after its last request."""
    times = requests.arrival_us
    last = int(times[-1])
    if requests.horizon_us is not None and last < requests.horizon_us < last + max(_LEAST_US, last):
        return requests.horizon_us
    some = times[-_LAST_GAPS:]
    gap = (last - int(some[0])) // max(len(some) - 1, 1)
    return max(roundest(last + 1, last + 1 + 3 * gap), _LEAST_US)


def _compact(requests: Requests, classes: list[RequestClass]) -> _Model | None:
    """Return a compact block if the trace is what one describes."""
    spec = compact_spec(requests, classes, end_of(requests))
    if spec is None or spec.inference_perf is None:
        return None
    stages = spec.inference_perf.stages
    edges = np.cumsum([0, *(stage.duration * US_PER_S for stage in stages)])
    edges[-1] = max(int(edges[-1]), int(requests.arrival_us[-1]) + 1)
    return _Model(spec, STAGES, ["all"], np.zeros(len(requests), np.int32), [0] * len(stages), edges)


def _explicit(
    requests: Requests,
    classes: list[RequestClass],
    number: NDArray[np.int32],
    choices: Choices,
    answers: Answers | None,
    tell: Progress,
) -> _Model:
    """Return clients or cohorts for the classes of a trace."""
    edges = _edges(requests, classes, number)
    tell(0.2)
    clients = sum(each.clients for each in classes)
    cohorts = choices.shape == COHORTS or (choices.shape is None and clients > MOST_CLASSES)
    loads = []
    for part in parts_of(requests, classes, number, edges, choices.lengths, answers):
        members = cohorts and part.prefixes.groups <= 1 and 1 < part.clients < len(part.begins)
        process = process_of(part, edges, requests.client if members else None)
        loads.append(load_of(part, process.arrival, part.clients if members else max(part.prefixes.groups, 1), edges))
    spec, of_blocks = explicit_spec(loads, classes, int(edges[-1]), cohorts)
    names = [each.name for each in classes]
    answered = any(load.part.turns is not None and load.part.turns.answered for load in loads)
    return _Model(spec, COHORTS if cohorts else STAGES, names, number, of_blocks, edges, answered)


def _edges(requests: Requests, classes: list[RequestClass], number: NDArray[np.int32]) -> NDArray[np.int64]:
    """Find stages by the rates of the largest classes, and of all others together."""
    kinds = min(len(classes), _MOST_KINDS)
    order = np.argsort(-np.bincount(number, minlength=len(classes)), kind="stable")
    kind = np.empty(len(classes), np.int64)
    kind[order] = np.minimum(np.arange(len(classes)), kinds - 1)
    most = max(_FEWEST_STAGES, min(MOST_STAGES, _MOST_MEMBERS // len(classes)))
    end_us = end_of(requests)
    some = begins(requests, end_us)
    return find_stages(requests.arrival_us[some], kind[number[some]], kinds, end_us, most)
