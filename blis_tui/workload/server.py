"""The assumed server: how long an answer takes, whatever else is under way."""

from __future__ import annotations

from typing import NamedTuple

DEFAULT_TTFT_US, DEFAULT_ITL_US = 200_000, 20_000


class AssumedServer(NamedTuple):
    """An answer takes `ttft_us` + `itl_us` × output tokens, in whole µs of at least 0.

    It is no part of a workload file. `kv_bytes` is the memory that a server keeps for each token of a request under way, 0
    where that is not known.
    """

    ttft_us: int = DEFAULT_TTFT_US
    itl_us: int = DEFAULT_ITL_US
    kv_bytes: int = 0
