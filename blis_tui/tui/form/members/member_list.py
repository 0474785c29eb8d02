"""The lists of clients and of cohorts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blis_tui.spec.edits import Duplicate, Edit, Insert, SetValue
from blis_tui.spec.format.model import Client, Cohort, WorkloadSpec
from blis_tui.tui.form.members.member_facts import Rates, arrivals_text, lengths_text
from blis_tui.tui.form.members.new_values import NEW_CLIENT, NEW_COHORT, free_name
from blis_tui.tui.form.record_list import Cell, RecordList

Member = Client | Cohort
CLIENTS, COHORTS = "clients", "cohorts"


class MemberList(RecordList):
    """The clients or the cohorts of the file."""

    HELP_TITLE = "Clients and cohorts"

    def __init__(self, name: str, noun: str, **options: Any) -> None:
        super().__init__((name,), WorkloadSpec.fields[name], noun, **options)
        self.spec = WorkloadSpec()

    @property
    def members(self) -> Sequence[Member]:
        """The clients or cohorts."""
        found: Sequence[Member] = getattr(self.spec, str(self.path[0]))
        return found

    def show_members(self, spec: WorkloadSpec, rates: Rates, marks: Mapping[int, str]) -> None:
        """Show the clients or cohorts of a spec."""
        self.spec = spec
        members = self.members
        cells = [
            Cell("id", 12, lambda index: members[index].id or "–", right=False),
            Cell("req/s", 7, lambda index: rates.short(members[index])),
            Cell("input", 8, lambda index: lengths_text(members[index].input_distribution)),
            Cell("output", 7, lambda index: lengths_text(members[index].output_distribution)),
            Cell("arrivals", 10, lambda index: arrivals_text(members[index].arrival), right=False),
            Cell("prefix group", 14, lambda index: members[index].prefix_group, right=False),
            Cell("SLO class", 10, lambda index: members[index].slo_class, right=False),
            Cell("tenant", 12, lambda index: members[index].tenant_id, right=False),
        ]
        if self.path == (COHORTS,):
            cells.insert(1, Cell("clients", 7, lambda index: f"{_population(members[index]):,}"))
        self.show(cells, len(members), marks)

    @property
    def _names(self) -> set[str]:
        return {member.id for member in self.members}

    def addition(self, index: int) -> tuple[Edit, ...]:
        """Return the edit that adds one with ordinary values; its share and its class are those of the ones there are."""
        new = dict(NEW_COHORT if self.path == (COHORTS,) else NEW_CLIENT)
        new["id"] = free_name(self.noun, self._names, 1)
        above = self.members[index - 1] if 0 < index <= len(self.members) else None
        if above is not None and above.rate_fraction > 0:
            new["rate_fraction"] = above.rate_fraction
        classes = [member.slo_class for member in (above, *self.spec.clients, *self.spec.cohorts) if member and member.slo_class]
        if classes:
            new["slo_class"] = classes[0]  # on all or on none
        return (Insert((*self.path, index), new),)

    def duplication(self, index: int) -> tuple[Edit, ...]:
        """Return the edits that put a copy with a name of its own after a client or cohort."""
        edits: tuple[Edit, ...] = (Duplicate((*self.path, index)),)
        name = self.members[index].id
        if name:
            edits += (SetValue((*self.path, index + 1, "id"), free_name(name, self._names)),)
        return edits


def _population(member: Member) -> int:
    return member.population if isinstance(member, Cohort) else 1
