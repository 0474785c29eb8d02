"""The clients and cohorts that stand for the parts of a trace.

With one stage, parts share the aggregate rate. With several, BLIS has two ways. Windows with a trace_rate are what people can
read, but there BLIS forgets the prefixes, timeouts and targets of some requests, and rounds a cohort's requests member by
member. So where a part has any of these, each stage has a client or cohort of its own, active in this stage alone, whose
arrivals are fitted: a gamma or Weibull process with shape and scale has a rate of its own (a Poisson process is the gamma
process of shape 1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.model import (
    MAX_POPULATION,
    Arrival,
    Client,
    Cohort,
    Distribution,
    Lifecycle,
    MultiTurn,
    Reasoning,
    Spike,
    Window,
    WorkloadSpec,
)
from blis_tui.workload.expansion.traits import DEFAULT_TIMEOUT_US
from blis_tui.workload.fitting.parts.classes import RequestClass, Traits
from blis_tui.workload.fitting.parts.splitting import Part

_EVEN_CV = 0.01
"""The coefficient of variation of gaps that are as good as constant, where a process must be a fitted one."""
_LONG = 0.3
"""Conversations that take at least this part of a stage, and go on from one to the next, have one rate for all stages."""
_CHANGE = 5.0
"""Two rates that are less likelier than one are one: with chance alone, one pair in a thousand is not."""
_DIGITS = 6


class Span(NamedTuple):
    """A time in which a part has one rate, in µs, and how many of its requests or conversations begin in it."""

    start_us: int
    end_us: int
    starts: int


class Load(NamedTuple):
    """A part, the process of its arrivals, how many clients send them, and when: the spans in which it sends anything."""

    part: Part
    arrival: Arrival
    population: int
    spans: tuple[Span, ...]


def load_of(part: Part, arrival: Arrival, population: int, edges: NDArray[np.int64]) -> Load:
    """Return a part with its spans, of stages that begin and end at `edges`."""
    counts = np.diff(np.searchsorted(part.starts_us, edges)).tolist()
    counts[-1] += len(part.starts_us) - sum(counts)
    spans = [Span(*each) for each in zip(edges.tolist(), edges[1:].tolist(), counts, strict=False)]
    turns = part.turns
    if turns is not None and turns.alone:
        spans = [span for span in spans if span.starts]
        return Load(part, arrival, max(span.starts for span in spans), tuple(_until_done(part, span, edges) for span in spans))
    lengths = [span.end_us - span.start_us for span in spans]
    if turns is not None and part.seconds * 1e6 > _LONG * float(np.median(lengths)):
        spans = [Span(int(edges[0]), int(edges[-1]), len(part.starts_us))]
    spans = _joined(spans, arrival.cv or 1.0)
    return Load(part, arrival, population, tuple(span for span in spans if span.starts))


def _joined(spans: list[Span], cv: float) -> list[Span]:
    """Join neighbours between which the rate of this part does not change, though that of others does."""
    spans = list(spans)
    while len(spans) > 1:
        losses = [_loss(one, other) / max(cv * cv, 1.0) for one, other in pairwise(spans)]
        place = int(np.argmin(losses))
        if losses[place] >= _CHANGE:
            break
        one, other = spans[place : place + 2]
        spans[place : place + 2] = [Span(one.start_us, other.end_us, one.starts + other.starts)]
    return spans


def _loss(one: Span, other: Span) -> float:
    """Return how much likelier two rates are than one, as the difference of the logarithms."""

    def likelihood(count: int, length: int) -> float:
        return count * math.log(count / length) if count else 0.0

    both = likelihood(one.starts + other.starts, other.end_us - one.start_us)
    return likelihood(one.starts, one.end_us - one.start_us) + likelihood(other.starts, other.end_us - other.start_us) - both


def _until_done(part: Part, span: Span, edges: NDArray[np.int64]) -> Span:
    """Let conversations that begin in a stage go on to its end, or to that of the trace if they take longer."""
    within = part.seconds * 1e6 <= 1.05 * (span.end_us - span.start_us)
    return span if within else span._replace(end_us=int(edges[-1]))


def explicit_spec(
    loads: Sequence[Load], classes: Sequence[RequestClass], end_us: int, cohorts: bool
) -> tuple[WorkloadSpec, list[int]]:
    """Return a spec of clients and cohorts, of which `cohorts` makes all of them, and the number of each one's class."""
    steady = all(_is_steady(load, end_us) for load in loads)
    varying = not steady and not cohorts and all(_can_vary(load, classes[load.part.of].traits) for load in loads)
    sent = sum(span.starts for load in loads for span in load.spans)
    members: list[tuple[Client | Cohort, int]] = []
    for load in loads:
        traits = classes[load.part.of].traits
        if steady:
            found = [_steady(load, traits, cohorts)]
        elif varying:
            found = [_varying(load, traits)]
        else:
            found = _windowed(load, traits, cohorts)
        for member in found if varying else [_shared(member, sent) for member in found]:
            members.append((member, load.part.of))
    spec = WorkloadSpec(
        version="2",
        category="reasoning" if any(load.part.turns is not None for load in loads) else "language",
        clients=tuple(member for member, _ in members if isinstance(member, Client)),
        cohorts=tuple(member for member, _ in members if isinstance(member, Cohort)),
        aggregate_rate=0.0 if varying else _written(sent / (end_us / 1e6)),
        horizon=end_us,
    )
    return spec, [of for kind in (Client, Cohort) for member, of in members if isinstance(member, kind)]


