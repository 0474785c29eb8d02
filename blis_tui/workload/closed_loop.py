"""What is sent if every answer takes so long: BLIS's `GenerateWorkload`, and its session manager's `OnComplete`.

The first round of a session comes when it was planned, and each further one a think time after the answer to the one before. A
virtual user (`concurrency`) begins within its think time and goes on like that until the horizon. All that follows is drawn
from a stream of the session's own.
"""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.problems import ERROR, Problem, SpecError
from blis_tui.spec.format.fields import INT64_MAX
from blis_tui.workload import kernel
from blis_tui.workload.kernel.records import CHAT, DONE, FIXED, FULL, Programs, Sheet
from blis_tui.workload.memory import rows_that_fit
from blis_tui.workload.progress import Progress
from blis_tui.workload.requests import Prefix, Requests
from blis_tui.workload.sampling.lengths import checked
from blis_tui.workload.schedule import Columns, joined
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.workers import Workers

_SESSION_SEEDS, _USER_SEEDS = 7919, 10007
"""What BLIS adds to a file's seed for the streams that seed sessions, and users."""
Int64s = NDArray[np.int64]
Int32s = NDArray[np.int32]


class _Sessions(NamedTuple):
    """Sessions that go on once they are answered; all columns of shape (sessions,)."""

    first: Int64s
    """The number of its first request among the generated ones."""
    client: Int32s
    """Whose lengths, pauses and rounds it has."""
    seed: Int64s


class _Beginnings(NamedTuple):
    """What the follow-ups of each session begin with, shape (sessions,), but for `extra`."""

    prefix: Int32s
    """The number of a prefix group, or after these of an extra prefix; -1 for none."""
    drop: Int32s
    """How many tokens of the first round's own input are not repeated."""
    said: Int64s
    """How many tokens stand between that prefix and the next input."""
    extra: list[Prefix]


def send(plan: Requests, server: AssumedServer, workers: Workers, progress: Progress | None) -> Requests:
    """Return what is sent of what is planned.

    Raises `SpecError` where a request is too long, `MemoryError` where there is no room for all, and what `progress` raises.
    """
    namesakes = _namesakes(plan)
    kept, starts = _kept(plan, namesakes)
    users = _Users(plan, len(kept))
    _check_end(plan, server)
    _check_ids(plan)
    generated, place = _generated(plan, kept, users, workers)
    chat_starts, owner, chat_seeds = _chats(plan, starts, namesakes)
    place_of_row = np.empty(len(plan) + users.count, np.int64)
    place_of_row[np.concatenate([kept, len(plan) + np.arange(users.count)])] = place
    sessions = _Sessions(
        place_of_row[np.concatenate([chat_starts, len(plan) + np.arange(users.count)])],
        np.concatenate([owner, users.client]),
        np.concatenate([chat_seeds, users.follow_up_seeds]),
    )
    first_stream = len(plan.seeds)
    seeds = np.concatenate([plan.seeds, sessions.seed, users.seeds])
    generated["stream"][sessions.first[len(chat_starts) :]] = np.arange(len(seeds) - users.count, len(seeds))
    begins = _beginnings(plan, generated, sessions)
    follow_ups = _follow_ups(plan, generated, sessions, begins, server, users.count > 0, workers, progress)
    programs, legs = _first_legs(plan, generated, sessions)
    _complete(plan, follow_ups, generated, sessions, begins, legs, first_stream)
    columns: Columns = {name: np.concatenate([generated[name], follow_ups[name]]) for name in list(generated)}
    order = np.argsort(columns["arrival"], kind="stable")
    columns = {name: columns.pop(name)[order] for name in list(columns)}
    return plan.as_sent(columns, programs=programs, seeds=seeds, extra_prefixes=begins.extra)


