"""What holds for all requests of a client: deadline, target, streaming, prefix."""

from __future__ import annotations

from typing import NamedTuple

from blis_tui.spec.format.model import Client

DEFAULT_TIMEOUT_US = 300_000_000
"""Time limit of the rounds of a session whose client gives none (BLIS's `DefaultTimeoutUs`)."""


class Traits(NamedTuple):
    """What holds for all requests of a block of clients."""

    prefixed: bool
    streaming: bool
    timeout_us: int
    """0 where requests have no deadline."""
    slo_target_us: int
    closed_loop: bool
    """Whether further rounds of its sessions wait for answers."""
    users: int
    """Its virtual users."""


def traits_of(client: Client, varying: bool) -> Traits:
    """Return what holds for the requests of a client. On the time-varying path BLIS forgets some of it."""
    chat = client.turns is not None
    waits = chat or client.concurrency > 0
    return Traits(
        prefixed=bool(client.prefix_group) and (chat or not varying),
        streaming=client.streaming and not chat,
        timeout_us=_timeout_us(client, waits) if waits or not varying else 0,
        slo_target_us=0 if chat and varying else client.slo_target_us or 0,
        closed_loop=client.waits,
        users=client.concurrency,
    )


def _timeout_us(client: Client, waits: bool) -> int:
    if client.timeout is not None:
        return client.timeout
    closed_loop = client.closed_loop if client.closed_loop is not None and not waits else waits
    return DEFAULT_TIMEOUT_US if closed_loop else 0
