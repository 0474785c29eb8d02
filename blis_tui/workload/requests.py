"""The requests of a workload, as columns in arrival order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.model import WorkloadSpec
from blis_tui.workload.blocks import BLOCK_TOKENS, Spans, TokenBlock
from blis_tui.workload.clients import Expansion
from blis_tui.workload.content import MEDIA
from blis_tui.workload.prefixes import PrefixGroups
from blis_tui.workload.rows import Rows

DEFAULT_TIMEOUT_US = 300_000_000
"""Time limit of the rounds of a session whose client gives none (BLIS's `DefaultTimeoutUs`)."""
_PAIRS_AT_ONCE = 1 << 18
"""About how many token ids are made at once where requests are read one by one."""
_AT_ONCE = 1 << 20
"""For how many requests intermediate results are made at once."""


class Traits(NamedTuple):
    """What holds for all requests of a block of clients."""

    prefixed: bool
    streaming: bool
    multimodal: bool
    """Whether the output's length is drawn between the input ids and the output ids."""
    accumulates: bool
    """Whether rounds repeat the rounds before them."""
    timeout_us: int
    """0 where requests have no deadline."""
    slo_target_us: int


class Requests:
    """All requests of a workload. Every column is a NumPy array of length ``len(requests)``, in arrival order.

    `arrival_us`: int64; `client`: int32, index into `clients`; `input_tokens`: int32, the prefix included;
    `output_tokens`: int32. Further columns are computed when they are first asked for. A request's id in BLIS is
    ``request_`` and its index.
    """

    def __init__(
        self,
        clients: Expansion,
        rows: Rows,
        client: NDArray[np.int32],
        *,
        hidden: tuple[Rows, NDArray[np.int32]],
        seeds: NDArray[np.int64],
        traits: Sequence[Traits],
        groups: PrefixGroups,
        horizon_us: int | None,
        threads: int | None = None,
        draw_ids: Callable[[Requests, int, Callable[[], None]], Iterator[TokenBlock]],
    ) -> None:
        self.clients = clients
        self.client = client
        self.rows = rows
        self.hidden = hidden
        """Rounds that are not sent but repeated in later ones, and their clients."""
        self.seeds = seeds
        """The seed of each client's stream."""
        self.groups = groups
        self.threads = threads
        """How many threads token ids may take; ``None`` for as many as are of use."""
        self.horizon_us = horizon_us
        """When generation ended, in µs; ``None`` if no time limit was set."""
        self.traits = traits
        """What holds for all requests of each block of clients."""
        self._draw_ids = draw_ids
        self._trait_values: dict[str, NDArray[np.int64]] = {}

    def __len__(self) -> int:
        return len(self.rows.arrival)

    def part(self, start: int, stop: int) -> Requests:
        """Return the requests `start` … `stop` − 1 for their columns; token ids can be drawn of all requests only."""
        which = slice(start, stop)
        part = copy(self)
        part.rows, part.client = self.rows.take(which), self.client[which]
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
        return self.rows.arrival

    @property
    def output_tokens(self) -> NDArray[np.int32]:
        """Output tokens."""
        return self.rows.output

    @cached_property
    def input_tokens(self) -> NDArray[np.int32]:
        """Input tokens: prefix, earlier rounds where they accumulate, and the request's own."""
        total = self.rows.fresh + self.prefix_tokens
        return total if self.rows.context is None else total + self.rows.context

    @cached_property
    def block(self) -> NDArray[np.int32]:
        """The index of the block of clients each request comes from."""
        if len(self.traits) == 1:
            return np.zeros(len(self), np.int32)
        starts = np.array(self.clients.starts[:-1], np.int64)
        return (np.searchsorted(starts, self.client, side="right") - 1).astype(np.int32)

    @cached_property
    def prefix_group(self) -> NDArray[np.int32]:
        """The number of the prefix group whose tokens a request begins with, -1 for none."""
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
        groups = self.prefix_group
        if not len(self.groups):
            return np.zeros(len(self), np.int32)
        return np.where(groups >= 0, self.groups.lengths[groups], 0).astype(np.int32)

    @property
    def session(self) -> NDArray[np.int64]:
        """The number in BLIS's session id ``sess_NUMBER``, -1 for single requests."""
        return self._or(self.rows.session, -1, np.int64)

    @property
    def round(self) -> NDArray[np.int32]:
        """The round within the session, from 0."""
        return self._or(self.rows.round, 0, np.int32)

    @property
    def reason_ratio(self) -> NDArray[np.float64]:
        """The share of the output that is reasoning, 0 to 1."""
        return self._or(self.rows.percent, 0, np.uint8) / 100.0

    @property
    def deadline_us(self) -> NDArray[np.int64]:
        """When a request times out, in µs; 0 for never."""
        timeout = self._trait("timeout_us")
        return np.where(timeout > 0, self.arrival_us + timeout, 0)

    @property
    def slo_target_us(self) -> NDArray[np.int64]:
        """Target for the time to first token, in µs; 0 for none."""
        return self._trait("slo_target_us")

    @property
    def streaming(self) -> NDArray[np.bool_]:
        """Whether the answer is read as a stream (BLIS forgets this for rounds of sessions)."""
        return self._trait("streaming").astype(bool)

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

    @property
    def spans(self) -> Spans:
        """The lengths of all requests, to be cut into blocks."""
        return Spans(self.input_tokens, self.output_tokens)

    def token_blocks(self, most_tokens: int = BLOCK_TOKENS, pulse: Callable[[], None] | None = None) -> Iterator[TokenBlock]:
        """Iterate over the token ids of the requests in arrival order, many requests at a time.

        A block has at most `most_tokens` ids, or one request. The streams are drawn again as the iteration goes on, so
        that memory holds a part of the ids only. Of very many clients ids are spooled to disk before the second block
        comes; `pulse` is called now and then while a block takes long, and may raise, best `Cancelled`, to stop.
        """
        return self._draw_ids(self, most_tokens, pulse or (lambda: None))

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
        media = self.rows.media
        return np.zeros(len(self), np.int32) if media is None else media[:, kind]

    def _or(self, column: NDArray[np.generic] | None, absent: int, dtype: type[np.generic]) -> NDArray:  # type: ignore[type-arg]
        return np.full(len(self), absent, dtype) if column is None else column


assert MEDIA == ("text", "image", "audio", "video")