def _check_end(plan: Requests, server: AssumedServer) -> None:
    """Raise `SpecError` where users that neither think nor wait would send for ever at the same time."""
    if server.ttft_us or server.itl_us or plan.spec.num_requests:
        return
    for block in plan.clients.blocks:
        if block.template.concurrency and not block.template.think_time_us:
            text = f"users of client {block.template.id} would send endlessly: their think time is 0, and answers take no time"
            raise SpecError([Problem("no-end", ERROR, (), text)])


def _check_ids(plan: Requests) -> None:
    """Raise `SpecError` where clients with virtual users have the same id: BLIS lets two users share a session then."""
    first: dict[str, int] = {}
    for index, client in enumerate(plan.spec.clients):
        if client.concurrency > 0 and first.setdefault(client.id, index) != index:
            text = f"clients[{index}].id: is that of clients[{first[client.id]}], whose virtual users would share its sessions"
            raise SpecError([Problem("duplicate-id", ERROR, ("clients", index, "id"), text)])


def _kept(plan: Requests, namesakes: dict[int, list[int]]) -> tuple[Int64s, Int64s]:
    """Return which planned requests are generated beforehand, and which of these are first rounds of closed loops."""
    if not plan.has_sessions:
        return np.arange(len(plan)), np.empty(0, np.int64)
    waits = _waiting_clients(plan)
    for same in namesakes.values():
        waits[same] = waits[same].any()
    starts = np.flatnonzero(waits[plan.client] & (plan.session >= 0) & (plan.round == 0))
    later = (plan.round > 0) & np.isin(plan.session, plan.session[starts])
    return np.flatnonzero(~later), starts


def _waiting_clients(plan: Requests) -> NDArray[np.bool_]:
    """Return which clients have closed-loop sessions, shape (clients)."""
    sizes = [block.size for block in plan.clients.blocks]
    return np.repeat(np.array([traits.closed_loop for traits in plan.traits], bool), sizes)


def _chats(plan: Requests, starts: Int64s, namesakes: dict[int, list[int]]) -> tuple[Int64s, Int32s, Int64s]:
    """Seed the sessions of conversations; return their first rounds, the client that each goes on as, and their seeds.

    Clients come in order, and a client's sessions in that of their ids as text. BLIS finds these by the client's id: clients of
    one id each seed the sessions of all of them, and the last of them counts.
    """
    client, session = plan.client[starts], plan.session[starts]
    digits = np.char.str_len(session.astype("U19")) if len(session) else np.empty(0, np.int64)
    as_text = session.astype(np.uint64) * np.uint64(10) ** (19 - digits).astype(np.uint64)
    stream = kernel.RandomStream(_wrapped(plan.spec.seed + _SESSION_SEEDS))
    if not namesakes:
        order = np.lexsort((digits, as_text, client))
        return starts[order], client[order], stream.int63s(len(order))
    name = np.array([namesakes.get(each, [each])[0] for each in range(len(plan.clients))], np.int32)[client]
    order = np.lexsort((digits, as_text, name))
    by_name: dict[int, list[int]] = {}
    for row in order.tolist():
        by_name.setdefault(int(name[row]), []).append(row)
    found: dict[int, tuple[int, int]] = {}
    for each in np.flatnonzero(_waiting_clients(plan)).tolist():
        for row in by_name.get(namesakes.get(each, [each])[0], ()):
            found[row] = each, int(stream.int63())
    rows = list(found)
    return (
        starts[rows],
        np.array([found[row][0] for row in rows], np.int32),
        np.array([found[row][1] for row in rows], np.int64),
    )


def _namesakes(plan: Requests) -> dict[int, list[int]]:
    """Return the clients of each id that several have, by client."""
    if plan.spec.inference_perf is not None and not plan.spec.cohorts:
        return {}  # these are all named differently
    by_name: dict[str, list[int]] = {}
    for number, name in enumerate(plan.clients.column("id")):
        by_name.setdefault(name, []).append(number)
    return {number: same for same in by_name.values() if len(same) > 1 for number in same}


