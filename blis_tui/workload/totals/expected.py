"""How many requests a spec's stages, and all of its clients, can be expected to send."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from blis_tui.spec.format.distributions import go_int
from blis_tui.spec.format.facts import fitted_gap_us, mean_rate, overrun
from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.spec.format.generation import STEPPED, VARYING, generation_path
from blis_tui.spec.format.model import Arrival, Client, Distribution, Window
from blis_tui.spec.format.windows import cut_off, windows_of
from blis_tui.workload.expansion.clients import ClientBlock, Dealt, Expansion
from blis_tui.workload.expansion.compact import stage_windows
from blis_tui.workload.expansion.rates import WindowRates, block_rates
from blis_tui.workload.sampling.arrivals import gap_variation, poisson_rate
from blis_tui.workload.sampling.lengths import fixed_length
from blis_tui.workload.totals.counts import NOTHING, Count, add, capped, dealt, poisson, session, sessions

_LONG_RUN = 10
"""From so many gaps on their number is as random as in the long run."""


class Stage(NamedTuple):
    """What a stage of a compact spec aims at.

    `start_us` and `end_us` are its span until generation ends; `planned_us` is how long the file wants it to be.
    `target_rate` is in arrivals per second, where chat in version 1 makes each arrival a session of several requests.
    """

    start_us: int
    end_us: int
    planned_us: int
    target_rate: float
    expected: Count | None


class Expected(NamedTuple):
    """What can be expected of the stages (none without a compact block), and of everything together.

    A count is ``None`` where it would take more than the spec's rates to know it: random lengths that move rounds over
    the end of a window, for one.
    """

    stages: tuple[Stage, ...]
    total: Count | None


_UNKNOWN = Expected((), None)
"""What can be expected of a trace."""


def expect(clients: Expansion, until_us: int | None) -> Expected:
    """Return the expected counts of a spec whose generation ends at `until_us` (``None`` for no time limit)."""
    if clients.recorded:
        return _UNKNOWN
    until = math.inf if until_us is None else until_us
    return _limited(clients, until, *_counts(clients, until))


def expect_sessions(clients: Expansion, until_us: int | None) -> Expected:
    """Return how many sessions can be expected to begin; ``None`` where `num_requests` may keep some from it."""
    if clients.recorded:
        return _UNKNOWN
    until = math.inf if until_us is None else until_us
    counts, total = _counts(clients, until, first_rounds=True)
    if clients.spec.num_requests:
        counts, total = [_nothing_or_unknown(count) for count in counts], _nothing_or_unknown(total)
    return Expected(tuple(_stages(clients, until, counts)), total)


def _nothing_or_unknown(count: Count | None) -> Count | None:
    return count if count == NOTHING else None


def _counts(clients: Expansion, until: float, *, first_rounds: bool = False) -> tuple[list[Count | None], Count | None]:
    """Return the counts of the stages and of all without the limit on their number, or those of sessions' first rounds."""
    spec = clients.spec
    chat = [block.template.turns is not None for block in clients.blocks]
    if first_rounds:
        openings = [_opening(block) if talks else block for block, talks in zip(clients.blocks, chat, strict=True)]
        clients = Expansion(spec, openings, aggregate_rate=clients.aggregate_rate, category=clients.category)
    path = generation_path(spec)
    if path == STEPPED and spec.inference_perf is not None:
        if first_rounds and not chat[0]:
            return [NOTHING] * _stage_count(clients), NOTHING
        counts, total = _stepped_stages(clients.blocks[0], until)
        return list(counts), total
    blocks = block_counts(clients, until)
    if first_rounds:
        blocks = [count if talks else NOTHING for count, talks in zip(blocks, chat, strict=True)]
    return blocks[: _stage_count(clients)], _sum(blocks)


def block_counts(clients: Expansion, until: float) -> list[Count | None]:
    """Return the count of each block of clients, all its members together, without a limit on their number."""
    path = generation_path(clients.spec)
    if path == STEPPED and clients.spec.inference_perf is not None:
        return [_stepped_stages(block, until)[1] for block in clients.blocks]
    if path == STEPPED:
        return [_times(_stepped(block, until), block) for block in clients.blocks]
    if path == VARYING:
        rates = WindowRates(clients, INT64_MAX if until == math.inf else int(until))
        return [_times(_varying(block, rates, until), block) for block in clients.blocks]
    return [_ordinary(block, rate, until) for block, rate in zip(clients.blocks, block_rates(clients), strict=True)]


