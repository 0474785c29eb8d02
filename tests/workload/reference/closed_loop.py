"""What is sent if answers take so long: one event after the other, as BLIS's session manager goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

from blis_tui.spec.format.model import Client, WorkloadSpec
from reference.expansion import expand
from reference.generator import Request, deadline, end_of, generate, is_chat, prefix_ids, root_stream, signed
from reference.go_rand import Rand
from reference.samplers import length


@dataclass
class Session:
    client: Client
    random: Rand
    prefix: list[int]
    rounds: int | None  # None: as many as there is time for
    think: int
    round: int = 0
    over: bool = False
    said: list[int] = field(default_factory=list)


def is_closed(client: Client) -> bool:
    return is_chat(client) if client.closed_loop is None else client.closed_loop and is_chat(client)


def conversations(spec: WorkloadSpec, clients: list[Client], plan: list[Request]) -> dict[int | str, Session]:
    """Set up the sessions whose first rounds are planned."""
    found: dict[int | str, Session] = {}
    seeds = Rand(signed(spec.seed + 7919))
    for c in clients:
        if not is_closed(c):
            continue
        assert c.reasoning is not None and c.reasoning.multi_turn is not None
        firsts = [r for r in plan if r.session != -1 and r.round == 0 and r.client == c.id]
        prefix = firsts[0].input[: c.prefix_length] if firsts and c.prefix_group else []
        if len(prefix) < c.prefix_length:  # the first input is too short to hold it
            prefix = []
        for number in sorted({str(r.session) for r in firsts}):
            turns = c.reasoning.multi_turn
            found[int(number)] = Session(c, Rand(seeds.int63()), prefix, turns.max_rounds, turns.think_time_us)
    return found


def users(spec: WorkloadSpec, clients: list[Client], room: int | None, found: dict[int | str, Session]) -> Iterator[Request]:
    """Set up the sessions of virtual users, and make their first requests."""
    prefixes = prefix_ids(root_stream(spec), clients)
    seeds = Rand(signed(spec.seed + 10007))
    for c in clients:
        prefix = prefixes[c.prefix_group]
        for user in range(c.concurrency):
            if room == 0:
                break
            room = None if room is None else room - 1
            own, name = Rand(seeds.int63()), f"concurrency_{c.id}_user_{user}"
            time = user * c.think_time_us // c.concurrency if c.concurrency > 1 else 0
            m, n = length(c.input_distribution)(own), length(c.output_distribution)(own)
            ids, answer = prefix + own.tokens(m), own.tokens(n)
            yield Request(
                time, c.id, c.tenant_id, c.slo_class, len(prefix), ids, answer, name, 0, 0.0,
                deadline(time, c, True), c.slo_target_us or 0, c.streaming,
            )  # fmt: skip
            found[name] = Session(c, Rand(seeds.int63()), prefix, None, c.think_time_us)


def follow_up(s: Session, answered: Request, time: int, until: int) -> Request | None:
    """Make the next round of a session once a request is answered; ``None`` if it would come too late."""
    c, r = s.client, s.random
    if time + s.think > until:
        return None
    m, n = length(c.input_distribution)(r), length(c.output_distribution)(r)
    ids, answer = r.tokens(m), r.tokens(n)
    turns = c.reasoning.multi_turn if c.reasoning else None
    if turns is not None and turns.context_growth == "accumulate":
        if s.round == 0:
            first = answered.input
            s.said = s.prefix + (first[len(s.prefix) :] if len(s.prefix) <= len(first) else first)
        s.said = s.said + answered.output + ids
        ids = s.said
    else:
        ids = s.prefix + ids
    s.round += 1
    arrival = time + s.think
    return Request(
        arrival, c.id, c.tenant_id, c.slo_class, 0, ids, answer, answered.session, s.round, 0.0,
        deadline(arrival, c, True), c.slo_target_us or 0,
    )  # fmt: skip


def send(spec: WorkloadSpec, ttft: int, itl: int) -> list[Request]:
    """Return what is sent of a valid spec."""
    clients = [plan.client for plan in expand(spec)[0]]
    plan, until = generate(spec), end_of(spec)
    sessions = conversations(spec, clients, plan)
    sent = [r for r in plan if r.session not in sessions or r.round == 0]
    sent += users(spec, clients, max(0, spec.num_requests - len(sent)) if spec.num_requests else None, sessions)
    sent.sort(key=lambda request: request.arrival)
    has_users = any(c.concurrency > 0 for c in clients)
    left = max(0, spec.num_requests - len(sent)) if spec.num_requests and has_users else -1

    answers: list[tuple[int, int]] = []

    def answer(number: int) -> None:
        request = sent[number]
        end = request.arrival + ttft + itl * len(request.output)
        late = 0 < request.deadline < end
        if request.session in sessions and not late and end <= until:
            heappush(answers, (end, number))

    for number in range(len(sent)):
        answer(number)
    while answers:
        time, number = heappop(answers)
        session = sessions[sent[number].session]
        if session.over or session.round + 1 == session.rounds or left == 0:
            continue
        new = follow_up(session, sent[number], time, until)
        session.over = new is None
        if new is not None:
            left -= 1
            sent.append(new)
            answer(len(sent) - 1)
    return sorted(sent, key=lambda request: request.arrival)
