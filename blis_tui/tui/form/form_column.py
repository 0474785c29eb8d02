"""The form: the panes that stand for the compact block and what is around it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.events import DescendantBlur, DescendantFocus, Resize
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from blis_tui.problems import Path, Problem, printable
from blis_tui.spec.check import Checked
from blis_tui.spec.edits import SetValue
from blis_tui.spec.format.fields import Field
from blis_tui.spec.format.model import VERSIONS, InferencePerf, SharedPrefix, WorkloadSpec
from blis_tui.spec.rules.compact_errors import PREFIX, PROMPTS, STAGES, TOP
from blis_tui.spec.yaml.nodes import Tree
from blis_tui.tui.actions import bindings
from blis_tui.tui.capacity.capacity_pane import CapacityNumbers
from blis_tui.tui.document.document_widget import DocumentWidget
from blis_tui.tui.document.field_values import left_empty, shown_at, step_name
from blis_tui.tui.document.messages import EditRequested, JumpRequested, LeaveRequested, MendRequested, StepEnded
from blis_tui.tui.document.workspace import View
from blis_tui.tui.form.descriptions import elsewhere_text, field_help, note, stage_problems, stages_text
from blis_tui.tui.form.field_rows import ChoiceRow, FieldRow, Shown, TextRow, make_row
from blis_tui.tui.form.members.members import Members
from blis_tui.tui.form.notices import HelpBox, Notice, Title
from blis_tui.tui.form.problem_places import MEMBERS, ProblemPlaces, places_of
from blis_tui.tui.form.record_list import RecordList
from blis_tui.tui.form.stages.stage_rows import CELLS, stage_rows
from blis_tui.tui.form.stages.stage_table import StageTable
from blis_tui.tui.preview.preview_widget import PreviewWidget
from blis_tui.tui.preview.stage_counts import StageCounts
from blis_tui.tui.preview.state import Preview

GENERAL = ("version", "seed", "category", "aggregate_rate", "horizon", "num_requests")
"""The fields of the file that the General pane shows."""
AGGREGATE_RATE: Path = ("aggregate_rate",)
NEW_BLOCK: dict[str, Any] = {
    "stages": [{"rate": 8.0, "duration": 600}],
    "shared_prefix": {
        "num_unique_system_prompts": 9,
        "num_users_per_system_prompt": 5,
        "system_prompt_len": 100,
        "question_len": 447,
        "output_len": 248,
        "enable_multi_turn_chat": False,
    },
}
"""What a compact block that is added begins as."""
_STAGE_FIELDS = tuple(name for name, _ in CELLS)
ROOM_FOR_TWO = 76
"""Columns in which the lists of clients and the form of one stand side by side."""
SOON_S = 0.25
"""So long numbers of an older text may stand while new ones are on their way."""


class _Scroll(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Scrolls to where the focus is; keys go to the fields in it."""