def _wrapped(seed: int) -> int:
    """Return a seed as Go's int64 has it."""
    return (seed + 2**63) % 2**64 - 2**63


class _Users:
    """The virtual users, clients in order: `count` of them begin, since no more than `num_requests` requests do."""

    def __init__(self, plan: Requests, kept: int) -> None:
        members = [
            (number, block.template.concurrency, block.template.think_time_us)
            for number, block in zip(plan.clients.starts, plan.clients.blocks, strict=False)
            if block.template.concurrency > 0
        ]
        client, users, pause = (np.array([each[column] for each in members], np.int64) for column in range(3))
        most = max(0, plan.spec.num_requests - kept) if plan.spec.num_requests else INT64_MAX
        begun = np.zeros(len(members), np.int64)
        for index, many in enumerate(users.tolist()):  # together they may be more than fit 64 bits
            begun[index] = min(many, most)
            most -= int(begun[index])
        self.count = int(begun.sum())
        which = np.repeat(np.arange(len(members)), begun)
        self.client = client[which].astype(np.int32)
        self.user = (np.arange(self.count) - (np.cumsum(begun) - begun)[which]).astype(np.int32)
        staggered = users[which] > 1
        self.arrival = np.where(staggered, self.user * pause[which] // np.maximum(users[which], 1), 0)
        drawn = kernel.RandomStream(_wrapped(plan.spec.seed + _USER_SEEDS)).int63s(2 * self.count)
        self.seeds, self.follow_up_seeds = drawn[::2].copy(), drawn[1::2].copy()


def _generated(plan: Requests, kept: Int64s, users: _Users, workers: Workers) -> tuple[Columns, Int64s]:
    """Return the columns of what is generated beforehand, by arrival, and where each row went: planned ones, then users'."""
    blocks = plan.block_of(users.client)
    place, fresh, output = kernel.first_requests(plan.programs, blocks, users.seeds, workers.stop)
    checked(int(max(fresh.max(initial=0), output.max(initial=0))))
    prefixed = np.array([bool(block.template.prefix_group) for block in plan.clients.blocks], bool)[blocks]
    group = np.full(users.count, -1)
    group[prefixed] = plan.groups.of(blocks[prefixed], np.zeros(int(prefixed.sum()), np.int64))
    own: Columns = {
        "arrival": users.arrival,
        "place": place,
        "fresh": fresh,
        "output": output,
        "client": users.client,
        "session": np.full(users.count, -1),
        "user": users.user,
        "prefix": group,
    }
    had = {name: column[kept] for name, column in plan.columns.items()}
    had |= {"prefix": plan.prefix_group[kept], "stream": plan.client[kept], "user": np.full(len(kept), -1, np.int32)}
    if "session" not in had:
        had["session"] = np.full(len(kept), -1)
    zeros = np.zeros(len(kept), np.int32)
    for name, absent in (("round", zeros), ("context", zeros), ("leg", zeros), ("percent", zeros.astype(np.uint8))):
        had.setdefault(name, absent)
    had |= {"goes_on": zeros - 1, "drop": zeros, "follow_up": np.zeros(len(kept), bool)}
    columns = {}
    for name, column in had.items():
        new = own.get(name)
        if new is None:
            new = np.zeros((users.count, *column.shape[1:]), column.dtype)
            if name == "goes_on":
                new -= 1
        columns[name] = np.concatenate([column, new.astype(column.dtype)])
    order = np.argsort(columns["arrival"], kind="stable")
    place_of = np.empty(len(order), np.int64)
    place_of[order] = np.arange(len(order))
    return {name: column[order] for name, column in columns.items()}, place_of


def _beginnings(plan: Requests, generated: Columns, sessions: _Sessions) -> _Beginnings:
    """Find what follow-ups begin with.

    BLIS takes for it the first tokens of the first session of the client's id, as many as the client's own `prefix_length`: none
    where it gives none, fewer than the group has, or more, so that the first session's question goes on in every prefix. Where
    several clients have that id, the first session may have another prefix than this one.
    """
    block = plan.block_of(sessions.client)
    templates = [each.template for each in plan.clients.blocks]
    grows = plan.programs.programs["grows"].astype(bool)[block]
    group = generated["prefix"]
    has = np.append(plan.groups.lengths, 0)[group]  # the last for no group, -1
    inputs = has + generated["fresh"]
    users = generated["user"][sessions.first] >= 0
    firsts = np.full(len(plan.clients), len(group))
    np.minimum.at(firsts, sessions.client, sessions.first)
    model = np.where(users, sessions.first, firsts[sessions.client])
    wants = np.array([max(each.prefix_length, 0) if each.prefix_group else 0 for each in templates], np.int64)[block]
    wants = np.where(users, has[model], wants)
    wants[wants > inputs[model]] = 0
    had, same = has[sessions.first], group[sessions.first] == group[model]
    whole = (same & (wants == had)) | (grows & ((wants == 0) | (same & (wants <= had))))
    prefix = np.where(whole, group[sessions.first], -1).astype(np.int32)
    drop = np.zeros(len(prefix), np.int32)
    extra: dict[Prefix, int] = {}
    for session in np.flatnonzero(~whole & (wants > 0)).tolist():
        own, first = int(sessions.first[session]), int(model[session])
        wanted, length = int(wants[session]), int(had[session])
        left = wanted if wanted <= inputs[own] else 0  # BLIS leaves out as many tokens of its first input, if it has them
        tail = bool(grows[session]) and left < length
        one = Prefix(
            int(group[first]),
            wanted,
            int(generated["client"][first]),
            int(generated["place"][first]),
            int(generated["leg"][first]),
            int(group[own]) if tail else -1,
            left if tail else 0,
        )
        prefix[session] = extra.setdefault(one, len(plan.groups) + len(extra))
        drop[session] = max(0, left - length) if grows[session] else 0
    own_tokens = generated["fresh"][sessions.first].astype(np.int64) - drop
    said = np.where(grows, own_tokens + generated["output"][sessions.first], 0)
    return _Beginnings(prefix, drop, said, list(extra))


def _follow_ups(
    plan: Requests,
    generated: Columns,
    sessions: _Sessions,
    begins: _Beginnings,
    server: AssumedServer,
    has_users: bool,
    workers: Workers,
    progress: Progress | None,
) -> Columns:
    """Return the follow-ups in the order in which they are made."""
    until = INT64_MAX if plan.horizon_us is None else plan.horizon_us
    block = plan.block_of(sessions.client)
    programs = plan.programs.programs
    member = sessions.client - np.array(plan.clients.starts)[block]
    rounds = np.where(
        programs["content"][block] == CHAT, programs["rounds"][block] + (member < programs["extra"][block]), INT64_MAX
    )
    count = len(generated["arrival"])
    loop = kernel.ClosedLoop(
        plan.programs,
        workers.stop,
        {
            "client": sessions.client,
            "block": block,
            "seed": sessions.seed,
            "rounds": rounds,
            "context": begins.said,
            "answered": _answered(plan, generated, sessions.first, server),
            "order": sessions.first,
        },
        ttft_us=server.ttft_us,
        itl_us=server.itl_us,
        horizon_us=until,
        budget=max(0, plan.spec.num_requests - count) if has_users and plan.spec.num_requests else -1,
        order=count,
    )

    def run() -> list[Columns]:
        parts: list[Columns] = []
        end = FULL
        rows = plan.tuning.first_rows
        with closing(loop):
            while end == FULL:
                sheet = Sheet(rows, chat=True, media=False)
                end = loop.fill(sheet)
                parts.append(sheet.filled())
                rows = min(4 * rows, plan.tuning.most_rows)
        if end != DONE:
            checked(loop.tokens)
        return parts

    most = rows_that_fit(Sheet(1, chat=True, media=False).row_bytes)

    def pulse() -> None:
        if loop.made > most:
            raise MemoryError
        if progress is not None:
            progress(min(1.0, max(0.0, loop.time / until)))

    parts = workers.run(run, pulse=pulse)
    return {name: joined(parts, name) for name in list(parts[0])}


def _answered(plan: Requests, generated: Columns, first: Int64s, server: AssumedServer) -> Int64s:
    """Return when first requests are answered, in µs; -1 for never: past their deadlines, or past all time."""
    timeout_us = np.array([traits.timeout_us for traits in plan.traits], np.int64)[plan.block_of(generated["client"][first])]
    arrival, output = generated["arrival"][first], generated["output"][first].astype(np.int64)
    takes = server.ttft_us + server.itl_us * output
    never = arrival.astype(np.float64) + server.ttft_us + server.itl_us * output.astype(np.float64) >= 2.0**63
    return np.where(never | ((timeout_us > 0) & (takes > timeout_us)), -1, arrival + takes)


def _first_legs(plan: Requests, generated: Columns, sessions: _Sessions) -> tuple[Programs, Int32s]:
    """Return the leg of each session's first round, counted from the first one of the client that the session goes on as.

    Where clients have one id that is another client than began it. If only the former repeats earlier rounds, what it repeats of
    the first one stands where its ids begin, and not its lengths: legs of these fixed lengths are added to the programs.
    """
    programs = plan.programs
    first_leg, grows = programs.programs["first_leg"], programs.programs["grows"].astype(bool)
    began, block = plan.block_of(generated["client"][sessions.first]), plan.block_of(sessions.client)
    legs = first_leg[began] + generated["leg"][sessions.first]
    fixed = np.flatnonzero(grows[block] & ~grows[began] & (sessions.client != generated["client"][sessions.first]))
    if len(fixed):
        legs[fixed] = len(programs.legs) + np.arange(len(fixed))
        lengths = np.stack([generated[name][sessions.first[fixed]] for name in ("fresh", "output")], axis=1).ravel()
        samplers = np.zeros(len(lengths), programs.samplers.dtype)
        samplers["family"], samplers["low"] = FIXED, lengths
        added = np.zeros(len(fixed), programs.legs.dtype)
        added["input"] = len(programs.samplers) + 2 * np.arange(len(fixed))
        added["output"] = added["input"] + 1
        programs = programs._replace(
            legs=np.concatenate([programs.legs, added]), samplers=np.concatenate([programs.samplers, samplers])
        )
    return programs, (legs - first_leg[block]).astype(np.int32)


def _complete(
    plan: Requests,
    follow_ups: Columns,
    generated: Columns,
    sessions: _Sessions,
    begins: _Beginnings,
    legs: Int32s,
    first_stream: int,
) -> None:
    """Give follow-ups the columns that are their sessions'."""
    session = follow_ups["session"]
    first = sessions.first[session]
    grows = plan.programs.programs["grows"].astype(bool)[plan.block_of(sessions.client)][session]
    own = (first_stream + session).astype(np.int32)
    follow_ups["stream"] = np.where(grows, generated["stream"][first], own).astype(np.int32)
    follow_ups["place"] = np.where(grows, generated["place"][first], follow_ups["place"])
    follow_ups["goes_on"] = np.where(grows, own, -1).astype(np.int32)
    follow_ups["drop"] = begins.drop[session]
    follow_ups["prefix"] = begins.prefix[session]
    follow_ups["leg"] = legs[session]
    follow_ups["user"], follow_ups["session"] = generated["user"][first], generated["session"][first]
    follow_ups["percent"] = np.zeros(len(session), np.uint8)
    follow_ups["follow_up"] = np.ones(len(session), bool)
    if "media" in generated:
        follow_ups["media"] = np.zeros((len(session), 4), np.int32)
