"""The form of one client or cohort: a row for every field that matters, made of what the format declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget

from blis_tui.problems import SEVERITIES, Path, Problem
from blis_tui.spec.check import Checked
from blis_tui.spec.format.model import Arrival, Client, Cohort, Distribution, WorkloadSpec
from blis_tui.tui.document.field_values import shown_at
from blis_tui.tui.form.field_rows import FieldRow, Shown, TextRow, make_row
from blis_tui.tui.form.members.activity_lines import ActivityLines
from blis_tui.tui.form.members.bin_list import BinList
from blis_tui.tui.form.members.lines import BINS, BLOCK, CURVE, FAMILY, GAPS, LENGTHS, VALUE, WINDOWS, Form, Line, form_lines
from blis_tui.tui.form.members.member_facts import Rates, note
from blis_tui.tui.form.members.part_rows import FamilyRow, NameRow, PartRow
from blis_tui.tui.form.members.spread_lines import SpreadLines, Wanted
from blis_tui.tui.form.members.window_list import WindowList
from blis_tui.tui.form.record_list import RecordList

NAMES = ("prefix_group", "tenant_id", "model", "adapter")
"""The fields that say a name which others may have too."""
_INPUTS_AT_ONCE = 3
_US_PER_S = 1_000_000
AnyList = TypeVar("AnyList", bound=RecordList)


class Facts(NamedTuple):
    """What the form shows: a client or cohort of a checked text, and what is known of it."""

    checked: Checked
    spec: WorkloadSpec
    member: Client | Cohort
    path: Path
    problems: Sequence[Problem]
    rates: Rates


class MemberForm(VerticalScroll, can_focus=False):
    """The rows of one client or cohort at a time; the same widgets show the same fields of another one."""

    DEFAULT_CSS = "MemberForm { height: 1fr; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.facts: Facts | None = None
        self.rows: dict[Path, FieldRow] = {}
        """The rows that are shown, by path."""
        self.lines: list[Line] = []
        self._widgets: dict[Path, Widget] = {}
        self._window = 0

    def show(self, facts: Facts) -> None:
        """Show a state of a client or cohort."""
        if self.facts is None or facts.path != self.facts.path:
            self._window = 0
            self.scroll_to(y=0, animate=False)
        self.facts = facts
        tree = facts.checked.tree
        self.lines = form_lines(facts.member, facts.path, Form(lambda path: tree.find(path) is not None, self._window))
        self._fit_widgets()
        rows = ((line, self._widgets[line.key]) for line in self.lines)
        self.rows = {line.path: widget for line, widget in rows if isinstance(widget, FieldRow)}
        own = self._own_problems(facts.problems)
        for line in self.lines:
            self._fill(line, self._widgets[line.key], facts, own.get(line.path, ()))
        for windows in self._lists(WindowList):
            if windows.row != self._window:  # one was added or removed
                self._window = windows.row
                self.show(facts)

    def _lists(self, kind: type[AnyList]) -> list[AnyList]:
        """Return the lists of a kind that are shown."""
        return [widget for line in self.lines if isinstance(widget := self._widgets[line.key], kind)]

    def _fit_widgets(self) -> None:
        """Have a widget for every line, in their order, and no other one."""
        places = {line.key: place for place, line in enumerate(self.lines)}
        new = [line for line in self.lines if line.key not in self._widgets]
        for key, widget in self._widgets.items():
            if widget.display is not (key in places):
                widget.display = key in places
        if new:
            made = {line.key: _make(line) for line in new}
            self._widgets |= made
            self.mount_all(made.values())
            self.call_after_refresh(self._make_inputs)
        if [widget for widget in self.children if widget.display] != [self._widgets[line.key] for line in self.lines]:
            order = {widget: places.get(key, len(places)) for key, widget in self._widgets.items()}
            self.sort_children(key=lambda widget: order[widget])

    def _make_inputs(self) -> None:
        """Make lines to type in, a few at a time."""
        waiting = [row for row in self.rows.values() if isinstance(row, TextRow) and not row.has_input]
        for row in waiting[:_INPUTS_AT_ONCE]:
            if row.is_attached:
                row.make_input()
        if len(waiting) > _INPUTS_AT_ONCE and self.is_attached:
            self.call_later(self._make_inputs)

    def _own_problems(self, problems: Iterable[Problem]) -> Mapping[Path, Sequence[Problem]]:
        """Return the problems of each row, errors first: those of what it does not show stand at what that belongs to."""
        own: dict[Path, list[Problem]] = {}
        for problem in sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity)):
            for length in range(len(problem.path), 2, -1):
                place = problem.path[:length]
                if place in self.rows:
                    own.setdefault(place, []).append(problem)
                    break
                if (*place, "type") in self.rows or (*place, "process") in self.rows:
                    name = "type" if (*place, "type") in self.rows else "process"
                    own.setdefault((*place, name), []).append(problem)
                    break
        return own

    def _fill(self, line: Line, widget: Widget, facts: Facts, problems: Sequence[Problem]) -> None:
        if isinstance(widget, FieldRow):
            turned = line.path != widget.path
            widget.turn_to(line.path)
            tree = facts.checked.tree
            value = line.value
            if isinstance(widget, FamilyRow):
                is_there = tree.find(line.path[:-1]) is not None
                widget.tell(value, is_there=is_there)
                value = value.process if isinstance(value, Arrival) else value.type
            if isinstance(widget, PartRow):
                widget.spec = facts.spec
            if isinstance(widget, NameRow):
                widget.offer(_names(facts.spec, line.field.name))
            text = None if isinstance(widget, PartRow) else shown_at(tree, line.path, line.field)
            told = note(line, facts.member, facts.rates) if line.kind == VALUE else ""
            widget.show(Shown(text, value, told, tuple(problems)))
            if turned and isinstance(widget, TextRow) and widget.has_focus_within:
                widget.take_focus()
        elif isinstance(widget, SpreadLines):
            widget.ask(_wanted(line.value, facts), facts.rates.why(facts.member) if line.kind == GAPS else "")
        elif isinstance(widget, ActivityLines):
            widget.ask(facts.spec, facts.member)
        elif isinstance(widget, WindowList):
            widget.show_windows(line.path, line.value.windows, _marks(facts.problems, line.path))
        elif isinstance(widget, BinList):
            places = {name: index for index, name in enumerate(line.value.params)}
            widget.show_bins(line.path, line.value.params, _marks(facts.problems, line.path, places))

    @on(RecordList.Chosen)
    def choose_window(self, event: RecordList.Chosen) -> None:
        """Show the window under the cursor."""
        event.stop()
        if isinstance(event.records, WindowList) and self.facts is not None:
            if event.records.row != self._window:
                self._window = event.records.row
                self.show(self.facts)
            if event.edit:
                self.focus_path((*event.records.item_path, "start_us"))

    def focus_first(self) -> None:
        """Put the focus on the first field."""
        for row in self.rows.values():
            row.take_focus()
            return

    def focus_path(self, path: Path) -> bool:
        """Put the focus on the field of a path, or on what that belongs to; returns whether there is one."""
        facts = self.facts
        if facts is None or path[:2] != facts.path:
            return False
        if path[2:4] == ("lifecycle", "windows") and len(path) > 4 and isinstance(path[4], int):
            for windows in self._lists(WindowList):
                if path[4] < len(windows.windows):
                    windows.go_to(path[4])
                    self._window = path[4]
                    self.show(facts)
        for length in range(len(path), 2, -1):
            place = path[:length]
            for row in (self.rows.get(place), self.rows.get((*place, "type")), self.rows.get((*place, "process"))):
                if row is not None:
                    row.take_focus()
                    return True
            for records in self._lists(RecordList):
                if records.path == place:
                    records.focus()
                    return True
        return False


def _make(line: Line) -> Widget:
    """Make the widget of a line."""
    if line.kind == FAMILY:
        return FamilyRow(line.field, line.path, line.choices, line.label)
    if line.kind == BLOCK:
        return PartRow(line.field, line.path, line.label)
    if line.kind in (LENGTHS, GAPS):
        return SpreadLines()
    if line.kind == CURVE:
        return ActivityLines()
    if line.kind == WINDOWS:
        return WindowList(line.path, line.field)
    if line.kind == BINS:
        return BinList(line.path, line.field)
    if line.field.name in NAMES:
        return NameRow(line.field, line.path, line.label)
    return make_row(line.field, line.path, line.choices, line.label)


def _names(spec: WorkloadSpec, name: str) -> list[str]:
    """Return what the clients and cohorts of a spec have in a field."""
    found = dict.fromkeys(getattr(member, name) for member in (*spec.clients, *spec.cohorts))
    return [each for each in found if each]


def _wanted(value: Distribution | Arrival, facts: Facts) -> Wanted | None:
    if isinstance(value, Distribution):
        return Wanted(value)
    rate = facts.rates.of(facts.member)
    if not rate:
        return None
    size = facts.member.population if isinstance(facts.member, Cohort) else 1
    return Wanted(value, rate / size / _US_PER_S)


def _marks(problems: Iterable[Problem], path: Path, places: Mapping[Any, int] | None = None) -> dict[int, str]:
    """Return the worst severity among the problems of each item of a list."""
    marks: dict[int, str] = {}
    for problem in problems:
        if problem.path[: len(path)] == path and len(problem.path) > len(path):
            step = problem.path[len(path)]
            index = places.get(step) if places is not None else step
            if isinstance(index, int):
                marks[index] = min(marks.get(index, SEVERITIES[-1]), problem.severity, key=SEVERITIES.index)
    return marks
