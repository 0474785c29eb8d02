"""The panes of clients and cohorts: their lists, and the form of the chosen one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from blis_tui.numbers import counted
from blis_tui.problems import SEVERITIES, Path, Problem
from blis_tui.spec.check import Checked
from blis_tui.spec.format.model import Client, Cohort, WorkloadSpec
from blis_tui.tui.form.members.member_facts import Rates
from blis_tui.tui.form.members.member_form import Facts, MemberForm
from blis_tui.tui.form.members.member_list import CLIENTS, COHORTS, MemberList
from blis_tui.tui.form.notices import Title

ByMember = Mapping[tuple[str | int, ...], Sequence[Problem]]
"""Problems by the client or cohort that they are of: its path."""


class MemberLists(Vertical):
    """The lists of clients and of cohorts, one above the other."""

    DEFAULT_CSS = "MemberLists { height: auto; display: none; }"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.lists = {name: MemberList(name, name[:-1], id=f"{name}-list") for name in (CLIENTS, COHORTS)}
        self._chosen = CLIENTS

    def compose(self) -> ComposeResult:
        """Lay out the lists."""
        for name, members in self.lists.items():
            yield Title(name.capitalize(), id=f"{name}-title")
            yield members

    def show(self, spec: WorkloadSpec, rates: Rates, problems: ByMember, panes: Mapping[Path, Sequence[Problem]]) -> None:
        """Show the clients and cohorts of a spec; the list of what may not be there is shown only if there is something."""
        self.display = True
        for name, found in ((CLIENTS, spec.clients), (COHORTS, spec.cohorts)):
            shown = bool(found) or spec.inference_perf is None
            title, members = self.query_one(f"#{name}-title", Title), self.lists[name]
            title.display = members.display = shown
            noun = name[:-1]
            people = sum(each.population for each in spec.cohorts) if name == COHORTS and found else 0
            told = counted(len(found), noun) + (f" of {counted(people, 'client')}" if people else "") if found else ""
            title.tell(told, tuple(panes.get((name,), ())))
            marks = {
                index: min((problem.severity for problem in own), key=SEVERITIES.index)
                for (kind, index), own in problems.items()
                if kind == name and isinstance(index, int)
            }
            members.show_members(spec, rates, marks)
        if not self.lists[self._chosen].count:
            others = [name for name, members in self.lists.items() if members.count]
            self._chosen = others[0] if others else self._chosen
        self._mark()

    @property
    def chosen(self) -> MemberList:
        """The list that the form shows an item of."""
        return self.lists[self._chosen]

    def choose(self, members: MemberList) -> None:
        """Let the form show an item of a list."""
        self._chosen = str(members.path[0])
        self._mark()

    def _mark(self) -> None:
        """Have the cursor in the one list whose item is shown."""
        for name, members in self.lists.items():
            members.mark(name == self._chosen)


class MemberPane(Vertical):
    """The form of the chosen client or cohort, and its title."""

    DEFAULT_CSS = "MemberPane { height: 1fr; width: 1fr; display: none; }"

    def compose(self) -> ComposeResult:
        """Lay out the form."""
        yield Title("", id="member-title")
        yield MemberForm(id="member-form")

    @property
    def form(self) -> MemberForm:
        """The form."""
        return self.query_one(MemberForm)

    def show(self, checked: Checked, spec: WorkloadSpec, members: MemberList, rates: Rates, problems: ByMember) -> None:
        """Show the chosen item of a list."""
        self.display = members.count > 0
        if not members.count:
            return
        index = members.row
        member: Client | Cohort = members.members[index]
        path: Path = (*members.path, index)
        own = problems.get(path, ())
        title = self.query_one("#member-title", Title)
        title.title = member.id or f"{members.noun} without an id"
        title.tell(f"{members.noun} {index + 1:,} of {members.count:,}", tuple(each for each in own if each.path == path))
        self.form.show(Facts(checked, spec, member, path, own, rates))
