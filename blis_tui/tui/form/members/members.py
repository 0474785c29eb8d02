"""Clients and cohorts in the form: what their lists and the form of the chosen one show, and where the focus goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blis_tui.problems import Path
from blis_tui.spec.check import Checked
from blis_tui.spec.format.model import WorkloadSpec
from blis_tui.tui.form.members.member_facts import Rates
from blis_tui.tui.form.members.member_list import MemberList
from blis_tui.tui.form.members.panes import MemberLists, MemberPane
from blis_tui.tui.form.problem_places import ProblemPlaces
from blis_tui.tui.form.record_list import RecordList
from blis_tui.tui.preview.state import CANCELLED, FAILED, Preview

if TYPE_CHECKING:
    from blis_tui.workload.expansion.clients import Expansion


class Members:
    """The lists and the form, wherever they stand on the screen."""

    def __init__(self) -> None:
        self.lists = MemberLists(id="member-lists")
        self.pane = MemberPane(id="member")
        self._shown: tuple[Checked, WorkloadSpec, ProblemPlaces] | None = None
        self._rates = Rates(WorkloadSpec())
        self._clients: Expansion | None = None
        self._is_coming = True
        self._has_form = False

    def show_form(self) -> None:
        """Show the form too from now on: the first frame is quicker without it."""
        self._has_form = True
        self._show_chosen()

    def show(self, checked: Checked, spec: WorkloadSpec, places: ProblemPlaces) -> None:
        """Show the clients and cohorts of a checked text."""
        self._shown = checked, spec, places
        self._rates = Rates(spec, self._clients, is_coming=self._is_coming)
        self.lists.show(spec, self._rates, places.members, places.panes)
        self._show_chosen()

    def show_preview(self, preview: Preview) -> None:
        """Take over how often clients ask, which the expansion of a preview tells."""
        is_coming = preview.state not in (FAILED, CANCELLED)
        if preview.clients is not self._clients or is_coming is not self._is_coming:
            self._clients, self._is_coming = preview.clients, is_coming
            if self._shown is not None:
                self.show(*self._shown)

    def _show_chosen(self) -> None:
        if self._has_form and self._shown is not None:
            checked, spec, places = self._shown
            self.pane.show(checked, spec, self.lists.chosen, self._rates, places.members)

    def choose(self, event: RecordList.Chosen) -> None:
        """Show the client or cohort under the cursor in the form, or go to its fields."""
        if isinstance(event.records, MemberList):
            self.lists.choose(event.records)
            self._show_chosen()
            if event.edit:
                self.pane.form.focus_first()

    def focus_path(self, path: Path) -> bool:
        """Put the focus on the field of a client or cohort, or on its list; returns whether there is one."""
        members = self.lists.lists[str(path[0])]
        if not members.display:
            return False
        if len(path) > 1 and isinstance(path[1], int) and path[1] < members.count:
            members.go_to(path[1])
            self.lists.choose(members)
            self._show_chosen()
            if self.pane.form.focus_path(path):
                return True
        members.focus()
        return True

    def turn(self, steps: int) -> None:
        """Show the next client or cohort of the list, or the one before."""
        self.lists.chosen.action_go(steps)
