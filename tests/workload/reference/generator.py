"""Generating requests as BLIS does, and version 1 with several stages."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from blis_tui.spec.format.model import Client, Window, WorkloadSpec
from reference.expansion import Plan, expand
from reference.go_rand import Rand
from reference.samplers import Draw, gap, length, to_int

FOREVER = 2**63 - 1


class Request(NamedTuple):
    arrival: int
    client: str
    tenant: str
    slo: str
    prefix: int
    input: list[int]
    output: list[int]
    session: int | str = -1  # the number of a conversation, or the id of a virtual user's session
    round: int = 0
    reason: float = 0.0
    deadline: int = 0
    slo_target: int = 0
    streaming: bool = False
    media: tuple[int, ...] = (0, 0, 0, 0)


def windows_of(client: Client) -> tuple[Window, ...]:
    return client.lifecycle.windows if client.lifecycle else ()


def overlap(a: Client, b: Client) -> bool:
    mine, theirs = windows_of(a), windows_of(b)
    return not mine or not theirs or any(x.start_us < y.end_us and y.start_us < x.end_us for x in mine for y in theirs)


def ordinary_rates(clients: list[Client], aggregate: float) -> list[float]:
    """Share the rate out, in requests per µs, client by client and pair by pair."""
    rates = []
    anyone_windowed = any(windows_of(c) for c in clients)
    for client in clients:
        total = 0.0
        for other in clients:
            if not anyone_windowed or (other.rate_fraction > 0 and overlap(client, other)):
                total += other.rate_fraction
        rates.append(aggregate * (client.rate_fraction / total) / 1e6 if total else 0.0)  # virtual users have no rate
    return rates


def window_rate(client: Client, window: Window, clients: list[Client], aggregate: float) -> float:
    """Return a client's requests per second in a window on the time-varying path."""

    def rate(c: Client, w: Window) -> float:
        return c.rate_fraction if w.trace_rate is None else w.trace_rate

    if aggregate == 0 and window.trace_rate is not None:
        return rate(client, window)
    total = 0.0
    for other in clients:
        if not windows_of(other):
            total += other.rate_fraction
        for theirs in windows_of(other):
            if theirs.start_us < window.end_us and window.start_us < theirs.end_us:
                total += rate(other, theirs)
                break
    return aggregate * (rate(client, window) / total) if total else 0.0


def active(time: int, client: Client) -> bool:
    return not windows_of(client) or any(w.start_us <= time < w.end_us for w in windows_of(client))


def deadline(arrival: int, client: Client, session: bool) -> int:
    if client.timeout is None:
        return arrival + 300_000_000 if session else 0
    return arrival + client.timeout if client.timeout else 0


def session(r: Rand, c: Client, input: Draw, output: Draw, start: int, prefix: list[int]) -> list[Request]:
    assert c.reasoning is not None and c.reasoning.multi_turn is not None
    turns = c.reasoning.multi_turn
    ratio = length(c.reasoning.reason_ratio_distribution) if c.reasoning.reason_ratio_distribution.type else None
    number, rounds, time, said = r.int63(), [], start, list[int]()
    for i in range(turns.max_rounds):
        m, n = input(r), output(r)
        ids, answer = r.tokens(m), r.tokens(n)
        percent = ratio(r) if ratio else 0
        rounds.append(
            Request(
                time, c.id, c.tenant_id, c.slo_class, len(prefix), prefix + said + ids, answer, number, i,
                min(1.0, max(0.0, percent / 100.0)), deadline(time, c, True), c.slo_target_us or 0,
            )
        )  # fmt: skip
        if turns.context_growth == "accumulate":
            said = said + ids + answer
        time += turns.think_time_us + n
    return rounds


