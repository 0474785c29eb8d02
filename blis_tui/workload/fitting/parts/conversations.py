"""Which requests of a trace are rounds of conversations, and how these go."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.workload.requests import Requests
from blis_tui.workload.server import AssumedServer

_MOST_KINDS = 4
"""Numbers of rounds that are told apart; BLIS's conversations all have the same number of them."""
_MOST = 0.95
"""What holds for so many rounds holds for all."""
_LONG = 0.3
"""Conversations of at least this part of a stage are long: few of those that begin in it would end in it."""
_BRIEF = 0.1
"""Conversations that take less than this part of the trace are brief: stages are those of the rate at which they begin."""
_EARLY = 0.25
"""If long ones begin this early in their stage, each client has just one."""
_SAME_US = 2
"""Pauses that differ by no more than this are those that a workload file gave, as BLIS plans them."""
_LATE = 2.0
"""A conversation may have gone on if the trace ends before so many times its usual gap."""


class Turns(NamedTuple):
    """How some conversations go."""

    rounds: int
    think_us: int
    grows: bool
    """Whether inputs contain the rounds before."""
    alone: bool
    """Whether each client has one conversation, and begins it when it comes."""
    waits: bool
    """Whether the pauses are known to be those after answers: else answers are part of them."""
    answered: bool = False
    """Whether that is known from the answers of a run, in which rounds follow answers past the end of a window too."""


class Answers(NamedTuple):
    """What is known of the answers in a trace of a run: how long each took, -1 if that is not known, and the server's means."""

    took_us: NDArray[np.int64]
    server: AssumedServer


class Talk(NamedTuple):
    """Conversations of one number of rounds: their requests, round by round, and where each begins among these."""

    which: NDArray[np.intp]
    starts: NDArray[np.intp]
    turns: Turns
    fresh: NDArray[np.int64]
    """Each request's own input tokens, without those of rounds before. Shape: that of `which`."""
    seconds: float
    """How long a conversation takes as a rule."""


def in_conversations(requests: Requests, end_us: int) -> NDArray[np.bool_]:
    """Return of each request whether it is of a session of several rounds, or of one that may have them after the trace's end."""
    session = requests.session
    mine = np.flatnonzero(session >= 0)
    found = np.zeros(len(requests), np.bool_)
    if not len(mine):
        return found
    _, number, sizes = np.unique(session[mine], return_inverse=True, return_counts=True)
    several = (sizes >= 2)[number]
    found[mine] = several
    if several.mean() > 0.5:
        order = mine[np.argsort(number, kind="stable")]
        follows = session[order][1:] == session[order][:-1]
        gap = float(np.median(np.diff(requests.arrival_us[order])[follows]))
        found[mine] |= requests.arrival_us[mine] + _LATE * gap >= end_us
    return found


def begins(requests: Requests, end_us: int) -> NDArray[np.bool_]:
    """Return of each request whether it comes by itself, and not as a further round. If conversations are long, all count."""
    spoken = np.flatnonzero(in_conversations(requests, end_us))
    found = np.ones(len(requests), np.bool_)
    if len(spoken):
        _, first, number = np.unique(requests.session[spoken], return_index=True, return_inverse=True)
        last = np.zeros(len(first), np.int64)
        np.maximum.at(last, number, requests.arrival_us[spoken])
        if float(np.median(last - requests.arrival_us[spoken[first]])) < _BRIEF * end_us:
            found[spoken] = False
            found[spoken[first]] = True
    return found


def talks(requests: Requests, which: NDArray[np.intp], edges: NDArray[np.int64], answers: Answers | None = None) -> list[Talk]:
    """Return the conversations among some requests by their number of rounds, those of most requests first."""
    which = which[np.argsort(requests.session[which], kind="stable")]
    session = requests.session[which]
    first = np.flatnonzero(np.append(True, session[1:] != session[:-1]))
    sizes = np.diff(first, append=len(which))
    times = requests.arrival_us[which]
    follows = np.ones(len(which), np.bool_)
    follows[first] = False
    outputs = requests.output_tokens[which].astype(np.int64)
    inputs = requests.input_tokens[which].astype(np.int64)
    added = inputs - np.roll(inputs + outputs, 1)
    grows = bool((added[follows] >= 0).mean() >= _MOST)
    # runs note no prefix of further rounds, which begin with it all the same
    own = (inputs - np.repeat(requests.prefix_tokens[which[first]], sizes)).clip(1)
    fresh = np.where(follows, added.clip(1), own) if grows else own
    gaps = np.diff(times, prepend=0)
    took = outputs if answers is None else answers.took_us[which]
    known = np.roll(took, 1)[follows] >= 0
    answered = answers is not None and bool(known.mean() >= _MOST)
    pauses = gaps - np.roll(took.clip(0) if answered else outputs, 1)
    spans = times[first + sizes - 1] - times[first]
    begun = np.searchsorted(edges, times[first], side="right") - 1
    stage = np.diff(edges)[begun]
    long = float(np.median(spans)) >= _LONG * float(np.median(stage))
    alone = long and float(((times[first] - edges[begun]) / stage).mean()) < _EARLY
    ended = times[first + sizes - 1] + _LATE * float(np.median(gaps[follows])) < edges[-1]
    kinds = _longest(sizes, begun) if alone else _kinds(sizes, ended)
    found = []
    for rounds in np.unique(kinds).tolist():
        mine = np.flatnonzero(kinds == rounds)
        starts = np.cumsum(sizes[mine]) - sizes[mine]
        places = np.repeat(first[mine] - starts, sizes[mine]) + np.arange(int(sizes[mine].sum()))
        some = pauses[places][follows[places]]
        low, middle, high = np.percentile(some if len(some) else pauses[follows], [5, 50, 95])
        turns = Turns(rounds, max(int(middle), 0), grows, alone, answered or bool(high - low <= _SAME_US), answered)
        found.append(Talk(which[places], starts, turns, fresh[places], float(np.median(spans[mine])) / 1e6))
    return sorted(found, key=lambda talk: -len(talk.which))


def _longest(sizes: NDArray[np.int64], begun: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the most rounds that any conversation has that begins in the same stage."""
    most = np.zeros(int(begun.max()) + 1, np.int64)
    np.maximum.at(most, begun, sizes)
    return most[begun]


def _kinds(sizes: NDArray[np.int64], ended: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return with how many rounds each conversation is written; one that had not ended may have more than were seen."""
    known = sizes[ended] if ended.sum() >= 0.1 * len(sizes) else sizes
    values, counts = np.unique(known, return_counts=True)
    if len(values) > _MOST_KINDS:
        ends = np.searchsorted(np.cumsum(counts) / counts.sum(), np.linspace(0, 1, _MOST_KINDS + 1)[1:-1])
        starts = np.unique(np.concatenate([[0], ends + 1])).clip(0, len(values) - 1)
        starts = np.unique(starts)
        sums = np.add.reduceat(counts, starts)
        means = np.round(np.add.reduceat(values * counts, starts) / sums).astype(np.int64)
        bin_ends = np.append(values[starts[1:] - 1], max(int(values[-1]), int(sizes.max())))
        of = np.searchsorted(bin_ends, sizes)
        return means[of]
    written: NDArray[np.int64] = values[np.searchsorted(values, sizes).clip(0, len(values) - 1)]
    return written
