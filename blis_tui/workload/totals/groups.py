"""What requests can be told apart by: the prefix they begin with, and their client's tenant, class, cohort or name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from blis_tui.workload.expansion.clients import Name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blis_tui.workload.expansion.clients import ClientBlock, Expansion
    from blis_tui.workload.requests import Requests

PREFIX, TENANT, SLO, COHORT, CLIENT = "prefix group", "tenant", "SLO class", "cohort", "client"
KINDS = (PREFIX, TENANT, SLO, COHORT, CLIENT)
_FIELDS = {PREFIX: "prefix_group", TENANT: "tenant_id", SLO: "slo_class", CLIENT: "id"}
_NONE = {PREFIX: "no prefix", TENANT: "no tenant", SLO: "no class", COHORT: "no cohort", CLIENT: "no name"}


class Groups(NamedTuple):
    """The number of each request's group, shape (requests), and the groups' names by these numbers."""

    of: NDArray[np.integer]
    name: Callable[[int], str]


def kinds_in(clients: Expansion) -> list[str]:
    """Return what tells some of the clients apart."""
    return [kind for kind in KINDS if _differ(kind, clients)]


def groups(kind: str, requests: Requests) -> Groups:
    """Tell requests apart by one of the `KINDS`."""
    clients = requests.clients
    if kind == CLIENT:
        names = clients.column("id")
        return Groups(requests.client, lambda number: names[number] or _NONE[CLIENT])
    if kind == PREFIX:
        return Groups(requests.prefix_group + 1, lambda number: _prefix_name(requests, number - 1))
    offsets: dict[Name, int] = {}
    end, members = 0, []
    for number, block in enumerate(clients.blocks):
        name = _name(kind, clients, number)
        own = _numbers(name, block)
        if name not in offsets:
            offsets[name] = end
            end += int(own[-1]) + 1 if len(own) else 0
        members.append(offsets[name] + own)
    of_client = np.concatenate(members) if members else np.zeros(0, np.int64)
    return Groups(of_client[requests.client], lambda number: _name_of(number, offsets) or _NONE[kind])


def _differ(kind: str, clients: Expansion) -> bool:
    names = (_name(kind, clients, number) for number in range(len(clients.blocks)))
    first = next(names, None)
    if first is None:
        return False
    varies = (first.prompt or first.user) and len(clients) > 1
    return varies or any(name != first for name in names)


def _name(kind: str, clients: Expansion, number: int) -> Name:
    """Return how the groups of a block's members are called."""
    block = clients.blocks[number]
    if kind == COHORT:
        cohorts = clients.spec.cohorts
        place = number - (len(clients.blocks) - len(cohorts))
        return Name(cohorts[place].id if place >= 0 else "")
    return block.named(_FIELDS[kind]) or Name(block.value(_FIELDS[kind], 0))


def _numbers(name: Name, block: ClientBlock) -> NDArray[np.int64]:
    """Return the number of each member's group among those with such a name; tenants differ by their prompts at most."""
    if name.prompt and block.names is not None:
        return np.arange(block.size) // block.names.users
    return np.zeros(block.size, np.int64)


def _name_of(number: int, offsets: dict[Name, int]) -> str:
    name = [name for name, offset in offsets.items() if offset <= number][-1]
    return f"{name.stem}{number - offsets[name] if name.prompt else ''}"


def _prefix_name(requests: Requests, group: int) -> str:
    if group < 0:
        return _NONE[PREFIX]
    first = int(np.argmax(requests.prefix_group == group))
    return requests.clients[int(requests.client[first])].prefix_group
