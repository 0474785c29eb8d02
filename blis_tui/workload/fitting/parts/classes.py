"""Which classes of requests a trace has: those of each client if there are few, else of all clients that are alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from blis_tui.spec.format.model import SLO_CLASSES, V1_SLO_CLASSES
from blis_tui.workload.requests import Requests

MOST_CLASSES = 12
"""More classes are not told apart."""


_STANDARD = "standard"
_ALL = "requests"


class Traits(NamedTuple):
    """What a client is, besides when it sends what."""

    tenant_id: str = ""
    slo_class: str = ""
    model: str = ""
    adapter: str = ""
    streaming: bool = False
    timeout: int | None = None
    slo_target_us: int | None = None


class RequestClass(NamedTuple):
    """Requests that are told apart from others."""

    name: str
    traits: Traits
    clients: int
    """How many clients of the trace send them."""


_KEYS: Sequence[Callable[[Traits], tuple[object, ...]]] = (
    tuple,
    lambda traits: traits[1:],
    lambda traits: (traits.slo_class, traits.model),
    lambda traits: (traits.slo_class,),
    lambda traits: (),
)
"""By what clients are alike, the strictest first."""


def classes_of(requests: Requests) -> tuple[list[RequestClass], NDArray[np.int32]]:
    """Return the classes of some requests, and which of them each request is of."""
    clients, first, number = np.unique(requests.client, return_index=True, return_inverse=True)
    traits = _traits(requests, clients.tolist(), first)
    if len(clients) <= MOST_CLASSES:
        names = unique_names(_names(requests, clients.tolist()))
        return [RequestClass(*each, 1) for each in zip(names, traits, strict=True)], number.astype(np.int32)
    key = next(key for key in _KEYS if len({key(each) for each in traits}) <= MOST_CLASSES)
    groups: dict[tuple[object, ...], list[Traits]] = {}
    for each in traits:
        groups.setdefault(key(each), []).append(each)
    places = {of: place for place, of in enumerate(groups)}
    common = [_common(each) for each in groups.values()]
    names = unique_names([_name(each, common) for each in common])
    found = [RequestClass(*each) for each in zip(names, common, map(len, groups.values()), strict=True)]
    return found, np.array([places[key(each)] for each in traits], np.int32)[number]


def _names(requests: Requests, clients: Sequence[int]) -> list[str]:
    """Return what a few clients are called; a single one that only stands for a prefix is just what sends the requests."""
    ids, groups = ([requests.clients.column(name)[client] for client in clients] for name in ("id", "prefix_group"))
    if len(ids) == 1 and ids == groups:
        return [_ALL]
    return [name or f"client-{place}" for place, name in enumerate(ids)]


def _traits(requests: Requests, clients: Sequence[int], first: NDArray[np.intp]) -> list[Traits]:
    """Return the traits of clients, of each of which the `first` request is given.

    All have an SLO class that BLIS knows, or none has.
    """
    timeouts = requests.deadline_us[first]
    timeouts = np.where(timeouts > 0, timeouts - requests.arrival_us[first], 0).tolist()
    targets, streams = requests.slo_target_us[first].tolist(), requests.streaming[first].tolist()
    found = []
    for client, timeout, target, stream in zip(clients, timeouts, targets, streams, strict=True):
        block, member = requests.clients.locate(client)
        one = block.template
        slo = V1_SLO_CLASSES.get(one.slo_class, one.slo_class)
        tenant = block.value("tenant_id", member)
        known = slo if slo in SLO_CLASSES else ""
        found.append(Traits(tenant, known, one.model, one.adapter, stream, timeout if timeout > 0 else None, target or None))
    if any(each.slo_class for each in found):
        found = [each if each.slo_class else each._replace(slo_class=_STANDARD) for each in found]
    return found


def _common(alike: Sequence[Traits]) -> Traits:
    """Return what several clients share; what they do not is left out."""
    differs = [name for name in Traits._fields if len({getattr(each, name) for each in alike}) > 1]
    return alike[0]._replace(**{name: Traits._field_defaults[name] for name in differs})


def _name(traits: Traits, all_traits: Sequence[Traits]) -> str:
    """Name a class after what it differs in from others."""
    texts = ("tenant_id", "slo_class", "model", "adapter")
    told = [name for name in texts if len({getattr(each, name) for each in all_traits}) > 1]
    return "-".join(getattr(traits, name) for name in told if getattr(traits, name)) or traits.slo_class or _ALL


def unique_names(names: Sequence[str]) -> list[str]:
    """Number names that occur several times."""
    seen: set[str] = set()
    found = []
    for name in names:
        number, new = 2, name
        while new in seen:
            new, number = f"{name}-{number}", number + 1
        seen.add(new)
        found.append(new)
    return found