def single(r: Rand, c: Client, input: Draw, output: Draw, time: int, prefix: list[int]) -> Request:
    media = [0, 0, 0, 0]
    if c.multimodal is not None:
        for k, kind in enumerate(("text", "image", "audio", "video")):
            tokens = getattr(c.multimodal, f"{kind}_distribution")
            pieces = None if kind == "text" else getattr(c.multimodal, f"{kind}_count_distribution")
            if tokens.type and (pieces is None or pieces.type):
                count = 1 if pieces is None else length(pieces)(r)
                media[k] = sum(length(tokens)(r) for _ in range(count))
        ids = r.tokens(sum(media) or 1)
        answer = r.tokens(output(r))
    else:
        m, n = input(r), output(r)
        ids, answer = r.tokens(m), r.tokens(n)
    closed = bool(c.closed_loop) if c.closed_loop is not None else c.reasoning is not None and c.reasoning.multi_turn is not None
    return Request(
        time, c.id, c.tenant_id, c.slo_class, len(prefix), prefix + ids, answer, -1, 0, 0.0,
        deadline(time, c, closed), c.slo_target_us or 0, c.streaming, tuple(media),
    )  # fmt: skip


def is_chat(client: Client) -> bool:
    return client.reasoning is not None and client.reasoning.multi_turn is not None


def ordinary(r: Rand, plan: Plan, rate: float, until: int, most: int, prefix: list[int]) -> Iterator[Request]:
    c = plan.client
    input, output, draw = length(c.input_distribution), length(c.output_distribution), gap(c.arrival, rate)
    if plan.spread is not None:
        own, (count, span) = Rand(r.int63()), plan.spread
        raw = [own.exp() / (float(count) / float(span)) for _ in range(count)]
        total = 0.0
        for value in raw:
            total += value
        gaps = iter([max(1, to_int(value * (float(span) / total))) for value in raw])

        def draw(r: Rand) -> int:
            return next(gaps, 0)
    elif plan.exact is not None:
        exact = plan.exact
        r.int63()

        def draw(r: Rand) -> int:
            value = r.exp()
            return max(1, to_int(value / exact if exact else math.inf))

    if is_chat(c) and c.reasoning is not None and c.reasoning.multi_turn is not None and c.reasoning.multi_turn.single_session:
        start = draw(r) + (windows_of(c)[0].start_us if windows_of(c) else 0)
        if start < until and active(start, c):
            yield from kept(session(r, c, input, output, start, prefix), c, until)
        return
    yield from stream(r, c, draw, input, output, 0, until, most, prefix)


def stream(
    r: Rand, c: Client, draw: Draw, input: Draw, output: Draw, start: int, until: int, most: int, prefix: list[int]
) -> Iterator[Request]:
    """Make requests or sessions gap after gap."""
    time, made = start, 0
    last = max((w.end_us for w in windows_of(c)), default=FOREVER)
    while made < most:
        step = draw(r)
        time += step
        if step == 0 or time >= until or (time >= last and not active(time, c)):
            return
        if not active(time, c):
            continue
        if is_chat(c):
            rounds = session(r, c, input, output, time, prefix)
            made += len(rounds)
            yield from kept(rounds, c, until)
        else:
            made += 1
            yield single(r, c, input, output, time, prefix)


def kept(rounds: list[Request], client: Client, until: int) -> Iterator[Request]:
    for request in rounds:
        if request.arrival >= until:
            return
        if active(request.arrival, client):
            yield request


def varying(r: Rand, plan: Plan, clients: list[Client], aggregate: float, until: int, prefix: list[int]) -> Iterator[Request]:
    c = plan.client
    for whole in windows_of(c):
        if whole.start_us >= until:
            continue
        window = whole.replace(end_us=min(whole.end_us, until))
        rate, span = window_rate(c, window, clients, aggregate), window.end_us - window.start_us
        if rate <= 0:
            continue
        draw = gap(window.arrival or c.arrival, rate / 1e6)
        input = length(window.input_distribution or c.input_distribution)
        output = length(window.output_distribution or c.output_distribution)
        gaps = [draw(r) for _ in range(math.ceil(rate * (float(span) / 1e6)))]
        factor = float(span) / float(sum(gaps))
        gaps = [int(float(g) * factor) for g in gaps]
        gaps[-1] += span - sum(gaps)
        time = window.start_us
        for step in gaps:
            time += step
            if time >= window.end_us:
                break
            if not is_chat(c):
                request = single(r, c.replace(multimodal=None), input, output, time, [])
                yield request._replace(deadline=0)
                continue
            for request in session(r, c, input, output, time, prefix):
                if request.arrival >= window.end_us:
                    break
                yield request._replace(slo_target=0)
            assert c.reasoning is not None and c.reasoning.multi_turn is not None
            if c.reasoning.multi_turn.single_session:
                break


