"""The parts of a trace: requests that become one client of a file, or one cohort."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.model import Distribution
from blis_tui.workload.fitting.lengths.distributions import fit_lengths
from blis_tui.workload.fitting.parts.arrivals import FittedArrivals, fit_arrivals, relative_gaps
from blis_tui.workload.fitting.parts.classes import RequestClass, unique_names
from blis_tui.workload.fitting.parts.conversations import Answers, Talk, Turns, in_conversations, talks
from blis_tui.workload.fitting.parts.prefixes import Prefixes, prefixes_of, split
from blis_tui.workload.requests import Requests

_MOST_GAPS = 1 << 18
"""So many gaps, from the beginning, are enough to tell a process."""


class Part(NamedTuple):
    """Requests of one class that are alike in what they begin with, and in the conversations that they are rounds of."""

    name: str
    of: int
    """The number of its class."""
    which: NDArray[np.intp]
    """Its requests."""
    begins: NDArray[np.intp]
    """Its single requests, or the first rounds of its conversations, in the order of their times."""
    starts_us: NDArray[np.int64]
    """When these begin."""
    prefixes: Prefixes
    turns: Turns | None
    seconds: float
    """How long one of its conversations takes, 0 for single requests."""
    clients: int
    """How many clients of the trace send them."""
    inputs: Distribution
    outputs: Distribution
    reasoning: Distribution | None


def parts_of(
    requests: Requests,
    classes: list[RequestClass],
    number: NDArray[np.int32],
    edges: NDArray[np.int64],
    lengths: str,
    answers: Answers | None = None,
) -> list[Part]:
    """Split a trace into its parts; `number` says which class each request is of, `edges` where stages begin and end."""
    splitter = _Splitter(requests, edges, lengths, answers)
    parts = [
        part for place, each in enumerate(classes) for part in splitter.of_class(place, each, np.flatnonzero(number == place))
    ]
    names = unique_names([part.name for part in parts])
    return [part._replace(name=name) for part, name in zip(parts, names, strict=True)]


def process_of(part: Part, edges: NDArray[np.int64], client: NDArray[np.int32] | None = None) -> FittedArrivals:
    """Return the arrival process of a part, or, with the `client` of each request, that of one client of it."""
    times = part.starts_us[:_MOST_GAPS]
    stage = np.searchsorted(edges, times, side="right") - 1
    if client is not None:
        client = client[part.begins[:_MOST_GAPS]]
        order = np.argsort(client, kind="stable")
        stage = client[order].astype(np.int64) * len(edges) + stage[order]
        times = times[order]
    return fit_arrivals(relative_gaps(times, stage))


class _Splitter:
    def __init__(self, requests: Requests, edges: NDArray[np.int64], lengths: str, answers: Answers | None) -> None:
        self._requests, self._edges, self._how, self._answers = requests, edges, lengths, answers
        self._talks = in_conversations(requests, int(edges[-1]))
        self._prefixes = prefixes_of(requests)

    def of_class(self, place: int, each: RequestClass, which: NDArray[np.intp]) -> Iterator[Part]:
        """Iterate over the parts of a class: single requests, then conversations."""
        talks_here = self._talks[which]
        if len(np.unique(self._requests.session[which[talks_here]])) == talks_here.sum():  # further rounds are those of others
            talks_here = np.zeros(len(which), np.bool_)
        single, spoken = which[~talks_here], which[talks_here]
        found = []
        for prefixes in split(f"{each.name}-prompt", single, self._prefixes):
            mine = single[prefixes.which]
            found.append(self._part(place, prefixes, mine, mine, None, self._requests.own_tokens[mine]))
        for talk in talks(self._requests, spoken, self._edges, self._answers) if len(spoken) else ():
            for prefixes, some in self._spoken(each.name, talk):
                found.append(self._part(place, prefixes, some.which, some.which[some.starts], some, some.fresh))
        for part in found:
            yield part._replace(name=each.name if len(found) == 1 else _name(each.name, part, found))

    def _spoken(self, name: str, talk: Talk) -> Iterator[tuple[Prefixes, Talk]]:
        """Split conversations by the prefix of their first rounds."""
        sizes = np.diff(talk.starts, append=len(talk.which))
        for prefixes in split(f"{name}-prompt", talk.which[talk.starts], self._prefixes):
            mine = sizes[prefixes.which]
            begins = np.cumsum(mine) - mine
            places = np.repeat(talk.starts[prefixes.which] - begins, mine) + np.arange(int(mine.sum()))
            yield prefixes, talk._replace(which=talk.which[places], starts=begins, fresh=talk.fresh[places])

    def _part(
        self,
        place: int,
        prefixes: Prefixes,
        which: NDArray[np.intp],
        begins: NDArray[np.intp],
        talk: Talk | None,
        inputs: NDArray[np.integer],
    ) -> Part:
        requests = self._requests
        ratio = requests.reason_ratio[which] if talk is not None else None
        percent = None if ratio is None or not ratio.any() else np.rint(ratio * 100).astype(np.int64)
        return Part(
            name="",
            of=place,
            which=which,
            begins=(begins := np.sort(begins)),
            starts_us=requests.arrival_us[begins],
            prefixes=prefixes,
            turns=None if talk is None else talk.turns,
            seconds=0.0 if talk is None else talk.seconds,
            clients=len(np.unique(requests.client[which])),
            inputs=fit_lengths(inputs, self._how),
            outputs=fit_lengths(requests.output_tokens[which], self._how),
            reasoning=None if percent is None else fit_lengths(percent, self._how),
        )


def _name(name: str, part: Part, beside: list[Part]) -> str:
    """Name a part after what it differs in from the other parts of its class."""
    if part.turns is not None and any(other.turns is None or other.turns.rounds != part.turns.rounds for other in beside):
        name = f"{name}-{part.turns.rounds}-rounds"
    if part.prefixes.groups and any(other.prefixes.name != part.prefixes.name for other in beside):
        own = part.prefixes.name
        return own if own.startswith(f"{name}-") else f"{name}-{own}"
    return name
