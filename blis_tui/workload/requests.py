"""The requests of a workload, as columns in arrival order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.generation import VARYING, generation_path
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.workload import kernel
from blis_tui.workload.expansion.clients import Expansion
from blis_tui.workload.expansion.prefixes import PrefixGroups
from blis_tui.workload.expansion.traits import Traits, traits_of
from blis_tui.workload.kernel.records import Programs
from blis_tui.workload.memory import require
from blis_tui.workload.server import AssumedServer
from blis_tui.workload.tokens import Drawing, TokenBlock, iterate_blocks
from blis_tui.workload.tuning import BLOCK_TOKENS, Tuning

_PAIRS_AT_ONCE = 1 << 18
"""About how many token ids are made at once where requests are read one by one."""
_AT_ONCE = 1 << 20
"""For how many requests intermediate results are made at once."""


PLANNED, SENT, RECORDED = "planned", "sent", "recorded"
"""What requests are: those of a plan, those that are sent as answers come, or those of a trace."""


class Prefix(NamedTuple):
    """What requests begin with that do not have the whole prefix of their group, or more: by a fault of BLIS, some follow-ups."""

    group: int
    """-1 for none."""
    length: int
    """If it is more than the group has, the question of a first session goes on in the prefix."""
    client: int
    """Whose session that is, and where in the client's stream its ids are, or those of its first round, in which leg."""
    place: int
    leg: int
    tail_group: int
    """Of which group's prefix the end follows, -1 for none."""
    tail_start: int
    """Where in that prefix the end begins."""


