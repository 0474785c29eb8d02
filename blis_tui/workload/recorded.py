"""Requests that were not generated but read from a trace: the same columns, from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blis_tui.problems import ERROR, Problem, SpecError
from blis_tui.workload.expansion.clients import Expansion
from blis_tui.workload.expansion.prefixes import PrefixGroups
from blis_tui.workload.kernel.records import Programs
from blis_tui.workload.requests import Requests
from blis_tui.workload.tokens import TokenBlock
from blis_tui.workload.tuning import BLOCK_TOKENS

_NO_ROWS = np.empty(0, np.void)
_NO_NUMBERS = np.empty(0, np.int64)
_NO_PROGRAMS = Programs(
    _NO_ROWS,
    _NO_ROWS,
    _NO_ROWS,
    _NO_ROWS,
    values=_NO_NUMBERS,
    shares=np.empty(0),
    starts=_NO_NUMBERS,
    seeded=np.empty(0, np.bool_),
)


class RecordedRequests(Requests):
    """The requests of a trace, in arrival order.

    `columns` are those of `Requests`, of which `arrival`, `client`, `fresh` and `output` must be there, and, in their place what
    a client's requests otherwise share: `deadline` and `slo_target` (int64, µs), `stream` (bool), `ratio` (float64, the share
    of the output that is reasoning). `prefix_size` (int32) may say how many tokens each request shares with others, and
    `known` (int32) how many of these an earlier request has already.
    """

    def __init__(self, clients: Expansion, columns: dict[str, NDArray[Any]]) -> None:
        super().__init__(
            clients,
            columns,
            programs=_NO_PROGRAMS,
            seeds=np.empty(0, np.int64),
            groups=PrefixGroups(clients),
            horizon_us=None,
        )

    @cached_property
    def prefix_tokens(self) -> NDArray[np.int32]:
        """Tokens that a request begins with and shares with others."""
        size: NDArray[np.int32] | None = self.columns.get("prefix_size")
        return super().prefix_tokens if size is None else size

    @property
    def unique_prefix_tokens(self) -> int:
        """Tokens of all prefixes, each counted once."""
        known = self.columns.get("known")
        if known is None:
            return super().unique_prefix_tokens
        return int(self.prefix_tokens.sum(dtype=np.int64)) - int(known.sum(dtype=np.int64))

    @property
    def deadline_us(self) -> NDArray[np.int64]:
        """When a request times out, in µs; 0 for never."""
        return self._or("deadline", 0, np.int64)

    @property
    def slo_target_us(self) -> NDArray[np.int64]:
        """Target for the time to first token, in µs; 0 for none."""
        return self._or("slo_target", 0, np.int64)

    @property
    def streaming(self) -> NDArray[np.bool_]:
        """Whether the answer is read as a stream."""
        return self._or("stream", 0, np.bool_)

    @property
    def reason_ratio(self) -> NDArray[np.float64]:
        """The share of the output that is reasoning, 0 to 1."""
        return self._or("ratio", 0, np.float64)

    def token_blocks(self, most_tokens: int = BLOCK_TOKENS, pulse: Callable[[], None] | None = None) -> Iterator[TokenBlock]:
        """Refuse: a trace says how many tokens there are, not which. Raises `SpecError`."""
        raise SpecError([Problem("trace-no-tokens", ERROR, (), "a trace says how many tokens there are, not which")], "trace")
