"""Expanding a cohort into its members."""

from __future__ import annotations

from blis_tui.spec.format.model import Client, Cohort, Lifecycle
from blis_tui.spec.format.windows import windows_of
from blis_tui.workload.expansion.clients import ClientBlock, Name, Names

_SAME_FIELDS = tuple(
    name for name in Client.fields if name in Cohort.fields and name not in ("id", "prefix_group", "rate_fraction")
)


def expand_cohort(cohort: Cohort) -> ClientBlock:
    """Return the members of a cohort: like clients that share its rate evenly (`ExpandCohorts` of BLIS)."""
    own_prefix = cohort.prefix_sharing == "per_member" and bool(cohort.prefix_group)
    group = Name(f"{cohort.prefix_group}-", prompt=True) if own_prefix else Name(cohort.prefix_group)
    names = Names(Name(f"{cohort.id}-", prompt=True), Name(cohort.tenant_id), group)
    windows = windows_of(cohort)
    template = Client(
        **{name: getattr(cohort, name) for name in _SAME_FIELDS},
        id=names.of("id", 0),
        prefix_group=names.of("prefix_group", 0),
        rate_fraction=cohort.rate_fraction / cohort.population,
        lifecycle=Lifecycle(windows=windows) if windows else None,
    )
    return ClientBlock(template, cohort.population, names)