class Requests:
    """All requests of a workload. Every column is a NumPy array of length ``len(requests)``, in arrival order.

    `arrival_us`: int64; `client`: int32, index into `clients`; `input_tokens`: int32, the prefix included;
    `output_tokens`: int32. Further columns are computed when they are first asked for. A request's id in BLIS is
    ``request_`` and its index.
    """

    def __init__(
        self,
        clients: Expansion,
        columns: dict[str, NDArray[Any]],
        *,
        programs: Programs,
        seeds: NDArray[np.int64],
        groups: PrefixGroups,
        horizon_us: int | None,
        threads: int | None = None,
    ) -> None:
        self.clients = clients
        self.columns = columns
        """As the kernel writes them (`Sheet`)."""
        self.programs = programs
        self.seeds = seeds
        """The seed of each client's stream."""
        self.groups = groups
        self.threads = threads
        """How many threads token ids may take; ``None`` for as many as there are processors."""
        self.horizon_us = horizon_us
        """When generation ended, in µs; ``None`` if no time limit was set."""
        varying = generation_path(clients.spec) == VARYING
        self.traits: Sequence[Traits] = [traits_of(block.template, varying) for block in clients.blocks]
        """What holds for all requests of each block of clients."""
        self.extra_prefixes: Sequence[Prefix] = ()
        """Prefixes that are no group's; the column `prefix` numbers them after the groups."""
        self.sent = False
        """Whether these requests are sent as answers come (`AssumedServer`), not planned."""
        self.server: AssumedServer | None = None
        """How long answers were assumed to take, if that was said."""
        self.tuning = Tuning()
        self._trait_values: dict[str, NDArray[np.int64]] = {}

    def __len__(self) -> int:
        return len(self.columns["arrival"])

    def as_sent(
        self,
        columns: dict[str, NDArray[Any]],
        *,
        programs: Programs,
        seeds: NDArray[np.int64],
        extra_prefixes: Sequence[Prefix],
    ) -> Requests:
        """Return what is sent instead: other columns, and more streams that ids are drawn from."""
        sent = Requests(
            self.clients,
            columns,
            programs=programs,
            seeds=seeds,
            groups=self.groups,
            horizon_us=self.horizon_us,
            threads=self.threads,
        )
        sent.extra_prefixes, sent.sent, sent.tuning = extra_prefixes, True, self.tuning
        return sent

    def part(self, start: int, stop: int) -> Requests:
        """Return the requests `start` … `stop` − 1 for their columns; token ids can be drawn of all requests only."""
        return self.picked(slice(start, stop))

    def picked(self, which: slice | NDArray[np.intp]) -> Requests:
        """Return some of the requests for their columns, as an index of an array picks them."""
        part = copy(self)
        part.columns = {name: column[which] for name, column in self.columns.items()}
        for name in ("input_tokens", "block", "prefix_group", "prefix_tokens"):
            part.__dict__[name] = getattr(self, name)[which]  # computed once for all parts
        return part

    @property
    def spec(self) -> WorkloadSpec:
        """The spec that was generated."""
        return self.clients.spec

    @property
    def arrival_us(self) -> NDArray[np.int64]:
        """Arrival times in µs; they never decrease."""
        column: NDArray[np.int64] = self.columns["arrival"]
        return column

    @property
    def client(self) -> NDArray[np.int32]:
        """The number of each request's client."""
        column: NDArray[np.int32] = self.columns["client"]
        return column

    @property
    def basis(self) -> str:
        """What they are: `PLANNED`, `SENT` or `RECORDED`."""
        return RECORDED if self.clients.recorded else SENT if self.sent else PLANNED

    @property
    def has_sessions(self) -> bool:
        """Whether any requests may be rounds of sessions."""
        return "session" in self.columns

    @property
    def session_count(self) -> int:
        """How many sessions there are: of conversations, and of virtual users."""
        if not self.has_sessions:  # without any the columns only take memory
            return 0
        session, user = self.session, self.user
        users = user >= 0
        ids = (self.client[users].astype(np.int64) << 32) | user[users]
        return len(np.unique(session[session >= 0])) + len(np.unique(ids))

    @property
    def waits(self) -> bool:
        """Whether any client's requests wait for answers: with an assumed server, others are sent than are planned."""
        return any(traits.closed_loop or traits.users for traits in self.traits)

    @property
    def longest_own_input(self) -> int:
        """The most input tokens per request besides its prefix."""
        own = self.columns["fresh"]
        return int((own + self.columns["context"].astype(np.int64) if "context" in self.columns else own).max(initial=0))

    @property
    def output_tokens(self) -> NDArray[np.int32]:
        """Output tokens."""
        column: NDArray[np.int32] = self.columns["output"]
        return column

    @cached_property
    def input_tokens(self) -> NDArray[np.int32]:
        """Input tokens: prefix, earlier rounds where they accumulate, and the request's own."""
        total: NDArray[np.int32] = self.columns["fresh"] + self.prefix_tokens
        return total + self.columns["context"] if "context" in self.columns else total

    @cached_property
    def block(self) -> NDArray[np.int32]:
        """The index of the block of clients each request comes from."""
        return self.block_of(self.client)

    @property
    def busy_blocks(self) -> list[int]:
        """The indices of the blocks of clients that have requests."""
        busy = np.zeros(len(self.traits), np.bool_)
        busy[self.block] = True
        return np.flatnonzero(busy).tolist()

    def block_of(self, client: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the index of the block of each of some clients."""
        if len(self.traits) == 1:
            return np.zeros(len(client), np.int32)
        starts = np.array(self.clients.starts[:-1], np.int64)
        return (np.searchsorted(starts, client, side="right") - 1).astype(np.int32)

    @cached_property
    def prefix_group(self) -> NDArray[np.int32]:
        """The number of the prefix group whose tokens a request begins with, -1 for none."""
        if "prefix" in self.columns:
            prefix: NDArray[np.int32] = self.columns["prefix"]
            if not self.extra_prefixes:
                return prefix
            of = np.concatenate([np.arange(len(self.groups)), [each.group for each in self.extra_prefixes], [-1]])
            return of[prefix].astype(np.int32)
        groups = np.full(len(self), -1, np.int32)
        prefixed = np.array([traits.prefixed for traits in self.traits], np.bool_)
        starts = np.array(self.clients.starts, np.int64)
        for low in range(0, len(self) if prefixed.any() else 0, _AT_ONCE):
            block = self.block[low : low + _AT_ONCE]
            mine = np.flatnonzero(prefixed[block])
            block = block[mine]
            groups[low + mine] = self.groups.of(block, self.client[low + mine] - starts[block])
        return groups

    @cached_property
    def prefix_tokens(self) -> NDArray[np.int32]:
        """Tokens of the shared prefix a request begins with, 0 for none."""
        prefix = self.columns.get("prefix", self.prefix_group)
        lengths = self._prefix_lengths
        return np.where(prefix >= 0, lengths[prefix], 0).astype(np.int32) if len(lengths) else np.zeros(len(self), np.int32)

    @property
    def _prefix_lengths(self) -> NDArray[np.int64]:
        """The length of each group's prefix, and of the extra ones."""
        lengths = self.groups.lengths
        extra = [
            each.length + (int(lengths[each.tail_group]) - each.tail_start if each.tail_group >= 0 else 0)
            for each in self.extra_prefixes
        ]
        return np.concatenate([lengths, np.array(extra, np.int64)]) if extra else lengths

    @property
    def unique_prefix_tokens(self) -> int:
        """Tokens of all prefixes that occur, each counted once."""
        groups = self.prefix_group
        return int(self.groups.lengths[np.unique(groups[groups >= 0])].sum(dtype=np.int64))

    @property
    def prefix_length(self) -> NDArray[np.int32]:
        """What BLIS notes as the length of the prefix: 0 for follow-ups, though they begin with one."""
        return np.where(self.follow_up, 0, self.prefix_tokens) if self.sent else self.prefix_tokens

    @property
    def own_tokens(self) -> NDArray[np.int32]:
        """Input tokens without the prefix."""
        return self.input_tokens - self.prefix_tokens

    @property
    def follow_up(self) -> NDArray[np.bool_]:
        """Whether a request was brought about by an answer."""
        return self._or("follow_up", 0, np.bool_)

    @property
    def user(self) -> NDArray[np.int32]:
        """The number of the virtual user within its client, -1 for none."""
        return self._or("user", -1, np.int32)

    @property
    def session(self) -> NDArray[np.int64]:
        """The number in BLIS's session id ``sess_NUMBER``, -1 for single requests."""
        return self._or("session", -1, np.int64)

    @property
    def round(self) -> NDArray[np.int32]:
        """The round within the session, from 0."""
        return self._or("round", 0, np.int32)

    @property
    def reason_ratio(self) -> NDArray[np.float64]:
        """The share of the output that is reasoning, 0 to 1."""
        return self._or("percent", 0, np.uint8) / 100.0

    @property
    def deadline_us(self) -> NDArray[np.int64]:
        """When a request times out, in µs; 0 for never."""
        timeout = self._trait("timeout_us")
        return np.where(timeout > 0, self.arrival_us + timeout, 0)

    @property
    def slo_target_us(self) -> NDArray[np.int64]:
        """Target for the time to first token, in µs; 0 for none."""
        target = self._trait("slo_target_us")
        if not self.sent:
            return target
        given = np.array([block.template.slo_target_us or 0 for block in self.clients.blocks], np.int64)
        return np.where(self.follow_up, given[self.block], target)  # windows with rates lose it, but not for follow-ups

    @property
    def streaming(self) -> NDArray[np.bool_]:
        """Whether the answer is read as a stream (BLIS forgets this for rounds of sessions)."""
        return self._trait("streaming").astype(bool) & ~self.follow_up

    @property
    def text_tokens(self) -> NDArray[np.int32]:
        """Text tokens of the input of multimodal requests, else 0."""
        return self._media(0)

    @property
    def image_tokens(self) -> NDArray[np.int32]:
        """Image tokens of the input."""
        return self._media(1)

    @property
    def audio_tokens(self) -> NDArray[np.int32]:
        """Audio tokens of the input."""
        return self._media(2)

    @property
    def video_tokens(self) -> NDArray[np.int32]:
        """Video tokens of the input."""
        return self._media(3)

    def _prefixes(self, root: kernel.RandomStream) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
        """Draw the ids of all prefixes from the fresh root stream; return them end to end, where each ends, and its length."""
        require(self.groups.total_tokens * np.dtype(np.int32).itemsize)
        ids = root.tokens(self.groups.total_tokens)
        lengths = self._prefix_lengths
        parts = [ids]

        def of_group(group: int) -> NDArray[np.int32]:
            end = int(self.groups.ends[group]) if group >= 0 else 0
            return ids[end - int(lengths[group]) : end] if group >= 0 else ids[:0]

        for extra in self.extra_prefixes:
            own = of_group(extra.group)
            question = self._question(extra, extra.length - len(own))
            parts += [own[: extra.length], question, of_group(extra.tail_group)[extra.tail_start :]]
        return np.concatenate(parts) if len(parts) > 1 else ids, np.cumsum(lengths), lengths

    def _question(self, prefix: Prefix, count: int) -> NDArray[np.int32]:
        """Draw the first ids of the question of a first session."""
        stream = kernel.RandomStream(int(self.seeds[prefix.client]))
        stream.seek(prefix.place)
        program = self.programs.programs[int(self.block_of(np.array([prefix.client], np.int32))[0])]
        leg = self.programs.legs[program["first_leg"] + prefix.leg]
        for sampler in (leg["input"], leg["output"]) if program["grows"] else ():
            stream.sample(self.programs.samplers[sampler : sampler + 1], self.programs.values, self.programs.shares)
        return stream.tokens(max(0, count))

    @property
    def drawing(self) -> Drawing:
        """What their token ids are drawn from."""
        return Drawing(
            seed=self.spec.seed,
            programs=self.programs,
            seeds=self.seeds,
            prefixes=self._prefixes,
            columns=self.columns,
            prefix=self.columns.get("prefix", self.prefix_group),
            inputs=self.input_tokens,
            outputs=self.output_tokens,
            threads=self.threads,
            most_open=self.tuning.most_open,
        )

    def token_blocks(self, most_tokens: int = BLOCK_TOKENS, pulse: Callable[[], None] | None = None) -> Iterator[TokenBlock]:
        """Iterate over the token ids of the requests in arrival order, many requests at a time.

        A block has at most `most_tokens` ids, or one request. The streams are drawn again as the iteration goes on, so
        that memory holds a part of the ids only. `pulse` is called now and then while a block takes long, and may raise,
        best `Cancelled`, to stop.
        """
        return iterate_blocks(self.drawing, most_tokens, pulse or (lambda: None))

    def tokens(self) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
        """Iterate over the token ids of the requests, as (input ids, output ids), in arrival order."""
        for block in self.token_blocks(_PAIRS_AT_ONCE):
            yield from block.pairs()

    def _trait(self, name: str) -> NDArray[np.int64]:
        values = self._trait_values.get(name)  # parts share them
        if values is None:
            values = np.array([getattr(traits, name) for traits in self.traits], np.int64)
            self._trait_values[name] = values
        if len(values) == 1 or not len(self):
            return np.full(len(self), values[0] if len(values) else 0)
        return values[self.block]

    def _media(self, kind: int) -> NDArray[np.int32]:
        media = self.columns.get("media")
        return np.zeros(len(self), np.int32) if media is None else media[:, kind]

    def _or(self, name: str, absent: int, dtype: type[np.generic]) -> NDArray[Any]:
        column = self.columns.get(name)
        return np.full(len(self), absent, dtype) if column is None else column