def stepped(r: Rand, plan: Plan, until: int, most: int, prefix: list[int]) -> Iterator[Request]:
    """Version 1: go through the windows, each at its own rate from its own start."""
    c, made = plan.client, 0
    input, output = length(c.input_distribution), length(c.output_distribution)
    for window in windows_of(c):
        if window.start_us >= until:
            continue
        assert window.trace_rate is not None
        draw, time = gap(c.arrival, window.trace_rate / 1e6), window.start_us
        while made < most:
            time += draw(r)
            if time >= min(window.end_us, until):
                break
            if is_chat(c):
                rounds = session(r, c, input, output, time, prefix)
                made += len(rounds)
                yield from kept(rounds, c, until)
            else:
                made += 1
                yield single(r, c, input, output, time, prefix)


def fnv1a(text: str) -> int:
    h = 14695981039346656037
    for byte in text.encode():
        h = ((h ^ byte) * 1099511628211) % 2**64
    return h


def signed(value: int) -> int:
    value %= 2**64
    return value - 2**64 if value >= 2**63 else value


def is_version_1_expansion(spec: WorkloadSpec) -> bool:
    """Tell whether windows have absolute rates: in several stages, or where aggregate_rate is the mean of all clients' rates."""
    if spec.inference_perf is not None:
        return len(spec.inference_perf.stages) > 1
    clients = [plan.client for plan in expand(spec)[0] if windows_of(plan.client)]
    if not clients or any(w.trace_rate is None for c in clients for w in windows_of(c)):
        return False
    mean = 0.0
    for c in clients:
        spans = [w.end_us - w.start_us for w in windows_of(c)]
        mean += sum((w.trace_rate or 0.0) * span for w, span in zip(windows_of(c), spans, strict=True)) / sum(spans)
    return mean > 0 and math.isclose(spec.aggregate_rate, mean, rel_tol=1e-9)


def end_of(spec: WorkloadSpec) -> int:
    """Return when generation ends."""
    if spec.version in ("", "1") and spec.inference_perf is not None and not spec.horizon and not spec.num_requests:
        return sum(stage.duration for stage in spec.inference_perf.stages) * 1_000_000
    return spec.horizon or FOREVER


def prefix_ids(root: Rand, clients: list[Client]) -> dict[str, list[int]]:
    """Draw the prefix of each group, in order of first appearance."""
    prefixes: dict[str, list[int]] = {"": []}
    for c in clients:
        if c.prefix_group not in prefixes:
            prefixes[c.prefix_group] = root.tokens(c.prefix_length or 50)
    return prefixes


def root_stream(spec: WorkloadSpec) -> Rand:
    return Rand(signed(spec.seed ^ fnv1a("workload-gen")))


def generate(spec: WorkloadSpec) -> list[Request]:
    """Return the requests of a valid spec."""
    v1 = spec.version in ("", "1")
    plans, aggregate = expand(spec)
    clients = [plan.client for plan in plans]
    until = end_of(spec)
    most = 2 * spec.num_requests or FOREVER

    root = root_stream(spec)
    prefixes = prefix_ids(root, clients)

    windows = [window for c in clients for window in windows_of(c)]
    own = ("trace_rate", "arrival", "input_distribution", "output_distribution")
    overridden = any(getattr(w, name) is not None for w in windows for name in own)
    absolute = v1 and is_version_1_expansion(spec)
    rates = ordinary_rates(clients, aggregate)
    made: list[Request] = []
    for plan, rate in zip(plans, rates, strict=True):
        prefix = prefixes[plan.client.prefix_group]
        if absolute:
            made += stepped(Rand(root.int63()), plan, until, most, prefix)
        elif overridden:
            if windows_of(plan.client):
                made += varying(Rand(root.int63()), plan, clients, aggregate, until, prefix)
        elif rate > 0:
            made += ordinary(Rand(root.int63()), plan, rate, until, most, prefix)
    made.sort(key=lambda request: request.arrival)
    return made[: spec.num_requests] if spec.num_requests else made