def _shared(member: Client | Cohort, sent: int) -> Client | Cohort:
    """Write a member's share of all that is sent, of which it has a number as yet."""
    share = _written(member.rate_fraction / sent, 4)
    return member.replace(rate_fraction=share)


def _is_steady(load: Load, end_us: int) -> bool:
    turns = load.part.turns
    whole = len(load.spans) == 1 and (load.spans[0].start_us, load.spans[0].end_us) == (0, end_us)
    return whole and not (turns is not None and turns.alone)


def _can_vary(load: Load, traits: Traits) -> bool:
    """Return whether BLIS's time-varying path does right by a part."""
    turns = load.part.turns
    if load.part.prefixes.groups > 1:
        return False
    if turns is None:
        return not load.part.prefixes.groups and not traits.timeout
    return not turns.alone and not traits.slo_target_us


def _steady(load: Load, traits: Traits, cohorts: bool) -> Client | Cohort:
    starts = load.spans[0].starts
    return _member(load, traits, load.part.name, load.arrival, starts / _kept(load, load.spans[0]), cohorts)


def _varying(load: Load, traits: Traits) -> Client | Cohort:
    windows = []
    for span in load.spans:
        # BLIS rounds a window's requests up and leaves out the last of them
        count = span.starts / _kept(load, span) + 0.5
        rate = _written(count / (span.end_us - span.start_us) * 1e6)
        windows.append(Window(start_us=span.start_us, end_us=span.end_us, trace_rate=rate))
    client = _member(load, traits, load.part.name, load.arrival, 1.0, cohort=False)
    assert isinstance(client, Client)
    return client.replace(lifecycle=Lifecycle(windows=tuple(windows)))


def _windowed(load: Load, traits: Traits, cohorts: bool) -> list[Client | Cohort]:
    """Return a member for each stage, whose arrivals have that stage's rate."""
    found = []
    for number, span in enumerate(load.spans):
        turns = load.part.turns
        starts = span.starts / _kept(load, span)
        alone = turns is not None and turns.alone
        one = load._replace(population=span.starts) if alone else load
        gap = (span.end_us - span.start_us) / starts * load.population
        if alone:
            begun = load.part.starts_us[np.searchsorted(load.part.starts_us, span.start_us) :][: span.starts]
            gap = float(begun.mean()) - span.start_us
        member = _member(one, traits, _stage_name(load, number), _fitted(load.arrival, max(gap, 1.0)), starts, cohorts or alone)
        if isinstance(member, Cohort):
            member = member.replace(spike=Spike(start_time_us=span.start_us, duration_us=span.end_us - span.start_us))
        else:
            member = member.replace(lifecycle=Lifecycle(windows=(Window(start_us=span.start_us, end_us=span.end_us),)))
        found.append(member)
    return found


def _stage_name(load: Load, number: int) -> str:
    return f"{load.part.name}-stage-{number + 1}" if len(load.spans) > 1 else load.part.name


def _kept(load: Load, span: Span) -> float:
    """Return which part of the rounds is sent of conversations that begin evenly in a span, as rounds after its end are not.

    The trace itself ends its conversations so only at its own end.
    """
    turns, length = load.part.turns, (span.end_us - span.start_us) / 1e6
    if turns is None or turns.alone or turns.answered or turns.rounds == 1:
        return 1.0
    apart = load.part.seconds / (turns.rounds - 1)
    kept = sum(max(0.0, 1.0 - number * apart / length) for number in range(turns.rounds)) / turns.rounds
    sent = len(load.part.which) / (len(load.part.starts_us) * turns.rounds)
    return min(max(kept, 0.05) / min(sent, 1.0), 1.0)


def _fitted(arrival: Arrival, gap_us: float) -> Arrival:
    """Return a process with gaps of its own."""
    cv = _EVEN_CV if arrival.process == "constant" else arrival.cv or 1.0
    if arrival.process == "weibull":
        from blis_tui.workload.sampling.arrivals import gap_sampler

        sampler = gap_sampler(arrival, 1.0 / gap_us)
        return Arrival(process="weibull", shape=_written(sampler.a), scale=_written(sampler.b))
    shape = 1.0 / (cv * cv)
    return Arrival(process="gamma", shape=_written(shape), scale=_written(gap_us / shape))


def _member(load: Load, traits: Traits, name: str, arrival: Arrival, starts: float, cohort: bool) -> Client | Cohort:
    part = load.part
    prefixes, turns = part.prefixes, part.turns
    values = {
        **traits._asdict(),
        "id": name,
        "arrival": arrival,
        "input_distribution": part.inputs,
        "output_distribution": part.outputs,
        "prefix_group": prefixes.name,
        "prefix_length": prefixes.length,
        "rate_fraction": starts,
    }
    if turns is not None:
        multi_turn = MultiTurn(
            max_rounds=turns.rounds,
            think_time_us=turns.think_us,
            context_growth="accumulate" if turns.grows else "",
            single_session=turns.alone,
        )
        reasoning = Reasoning(reason_ratio_distribution=part.reasoning or Distribution(), multi_turn=multi_turn)
        values |= {"reasoning": reasoning, "streaming": False, "closed_loop": None if turns.waits else False}
        values["timeout"] = None if traits.timeout == DEFAULT_TIMEOUT_US else traits.timeout
    if prefixes.groups > 1:
        return Cohort(**values, population=prefixes.groups, prefix_sharing="per_member")
    return Cohort(**values, population=min(load.population, MAX_POPULATION)) if cohort else Client(**values)


def _written(value: float, digits: int = _DIGITS) -> float:
    return float(f"{value:.{digits}g}") if math.isfinite(value) else value
