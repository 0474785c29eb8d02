"""What a list and a form say of clients and cohorts in a few words. Knows nothing of the screen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from blis_tui.numbers import counted, duration, rate, whole
from blis_tui.spec.format.facts import fitted_gap_us
from blis_tui.spec.format.family_conversion import moments
from blis_tui.spec.format.generation import ORDINARY, generation_path
from blis_tui.spec.format.model import Arrival, Client, Cohort, Distribution, WorkloadSpec
from blis_tui.tui.form.members.lines import Line

if TYPE_CHECKING:
    from blis_tui.workload.expansion.clients import Expansion

_US_PER_S = 1_000_000
_LONGEST_US = 2**63
_LARGEST_LOG = 30


class Rates:
    """How often the clients and cohorts of a spec ask.

    Clients with windows share the rate with those that are active at the same time, and all clients share it with those
    of a compact block. That takes the expansion to know: `clients`, if it is that of the spec. `is_coming` says that it
    may be on its way.
    """

    def __init__(self, spec: WorkloadSpec, clients: Expansion | None = None, *, is_coming: bool = True) -> None:
        members: tuple[Client | Cohort, ...] = (*spec.clients, *spec.cohorts)
        self._aggregate = spec.aggregate_rate
        self._total = sum(member.rate_fraction for member in members if member.rate_fraction > 0)
        self._ordinary = generation_path(spec) == ORDINARY
        self._apart = spec.inference_perf is not None or any(has_windows(member) for member in members)
        self._unknown = "…" if is_coming else "–"
        self._known: dict[int, float] = {}
        if clients is not None and clients.spec is spec and clients.rates is not None and members:
            rates = clients.rates[-len(members) :]
            self._known = {id(member): each * _US_PER_S for member, each in zip(members, rates, strict=True)}

    def of(self, member: Client | Cohort) -> float | None:
        """Return the requests per second of a client, or of a cohort in all, while active; ``None`` if it is not one number."""
        size = member.population if isinstance(member, Cohort) else 1
        found = self._of(member, size) if size > 0 else None
        return found if found is not None and 0 <= found < math.inf else None

    def _of(self, member: Client | Cohort, size: int) -> float | None:
        gap = fitted_gap_us(member.arrival)
        if isinstance(member, Client) and member.concurrency > 0:
            return None
        if not self._ordinary:
            return None
        if gap is not None:
            return size * _US_PER_S / max(gap, 1.0)
        if self._apart:
            known = self._known.get(id(member))
            return None if known is None else known * size
        return self._aggregate * member.rate_fraction / self._total if self._total > 0 else None

    def short(self, member: Client | Cohort) -> str:
        """Write the rate for a column."""
        if isinstance(member, Client) and member.concurrency > 0:
            return f"{member.concurrency:,} usr"
        found = self.of(member)
        if found is not None:
            return rate(found)
        return self._unknown if self._ordinary else "windows"

    def why(self, member: Client | Cohort) -> str:
        """Say why there is no rate."""
        if isinstance(member, Client) and member.concurrency > 0:
            return "each user asks again once its answer is there"
        return "the rate is not known" if self._ordinary else "each window has a rate of its own"

    def told(self, member: Client | Cohort) -> str:
        """Write the rate after the share."""
        found = self.of(member)
        if found is not None:
            return f"→ {rate(found)}/s"
        if isinstance(member, Client) and member.concurrency > 0:
            return counted(member.concurrency, "user")
        return "" if self._ordinary else "per window"


def has_windows(member: Client | Cohort) -> bool:
    """Return whether a client or cohort is active in windows of its own alone; it may have errors."""
    if isinstance(member, Cohort):
        return (member.diurnal, member.spike, member.drain) != (None, None, None)
    return member.lifecycle is not None


def lengths_text(distribution: Distribution) -> str:
    """Write about how long something is on the average."""
    found = moments(distribution.type, distribution.params)
    if found is None:
        return "?" if distribution.type else "–"
    return f"{'' if distribution.type == 'constant' else '~'}{whole(found.mean)}"


def arrivals_text(arrival: Arrival) -> str:
    """Write an arrival process for a column."""
    return f"{arrival.process} {arrival.cv:g}" if arrival.cv is not None else arrival.process


def note(line: Line, member: Client | Cohort, rates: Rates) -> str:
    """Return the unit of a field, or how its value reads."""
    field, value = line.field, line.value
    if line.key == ("rate_fraction",):
        return rates.told(member)
    if line.key == ("prefix_length",) and not value:
        return "→ 50 tokens"
    if field.name == "mu" and isinstance(value, float) and value < _LARGEST_LOG:
        return f"median {whole(math.exp(value))}"
    if field.unit == "µs" and isinstance(value, int | float) and 0 < value < _LONGEST_US:
        return duration(round(value))
    return field.unit