class FormColumn(DocumentWidget, PreviewWidget):
    """General, Stages and Shared prefix, one above the other, and below them what there is to say about a field."""

    HELP_TITLE = "Form"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("form")]
    SCOPED_CSS = False  # the screen's class says that the window is narrow
    DEFAULT_CSS = """
    FormColumn { layout: vertical; }
    FormColumn #form-panes { height: 1fr; }
    FormColumn #form-fields { height: 1fr; width: 1fr; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    FormColumn #stages-rows { height: auto; max-height: 12; scrollbar-size-vertical: 1; }
    FormColumn #stages-head { height: 1; color: $foreground-muted; }
    FormColumn #compact { height: auto; }
    FormColumn #form-stale { background: $warning-muted; color: $text-warning; }
    FormColumn #stages-problems { text-wrap: nowrap; text-overflow: ellipsis; }
    FormColumn #form-help { height: auto; min-height: 5; max-height: 9; padding: 0 1; background: $surface; overflow-y: auto; }
    FormColumn CapacityNumbers { display: none; height: 13; border-top: solid $foreground 30%; }
    .-wide.-tall FormColumn CapacityNumbers { display: block; }
    .-narrow FormColumn { min-width: 100%; }
    .-narrow FormColumn #form-help { min-height: 2; max-height: 5; }
    """

    @dataclass(eq=False)
    class RoomWanted(Message):
        """There are two panes that can stand side by side if there is room, or there is one again."""

        for_two: bool

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._view: View | None = None
        self._rows: dict[Path, FieldRow] = {}
        self._left: dict[Path, FieldRow] = {}
        self._focused: FieldRow | StageTable | RecordList | None = None
        self._members = Members()
        self._fitted = (False, False)
        self._has_two = False
        self._counts = StageCounts()
        self._forgetting: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the panes; their fields are those that the format declares."""
        yield Notice(id="form-stale")
        with Container(id="form-panes"):
            with _Scroll(id="form-fields"):
                yield Title("General", id="general")
                for name in GENERAL:
                    yield self._row(WorkloadSpec.fields[name], (name,), VERSIONS if name == "version" else ())
                with Vertical(id="compact"):
                    yield Title("Stages", id="stages")
                    yield Static(id="stages-head", markup=False)
                    with _Scroll(id="stages-rows"):
                        yield StageTable(id="stage-table")
                    yield Notice(id="stages-problems")
                    yield Title("Shared prefix", id="shared-prefix")
                    for name, field in SharedPrefix.fields.items():
                        yield self._row(field, (*PREFIX, name))
                yield Notice(id="no-compact")
                yield self._members.lists
            yield self._members.pane
        yield CapacityNumbers()
        yield HelpBox(id="form-help")

    def _row(self, field: Field, path: Path, choices: tuple[str, ...] = ()) -> FieldRow:
        row = self._rows[path] = make_row(field, path, choices)
        return row

    def on_mount(self) -> None:
        """Name what stands below the fields in a high window."""
        self.query_one(CapacityNumbers).border_title = "Capacity"

    async def make_inputs(self) -> None:
        """Make the lines to type in, a few at a time; the first frame is quicker without them."""
        self._members.show_form()
        self._fit_panes()
        lines = [row.make_input for row in self._rows.values() if isinstance(row, TextRow)]
        for make in (*lines, self.query_one(StageTable).make_editor):
            if not self.is_attached:  # the app ends already
                return
            make()
            await asyncio.sleep(0)

    def on_resize(self, event: Resize) -> None:
        """Fit the panes to the room there is."""
        self._fit_panes()

    def _fit_panes(self) -> None:
        """Put the form of a client beside the lists if there is room, else below them."""
        two, beside = self._members.pane.display, self.size.width >= ROOM_FOR_TWO
        below = two and not beside
        if two is not self._has_two:
            self._has_two = two
            self.post_message(self.RoomWanted(two))
        if (beside, below) != self._fitted:
            self._fitted = beside, below
            fields = self.query_one("#form-fields")
            self.query_one("#form-panes").styles.layout = "horizontal" if beside else "vertical"
            fields.styles.height = "auto" if below else "1fr"
            fields.styles.max_height = "50%" if below else None

    @on(StageTable.Fitted)
    def show_head(self) -> None:
        """Keep the table's head above its columns."""
        self.query_one("#stages-head", Static).update(self.query_one(StageTable).header())

    def show_document(self, view: View) -> None:
        """Show the spec of a view; while a text cannot be read, the last one that could, greyed."""
        self._view = view
        panes = self.query_one("#form-panes")
        if view.unknown:
            panes.visible = False
            self.query_one("#form-stale", Notice).say("The file is being checked …")
        if view.checked is None:
            return  # a large text is being checked: what stands here is newer than what is known
        began, panes.visible = not panes.visible, True
        self._show_stale(view.checked, shown=view.good is not None)
        good = view.good
        if good is not None and good.spec is not None:
            self._show_spec(good, good.spec)
        self._show_block(view)
        self._tidy()
        self._show_help()
        part = self.main_part if began else None
        if part is not None and self.screen.focused is None:
            part.focus()

    def show_preview(self, preview: Preview) -> None:
        """Show what a preview expects of the stages."""
        self._members.show_preview(preview)
        changed = self._counts.take(preview)
        if not self._counts.is_older and self._forgetting is not None:
            self._forgetting.stop()
            self._forgetting = None
        elif self._counts.is_older and self._forgetting is None:
            self._forgetting = self.set_timer(SOON_S, self._forget_counts)
        if changed:
            self._show_counts()

    def _forget_counts(self) -> None:
        if self._counts.is_older:
            self._counts.forget()
            self._show_counts()

    def _show_counts(self) -> None:
        good = self._view.good if self._view is not None else None
        if good is not None and good.spec is not None:
            self._show_stages(good.tree, good.spec.inference_perf, places_of(good.problems, self._rows))

    def _show_stale(self, checked: Checked, *, shown: bool) -> None:
        """Say that the text cannot be read, and whether an older state is `shown`."""
        stale = checked.spec is None
        self.query_one("#form-panes").disabled = stale
        notice = self.query_one("#form-stale", Notice)
        if not stale:
            notice.say("")
        elif not checked.text.strip():
            notice.say("The file is empty.")
        else:
            problem = next(iter(checked.errors), None)
            where = f"line {problem.line}: {printable(problem.message)}" if problem else "its top is no mapping"
            notice.say(f"✗ The text cannot be read{', so this is how it was before' if shown else ''}: {where}")

    def _show_spec(self, checked: Checked, spec: WorkloadSpec) -> None:
        places = places_of(checked.problems, self._rows)
        compact = spec.inference_perf
        prefix = compact.shared_prefix if compact is not None else None
        for path, row in self._rows.items():
            holder = spec if len(path) == 1 else prefix or SharedPrefix()
            value = getattr(holder, str(path[-1]))
            text = shown_at(checked.tree, path, row.field)
            row.show(Shown(text, value, note(row.field, path, value, prefix), tuple(places.fields.get(path, ()))))
        matters = compact is None or spec.rules == 1 or self._rows[AGGREGATE_RATE].shown.text is not None
        self._rows[AGGREGATE_RATE].display = matters
        self.query_one("#general", Title).tell("", tuple(places.panes[()]))
        self.query_one("#shared-prefix", Title).tell("", tuple(places.panes[PREFIX]))
        self._show_stages(checked.tree, compact, places)
        self._members.show(checked, spec, places)
        self._fit_panes()

    @on(RecordList.Chosen)
    def choose_member(self, event: RecordList.Chosen) -> None:
        """Show the client or cohort under the cursor in the form, or go to its fields."""
        self._members.choose(event)

    def _show_stages(self, tree: Tree, compact: InferencePerf | None, places: ProblemPlaces) -> None:
        table = self.query_one(StageTable)
        table.stages = compact.stages if compact is not None else ()
        table.show(stage_rows(tree, table.stages, places.stages, self._counts.texts(table.stages)))
        told = stages_text(compact, self._counts.total(table.stages))
        self.query_one("#stages", Title).tell(told, tuple(places.panes[STAGES]))
        self.query_one("#stages-problems", Notice).say(stage_problems(places.stages))

    def _show_block(self, view: View) -> None:
        """Show the compact block, or say where the clients are instead."""
        spec = view.spec
        there = spec is not None and spec.inference_perf is not None
        self.query_one("#compact").display = there  # no class: all rules would be looked at again for each field
        notice = self.query_one("#no-compact", Notice)
        if there:
            notice.say("")
        elif self.can_add_block:
            adds = "alt+a adds a compact block"
            notice.say(adds if spec is not None and spec.cohorts else f"{adds}: stages and a shared prefix.")
        elif spec is not None:
            notice.say(elsewhere_text(spec))

    @property
    def can_add_block(self) -> bool:
        """Whether a compact block may be added: a file has one source of clients."""
        view = self._view
        if view is None or view.checked is None:
            return False
        spec = view.checked.spec
        if spec is None:
            return not view.text.strip()
        return spec.inference_perf is None and not spec.clients and spec.servegen_data is None

    @on(DescendantFocus)
    def show_help_for(self, event: DescendantFocus) -> None:
        """Say below what there is to say about the field."""
        for widget in event.widget.ancestors_with_self:
            if isinstance(widget, (FieldRow, StageTable, RecordList)):
                self._focused = widget
                self._show_help()
                widget.refresh()
                return

    @on(DescendantBlur)
    def end_step(self, event: DescendantBlur) -> None:
        """End the undo step of a field that is left; an optional one that was emptied goes."""
        if isinstance(event.widget, StageTable) and event.widget.is_editing:
            return  # the focus went to one of its cells
        for widget in event.widget.ancestors_with_self:
            if isinstance(widget, FieldRow):
                widget.refresh()
                if not isinstance(widget, TextRow) or widget.input.edited:
                    self._left[widget.path] = widget
                    self._tidy()
        self.app.post_message(StepEnded())

    def _tidy(self) -> None:
        """Remove the keys of fields that were emptied and left, once what was typed there has arrived."""
        view = self._view
        if not self._left or view is None or view.checked is None or view.checked.spec is None:
            return
        for path, row in tuple(self._left.items()):
            if row.pending:
                continue
            del self._left[path]
            is_here = row.has_focus_within and row.path == path
            edit = None if is_here else left_empty(view.checked.tree, path, row.field)
            if edit is not None:
                self.app.post_message(EditRequested(f"change {row.field.label}", (edit,), step_name(path)))
                self.app.post_message(StepEnded())

    @on(StageTable.Moved)
    def follow_cell(self) -> None:
        """Say what there is to say about another cell."""
        self._show_help()

    def focus_path(self, path: Path) -> bool:
        """Put the focus on the field of a path; returns whether there is one."""
        view = self._view
        if view is None or view.stale:
            return False
        if path and path[0] in MEMBERS:
            return self._members.focus_path(path)
        for length in range(len(path), 0, -1):
            row = self._rows.get(path[:length])
            if row is not None:
                if len(path) > 1 and not self.query_one("#compact").display:
                    return False
                row.display = True
                row.take_focus()
                return True
        if path[:2] == STAGES and view.spec is not None and view.spec.inference_perf is not None:
            table = self.query_one(StageTable)
            index = path[2] if len(path) > 2 else 0
            table.close_editor()
            table.go_to(int(index), _STAGE_FIELDS.index(str(path[3])) if path[3:] and path[3] in _STAGE_FIELDS else 0)
            table.focus()
            return True
        if path == PREFIX and view.spec is not None and view.spec.inference_perf is not None:
            self._rows[PROMPTS].take_focus()
            return True
        return False

    @property
    def main_part(self) -> Widget | None:
        """What the focus begins at: the list that the workload is made of, if the form shows one."""
        members, compact = self._members, self.query_one("#compact").display
        if members.lists.chosen.count and (members.pane.has_focus_within or not compact):
            return members.lists.chosen
        return self.query_one(StageTable) if compact else None

    def action_go(self, steps: int) -> None:
        """Go to another field; the first and the last one are the ends."""
        fields = [widget for widget in self.screen.focus_chain if self in widget.ancestors]
        here = next((place for place, widget in enumerate(fields) if widget.has_focus), None)
        if here is None:
            return
        to = fields[min(max(here + steps, 0), len(fields) - 1)]
        if isinstance(to, StageTable) and not to.has_focus:
            to.action_end(steps < 0)
        self.screen.set_focus(to)

    def action_leave(self) -> None:
        """Go to the tabs."""
        self.post_message(LeaveRequested())

    @property
    def problem_here(self) -> Problem | None:
        """The first problem with a mend of the field that has the focus."""
        return next((problem for problem in self._problems_here() if problem.mend is not None), None)

    def _problems_here(self) -> tuple[Problem, ...]:
        focused = self._focused
        if isinstance(focused, StageTable):
            return focused.problems
        if isinstance(focused, RecordList):
            return ()
        return focused.shown.problems if focused is not None else ()

    def _show_help(self) -> None:
        self.refresh_bindings()
        focused = self._focused
        if focused is not None:
            choices = focused.choices if isinstance(focused, ChoiceRow) else ()
            label = focused.label.strip() if isinstance(focused, FieldRow) else ""
            told = field_help(focused.field, choices, self._problems_here(), self.problem_here, label)
            self.query_one(HelpBox).say(told)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done here."""
        if action == "mend":
            return self.problem_here is not None
        return action != "add_block" or self.can_add_block

    def action_mend(self) -> None:
        """Apply the mend of the field's problem."""
        problem = self.problem_here
        if problem is not None:
            self.app.post_message(MendRequested(problem))

    def action_show_text(self) -> None:
        """Go to the text of what has the focus."""
        focused = self._focused
        if focused is not None:
            path = focused.item_path if isinstance(focused, RecordList) and focused.count else focused.path
            self.app.post_message(JumpRequested(path, in_text=True))

    def action_turn(self, steps: int) -> None:
        """Show the next client or cohort of the list, or the one before."""
        if isinstance(self._focused, FieldRow) and self._focused.has_focus_within:
            self._left[self._focused.path] = self._focused
        self.app.post_message(StepEnded())
        self._members.turn(steps)

    def action_add_block(self) -> None:
        """Add a compact block, where that is legal."""
        if self.can_add_block:
            self.app.post_message(EditRequested("add a compact block", (SetValue(TOP, NEW_BLOCK),)))
            self.app.post_message(StepEnded())