def _opening(block: ClientBlock) -> ClientBlock:
    """Return a block of chat with the first round of each session alone; how long an answer takes does not matter then."""
    reasoning, turns = block.template.reasoning, block.template.turns
    assert reasoning is not None and turns is not None
    template = block.template.replace(
        reasoning=reasoning.replace(multi_turn=turns.replace(max_rounds=1)),
        output_distribution=Distribution(type="constant", params={"value": 1.0}),
    )
    dealt = None if block.dealt is None else Dealt(1, 0)
    return ClientBlock(template, block.size, block.names, dealt=dealt, exact_rate=block.exact_rate, spread_us=block.spread_us)


def _stage_count(clients: Expansion) -> int:
    return len(clients.spec.inference_perf.stages) if clients.spec.inference_perf is not None else 0


def _limited(clients: Expansion, until: float, counts: list[Count | None], total: Count | None) -> Expected:
    """Apply the limit on the number of requests, and put the stages together."""
    spec = clients.spec
    if spec.num_requests:
        known = [count for count in counts if count is not None]
        if len(known) == len(counts) and not spec.cohorts:
            counts = list(capped(known, spec.num_requests))
        elif total is None or total.mean > spec.num_requests / 2:
            counts = [None] * len(counts)
        total = None if total is None else capped([total], spec.num_requests)[0]
        if overrun(spec) is not None:  # the limit is none for what is sent
            counts = [None if count is None else count._replace(variance=None) for count in counts]
            total = None if total is None else total._replace(variance=None)
    return Expected(tuple(_stages(clients, until, counts)), total)


def _stages(clients: Expansion, until: float, counts: list[Count | None]) -> list[Stage]:
    compact = clients.spec.inference_perf
    if compact is None:
        return []
    scale = clients.aggregate_rate / mean_rate(compact) if clients.spec.rules == 1 else 1.0
    endless = clients.spec.rules == 1 and len(compact.stages) == 1
    stages = []
    for stage, window, count in zip(compact.stages, stage_windows(compact.stages), counts, strict=True):
        end = until if endless and until < math.inf else min(window.end_us, until)
        planned = window.end_us - window.start_us
        stages.append(Stage(window.start_us, max(window.start_us, int(end)), planned, stage.rate * scale, count))
    return stages


def _sum(counts: list[Count | None]) -> Count | None:
    known = [count for count in counts if count is not None]
    return add(known) if len(known) == len(counts) else None


def _times(count: Count | None, block: ClientBlock) -> Count | None:
    return None if count is None else count.times(block.size)


def _stepped_stages(block: ClientBlock, until: float) -> tuple[list[Count], Count]:
    """Return the counts of the stages of version 1, and of all: chat's rounds run on from stage to stage."""
    windows = windows_of(block.template)
    rounds, period = _conversation(block.template) or (1, 1)
    counts, whole = sessions(
        [window.end_us for window in windows],
        [(window.trace_rate or 0.0) / 1e6 for window in windows],
        rounds,
        period,
        until,
    )
    return [count.times(block.size) for count in counts], whole.times(block.size)


def _stepped(block: ClientBlock, until: float) -> Count | None:
    client = block.template
    if client.turns is not None or client.lifecycle is None:
        return None
    spans = [(window, min(window.end_us, until) - window.start_us) for window in client.lifecycle.windows]
    return _sum([_renewals(client.arrival, (window.trace_rate or 0.0) / 1e6, span) for window, span in spans if span > 0])


def _varying(block: ClientBlock, rates: WindowRates, until: float) -> Count | None:
    """Return the count of a client on the time-varying path: of the gaps of a window the last one fills it up."""
    if block.template.turns is not None:
        return None
    return Count(float(sum(count for _, count in varying_counts(block, rates, until))), None)


def varying_counts(block: ClientBlock, rates: WindowRates, until: float) -> Iterator[tuple[Window, int]]:
    """Yield each window as far as `until`, with the requests that a client is expected to send in it."""
    client = block.template
    for window in windows_of(client):
        if window.start_us < until:
            clipped = window if until == math.inf else cut_off(window, int(until))
            seconds = (clipped.end_us - clipped.start_us) / 1e6
            yield clipped, max(math.ceil(rates.rate(block, clipped) * seconds) - 1, 0)


def _ordinary(block: ClientBlock, rate: float, until: float) -> Count | None:
    """Return the count of a block on the ordinary path; `rate` is that of each client per microsecond."""
    client = block.template
    rate = rate if block.exact_rate is None else block.exact_rate
    if client.concurrency:
        return None  # how much users send depends on their answers
    if rate <= 0:
        return NOTHING
    if block.spread_us is not None and block.dealt is not None:
        return add([dealt(requests, block.spread_us, until).times(members) for requests, members in _shares(block)])
    windows = windows_of(client)
    if client.turns is None:
        return _times(_singles(client, windows, rate, until), block)
    conversation = _conversation(client)
    poisson_process = poisson_rate(client.arrival, rate)
    if conversation is None or poisson_process is None or len(windows) > 1:
        return None
    span = min(windows[0].end_us, until) - windows[0].start_us if windows else until
    if is_single(client):
        shares = _shares(block) if block.dealt is not None else [(conversation[0], block.size)]
        return add([session(poisson_process, rounds, conversation[1], span).times(members) for rounds, members in shares])
    if span == math.inf:
        return Count(math.inf, 0.0)
    return sessions([int(max(span, 0))], [poisson_process], *conversation, math.inf)[1].times(block.size)


def _shares(block: ClientBlock) -> list[tuple[int, int]]:
    """Return what the members of a block were dealt, as (requests, members that got as many)."""
    assert block.dealt is not None
    return [(block.dealt.base + 1, block.dealt.extra), (block.dealt.base, block.size - block.dealt.extra)]


def _singles(client: Client, windows: tuple[Window, ...], rate: float, until: float) -> Count:
    """Return the count of one client that sends single requests while it is active."""
    spans = active_spans(windows, until)
    if client.arrival.process == "constant" and spans[-1:] != [(0.0, math.inf)]:
        gap = max(1, go_int(1.0 / rate))
        return Count(float(sum((int(end) - 1) // gap - (max(int(start), 1) - 1) // gap for start, end in spans)), 0.0)
    return _renewals(client.arrival, rate, math.fsum(end - start for start, end in spans))


def _renewals(arrival: Arrival, rate: float, span: float) -> Count:
    """Return the count of arrivals in a span: to the point for Poisson, in the long run for the other processes.

    Of these the variance is known if the run is long enough: that of the gaps, as many times as there are gaps.
    """
    if span == math.inf:
        return Count(math.inf, 0.0)
    exponential = poisson_rate(arrival, rate)
    if exponential is not None:
        return poisson(exponential, span)
    mean = span / gap_us(arrival, rate)
    variation = gap_variation(arrival)
    return Count(mean, None if mean < _LONG_RUN or variation is None else mean * variation**2)


def gap_us(arrival: Arrival, rate: float) -> float:
    """Return the mean gap between arrivals at a rate per microsecond, but for what is lost when gaps are made whole."""
    exponential = poisson_rate(arrival, rate)
    fitted = fitted_gap_us(arrival) if exponential is None else None
    gap = 1.0 / (rate if exponential is None else exponential) if fitted is None else fitted
    return max(gap, 1.0)


def active_spans(windows: tuple[Window, ...], until: float) -> list[tuple[float, float]]:
    """Return when a client with such windows is active before the end; none mean always. Time 0 is in no span."""
    if not windows:
        return [(0.0, until)]
    spans = []
    reached = 0.0
    for window in sorted(windows, key=lambda window: window.start_us):
        start, end = max(window.start_us, reached), min(window.end_us, until)
        if start < end:
            spans.append((start, end))
            reached = end
    return spans


def is_single(client: Client) -> bool:
    """Return whether a client has one session only."""
    return client.turns is not None and client.turns.single_session


def _conversation(client: Client) -> tuple[int, int] | None:
    """Return the rounds of a client's sessions and the µs from one to the next; ``None`` if these are random."""
    turns = client.turns
    if turns is None:
        return None
    output = fixed_length(client.output_distribution)
    return None if output is None else (turns.max_rounds, turns.think_time_us + output)
